import { apply as applyChanges, type ApplyResult } from '../../binding/apply/apply';
import { worst } from '../../binding/check';
import { checkJson, checkText } from '../../binding/report';
import { runChecks } from '../../binding/checks/table';
import type { Check } from '../../binding/check';
import type { Change, VariableChange } from '../../binding/change';
import { journalName, readJournals, unfinished, whereItStopped } from '../../binding/journal/journal';
import { trustJudge } from '../../binding/checks/judge';
import { planRootCode } from '../../binding/code/planRoot';
import type { CodePlan } from '../../binding/plan/code';
import { planRepairs } from '../../binding/plan/repairs';
import { planRemovals, planVariables, type VariablePlan, type VariableTarget } from '../../binding/plan/variables';
import { subjectOf } from '../../binding/plan/prepare';
import { isCodeOnly, proofGap } from '../../binding/prove/proven';
import { type Problem, ProblemError, unwrap } from '../../core/problem';
import { findVarset } from '../../hcp/variables/read';
import type { Root } from '../../terraform/model';
import { journals, locked, planBinding, type PlannedBinding, surroundings, confirmAccount } from './binding';
import { callsOf } from '../calls';
import type { ConfigureValues } from './configureOptions';
import {
  changeJson,
  codeChangeJson,
  type ConfiguredGroup,
  gatherFor,
  notesOf,
  tagsOf,
  type ReadTarget,
  unique,
} from './configureParts';
import { nodeFiles, repositoryOf } from '../files';
import { changeText, planJson, planText, printJson } from '../output/planReport';
import { type ProvenRun, runProof, runProofJson, runProofText } from './proveRun';
import type { TerraformFolder } from '../terraformFolder';
import type { CliContext } from '../command';
import type { ExitCode } from '../exitCode';

interface PlannedGroup extends ConfiguredGroup {
  readonly planned: PlannedBinding;
  readonly variables: VariablePlan;
  readonly removals: readonly VariableChange[];
  readonly notes: readonly string[];
  /** IAM, then variables. */
  readonly changes: readonly Change[];
}

interface GroupOutcome {
  applied: ApplyResult | undefined;
  removed: ApplyResult | undefined;
  proven: boolean;
  checks: readonly Check[];
  runs: ProvenRun[];
  /** Why there is no run, or no end of one. */
  notStarted: Problem | undefined;
}

const stillThere = 'The credentials that the workspace had are still in place.';
const roleProven = 'The role is proven: the workspace has working credentials.';

/** One run of `configure`: plans all, shows all, and writes one group of workspaces after the other. */
export class Configuration {
  private readonly json: boolean;

  constructor(
    private readonly context: CliContext,
    private readonly values: ConfigureValues,
    private readonly folder: TerraformFolder,
    private readonly groups: readonly ConfiguredGroup[],
    private readonly started: number,
  ) {
    this.json = values.format === 'json';
  }

  async run(): Promise<ExitCode> {
    const planned: PlannedGroup[] = [];
    const known = new Set<string>();
    for (const group of this.groups) planned.push(await this.plan(group, known));
    const code = this.values['fix-code'] ? await this.codePlan() : undefined;
    const problems = [
      ...planned.flatMap(g => [...g.planned.plan.problems, ...g.variables.problems]),
      ...(code?.problems ?? []),
    ];
    if (!this.json) this.show(planned, code, problems);
    const writes = planned.reduce((n, g) => n + g.changes.length + g.removals.length, 0) + (code?.changes.length ?? 0);
    const wantsYes = writes > 0 || this.values['prove-run'];
    if (problems.length > 0 || (wantsYes && !this.values.yes)) {
      if (this.json) this.report(planned, code, problems, new Map(), undefined);
      else this.refuse(planned, problems);
      return 1;
    }
    if (wantsYes) {
      for (const group of planned) await confirmAccount(this.context, group.planned, group.request.account);
    }
    return this.carryOut(planned, code);
  }

  /** Changes that an earlier group makes already (the provider, its audience) are not made twice. */
  private async plan(group: ConfiguredGroup, known: Set<string>): Promise<PlannedGroup> {
    const planned = await planBinding(this.context, group.request);
    const iam = planned.plan.changes.filter(change => !known.has(change.id));
    for (const change of planned.plan.changes) known.add(change.id);
    const variables: VariablePlan[] = [];
    for (const member of group.members) variables.push(await this.variablePlan(planned, member));
    const merged: VariablePlan = {
      changes: unique(variables.flatMap(v => v.changes)),
      problems: variables.flatMap(v => v.problems),
      notes: variables.flatMap(v => v.notes),
    };
    return {
      ...group,
      planned: { ...planned, plan: { ...planned.plan, changes: iam } },
      variables: merged,
      removals: unique(group.members.flatMap(m => [...this.repairs(planned, m), ...this.removals(m)])),
      notes: [...group.request.notes, ...merged.notes, ...group.members.flatMap(m => notesOf(m, planned))],
      changes: [...iam, ...merged.changes],
    };
  }

