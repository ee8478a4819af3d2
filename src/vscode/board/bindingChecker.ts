import { isDeepStrictEqual } from 'node:util';
import type * as vscode from 'vscode';
import type { Check } from '../../binding/check';
import { providerUrlHost } from '../../binding/checks/arn';
import { stackHost, stackNamesOf } from '../../binding/stack/names';
import { lookForStack } from '../../binding/stack/look';
import { wiringOf } from '../../binding/stack/wiring';
import { runChecks, stackChecks } from '../../binding/checks/table';
import { type BindingFacts, type RememberedNames, unknown, type WorkspaceFacts } from '../../binding/facts';
import { oldKeysOf } from '../../binding/gather/oldKeys';
import { gatherBinding, notAsked } from '../../binding/gather/binding';
import { writtenPolicies, writtenValues } from '../../binding/gather/memory';
import type { PlainFetch } from '../../binding/gather/issuer';
import { codeFacts } from '../../binding/gather/code';
import { permissionSources } from '../../binding/gather/permissionSources';
import { chosenIssuer } from '../../binding/gather/chosenIssuer';
import { gatherDeployments } from '../../binding/gather/deployments';
import { proofGap } from '../../binding/prove/proven';
import { type JournalStore, readJournals } from '../../binding/journal/journal';
import { trustJudge } from '../../binding/checks/judge';
import { type NamedWorkspaces, workspacesOf } from '../../binding/gather/workspacesOf';
import type { OpenedAccount, SetupMember } from '../../binding/setup';
import type { FileReader } from '../../core/host';
import { fail, ok, type Problem, type Result } from '../../core/problem';
import { hostname } from '../../oidc/names';
import { permissionFile } from '../../node/permissionFiles';
import type { HcpClient } from '../../hcp/client/client';
import { filterInWords, noWorkspaces } from '../../hcp/workspace/none';
import { listWorkspaces } from '../../hcp/workspace/read';
import type { ChosenAccount } from '../aws';
import type {
  CheckedDeployment,
  CheckedWorkspace,
  Checker,
  ReadPlace,
  RootStatus,
  NamedWorkspace,
} from './bindingStore';
import { thisMachine } from '../../node/thisMachine';
import type { HcpConnections } from '../hcp';
import type { AnalysedRoot } from '../projectStore';

/** Workspaces of one root that are checked at once; the rest is listed, and checked when a person opens it. */
const eagerWorkspaces = 20;

/** Names and ids as they were when a binding was last seen whole, so that a rename can be told from a stranger. */
interface Memory {
  readonly byId: Readonly<Record<string, RememberedNames>>;
  readonly idByName: Readonly<Record<string, string>>;
}
const memoryKey = 'tfcOidc.remembered';

/** Gathers the facts of workspaces and runs the checks over them; remembers the names of those that were whole. */
export class BindingChecker implements Checker {
  private readonly permissions = permissionSources(permissionFile);

  constructor(
    private readonly connections: Pick<HcpConnections, 'find' | 'open'>,
    private readonly memento: vscode.Memento,
    /** What was written from this machine: tells whether a role was changed since. */
    private readonly journals: JournalStore,
    private readonly env: NodeJS.ProcessEnv,
    private readonly files: FileReader,
    private readonly fetch: PlainFetch,
  ) {}

  /** One workspace of a root, by name. */
  async checkNamed(
    analysed: AnalysedRoot,
    workspace: string,
    account: ChosenAccount | undefined,
    signal: AbortSignal,
  ): Promise<CheckedWorkspace | undefined> {
    const place = workspacesOf(analysed.root.cloud);
    return place.ok ? this.checkAt(analysed, { ...place.value, workspace }, account, signal) : undefined;
  }

  /** A workspace that a person chose, also where the code does not name it or its organization. */
  async checkAt(
    analysed: AnalysedRoot,
    { hostname, organization, workspace, client: given }: ReadPlace,
    account: ChosenAccount | undefined,
    signal: AbortSignal,
  ): Promise<CheckedWorkspace> {
    const client = given ?? (await this.connections.find(hostname, analysed.root.cloud, signal));
    const { root, findings } = analysed;
    return this.checkWorkspace({ root, findings }, { hostname, organization, workspace }, client, account, signal);
  }

