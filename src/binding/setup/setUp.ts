import { ProblemError } from '../../core/problem';
import { readingCounts } from '../../hcp/client/keptReplies';
import type { Change, VariableChange } from '../change';
import { readOnce, writtenAccount } from '../gather/readOnce';
import { readJournals } from '../journal/journal';
import { keepKeys } from '../keys/keep';
import { subjectOf } from '../plan/prepare';
import { proofGap } from '../prove/proven';
import { ask, type StageId, type Surface } from './dialogue';
import { followRun } from './followRun';
import { confirmAccount, isComplete, undoingProblem, writeJournaled } from './journaledRun';
import {
  isWorkspace,
  type CheckedMember,
  type GroupOutcome,
  type JournaledResult,
  type OpenedAccount,
  type PlannedGroup,
  type SetupMember,
  type SetupPlan,
  type SetupResult,
} from './model';
import { ownChecks, proofOf, reasonsOf } from './ownProof';
import { forgetReadings } from './readings';
import { rootsOf } from './planSetup';
import type { SetupServices } from './services';
import { standingOf } from './standing';
import { planView } from './view';
import { fullName, kindOf, nameOf } from '../place';

/**
 * The whole order of a setup, once, for every surface: what is shown, the yes, IAM, variables, the proof by reading everything back,
 * and only then what takes something away: variables, code; at last the run. Nothing leaves a variable set, and nothing leaves the
 * code, before the roles of all workspaces of the setup are proven. `signal` ends what only reads; writes end by the stage's own.
 */
export async function setUp(
  plan: SetupPlan,
  services: SetupServices,
  surface: Surface,
  signal: AbortSignal,
): Promise<SetupResult> {
  const setup = new Setup(plan, services, surface, signal);
  const state = await setup.run();
  await surface.tell({ id: 'finished', state });
  return { state, outcomes: setup.outcomes, wired: setup.wired, fixed: setup.fixed };
}

/** A run that ended in the middle: nothing comes after it. */
class Stopped extends Error {}

class Setup {
  readonly outcomes = new Map<PlannedGroup, GroupOutcome>();
  wired: JournaledResult | undefined;
  fixed: JournaledResult | undefined;
  /** Journals of this setup, for what stands now where it stops. */
  private readonly journals = new Set<string>();
  /** The account with what was read of it since IAM was written last: variables and code change nothing there. */
  private read: { readonly opened: OpenedAccount; readonly at: number } | undefined;

  constructor(
    private readonly plan: SetupPlan,
    private readonly services: SetupServices,
    private readonly surface: Surface,
    private readonly signal: AbortSignal,
  ) {}

  async run(): Promise<SetupResult['state']> {
    const { plan, surface } = this;
    const { groups, problems } = plan;
    const view = planView(plan);
    await surface.tell({ id: 'planned', plan: view });
    if (problems.length > 0) {
      await surface.tell({ id: 'not-written', problems, plan: view });
      return 'refused';
    }
    for (const { stopped } of groups)
      if (stopped?.run.state === 'undoing') throw new ProblemError(undoingProblem(stopped.run));
    const answer = this.isWriting() ? await this.askForYes() : 'yes';
    if (answer === 'no') {
      await surface.tell({ id: 'not-written', problems: [], plan: view });
      return 'declined';
    }
    if (this.isWriting()) await confirmAccount(plan.opened, surface);
    // A reading that guards a write is never an old one: what is proven before anything is taken away is read anew.
    if (!writesNothing(plan)) forgetReadings(groups);
    try {
      await this.writeAndProve(answer === 'go on');
      await this.cleanUp();
      await this.changeCode();
      await this.proveByRuns();
    } catch (error) {
      if (error instanceof Stopped) return 'stopped';
      throw error;
    }
    const written =
      this.fixed !== undefined ||
      this.wired !== undefined ||
      this.all.some(o => o.applied !== undefined || o.removed !== undefined);
    return written ? 'done' : 'nothing';
  }