  private async variablePlan(planned: PlannedBinding, member: ReadTarget): Promise<VariablePlan> {
    const { source, facts } = member.before;
    if (source === undefined) {
      const why = facts.variables.state === 'unknown' ? facts.variables.why : 'The variables could not be read.';
      const problem = {
        code: 'variables-unknown',
        message: why,
        nextStep: 'Use a token that may read and write variables of the workspace.',
      };
      return { changes: [], problems: [problem], notes: [] };
    }
    const wanted = planned.desired.variables.find(v => v.scope.name === member.workspace.name)?.variables ?? [];
    const target = await this.variableTarget(member, source.workspace.id);
    return planVariables(source.workspace, source.reading, wanted, target);
  }

  private async variableTarget(member: ReadTarget, workspaceId: string): Promise<VariableTarget> {
    const name = this.values['variable-set'];
    if (name === undefined) return { type: 'workspace' };
    const found = unwrap(await findVarset(member.client, workspaceId, name, this.context.signal));
    if (found === undefined) {
      throw new ProblemError({
        code: 'variable-set-missing',
        message: `No variable set "${name}" reaches workspace ${member.workspace.name}.`,
        nextStep: 'Apply the variable set to the workspace or its project, then try again.',
      });
    }
    return { type: 'varset', ...found };
  }

  private repairs(planned: PlannedBinding, member: ReadTarget): readonly VariableChange[] {
    const { source, facts } = member.before;
    if (!this.values['fix-variables'] || source === undefined || facts.variables.state === 'unknown') return [];
    const wanted = planned.desired.variables.find(v => v.scope.name === member.workspace.name)?.variables ?? [];
    return planRepairs(source.workspace, source.reading, facts.variables.value.suspicious, wanted);
  }

  private removals({ before: { source, facts } }: ReadTarget): readonly VariableChange[] {
    if (!this.values['remove-static-keys'] || source === undefined || facts.variables.state === 'unknown') return [];
    return planRemovals(source.workspace, source.reading, facts.variables.value.staticCredentials);
  }

  /** The fixes of the roots that the workspaces belong to, and the mapping of providers where there are tagged configurations. */
  private async codePlan(): Promise<CodePlan> {
    const byRoot = new Map<Root, Set<string>>();
    for (const { members, request } of this.groups) {
      for (const { target, before } of members) {
        if (target.root === undefined) continue;
        const tags = byRoot.get(target.root) ?? new Set<string>();
        for (const tag of tagsOf(before.facts)) tags.add(tag);
        if (request.tag !== undefined) tags.add(request.tag);
        byRoot.set(target.root, tags);
      }
    }
    const plans: CodePlan[] = [];
    for (const [root, tags] of byRoot) {
      plans.push(
        await planRootCode(
          { host: nodeFiles, env: this.context.env, boundary: await repositoryOf(this.folder.folder) },
          root,
          [...tags].sort(),
          file => this.folder.name(file.path),
          this.context.signal,
        ),
      );
    }
    return {
      changes: unique(plans.flatMap(p => p.changes)),
      fixed: plans.flatMap(p => p.fixed),
      problems: plans.flatMap(p => p.problems),
    };
  }

  private show(planned: readonly PlannedGroup[], code: CodePlan | undefined, problems: readonly Problem[]): void {
    const { context } = this;
    for (const group of planned) {
      context.out(planText(group.planned, group.notes));
      const { changes } = group.variables;
      if (changes.length > 0)
        context.out(
          `\nVariables:\n${changes.map(c => `  ${c.title}${c.value === undefined ? '' : `: ${c.value}`}\n`).join('')}`,
        );
      if (group.removals.length > 0)
        context.out(
          `\nAfter the proof:\n${group.removals.map(c => `  ${c.title}${c.undoNote === undefined ? '' : ` (${c.undoNote})`}\n`).join('')}`,
        );
      context.out('\n');
    }
    if (code !== undefined && code.changes.length > 0)
      context.out(`Code, after the proof:\n\n${code.changes.map((c, i) => changeText(c, i + 1)).join('')}\n`);
    for (const problem of problems) context.err(`In the way: ${problem.message}\n  ${problem.nextStep}\n`);
  }

  private refuse(planned: readonly PlannedGroup[], problems: readonly Problem[]): void {
    const names = planned.flatMap(g => g.members.map(m => m.workspace.name)).join(', ');
    const account = planned[0]?.planned.caller.accountId ?? '';
    const roles = planned.flatMap(g => g.planned.plan.roles.map(r => r.name)).join(', ');
    this.context.err(
      problems.length > 0
        ? 'Nothing was written.\n'
        : `Nothing was written. Repeat it with --yes to write to AWS account ${account} (roles ${roles}) and workspace ${names}.\n`,
    );
  }

