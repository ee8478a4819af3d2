import type { Hostname } from '../../oidc/names';
import type { Problem } from '../../core/problem';
import type { Finding } from '../../lint/finding';
import type { HcpClient } from '../../hcp/client/client';
import { feedingVariables } from '../../hcp/variables/feeding';
import type { OwnValue, VarsetCache } from '../../hcp/variables/read';
import type { AwsAccount, CallerIdentity } from '../../iam/account/types';
import type { Root } from '../../terraform/model';
import {
  type BindingFacts,
  type Fact,
  known,
  type RememberedNames,
  unknown,
  type Unread,
  unread,
  type WorkspaceFacts,
} from '../facts';
import { readHolds, together, type WorkspaceHolds } from './holds';
import type { PermissionSources } from './permissionSources';
import { receivedEvents } from '../checks/events';
import { localCredentials, type Machine } from './localChain';
import { accountFacts } from './account';
import { codeFacts } from './code';
import { hcpFacts, type HcpReading } from './hcp';
import { issuerFacts, otherIssuer, type PlainFetch } from './issuer';
import { rememberedByRoles } from './memory';
import { oldKeyFacts, type OldKeys } from './oldKeys';
import type { PermissionQuestion } from './permissions';
import { roleUseFacts } from './roleUse';
import { trailFacts } from './trail';

/** A source that a caller does not ask, and why: what depends on it is unknown for that reason, and never dropped without a word. */
export interface NotAsked {
  readonly notAsked: string;
}

export const notAsked = (because: string): NotAsked => ({ notAsked: because });

/**
 * Sources that are the same for all bindings of one caller. Each is required, so that no surface has fewer checks than another by
 * leaving one out: what it does not ask it says.
 */
export interface CommonSources {
  /** Asks the host for its discovery document. */
  readonly issuer: PlainFetch | NotAsked;
  /** Compares the roles' policies with what the code needs. */
  readonly permissions: PermissionSources | NotAsked;
  /** The trust policy that we wrote last for a role, from the journals. */
  readonly written: ((roleArn: string) => string | undefined) | NotAsked;
  /** Values of sensitive variables that we wrote last, from the journals. */
  readonly ownValue: OwnValue | NotAsked;
  /** What commands on this machine go by. */
  readonly machine: Machine | NotAsked;
  /** `asked` only with the user's consent: IAM makes a report of what each role used. */
  readonly roleUse: 'asked' | NotAsked;
  /** Keys that workspaces had, as they were seen. */
  readonly oldKeys: OldKeys | NotAsked;
  /** Names as they were when the binding was last seen whole, beside what its roles remember. */
  readonly remembered: ((workspace: WorkspaceFacts) => RememberedNames | undefined) | NotAsked;
  readonly cache: VarsetCache;
  /** A person agreed to reading the current state version, for the names in it. */
  readonly readState: boolean;
}

/** What is at hand to ask about one binding. What is missing says why, and its checks are "unknown". */
export interface BindingSources extends CommonSources {
  readonly organization: string;
  readonly workspace: string;
  readonly hostname: string;
  /** The host that issues the tokens, where somebody named it; else the host's discovery document says it. */
  readonly issuerHost?: Hostname;
  readonly code: { readonly root: Root; readonly findings: readonly Finding[] } | undefined;
  readonly client: HcpClient | { readonly missing: string; readonly problem?: Problem };
  readonly account: { readonly account: AwsAccount; readonly caller: CallerIdentity } | { readonly missing: string };
  readonly pastedError: string | undefined;
  /** `asked` only with the user's consent: CloudTrail tells what AWS received. */
  readonly cloudTrail: 'asked' | NotAsked;
  readonly now: number;
}