  /** A workspace of an organization, whether or not its code is in this window. */
  async checkAlone(
    place: NamedWorkspace,
    code: SetupMember['code'],
    client: HcpClient,
    account: OpenedAccount | undefined,
    signal: AbortSignal,
  ): Promise<CheckedWorkspace> {
    return this.checkWorkspace(code, place, client, account, signal);
  }

  /** The same workspace after its code has changed. */
  withCode(analysed: AnalysedRoot, checked: CheckedWorkspace): CheckedWorkspace {
    const facts = { ...checked.facts, code: codeFacts(analysed.root, analysed.findings) };
    return { ...checked, facts, checks: runChecks(facts, trustJudge) };
  }

  isStillFor(former: AnalysedRoot, now: AnalysedRoot, place: NamedWorkspace): boolean {
    const before = workspacesOf(former.root.cloud);
    const named = workspacesOf(now.root.cloud);
    if (!named.ok) return !before.ok;
    if (before.ok && isDeepStrictEqual(before.value, named.value)) return true;
    const { hostname, organization, which } = named.value;
    const isThere = place.hostname === hostname && place.organization === organization;
    return isThere && which.by === 'name' && which.name === place.workspace;
  }

  proves(checks: readonly Check[]): boolean {
    return proofGap(checks) === undefined;
  }

  /** All workspaces of a root; where they are many or the code names none, those that were looked at `before`. */
  async checkRoot(
    analysed: AnalysedRoot,
    account: ChosenAccount | undefined,
    signal: AbortSignal,
    tell: (message: string) => void,
    before: readonly NamedWorkspace[],
  ): Promise<RootStatus> {
    const at = Date.now();
    if (analysed.root.stack !== undefined) {
      const deployments = await this.checkStack(analysed, account, signal);
      return { at, names: [], workspaces: [], deployments, problem: undefined };
    }
    const workspaces: CheckedWorkspace[] = [];
    const checkAll = async (places: readonly NamedWorkspace[]): Promise<void> => {
      for (const place of places) {
        tell(`${place.organization}/${place.workspace}`);
        workspaces.push(await this.checkAt(analysed, place, account, signal));
      }
    };
    const place = workspacesOf(analysed.root.cloud);
    const names = place.ok ? await this.namesOf(analysed, place.value, signal) : place;
    // A root that can't say its workspaces keeps those that a person chose; one problem stops no other root.
    if (!names.ok) {
      await checkAll(before);
      const problem = before.length > 0 ? undefined : names.problem;
      return { at, names: before.map(p => p.workspace), workspaces, problem };
    }
    const all = names.value;
    const few = all.length <= eagerWorkspaces;
    await checkAll(
      few ? all : before.filter(p => all.some(n => n.workspace === p.workspace)).slice(0, eagerWorkspaces),
    );
    return { at, names: all.map(p => p.workspace), workspaces, problem: undefined };
  }

  private async namesOf(
    { root }: AnalysedRoot,
    { hostname, organization, which }: NamedWorkspaces,
    signal: AbortSignal,
  ): Promise<Result<readonly NamedWorkspace[]>> {
    const place = (workspace: string): NamedWorkspace => ({ hostname, organization, workspace });
    if (which.by === 'name') return ok([place(which.name)]);
    const client = await this.connections.open(hostname, root.cloud, signal);
    if (!client.ok) return client;
    const found = await listWorkspaces(client.value, organization, which.filter, signal);
    if (!found.ok) return found;
    if (found.value.length === 0)
      return fail(await noWorkspaces(client.value, organization, filterInWords(which.filter), signal));
    return ok(found.value.map(w => place(w.name)));
  }

  /** What the code of a Stack says of its deployments; names come from the environment of Terraform's own CLI for Stacks. */
  deployments({ root }: AnalysedRoot): readonly CheckedDeployment[] {
    const found = stackNamesOf(root.cloud);
    return (root.stack?.deployments ?? []).map(deployment => ({
      name: deployment.name,
      checks: stackChecks({
        root,
        wiring: wiringOf(root, deployment),
        audience: undefined,
        names: 'names' in found ? found.names : undefined,
        issuer: providerUrlHost(stackHost(root.cloud, undefined)),
        accounts: unknown(noAccount),
        judge: trustJudge,
      }),
    }));
  }