  /** A run in HCP Terraform is asked for too: it appears in the list of runs. */
  private isWriting(): boolean {
    const { groups, code, wiring, wishes } = this.plan;
    const edits = (code?.changes.length ?? 0) + (wiring?.changes.length ?? 0);
    return groups.some(g => g.changes.length + g.removals.length > 0) || edits > 0 || wishes.proveByRun;
  }

  private askForYes(): Promise<'yes' | 'go on' | 'no'> {
    const { groups, opened, wiring } = this.plan;
    const changes = [...groups.flatMap(g => g.changes), ...(wiring?.changes ?? [])];
    return ask(this.surface, 'write', {
      accountId: opened.caller.accountId,
      root: opened.caller.root,
      roles: groups.flatMap(g => g.prepared.plan.roles.map(r => r.name)),
      workspaces: groups.flatMap(g => g.members.map(m => fullName(m.place))),
      changes,
      stopped: groups.flatMap(g =>
        g.stopped === undefined ? [] : [{ where: g.stopped.where, asPlanned: g.stopped.asPlanned }],
      ),
    });
  }

  /** Each group is proven before the next one is written; the groups of a Stack share its files, so all of them come before the proof. */
  private async writeAndProve(goOn: boolean): Promise<void> {
    const { groups, wiring } = this.plan;
    const [first] = groups;
    for (const group of groups) {
      const outcome = await this.writeGroup(group, goOn);
      if (wiring === undefined) await this.proveGroup(group, outcome);
    }
    if (wiring === undefined || first === undefined) return;
    if (wiring.changes.length > 0) this.wired = await this.write(first, 'wire', wiring.changes, false);
    for (const [group, outcome] of this.outcomes) await this.proveGroup(group, outcome);
  }

  private async proveGroup(group: PlannedGroup, outcome: GroupOutcome): Promise<void> {
    await this.readBack(group, outcome);
    await this.tellProof(group, outcome);
  }

  private async writeGroup(group: PlannedGroup, goOn: boolean): Promise<GroupOutcome> {
    const outcome: GroupOutcome = {
      applied: undefined,
      removed: undefined,
      proof: 'not read',
      gap: undefined,
      checked: [],
      runs: [],
      notStarted: undefined,
    };
    this.outcomes.set(group, outcome);
    if (group.changes.length > 0) outcome.applied = await this.write(group, 'write', group.changes, goOn);
    return outcome;
  }

  /** Throws `Stopped` where it came to no end, and tells what stands now. */
  private async write(
    group: PlannedGroup,
    stage: StageId,
    changes: readonly Change[],
    goOn: boolean,
  ): Promise<JournaledResult> {
    const workspaces = group.members.map(m => fullName(m.place));
    const { opened } = this.plan;
    const written = writtenAccount(opened.account);
    forgetReadings(this.plan.groups, changes);
    const result = await writeJournaled(
      {
        stage,
        subject: subjectOf(group.prepared.choices),
        title: `${titles[stage]} for ${workspaces.join(', ')} in account ${this.plan.opened.caller.accountId}`,
        workspaces,
        changes,
        opened: { ...opened, account: written.account },
        seen: group.stopped?.run,
        goOn,
      },
      this.services,
      this.surface,
    );
    this.journals.add(result.journal);
    if (stage === 'write') {
      // Roles were read back when the last of them was written: that is what is proven.
      this.read = { opened: { ...opened, account: written.asReadBack() }, at: this.services.now() };
    }
    if (isComplete(result)) return result;
    const outcome = this.outcomes.get(group);
    if (stage === 'code') this.fixed = result;
    else if (stage === 'wire') this.wired = result;
    else if (outcome !== undefined) outcome[stage === 'clean-up' ? 'removed' : 'applied'] = result;
    const runs = (await readJournals(this.services.journals)).filter(r => this.journals.has(r.name));
    await this.surface.tell({ id: 'stopped', standing: standingOf(this.plan.groups, result, runs) });
    throw new Stopped();
  }

