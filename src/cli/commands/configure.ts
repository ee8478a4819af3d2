import { apply as applyChanges, type ApplyResult } from '../../binding/apply';
import { worst } from '../../binding/check';
import { checkJson, checkText } from '../../binding/checkReport';
import { runChecks } from '../../binding/checks/table';
import type { Change } from '../../binding/change';
import { gatherBinding, type GatheredBinding } from '../../binding/gather/binding';
import { journalName, readJournals, unfinished, whereItStopped } from '../../binding/journal';
import { trustJudge } from '../../binding/judge';
import { planRemovals, planVariables, type VariablePlan, type VariableTarget } from '../../binding/planVariables';
import { subjectOf } from '../../binding/prepare';
import { ProblemError } from '../../core/problem';
import type { HcpClient } from '../../hcp/client/client';
import { findVarset } from '../../hcp/variables/read';
import { lintRoot } from '../../lint/lint';
import { journals, planBinding, type PlannedBinding, surroundings } from '../binding';
import { bindingHelp, bindingOptions, type BindingRequest, bindingRequest } from '../bindingOptions';
import { targets, type Target } from '../bindings';
import { choice, type CliContext, type Command, type ExitCode, type OptionValues, text, UsageError } from '../command';
import { unwrap } from '../names';
import { HcpSessions } from '../hcpSession';
import { planJson, planText, printJson } from '../planReport';
import { readTerraformFolder } from '../terraformFolder';

export const configure: Command = {
  name: 'configure',
  summary: 'set up OIDC for a workspace from end to end: IAM, variables, proof, and then the static keys',
  help: `Reads the workspace from HCP Terraform (its real project, its variables) and the AWS account, plans IAM and variables together,
and with --yes applies them in an order that leaves the workspace with working credentials at every moment: first IAM, then the
variables, then the proof by reading everything back, and only then, where asked for, the removal of static keys.

Usage: tfc-oidc configure [PATH] --yes [options]

${bindingHelp}
  --variable-set NAME   write the variables to this variable set of the workspace instead of to the workspace itself
  --remove-static-keys  after the proof: remove the static AWS variables of the workspace and of its variable sets. Their values
                        are secrets and are not kept: an undo can not bring them back.
  --yes                 apply; without it the plan is shown and nothing is written
  --format text|json    json: the plan as of "tfc-oidc plan", with "variables": [change…], "removals": [change…], "applied",
                        "checks": [check…] after the proof

"tfc-oidc undo" takes it back. "tfc-oidc fix" cleans the code; do that after the proof.
Exit codes: 0 done and proven, 1 not applied, or a check is wrong, 2 stopped or could not run.`,
  options: {
    ...bindingOptions,
    yes: { type: 'boolean' },
    'remove-static-keys': { type: 'boolean' },
    'variable-set': { type: 'string' },
  },
  async run(context, { values, positionals }) {
    const folder = await readTerraformFolder(context, positionals);
    const sessions = new HcpSessions(context);
    const found = await targets(context, values, folder, sessions);
    const [target] = found;
    if (target === undefined)
      throw new UsageError(
        'no workspace is named: give --organization and --workspace, or a PATH whose cloud block names them',
      );
    if (found.length > 1) throw new UsageError(`PATH names ${found.length} workspaces; choose one with --workspace`);
    const client = await sessions.open(target.hostname, target.root?.cloud);
    const before = await gather(context, target, client, undefined);
    const { workspace } = before.facts;
    if (workspace.state === 'unknown')
      throw new ProblemError({
        code: 'workspace-unknown',
        message: workspace.why,
        nextStep: 'Check the names and the token, then try again.',
      });
    const w = workspace.value;
    const request = await bindingRequest(
      context,
      {
        ...values,
        organization: w.organization,
        workspace: [w.name],
        project: w.project.name,
        'workspace-id': w.id,
        hostname: w.hostname,
      },
      positionals,
    );
    return new Configuration(context, values, target, client, request, before).run();
  },
};

function gather(
  context: CliContext,
  target: Target,
  client: HcpClient,
  planned: PlannedBinding | undefined,
): Promise<GatheredBinding> {
  return gatherBinding(
    {
      ...target,
      code:
        target.root === undefined
          ? undefined
          : { root: target.root, findings: lintRoot(target.root, { environment: context.env }) },
      client,
      account: planned ?? { missing: 'The account is read with the plan.' },
      now: Date.now(),
    },
    context.signal,
  );
}

class Configuration {
  private readonly json: boolean;

  constructor(
    private readonly context: CliContext,
    private readonly values: OptionValues,
    private readonly target: Target,
    private readonly client: HcpClient,
    private readonly request: BindingRequest,
    private readonly before: GatheredBinding,
  ) {
    this.json = choice(values, 'format', ['text', 'json'], 'text') === 'json';
  }

  async run(): Promise<ExitCode> {
    const { context, request } = this;
    const planned = await planBinding(context, request);
    const variables = await this.variablePlan(planned);
    const removals = this.removals();
    const problems = [...planned.plan.problems, ...variables.problems];
    const changes: readonly Change[] = [...planned.plan.changes, ...variables.changes];
    const shown = {
      ...planJson(planned, request.notes),
      variables: variables.changes.map(changeJson),
      removals: removals.map(changeJson),
    };
    if (!this.json) {
      context.out(planText(planned, [...request.notes, ...variables.notes]));
      if (variables.changes.length > 0)
        context.out(
          `\nVariables:\n${variables.changes.map(c => `  ${c.title}${c.value === undefined ? '' : `: ${c.value}`}\n`).join('')}`,
        );
      if (removals.length > 0)
        context.out(
          `\nAfter the proof:\n${removals.map(c => `  ${c.title}${c.undoNote === undefined ? '' : ` (${c.undoNote})`}\n`).join('')}`,
        );
      for (const problem of problems) context.err(`In the way: ${problem.message}\n  ${problem.nextStep}\n`);
    }
    if (problems.length > 0 || (changes.length + removals.length > 0 && this.values['yes'] !== true)) {
      if (this.json) context.out(printJson({ ...shown, problems, applied: null, checks: [] }));
      else
        context.err(
          problems.length > 0
            ? 'Nothing was written.\n'
            : `Nothing was written. Repeat it with --yes to write to AWS account ${planned.caller.accountId} and workspace ${this.target.workspace}.\n`,
        );
      return 1;
    }
    const applied = changes.length === 0 ? undefined : await this.apply(planned, changes, 'Set up OIDC');
    if (applied?.problem !== undefined) return this.stopped(shown, applied);
    return this.prove(planned, removals, shown, applied);
  }

