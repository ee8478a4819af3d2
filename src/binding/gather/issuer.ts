import { replyText, type TextReply } from '../../core/replyText';
import type { Fact, IssuerFacts } from '../facts';
import { known } from '../facts';
import { isLoopback } from '../../core/loopback';
import { type Hostname, hostname as hostName } from '../../oidc/names';

/** The part of `fetch` that is used: GET, without credentials, redirects not followed. */
export type PlainFetch = (
  url: string,
  init: { readonly redirect: 'manual'; readonly signal: AbortSignal },
) => Promise<TextReply & { readonly status: number }>;

const timeout = 10_000;
/** Bytes; both documents have a few thousand. */
const longest = 1024 * 1024;

/**
 * Reads the discovery document and the keys of an issuer, as AWS would. That AWS can reach them too is not proven by this.
 * https://openid.net/specs/openid-connect-discovery-1_0.html
 */
export async function issuerFacts(
  hostname: string,
  fetch: PlainFetch,
  signal: AbortSignal,
): Promise<Fact<IssuerFacts>> {
  // A host with a port is asked at that port: at another one somebody else may answer.
  const base = isLoopback(hostname) ? `http://${hostname}` : `https://${hostname.toLowerCase().replace(/:443$/, '')}`;
  const url = `${base}/.well-known/openid-configuration`;
  const nothing = (problem: string): Fact<IssuerFacts> => known({ issuer: undefined, keys: 0, problem });
  const document = await json(url, fetch, signal);
  if (typeof document === 'string') return nothing(document);
  const issuer = typeof document['issuer'] === 'string' ? document['issuer'] : undefined;
  const jwks = typeof document['jwks_uri'] === 'string' ? document['jwks_uri'] : undefined;
  if (jwks === undefined || !URL.canParse(jwks) || !jwks.startsWith('https://'))
    return known({ issuer, keys: 0, problem: `${url} names no jwks_uri over https.` });
  const keys = await json(isLoopback(hostname) ? `${base}${new URL(jwks).pathname}` : jwks, fetch, signal);
  if (typeof keys === 'string') return known({ issuer, keys: 0, problem: keys });
  return known({ issuer, keys: Array.isArray(keys['keys']) ? keys['keys'].length : 0, problem: undefined });
}

/**
 * The issuer that a host names in its discovery document, where that is another host: Terraform Enterprise with
 * TFE_OIDC_HOSTNAME_CHOICE=secondary. `undefined` where it is the host itself, or no plain https host.
 */
export function otherIssuer(hostname: string, issuer: string | undefined): Hostname | undefined {
  const host = /^https:\/\/([a-z0-9.-]+(?::\d+)?)$/i.exec(issuer ?? '')?.[1]?.toLowerCase();
  const own = hostname.toLowerCase().replace(/:\d+$/, '');
  if (host === undefined || own === 'app.terraform.io' || host === own || host === hostname.toLowerCase())
    return undefined;
  const named = hostName(host);
  return named.ok ? named.value : undefined;
}

/** The object behind a URL, or why there is none, in one sentence. */
async function json(
  url: string,
  fetch: PlainFetch,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>> | string> {
  try {
    const reply = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
    });
    if (reply.status !== 200) return `${url} answered ${reply.status}.`;
    const text = await replyText(reply, longest);
    if (text === undefined) return `${url} is longer than ${longest >> 20} MB.`;
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : `${url} holds no JSON object.`;
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof SyntaxError ? `${url} holds no JSON.` : `${url} could not be read from here.`;
  }
}