  private async readBack(group: PlannedGroup, outcome: GroupOutcome): Promise<void> {
    const members = group.members.filter(isRead);
    if (members.length === 0) return;
    const names = members.map(m => nameOf(m.place));
    await this.surface.tell({ id: 'stage', stage: 'read-back', workspaces: names });
    const asPlanned = writesNothing(this.plan);
    const read = members.map(m => withRole(m, group));
    outcome.checked = await this.services.check(read, this.account(asPlanned), this.signal);
    const { state, gap } = proofOf(outcome.checked, group.choices.tag);
    const proof = state === 'proven' && group.unproven !== undefined ? 'this configuration' : state;
    outcome.proof = members.length < group.members.length ? 'not read' : proof;
    outcome.gap = gap;
  }

  /** What was read a moment ago is not asked again; a person may have thought for longer than that about what comes after the proof. */
  private account(asPlanned: boolean): OpenedAccount {
    const { opened, read } = this.plan;
    if (asPlanned && read !== undefined) return read;
    const now = this.services.now();
    if (this.read === undefined || now - this.read.at > readingCounts)
      this.read = { opened: { ...opened, account: readOnce(opened.account) }, at: now };
    return this.read.opened;
  }

  private async tellProof({ choices, unproven }: PlannedGroup, { proof, checked }: GroupOutcome): Promise<void> {
    for (const { place, checks } of checked) {
      const gap = proofGap(proof === 'not proven' ? ownChecks({ place, checks }, choices.tag) : checks);
      await this.surface.tell({
        id: 'proof',
        place,
        state: proof,
        checks,
        because: [...reasonsOf(gap), ...(unproven === undefined ? [] : [unproven])],
      });
    }
  }

  private get all(): readonly GroupOutcome[] {
    return [...this.outcomes.values()];
  }

  private get allProven(): boolean {
    return this.all.every(o => o.proof === 'proven');
  }

  /** Keys of a variable set may be those of the other workspaces: nothing goes before all of them can do without. */
  private async cleanUp(): Promise<void> {
    const gone = new Set<string>();
    for (const [group, outcome] of this.outcomes) {
      const left = group.removals.filter(c => !gone.has(c.id));
      if (left.length === 0) continue;
      if (outcome.proof !== 'proven') {
        await this.surface.tell({
          id: 'left',
          what: 'static-keys',
          why: 'The static keys were left in place, since the role is not proven.',
        });
        continue;
      }
      const may = left.filter(c => this.allProven || c.scope.type === 'workspace');
      if (may.length < left.length)
        await this.surface.tell({
          id: 'left',
          what: 'variable-sets',
          why: 'What is in variable sets was left in place, since the roles are not all proven.',
        });
      const chosen = await this.chosen(group, may);
      if (chosen.length === 0) continue;
      await keepKeys(this.services.journals, group.members, this.services.now());
      outcome.removed = await this.write(group, 'clean-up', chosen, true);
      for (const change of chosen) gone.add(change.id);
    }
    // A variable set is of several workspaces: each of them has lost what one of them has removed.
    if (gone.size > 0) await this.readAgain();
  }

  private async chosen(group: PlannedGroup, may: readonly VariableChange[]): Promise<readonly VariableChange[]> {
    if (may.length === 0) return [];
    const workspace = group.members.map(m => nameOf(m.place)).join(', ');
    const ids = new Set(await ask(this.surface, 'clean-up-variables', { workspace, changes: may }));
    return may.filter(c => ids.has(c.id));
  }

