import * as vscode from 'vscode';
import type { Check } from '../binding/check';
import { runChecks } from '../binding/checks/table';
import type { BindingFacts, RememberedNames } from '../binding/facts';
import { type GatheredBinding, gatherBinding } from '../binding/gather/binding';
import { codeFacts } from '../binding/gather/code';
import { trustJudge } from '../binding/judge';
import { ProblemError } from '../core/problem';
import type { HcpClient } from '../hcp/client/client';
import { listWorkspaces } from '../hcp/workspace/read';
import { abortOn, type ChosenAccount } from './aws';
import type { HcpConnections } from './hcp';
import type { AnalysedRoot } from './projectStore';

/** One workspace with its checks, and when they were made. */
export interface CheckedWorkspace {
  readonly organization: string;
  readonly workspace: string;
  readonly hostname: string;
  readonly facts: BindingFacts;
  readonly source: GatheredBinding['source'];
  readonly checks: readonly Check[];
}

export interface RootStatus {
  readonly at: number;
  /** Every workspace that the cloud block names, by name; those of a large list are checked when they are opened. */
  readonly names: readonly string[];
  readonly workspaces: readonly CheckedWorkspace[];
  /** Why nothing could be checked at all. */
  readonly problem: string | undefined;
}

/** Workspaces of one root that are checked at once; the rest is listed, and checked when a person opens it. */
const eagerWorkspaces = 20;

/** Names and ids as they were when a binding was last seen whole, so that a rename can be told from a stranger. */
interface Memory {
  readonly byId: Readonly<Record<string, RememberedNames>>;
  readonly idByName: Readonly<Record<string, string>>;
}
const memoryKey = 'tfcOidc.remembered';

/**
 * The checks of every root's workspaces, made only when asked for and kept until they are made again: opening the view costs no
 * request.
 */