const given = <T>(source: T | NotAsked): T | undefined =>
  typeof source === 'object' && source !== null && 'notAsked' in source ? undefined : source;

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
      ? blind(client.problem === undefined ? unknown(client.missing) : unread(client.problem))
      : await hcpFacts(client, sources.organization, sources.workspace, signal, {
          cache: sources.cache,
          ...(!('notAsked' in sources.ownValue) && { ownValue: sources.ownValue }),
          ...(sources.code && { feeding: feedingVariables(sources.code.root) }),
        });
  const { variables } = hcp;
  const code = sources.code === undefined ? undefined : codeFacts(sources.code.root, sources.code.findings);
  const trail =
    sources.cloudTrail !== 'asked'
      ? undefined
      : 'missing' in account
        ? unknown(account.missing)
        : await trailFacts(account, { variables, code, run: hcp.run, now: sources.now }, signal);
  const issuer =
    'notAsked' in sources.issuer
      ? unknown(sources.issuer.notAsked)
      : await issuerFacts(sources.hostname, sources.issuer, signal);
  const named = issuer.state === 'known' ? otherIssuer(sources.hostname, issuer.value.issuer) : undefined;
  const issuedBy = sources.issuerHost ?? named;
  const workspace =
    issuedBy === undefined || hcp.workspace.state === 'unknown'
      ? hcp.workspace
      : known({ ...hcp.workspace.value, issuer: issuedBy });
  const accountRead: BindingFacts['account'] =
    'missing' in account
      ? unknown(account.missing)
      : variables.state === 'known'
        ? await accountFacts(
            account,
            issuedBy ?? sources.hostname,
            variables.value,
            given(sources.written) ?? (() => undefined),
            signal,
            questionOf(sources, account.caller, hcp, signal),
            receivedEvents({ trail, pastedError: sources.pastedError }).flatMap(event => event.roleArn ?? []),
          ).then(known)
        : variables;
  const read = await withUse(sources, accountRead, hcp, signal);
  const old = await given(sources.oldKeys)?.(`${sources.hostname}/${sources.organization}/${sources.workspace}`);
  return {
    facts: {
      ...(old !== undefined && old.length > 0 && { oldKeys: await oldKeyFacts(old, account, signal) }),
      code,
      workspace,
      variables,
      account: read,
      issuer,
      run: hcp.run,
      pastedError: sources.pastedError,
      trail,
      remembered: rememberedNames(sources, workspace, accountRead),
      local: 'notAsked' in sources.machine ? undefined : localCredentials(sources.machine, code),
      now: sources.now,
    },
    source: hcp.source,
  };
}

/** The account with what its roles used, where that was asked. */
async function withUse(
  sources: BindingSources,
  account: BindingFacts['account'],
  hcp: HcpReading,
  signal: AbortSignal,
): Promise<BindingFacts['account']> {
  if (sources.roleUse !== 'asked' || 'missing' in sources.account || account.state === 'unknown') return account;
  const question = questionOf(sources, sources.account.caller, hcp, signal);
  if (question === undefined) return account;
  const use = await roleUseFacts(sources.account, account.value, question, sources.now, signal);
  return known({ ...account.value, use });
}

function rememberedNames(
  { remembered }: BindingSources,
  workspace: BindingFacts['workspace'],
  account: BindingFacts['account'],
): RememberedNames | undefined {
  if (workspace.state === 'unknown') return undefined;
  return (
    given(remembered)?.(workspace.value) ??
    (account.state === 'known' ? rememberedByRoles(account.value, workspace.value) : undefined)
  );
}

function questionOf(
  sources: BindingSources,
  caller: CallerIdentity,
  { run, workspace }: HcpReading,
  signal: AbortSignal,
): PermissionQuestion | undefined {
  const permissions = given(sources.permissions);
  if (permissions === undefined) return undefined;
  const logged = run.state === 'known' && run.value !== undefined ? [run.value.errorText] : [];
  const pasted = sources.pastedError === undefined ? [] : [sources.pastedError];
  return {
    sources: permissions,
    root: sources.code?.root,
    holds: once(() => holdsOf(sources, permissions, workspace, signal)),
    place: { partition: caller.partition, accountId: caller.accountId },
    errors: [...pasted, ...logged],
  };
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined;
  return () => (found ??= read());
}

async function holdsOf(
  { client, readState }: BindingSources,
  { switches }: PermissionSources,
  workspace: BindingFacts['workspace'],
  signal: AbortSignal,
): Promise<Fact<readonly WorkspaceHolds[]>> {
  if (workspace.state === 'unknown') return workspace;
  if ('missing' in client) return unknown(client.missing);
  const question = { client, workspaceId: workspace.value.id, consent: readState, switches };
  return together([await readHolds(question, signal)]);
}

function blind(why: Unread): HcpReading {
  return { workspace: why, variables: why, run: why, source: undefined };
}