  /**
   * The fixes of the code once every role is proven. As soon as there is a tag each provider block has to name its configuration, that
   * of the default one too: the mapping takes nothing away, so it is offered where only this configuration is proven, and where the tag's
   * switch waits for it.
   */
  private async changeCode(): Promise<void> {
    const { plan, surface } = this;
    const { behind } = plan.groups.find(g => g.behind !== undefined) ?? {};
    if (plan.code === undefined) return;
    if (behind === undefined && this.all.some(o => o.proof === 'not proven' || o.proof === 'not read')) {
      if (plan.code.changes.length > 0) await this.leaveCode();
      return;
    }
    const [group] = plan.groups;
    const shown = this.allProven;
    if (!shown && plan.code.changes.length > 0) await this.leaveCode();
    const code = shown
      ? plan.code
      : await this.services.planCode(rootsOf(plan.groups), { mappingOnly: true }, this.signal);
    if (group === undefined || code.changes.length === 0) return;
    const { changes, fixed } = code;
    if (!(await ask(surface, 'change-code', { changes, fixed: fixed.length, shown, afterwards: behind }))) return;
    const members = plan.groups.flatMap(g => g.members);
    await keepKeys(this.services.journals, members, this.services.now());
    this.fixed = await this.write(group, 'code', changes, false);
    await this.readAgain();
  }

  /** What was read before the last change tells of things as they were. */
  private async readAgain(): Promise<void> {
    for (const [group, outcome] of this.outcomes) await this.proveGroup(group, outcome);
  }

  private async leaveCode(): Promise<void> {
    const why = 'The code was left as it is, since the roles are not all proven.';
    await this.surface.tell({ id: 'left', what: 'code', why });
  }

  private async proveByRuns(): Promise<void> {
    if (!this.plan.wishes.proveByRun) return;
    for (const [group, outcome] of this.outcomes) {
      if (outcome.proof !== 'proven' && outcome.proof !== 'this configuration') continue;
      for (const checked of outcome.checked) if (isWorkspace(checked)) await this.proveMember(group, outcome, checked);
    }
  }

  private async proveMember(group: PlannedGroup, outcome: GroupOutcome, checked: CheckedMember): Promise<void> {
    const { workspace } = checked.place;
    const member = group.members.find(m => nameOf(m.place) === workspace);
    if (checked.source === undefined || member === undefined || 'notAsked' in member.hcp) return;
    const { client } = member.hcp;
    try {
      const run = await followRun(
        checked,
        checked.source.workspace,
        () => Promise.resolve({ ok: true, value: client }),
        this.services,
        this.surface,
        this.plan.opened,
      );
      if (run !== undefined) outcome.runs.push(run);
    } catch (error) {
      // All that was asked for before is done, and has to be told.
      if (!(error instanceof ProblemError)) throw error;
      outcome.notStarted = error.problem;
      await this.surface.tell({ id: 'run-not-started', workspace, problem: error.problem });
    }
  }
}

/** Neither before the proof nor after it: a reading that guards a write is never an old one. */
const writesNothing = ({ groups, code, wiring }: SetupPlan): boolean =>
  groups.every(g => g.changes.length + g.removals.length === 0) &&
  (code?.changes.length ?? 0) + (wiring?.changes.length ?? 0) === 0;

const titles: Readonly<Record<StageId, string>> = {
  write: 'Set up OIDC',
  wire: 'Wire the deployments',
  'read-back': 'Read back',
  'clean-up': 'Clean up variables',
  code: 'Fix the code',
  run: 'Prove',
  undo: 'Undo',
};

/** The checks of a deployment need its code and the account; those of a workspace need HCP Terraform. */
const isRead = (member: SetupMember): boolean =>
  kindOf(member.place) === 'stack' || member.tests !== undefined || !('notAsked' in member.hcp);

/** The role of a module's tests cannot be read, so that the checks look at the one that was set. */
function withRole(member: SetupMember, { prepared, choices }: PlannedGroup): SetupMember {
  const role = prepared.desired.testConfigurations[0]?.roleArn;
  return member.tests === undefined || role === undefined
    ? member
    : { ...member, testRole: { arn: role, audience: choices.audience } };
}