  /** The same with what HCP Terraform says of the Stack and its latest runs, and, where an account is chosen, of its roles. */
  private async checkStack(
    { root, folder }: AnalysedRoot,
    account: ChosenAccount | undefined,
    signal: AbortSignal,
  ): Promise<readonly CheckedDeployment[]> {
    const clientFor = async (hostname: string): Promise<HcpClient | undefined> => {
      const client = await this.connections.find(hostname, root.cloud, signal);
      return 'missing' in client ? undefined : client;
    };
    const boundary = folder.uri.toString();
    const look = await lookForStack(root, {}, { clientFor, files: this.files, boundary, store: this.journals }, signal);
    const host = hostname(look.hostname);
    const issuer =
      account === undefined || !host.ok
        ? undefined
        : (await chosenIssuer(this.fetch, undefined, host.value, signal)).issuer;
    const checked = await gatherDeployments(
      {
        ...look,
        root,
        chosen: [],
        issuer: issuer ?? look.hostname,
        audience: undefined,
        accounts: account === undefined ? { missing: noAccount } : [account],
        namesProblem: look.problem,
        permissions: this.permissions,
      },
      signal,
    );
    return checked.map(({ wiring, checks }) => ({ name: wiring.deployment.name, checks }));
  }

  private async checkWorkspace(
    code: SetupMember['code'],
    target: NamedWorkspace,
    client: HcpClient | { readonly missing: string; readonly problem: Problem },
    account: OpenedAccount | undefined,
    signal: AbortSignal,
  ): Promise<CheckedWorkspace> {
    const runs = await readJournals(this.journals);
    const gathered = await gatherBinding(
      {
        ...target,
        code,
        client,
        account: account ?? { missing: 'Unknown until an AWS profile is chosen.' },
        issuer: account === undefined ? notAsked('The host is asked once an AWS profile is chosen.') : this.fetch,
        permissions: this.permissions,
        written: writtenPolicies(runs),
        ownValue: writtenValues(runs),
        machine: await thisMachine(this.env),
        roleUse: notAsked('What roles used is asked in a terminal (tfc-oidc status --use).'),
        oldKeys: oldKeysOf(this.journals),
        remembered: workspace => this.remembered(workspace),
        cache: new Map(),
        // Read in the window's own questions alone, with a yes to each.
        readState: false,
        pastedError: undefined,
        cloudTrail: notAsked('CloudTrail is asked by the doctor, with your consent.'),
        now: Date.now(),
      },
      signal,
    );
    const { facts } = gathered;
    const checks = runChecks(facts, trustJudge);
    await this.remember(facts, checks);
    return { ...target, facts, source: gathered.source, checks };
  }

  private remembered({ id, hostname, organization, name }: WorkspaceFacts): RememberedNames | undefined {
    const memory = this.memento.get<Memory>(memoryKey, { byId: {}, idByName: {} });
    const former = memory.idByName[`${hostname}/${organization}/${name}`];
    return memory.byId[id] ?? (former === undefined ? undefined : memory.byId[former]);
  }

  /** A binding whose trust holds under its present names is whole: those are the names to remember. */
  private async remember(facts: BindingFacts, checks: readonly Check[]): Promise<void> {
    const trust = checks.filter(c => c.id === 'role-trusts-run');
    if (facts.workspace.state === 'unknown' || trust.length === 0 || trust.some(c => c.state !== 'ok')) return;
    // Another workspace that took the name must stay visible until somebody decides.
    if (checks.some(c => c.id === 'names-unchanged' && c.state === 'wrong')) return;
    const w = facts.workspace.value;
    const memory = this.memento.get<Memory>(memoryKey, { byId: {}, idByName: {} });
    const names: RememberedNames = {
      workspaceId: w.id,
      projectId: w.project.id,
      organization: w.organization,
      project: w.project.name,
      workspace: w.name,
    };
    await this.memento.update(memoryKey, {
      byId: { ...memory.byId, [w.id]: names },
      idByName: { ...memory.idByName, [`${w.hostname}/${w.organization}/${w.name}`]: w.id },
    } satisfies Memory);
  }
}

const noAccount = 'Unknown until an AWS profile is chosen.';
