import * as vscode from 'vscode';
import type { Check } from '../../binding/check';
import type { BindingFacts } from '../../binding/facts';
import type { GatheredBinding } from '../../binding/gather/binding';
import type { ChosenAccount } from '../aws';
import type { Problem } from '../../core/problem';
import type { HcpClient } from '../../hcp/client/client';
import { withProgress } from '../progress';
import { BindingMemory } from './bindingMemory';
import type { AnalysedRoot, ProjectStore } from '../projectStore';

/** A workspace by its names, whether or not the code of a root has them. */
export interface NamedWorkspace {
  readonly organization: string;
  readonly workspace: string;
  readonly hostname: string;
}

/** A workspace, and the client that it is read with where one is at hand. */
export interface ReadPlace extends NamedWorkspace {
  readonly client?: HcpClient;
}

/** One workspace with its checks. */
export interface CheckedWorkspace extends NamedWorkspace {
  readonly facts: BindingFacts;
  readonly source: GatheredBinding['source'];
  readonly checks: readonly Check[];
}

export interface RootStatus {
  readonly at: number;
  /** Every workspace that the cloud block names, by name; those of a large list are checked when they are opened. */
  readonly names: readonly string[];
  readonly workspaces: readonly CheckedWorkspace[];
  /** Deployments of a Stack with their checks. */
  readonly deployments?: readonly CheckedDeployment[];
  /** Why nothing could be checked at all. */
  readonly problem: Problem | undefined;
}

export interface CheckedDeployment {
  readonly name: string;
  readonly checks: readonly Check[];
}

/** What makes the checks. It is the larger part of the extension, so the store reaches it through a promise. */
export interface Checker {
  checkRoot(
    root: AnalysedRoot,
    account: ChosenAccount | undefined,
    signal: AbortSignal,
    tell: (message: string) => void,
    before: readonly NamedWorkspace[],
  ): Promise<RootStatus>;
  checkNamed(
    root: AnalysedRoot,
    workspace: string,
    account: ChosenAccount | undefined,
    signal: AbortSignal,
  ): Promise<CheckedWorkspace | undefined>;
  checkAt(
    root: AnalysedRoot,
    place: ReadPlace,
    account: ChosenAccount | undefined,
    signal: AbortSignal,
  ): Promise<CheckedWorkspace>;
  withCode(root: AnalysedRoot, checked: CheckedWorkspace): CheckedWorkspace;
  /** Is a workspace that was checked when the code was `former` one that the code of now is for? Where neither names one, a person chose it. */
  isStillFor(former: AnalysedRoot, now: AnalysedRoot, place: NamedWorkspace): boolean;
  /** Do the checks of a workspace prove its setup? */
  proves(checks: readonly Check[]): boolean;
  /** The deployments of a Stack as the code is now; what the account said is asked for with the next check. */
  deployments(root: AnalysedRoot): readonly CheckedDeployment[];
}

/**
 * The checks of every root's workspaces, made only when asked for and kept until they are made again: opening the view costs no
 * request. What makes them is loaded with the first check.
 */