  /** The order that locks nobody out: IAM, variables, proof; then what removes something, and the code last. */
  private async carryOut(planned: readonly PlannedGroup[], code: CodePlan | undefined): Promise<ExitCode> {
    const outcomes = new Map<PlannedGroup, GroupOutcome>();
    let worstCode: ExitCode = 0;
    for (const group of planned) {
      const outcome: GroupOutcome = {
        applied: undefined,
        removed: undefined,
        proven: false,
        checks: [],
        runs: [],
        notStarted: undefined,
      };
      outcomes.set(group, outcome);
      const stopped = await this.setUp(group, outcome);
      if (stopped !== undefined) {
        if (this.json) this.report(planned, code, [], outcomes, undefined);
        this.tellStopped(stopped, stillThere);
        return 2;
      }
    }
    const allProven = [...outcomes.values()].every(o => o.proven);
    // Keys of a variable set may be those of the other workspaces: nothing goes before all of them can do without.
    const gone = new Set<string>();
    for (const [group, outcome] of outcomes) {
      const stopped = await this.cleanUp(group, outcome, allProven, gone);
      if (stopped !== undefined) {
        if (this.json) this.report(planned, code, [], outcomes, undefined);
        this.tellStopped(stopped, roleProven);
        return 2;
      }
    }
    let fixed: ApplyResult | undefined;
    const first = planned[0];
    if (allProven && code !== undefined && code.changes.length > 0 && first !== undefined) {
      fixed = await this.apply(first, code.changes, 'Fix the code');
      if (fixed.problem !== undefined) {
        if (this.json) this.report(planned, code, [], outcomes, fixed);
        this.tellStopped(fixed, roleProven);
        return 2;
      }
    }
    for (const [group, outcome] of outcomes) {
      if (allProven && this.values['prove-run']) await this.proveByRuns(group, outcome);
      const runsProve = outcome.notStarted === undefined && outcome.runs.every(r => r.proof.state === 'proven');
      const left = fixed === undefined ? outcome.checks : outcome.checks.filter(c => !isCodeOnly(c));
      if (!outcome.proven || worst(left) === 'wrong' || !runsProve) worstCode = 1;
    }
    this.finish(planned, code, outcomes, fixed);
    return worstCode;
  }

  /** The result of the apply that stopped, where one did. */
  private async setUp(group: PlannedGroup, outcome: GroupOutcome): Promise<ApplyResult | undefined> {
    if (group.changes.length > 0) {
      outcome.applied = await this.apply(group, group.changes, 'Set up OIDC');
      if (outcome.applied.state !== 'complete') return outcome.applied;
    }
    outcome.checks = await this.readBack(group);
    outcome.proven = proofGap(outcome.checks) === undefined;
    return undefined;
  }

  /** What is removed or put right after the proof; `gone` are changes that were made for another workspace already. */
  private async cleanUp(
    group: PlannedGroup,
    outcome: GroupOutcome,
    allProven: boolean,
    gone: Set<string>,
  ): Promise<ApplyResult | undefined> {
    if (!outcome.proven) return undefined;
    const changes = group.removals.filter(c => !gone.has(c.id) && (allProven || c.scope.type === 'workspace'));
    if (changes.length > 0) {
      outcome.removed = await this.apply(group, changes, 'Clean up variables');
      if (outcome.removed.state !== 'complete') return outcome.removed;
    }
    for (const change of changes) gone.add(change.id);
    if (group.removals.length > 0) outcome.checks = await this.readBack(group);
    return undefined;
  }

  private async readBack(group: PlannedGroup): Promise<readonly Check[]> {
    const checks: Check[] = [];
    for (const member of group.members) {
      const { facts } = await gatherFor(
        this.context,
        member.target,
        member.client,
        group.planned,
        group.request.journal,
      );
      checks.push(...runChecks(facts, trustJudge));
    }
    return checks;
  }

  private async proveByRuns(group: PlannedGroup, outcome: GroupOutcome): Promise<void> {
    for (const member of group.members) {
      const { facts, source } = await gatherFor(
        this.context,
        member.target,
        member.client,
        group.planned,
        group.request.journal,
      );
      if (source === undefined) continue;
      // The files were fixed a moment ago; what HCP Terraform has of them is another matter.
      const code = this.values['fix-code'] ? undefined : facts.code;
      try {
        outcome.runs.push(await runProof(this.context, member.client, source.workspace, { ...facts, code }));
      } catch (error) {
        // All that was asked for before is done, and has to be told.
        if (!(error instanceof ProblemError)) throw error;
        outcome.notStarted = error.problem;
      }
    }
  }

