import { unwrap } from '../../core/problem';
import { hostname as hostName, type Hostname, issuerHost, issuerProblem } from '../../oidc/names';
import { issuerFacts, otherIssuer, type PlainFetch } from './issuer';

/** Who issues the tokens of a host, and what has to be said of it before anything is written. */
export interface ChosenIssuer {
  /** Left out where it is the host itself. */
  readonly issuer?: Hostname;
  readonly notes: readonly string[];
}

/**
 * The issuer that was named, or else the one that the host's discovery document names. app.terraform.io issues its own tokens and is
 * not asked. A host that cannot be read from here stops nothing, but is told: a private one may not answer AWS either.
 */
export async function chosenIssuer(
  fetch: PlainFetch,
  given: string | undefined,
  hostname: Hostname,
  signal: AbortSignal,
): Promise<ChosenIssuer> {
  const named = given === undefined ? undefined : unwrap(hostName(given));
  const chosen = (host: Hostname | undefined): Pick<ChosenIssuer, 'issuer'> =>
    host === undefined || host === hostname ? {} : { issuer: host };
  const unasked = hostname === 'app.terraform.io' || (named === undefined && issuerProblem(hostname) !== undefined);
  if (unasked) return { ...chosen(named), notes: named === undefined || named === hostname ? [] : [mayDiffer(named)] };
  const read = await issuerFacts(hostname, fetch, signal);
  const { issuer, problem } = read.state === 'known' ? read.value : { issuer: undefined, problem: read.why };
  const other = otherIssuer(hostname, issuer);
  const keys = issuer !== undefined && problem !== undefined ? [`${problem} AWS needs the keys of the issuer.`] : [];
  if (named !== undefined) {
    const said = issuer === undefined ? undefined : (other ?? issuerHost(hostname));
    const differs = said !== undefined && issuerHost(named) !== said;
    const note = differs
      ? `The discovery document of ${hostname} names ${said} as the issuer, and you named ${named}: AWS refuses the tokens unless they name ${named}.`
      : `${hostname} could not be asked for its issuer (${problem ?? 'it names none'}): ${named} is taken, as you said.`;
    return { ...chosen(named), notes: [...(differs || said === undefined ? [note] : []), ...keys] };
  }
  if (issuer === undefined)
    return {
      notes: [
        `Which issuer the tokens of ${hostname} name could not be read (${problem ?? 'its discovery document names none'}). ${hostname} itself is taken (--issuer names another host).`,
      ],
    };
  if (other === undefined) return { notes: keys };
  return {
    ...chosen(other),
    notes: [
      `Tokens of ${hostname} are issued by https://${other}, as its discovery document says. The OIDC provider and the trust policies are for that host.`,
      ...keys,
    ],
  };
}

const mayDiffer = (named: Hostname): string =>
  `Tokens of app.terraform.io name app.terraform.io as their issuer: AWS refuses them where the provider is for ${named}.`;