export class BindingStore implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly results = new Map<string, RootStatus>();
  private account: ChosenAccount | undefined;
  private checker: Checker | undefined;

  /** The code that each root's checks were last looked at with. */
  private readonly codes = new Map<string, AnalysedRoot>();
  /** The code when HCP Terraform was asked: it says what the checks are about. */
  private readonly askedWith = new Map<string, AnalysedRoot>();
  /** Roots whose code is for other workspaces now. Their checks are kept: half-typed code comes back to what it was. */
  private readonly ofOthers = new Set<string>();

  constructor(
    private readonly loadChecker: () => Promise<Checker>,
    private readonly memory = new BindingMemory(),
  ) {}

  private async theChecker(): Promise<Checker> {
    return (this.checker ??= await this.loadChecker());
  }

  /** When a run last proved a workspace, in milliseconds since the epoch. */
  provenAt(place: NamedWorkspace): number | undefined {
    return this.memory.provenAt(place);
  }

  /** A run has proven a workspace. */
  async noteProven(place: NamedWorkspace): Promise<void> {
    await this.memory.noteProven(place, Date.now());
    this.changed.fire();
  }

  /** Sees what an edit has done to what runs use. */
  async followCode(store: ProjectStore, pushed: (root: AnalysedRoot) => boolean): Promise<void> {
    if (await this.memory.follow(store, pushed)) this.changed.fire();
  }

  /** When keys were taken out of a root's files that runs may still use, in milliseconds since the epoch. */
  unpushedSince(root: AnalysedRoot): number | undefined {
    return this.memory.unpushedSince(root.root.dir);
  }

  of({ root: { dir } }: AnalysedRoot): RootStatus | undefined {
    return this.ofOthers.has(dir) ? undefined : this.results.get(dir);
  }

  all(): readonly Check[] {
    return [...this.results].flatMap(([dir, status]) => (this.ofOthers.has(dir) ? [] : checksIn(status)));
  }

  /** Every check of one root. */
  checksOf(root: AnalysedRoot): readonly Check[] {
    const status = this.of(root);
    return status === undefined ? [] : checksIn(status);
  }

  /** Is every workspace that the code names read, with every role proven? Then nothing needs the credentials in the code. */
  isProven(root: AnalysedRoot): boolean {
    const { checker } = this;
    const { names, workspaces, problem } = this.of(root) ?? { names: [], workspaces: [], problem: undefined };
    return (
      checker !== undefined &&
      problem === undefined &&
      names.length > 0 &&
      names.every(name => workspaces.some(w => w.workspace === name && checker.proves(w.checks)))
    );
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
    const checker = await this.theChecker();
    await withProgress('Checking OIDC bindings', async (signal, tell) => {
      for (const root of roots) {
        const before = this.of(root)?.workspaces ?? [];
        if (root.root.cloud.kind === 'none' && before.length === 0) continue;
        this.results.set(root.root.dir, await checker.checkRoot(root, this.account, signal, tell, before));
        this.noteAsked(root);
        this.changed.fire();
      }
    });
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
    if (status === undefined) return undefined;
    const checked = await (await this.theChecker()).checkNamed(analysed, name, this.account, signal);
    if (checked === undefined) return undefined;
    this.keep(analysed, checked);
    return checked;
  }

  /**
   * Checks just these workspaces, by their own names: the code need not say any of them, and a long list is not read. In the order of
   * `places`.
   */
  async checkPlaces(analysed: AnalysedRoot, places: readonly ReadPlace[]): Promise<readonly CheckedWorkspace[]> {
    const checker = await this.theChecker();
    return withProgress('Checking OIDC bindings', async (signal, tell) => {
      const out: CheckedWorkspace[] = [];
      for (const place of places) {
        tell(`${place.organization}/${place.workspace}`);
        const checked = await checker.checkAt(analysed, place, this.account, signal);
        this.keep(analysed, checked);
        out.push(checked);
      }
      this.changed.fire();
      return out;
    });
  }

  private noteAsked(root: AnalysedRoot): void {
    this.codes.set(root.root.dir, root);
    this.askedWith.set(root.root.dir, root);
    this.ofOthers.delete(root.root.dir);
  }

  private keep(analysed: AnalysedRoot, checked: CheckedWorkspace): void {
    const { dir } = analysed.root;
    const current = this.of(analysed) ?? { at: Date.now(), names: [], workspaces: [], problem: undefined };
    const { workspace } = checked;
    this.results.set(dir, {
      ...current,
      names: current.names.includes(workspace) ? current.names : [...current.names, workspace],
      workspaces: [...current.workspaces.filter(w => w.workspace !== workspace), checked],
      problem: undefined,
    });
    this.noteAsked(analysed);
  }

  /** The code has changed: what it says is looked at again, without asking anybody. */
  async useCode(roots: readonly AnalysedRoot[]): Promise<void> {
    const differs = (root: AnalysedRoot): boolean =>
      this.results.has(root.root.dir) && this.codes.get(root.root.dir) !== root;
    if (!roots.some(differs)) return;
    const checker = await this.theChecker();
    for (const root of roots.filter(differs)) {
      const status = this.results.get(root.root.dir);
      if (status === undefined) continue;
      this.codes.set(root.root.dir, root);
      const asked = this.askedWith.get(root.root.dir) ?? root;
      const isOfOthers =
        status.workspaces.length > 0 && !status.workspaces.some(w => checker.isStillFor(asked, root, w));
      if (isOfOthers) this.ofOthers.add(root.root.dir);
      else this.ofOthers.delete(root.root.dir);
      this.results.set(root.root.dir, {
        ...status,
        workspaces: status.workspaces.map(w => checker.withCode(root, w)),
        ...(status.deployments !== undefined && { deployments: checker.deployments(root) }),
      });
    }
    this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
  }
}

const checksIn = (status: RootStatus): readonly Check[] => [
  ...status.workspaces.flatMap(w => w.checks),
  ...(status.deployments ?? []).flatMap(d => d.checks),
];