  private async variablePlan(planned: PlannedBinding): Promise<VariablePlan> {
    const { source } = this.before;
    if (source === undefined) {
      const why =
        this.before.facts.variables.state === 'unknown'
          ? this.before.facts.variables.why
          : 'The variables could not be read.';
      return {
        changes: [],
        problems: [
          {
            code: 'variables-unknown',
            message: why,
            nextStep: 'Use a token that may read and write variables of the workspace.',
          },
        ],
        notes: [],
      };
    }
    return planVariables(
      source.workspace,
      source.reading,
      planned.desired.variables[0]?.variables ?? [],
      await this.variableTarget(source.workspace.id),
    );
  }

  private async variableTarget(workspaceId: string): Promise<VariableTarget> {
    const name = text(this.values, 'variable-set');
    if (name === undefined) return { type: 'workspace' };
    const found = unwrap(await findVarset(this.client, workspaceId, name, this.context.signal));
    if (found === undefined) {
      throw new ProblemError({
        code: 'variable-set-missing',
        message: `No variable set "${name}" reaches workspace ${this.target.workspace}.`,
        nextStep: 'Apply the variable set to the workspace or its project, then try again.',
      });
    }
    return { type: 'varset', ...found };
  }

  private removals(): ReturnType<typeof planRemovals> {
    const { source, facts } = this.before;
    if (this.values['remove-static-keys'] !== true || source === undefined || facts.variables.state === 'unknown')
      return [];
    return planRemovals(source.workspace, source.reading, facts.variables.value.staticCredentials);
  }

  private async apply(
    planned: PlannedBinding,
    changes: readonly Change[],
    verb: string,
  ): Promise<ApplyResult & { readonly journal: string }> {
    const subject = subjectOf(planned.choices);
    const store = journals(this.request.journal);
    const stopped = unfinished(await readJournals(store), subject);
    if (stopped !== undefined) {
      throw new ProblemError({
        code: 'unfinished-run',
        message: whereItStopped(stopped),
        nextStep: 'Go on with "tfc-oidc apply --resume --yes", or go back with "tfc-oidc undo --yes".',
      });
    }
    const journal = journalName(Date.now(), subject);
    const title = `${verb} for ${this.target.organization}/${this.target.workspace} in account ${planned.caller.accountId}`;
    const result = await applyChanges(
      { title, subject, changes },
      surroundings(this.context, planned, store, journal, this.json),
    );
    return { ...result, journal };
  }

  private stopped(shown: object, applied: ApplyResult): ExitCode {
    const { problem } = applied;
    if (this.json) this.context.out(printJson({ ...shown, applied, checks: [] }));
    this.context.err(
      `Stopped after ${applied.done} of ${applied.total} changes${problem === undefined ? '' : `: ${problem.message} (${problem.code})\n${problem.nextStep}`}\nThe credentials that the workspace had are still in place.\n`,
    );
    return 2;
  }

  /** Reads everything back. Static keys go only when the role, its trust and the variables are proven. */
  private async prove(
    planned: PlannedBinding,
    removals: ReturnType<typeof planRemovals>,
    shown: object,
    applied: ApplyResult | undefined,
  ): Promise<ExitCode> {
    let checks = runChecks((await gather(this.context, this.target, this.client, planned)).facts, trustJudge);
    const essential = checks.filter(c => c.id !== 'no-static-credentials' && c.id !== 'last-run');
    const proven = worst(essential) !== 'wrong' && essential.some(c => c.id === 'role-trusts-run' && c.state === 'ok');
    let removed: ApplyResult | undefined;
    if (proven && removals.length > 0) {
      removed = await this.apply(planned, removals, 'Remove static keys');
      if (removed.problem !== undefined) return this.stopped(shown, removed);
      checks = runChecks((await gather(this.context, this.target, this.client, planned)).facts, trustJudge);
    }
    if (this.json)
      this.context.out(
        printJson({
          ...shown,
          applied: applied ?? null,
          removed: removed ?? null,
          proven,
          checks: checks.map(checkJson),
        }),
      );
    else {
      this.context.out(`\nRead back: ${proven ? 'proven' : 'not proven'}\n${checks.map(checkText).join('')}`);
      if (!proven && removals.length > 0)
        this.context.err('The static keys were left in place, since the role is not proven.\n');
    }
    return proven && worst(checks) !== 'wrong' ? 0 : 1;
  }
}

function changeJson(change: ReturnType<typeof planRemovals>[number]): object {
  return {
    id: change.id,
    kind: change.kind,
    action: change.action,
    title: change.title,
    scope: change.scope,
    key: change.key,
    category: change.category,
    before: change.before ?? null,
    after: change.after ?? null,
    destructive: change.destructive,
    undoable: change.undoable,
    ...(change.undoNote !== undefined && { undoNote: change.undoNote }),
  };
}