export class BindingStore implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly results = new Map<string, RootStatus>();
  private account: ChosenAccount | undefined;

  constructor(
    private readonly connections: HcpConnections,
    private readonly memento: vscode.Memento,
  ) {}

  of(root: AnalysedRoot): RootStatus | undefined {
    return this.results.get(root.root.dir);
  }

  all(): readonly Check[] {
    return [...this.results.values()].flatMap(r => r.workspaces.flatMap(w => w.checks));
  }

  /** The account that checks look at; `undefined` until a profile is chosen. */
  useAccount(account: ChosenAccount | undefined): void {
    this.account = account;
    this.changed.fire();
  }

  get chosenAccount(): ChosenAccount | undefined {
    return this.account;
  }

  /** Checks all workspaces of the given roots, with progress in the view. */
  async check(roots: readonly AnalysedRoot[]): Promise<void> {
    await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Checking OIDC bindings'),
        cancellable: true,
      },
      async (progress, token) => {
        const signal = abortOn(token);
        for (const root of roots) {
          if (root.root.cloud.kind !== 'cloud' && root.root.cloud.kind !== 'remote') continue;
          this.results.set(root.root.dir, await this.checkRoot(root, signal, message => progress.report({ message })));
          this.changed.fire();
        }
      },
    );
  }

  /** Roots that were checked before, and longer ago than this. */
  stale(roots: readonly AnalysedRoot[], milliseconds: number): readonly AnalysedRoot[] {
    return roots.filter(root => {
      const status = this.results.get(root.root.dir);
      return status !== undefined && Date.now() - status.at > milliseconds;
    });
  }

  /** Checks one workspace of a list that was too long to be checked whole. */
  async checkOne(analysed: AnalysedRoot, name: string, signal: AbortSignal): Promise<CheckedWorkspace | undefined> {
    const status = this.results.get(analysed.root.dir);
    const target = targetOf(analysed);
    if (status === undefined || target === undefined) return undefined;
    const client = await this.connections.find(target.hostname, analysed.root.cloud, signal);
    const checked = await this.checkWorkspace(analysed, { ...target, workspace: name }, client, signal);
    const current = this.results.get(analysed.root.dir) ?? status;
    this.results.set(analysed.root.dir, {
      ...current,
      workspaces: [...current.workspaces.filter(w => w.workspace !== name), checked],
    });
    return checked;
  }

  /** The code has changed: what it says is looked at again, without asking anybody. */
  useCode(roots: readonly AnalysedRoot[]): void {
    let changed = false;
    for (const root of roots) {
      const status = this.results.get(root.root.dir);
      if (status === undefined) continue;
      const code = codeFacts(root.root, root.findings);
      this.results.set(root.root.dir, {
        ...status,
        workspaces: status.workspaces.map(w => {
          const facts = { ...w.facts, code };
          return { ...w, facts, checks: runChecks(facts, trustJudge) };
        }),
      });
      changed = true;
    }
    if (changed) this.changed.fire();
  }

  private async checkRoot(
    analysed: AnalysedRoot,
    signal: AbortSignal,
    tell: (message: string) => void,
  ): Promise<RootStatus> {
    const at = Date.now();
    const target = targetOf(analysed);
    if (target === undefined) {
      return {
        at,
        names: [],
        workspaces: [],
        problem: vscode.l10n.t('The cloud block does not say which organization and host it is for.'),
      };
    }
    const client = await this.connections.find(target.hostname, analysed.root.cloud, signal);
    const names = await workspaceNames(analysed, target.organization, client, signal);
    if (typeof names === 'string') return { at, names: [], workspaces: [], problem: names };
    const workspaces: CheckedWorkspace[] = [];
    for (const workspace of names.length > eagerWorkspaces ? [] : names) {
      tell(`${target.organization}/${workspace}`);
      workspaces.push(await this.checkWorkspace(analysed, { ...target, workspace }, client, signal));
    }
    return { at, names, workspaces, problem: undefined };
  }

  private async checkWorkspace(
    analysed: AnalysedRoot,
    target: { readonly organization: string; readonly hostname: string; readonly workspace: string },
    client: HcpClient | { readonly missing: string },
    signal: AbortSignal,
  ): Promise<CheckedWorkspace> {
    const gathered = await gatherBinding(
      {
        ...target,
        code: { root: analysed.root, findings: analysed.findings },
        client,
        account: this.account ?? { missing: vscode.l10n.t('Unknown until an AWS profile is chosen.') },
        now: Date.now(),
      },
      signal,
    );
    const remembered = this.remembered(gathered.facts);
    const facts = remembered === undefined ? gathered.facts : { ...gathered.facts, remembered };
    const checks = runChecks(facts, trustJudge);
    await this.remember(facts, checks);
    return { ...target, facts, source: gathered.source, checks };
  }

  private remembered(facts: BindingFacts): RememberedNames | undefined {
    if (facts.workspace.state === 'unknown') return undefined;
    const { id, hostname, organization, name } = facts.workspace.value;
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

  dispose(): void {
    this.changed.dispose();
  }
}

/** The organization and host of a root, where its cloud block says them. */
function targetOf({ root }: AnalysedRoot): { readonly organization: string; readonly hostname: string } | undefined {
  const { organization, hostname } = root.cloud;
  return organization.state === 'known' && hostname.state === 'known'
    ? { organization: organization.value, hostname: hostname.value }
    : undefined;
}

/** The workspaces of a root by name, or in one sentence why they are not known. */
async function workspaceNames(
  { root }: AnalysedRoot,
  organization: string,
  client: HcpClient | { readonly missing: string },
  signal: AbortSignal,
): Promise<readonly string[] | string> {
  const w = root.cloud.workspaces;
  if (w.by === 'name')
    return w.name.state === 'known' ? [w.name.value] : vscode.l10n.t('The name of the workspace is not known.');
  const filter =
    w.by === 'tags' && w.tags.state === 'known'
      ? { tags: w.tags.value }
      : w.by === 'prefix' && w.prefix.state === 'known'
        ? { prefix: w.prefix.value }
        : undefined;
  if (filter === undefined) return vscode.l10n.t('The cloud block does not say which workspaces it is for.');
  if ('missing' in client) return client.missing;
  const found = await listWorkspaces(client, organization, filter, signal);
  if (!found.ok) throw new ProblemError(found.problem);
  return found.value.map(workspace => workspace.name);
}