  private async apply(
    group: PlannedGroup,
    changes: readonly Change[],
    verb: string,
  ): Promise<ApplyResult & { readonly journal: string }> {
    const { planned, request } = group;
    const subject = subjectOf(planned.choices);
    const store = journals(request.journal);
    return locked(request.journal, subject, async () => {
      const stopped = unfinished(await readJournals(store), subject);
      if (stopped !== undefined) {
        throw new ProblemError({
          code: 'unfinished-run',
          message: whereItStopped(stopped),
          nextStep: 'Go on with "tfc-oidc apply --resume --yes", or go back with "tfc-oidc undo --yes".',
        });
      }
      const journal = journalName(Date.now(), subject);
      const names = group.members.map(m => `${m.workspace.organization}/${m.workspace.name}`).join(', ');
      const title = `${verb} for ${names} in account ${planned.caller.accountId}`;
      const result = await applyChanges(
        { title, subject, changes },
        surroundings(this.context, planned, store, journal, this.json),
      );
      return { ...result, journal };
    });
  }

  private tellStopped(applied: ApplyResult, credentials: string): void {
    const { problem } = applied;
    this.context.err(
      `Stopped after ${applied.done} of ${applied.total} changes${problem === undefined ? '' : `: ${problem.message} (${problem.code})\n${problem.nextStep}`}\n${credentials}\n`,
    );
  }

  private finish(
    planned: readonly PlannedGroup[],
    code: CodePlan | undefined,
    outcomes: ReadonlyMap<PlannedGroup, GroupOutcome>,
    fixed: ApplyResult | undefined,
  ): void {
    if (this.json) {
      this.report(planned, code, [], outcomes, fixed);
      return;
    }
    const { context } = this;
    const allProven = [...outcomes.values()].every(o => o.proven);
    for (const [group, { proven, checks, runs, notStarted }] of outcomes) {
      const names = group.members.map(m => `${m.workspace.organization}/${m.workspace.name}`).join(', ');
      context.out(`\nRead back (${names}): ${proven ? 'proven' : 'not proven'}\n${checks.map(checkText).join('')}`);
      for (const run of runs) context.out(`\n${runProofText(names, run)}`);
      if (notStarted !== undefined)
        context.err(`No plan-only run proves it: ${notStarted.message} (${notStarted.code})\n${notStarted.nextStep}\n`);
      if (!proven && group.removals.length > 0)
        context.err('The static keys were left in place, since the role is not proven.\n');
      else if (!allProven && group.removals.some(c => c.scope.type === 'varset'))
        context.err('What is in variable sets was left in place, since the roles are not all proven.\n');
    }
    if (fixed !== undefined) context.out(`\nCode: ${fixed.done} of ${fixed.total} files changed.\n`);
    else if (code !== undefined && code.changes.length > 0)
      context.err('The code was left as it is, since the roles are not all proven.\n');
    const { seconds, awsCalls, hcpCalls } = this.effort();
    context.out(`\nTook ${seconds} s, ${awsCalls} requests to AWS and ${hcpCalls} to HCP Terraform.\n`);
  }

  private effort(): { readonly seconds: number; readonly awsCalls: number; readonly hcpCalls: number } {
    const { aws, hcp } = callsOf(this.context);
    return { seconds: Math.round((Date.now() - this.started) / 100) / 10, awsCalls: aws, hcpCalls: hcp };
  }

  private report(
    planned: readonly PlannedGroup[],
    code: CodePlan | undefined,
    problems: readonly Problem[],
    outcomes: ReadonlyMap<PlannedGroup, GroupOutcome>,
    fixed: ApplyResult | undefined,
  ): void {
    const codeJson = code === undefined ? {} : { code: code.changes.map(codeChangeJson), fixed: fixed ?? null };
    const bindings = planned.map(group => {
      const outcome = outcomes.get(group);
      return {
        ...planJson(group.planned, group.notes),
        variables: group.variables.changes.map(changeJson),
        removals: group.removals.map(changeJson),
        problems: [...group.planned.plan.problems, ...group.variables.problems],
        applied: outcome?.applied ?? null,
        ...(outcome !== undefined && { removed: outcome.removed ?? null, proven: outcome.proven }),
        checks: (outcome?.checks ?? []).map(checkJson),
        ...(outcome !== undefined && outcome.runs.length > 0 && { run: runProofJson(outcome.runs[0] as ProvenRun) }),
        ...(outcome?.notStarted !== undefined && { run: { state: 'not-started', problem: outcome.notStarted } }),
      };
    });
    const [only] = bindings;
    const body =
      bindings.length === 1 && only !== undefined
        ? { ...only, ...(problems.length > 0 && { problems }) }
        : { bindings };
    this.context.out(printJson({ ...body, ...codeJson, effort: this.effort() }));
  }
}
