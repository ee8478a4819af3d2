import * as vscode from 'vscode';
import type { Check } from '../binding/check';
import { runChecks } from '../binding/checks/table';
import type { BindingFacts } from '../binding/facts';
import { type GatheredBinding, gatherBinding } from '../binding/gather/binding';
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
  readonly workspaces: readonly CheckedWorkspace[];
  /** Why nothing could be checked at all. */
  readonly problem: string | undefined;
}

/** Workspaces of one root that are read at once; the rest is named, and read when asked for. */
const maximumWorkspaces = 50;

/**
 * The checks of every root's workspaces, made only when asked for and kept until they are made again: opening the view costs no
 * request.
 */
export class BindingStore implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly results = new Map<string, RootStatus>();
  private account: ChosenAccount | undefined;

  constructor(private readonly connections: HcpConnections) {}

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

  private async checkRoot(
    analysed: AnalysedRoot,
    signal: AbortSignal,
    tell: (message: string) => void,
  ): Promise<RootStatus> {
    const { cloud } = analysed.root;
    const at = Date.now();
    if (cloud.organization.state !== 'known' || cloud.hostname.state !== 'known') {
      return {
        at,
        workspaces: [],
        problem: vscode.l10n.t('The cloud block does not say which organization and host it is for.'),
      };
    }
    const organization = cloud.organization.value;
    const hostname = cloud.hostname.value;
    const client = await this.connections.find(hostname, cloud, signal);
    const names = await workspaceNames(analysed, organization, client, signal);
    if (typeof names === 'string') return { at, workspaces: [], problem: names };
    const workspaces: CheckedWorkspace[] = [];
    for (const workspace of names.slice(0, maximumWorkspaces)) {
      tell(`${organization}/${workspace}`);
      const { facts, source } = await gatherBinding(
        {
          organization,
          workspace,
          hostname,
          code: { root: analysed.root, findings: analysed.findings },
          client,
          account: this.account ?? { missing: vscode.l10n.t('Unknown until an AWS profile is chosen.') },
          now: at,
        },
        signal,
      );
      workspaces.push({ organization, workspace, hostname, facts, source, checks: runChecks(facts, trustJudge) });
    }
    const rest = names.length - workspaces.length;
    return {
      at,
      workspaces,
      problem:
        rest > 0
          ? vscode.l10n.t('{0} more workspaces fit the cloud block; "tfc-oidc status" checks them all.', rest)
          : undefined,
    };
  }

  dispose(): void {
    this.changed.dispose();
  }
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
