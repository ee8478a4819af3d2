import type { Finding } from '../../lint/finding';
import type { HcpClient } from '../../hcp/client/client';
import { feedingVariables } from '../../hcp/variables/feeding';
import type { OwnValue, VarsetCache } from '../../hcp/variables/read';
import type { AwsAccount, CallerIdentity } from '../../iam/account/types';
import type { Root } from '../../terraform/model';
import { type BindingFacts, known, type RememberedNames, unknown } from '../facts';
import type { PermissionSources } from './permissionSources';
import { localCredentials, type Machine } from './localChain';
import { accountFacts } from './account';
import { codeFacts } from './code';
import { hcpFacts, type HcpReading } from './hcp';
import { issuerFacts, type PlainFetch } from './issuer';
import { rememberedByRoles } from './memory';
import type { PermissionQuestion } from './permissions';
import { trailFacts } from './trail';

/** What is at hand to ask about one binding. What is missing says why, and its checks are "unknown". */
export interface BindingSources {
  readonly organization: string;
  readonly workspace: string;
  readonly hostname: string;
  readonly code: { readonly root: Root; readonly findings: readonly Finding[] } | undefined;
  readonly client: HcpClient | { readonly missing: string };
  readonly account: { readonly account: AwsAccount; readonly caller: CallerIdentity } | { readonly missing: string };
  /** Asks the host for its discovery document; absent: that is not looked at. */
  readonly fetch?: PlainFetch;
  readonly cache?: VarsetCache;
  readonly pastedError?: string;
  readonly remembered?: RememberedNames;
  /** The trust policy that we wrote last for a role, from the journal. */
  readonly written?: (roleArn: string) => string | undefined;
  /** Values of sensitive variables that we wrote last, from the journal. */
  readonly ownValue?: OwnValue;
  /** Compares the roles' policies with what the code needs; absent: they are not read. */
  readonly permissions?: PermissionSources;
  /** True only with the user's consent: CloudTrail is asked for what AWS received. */
  readonly cloudTrail?: boolean;
  /** What commands on this machine go by; absent: it is not looked at. */
  readonly machine?: Machine;
  readonly now: number;
}

export interface GatheredBinding {
  readonly facts: BindingFacts;
  /** What changes to variables are planned from. */
  readonly source: HcpReading['source'];
}

/** Reads everything about one binding that can be read. Writes nothing; rejects only when cancelled. */
export async function gatherBinding(sources: BindingSources, signal: AbortSignal): Promise<GatheredBinding> {
  const { client, account } = sources;
  const hcp =
    'missing' in client
      ? blind(client.missing)
      : await hcpFacts(client, sources.organization, sources.workspace, signal, {
          ...(sources.cache && { cache: sources.cache }),
          ...(sources.ownValue && { ownValue: sources.ownValue }),
          ...(sources.code && { feeding: feedingVariables(sources.code.root) }),
        });
  const { variables } = hcp;
  const [accountRead, issuer] = await Promise.all([
    'missing' in account
      ? unknown(account.missing)
      : variables.state === 'known'
        ? accountFacts(
            account,
            sources.hostname,
            variables.value,
            sources.written ?? (() => undefined),
            signal,
            questionOf(sources, account.caller, hcp.run),
          ).then(known)
        : unknown(variables.why),
    sources.fetch === undefined
      ? unknown('The host was not asked.')
      : issuerFacts(sources.hostname, sources.fetch, signal),
  ]);
  const code = sources.code === undefined ? undefined : codeFacts(sources.code.root, sources.code.findings);
  const trail =
    sources.cloudTrail !== true
      ? undefined
      : 'missing' in account
        ? unknown(account.missing)
        : await trailFacts(account, { variables, code, run: hcp.run, now: sources.now }, signal);
  return {
    facts: {
      code,
      workspace: hcp.workspace,
      variables,
      account: accountRead,
      issuer,
      run: hcp.run,
      pastedError: sources.pastedError,
      trail,
      remembered:
        sources.remembered ??
        (accountRead.state === 'known' && hcp.workspace.state === 'known'
          ? rememberedByRoles(accountRead.value, hcp.workspace.value)
          : undefined),
      local: sources.machine === undefined ? undefined : localCredentials(sources.machine, code),
      now: sources.now,
    },
    source: hcp.source,
  };
}

function questionOf(
  sources: BindingSources,
  caller: CallerIdentity,
  run: BindingFacts['run'],
): PermissionQuestion | undefined {
  if (sources.permissions === undefined) return undefined;
  const logged = run.state === 'known' && run.value !== undefined ? [run.value.errorText] : [];
  const pasted = sources.pastedError === undefined ? [] : [sources.pastedError];
  return {
    sources: sources.permissions,
    root: sources.code?.root,
    place: { partition: caller.partition, accountId: caller.accountId },
    errors: [...pasted, ...logged],
  };
}

function blind(why: string): HcpReading {
  return { workspace: unknown(why), variables: unknown(why), run: unknown(why), source: undefined };
}
