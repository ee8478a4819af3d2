import type { Check } from '../../binding/check';
import { unreadProblem } from '../../binding/facts';
import { codeFacts, codeOwners } from '../../binding/gather/code';
import { localCredentials } from '../../binding/gather/localChain';
import { permissionSources } from '../../binding/gather/permissionSources';
import { isChanging } from '../../binding/remedy';
import { checkJson, checkText } from '../../binding/report';
import { carryOut, planRemedies, type RemedyPlan, type RemedyResult, type SetupMember } from '../../binding/setup';
import { ProblemError } from '../../core/problem';
import { permissionFile } from '../../node/permissionFiles';
import { journalDir } from '../binding/journalPlace';
import { checkBindings, type CheckedBinding, openIfAsked, statusOptions } from '../binding/checkedBindings';
import { HcpSessions } from '../binding/hcpSession';
import { thisMachine } from '../../node/thisMachine';
import { codeOf, setupServices } from '../binding/services';
import { cliSurface } from '../binding/surface';
import { type CliContext, command } from '../command';
import { exitCode } from '../exitCode';
import { flag, list, text, textOrJson, UsageError, type Values } from '../option';
import { applyJson, applyText, changeJson, changeText } from '../output/planReport';
import { readTerraformFolder, type TerraformFolder } from '../terraformFolder';
import { jsonReport } from '../output/jsonReport';

const repairOptions = {
  yes: flag('write; without it the changes are shown and nothing is written'),
  check: list('ID', 'only what puts this check right, as "tfc-oidc status" names it'),
  ...statusOptions,
  account: text('ID', 'stop unless the profile belongs to this account'),
  format: textOrJson,
} as const;

type RepairValues = Values<typeof repairOptions>;

export const repair = command({
  name: 'repair',
  group: 'Set up',
  summary: 'put right what checks found, by the smallest change each; needs --yes',
  operands: '[PATH]',
  about: `Runs the checks of one workspace and carries out their remedies: adds a subject to the trust policy of an existing role, adds an audience, sets one variable, and so on. Never makes a role: where nothing is set up yet, use "tfc-oidc configure". Shows each change first; with --yes makes them, with a journal, and reads everything back. "tfc-oidc undo" takes it back.`,
  options: repairOptions,
  report: `JSON: { "workspace", "changes": [change…], "notes", "problems", "result": { "state": "complete|stopped|cancelled|not-applied|nothing", "done", "total", "problem", "warning", "journal" }, "checks": [check…] }`,
  exits: {
    0: 'done, and the checks hold; or there was nothing to put right',
    1: 'not applied (problems, or changes without --yes), or a check is still wrong',
    2: 'could not run, or stopped in the middle',
  },
  async run(context, { values, positionals }) {
    const folder = await readTerraformFolder(context, positionals);
    const [binding, ...more] = await checkBindings(context, values, folder);
    if (binding === undefined || more.length > 0)
      throw new UsageError(
        binding === undefined ? 'no workspace is named' : 'several workspaces are named; choose one with --workspace',
      );
    const wanted = binding.checks.filter(c => values.check.length === 0 || values.check.includes(c.id));
    const plan = await planFor(context, values, folder, binding, wanted);
    const services = setupServices(context, journalDir(context, values), folder);
    const json = values.format === 'json';
    if (!json) context.out(planText(plan));
    const surface = cliSurface(context, { yes: values.yes, account: values.account }, json);
    const result = await carryOut(plan, services, surface, context.signal);
    context.out(json ? jsonReport('repair', resultJson(plan, result)) : resultText(result));
    const { state, checked } = result;
    const ids = new Set(wanted.map(c => c.id));
    const left = checked.checks.some(c => c.state === 'wrong' && ids.has(c.id));
    return exitCode({
      wrong: state === 'refused' || state === 'declined' || (state !== 'stopped' && left),
      stopped: state === 'stopped',
    });
  },
});

async function planFor(
  context: CliContext,
  values: RepairValues,
  folder: TerraformFolder,
  binding: CheckedBinding,
  wanted: readonly Check[],
): Promise<RemedyPlan> {
  const { hostname, organization, workspace: name, facts, root } = binding;
  if (facts.workspace.state === 'unknown') throw new ProblemError(unreadProblem(facts.workspace));
  const opened = await openIfAsked(context, values);
  const client = await new HcpSessions(context).open(hostname, root?.cloud);
  const code = codeOf(context, root);
  const place = { hostname, organization, workspace: name };
  const { workspace, variables, run } = facts;
  const member: SetupMember = {
    place,
    code,
    hcp: { client, reading: { workspace, variables, run, source: binding.source } },
    local: localCredentials(await thisMachine(context.env), code && codeFacts(code.root, code.findings)),
  };
  const ground = {
    member,
    checked: { ...binding, place },
    workspace: workspace.value,
    opened: 'missing' in opened ? undefined : opened,
    permissions: permissionSources(permissionFile),
    ownedByCode: folder.project.roots.flatMap(r => codeOwners(r, file => folder.name(file))),
  };
  const remedies = wanted.flatMap(c => (c.state === 'ok' || !isChanging(c.remedy) ? [] : [c.remedy]));
  return planRemedies(remedies, ground, setupServices(context, journalDir(context, values), folder), context.signal);
}

function planText({ changes, notes, problems }: RemedyPlan): string {
  const out = changes.map((c, i) => changeText(c, i + 1));
  if (changes.length === 0 && problems.length === 0) out.push('Nothing to put right by a change of its own.\n');
  out.push(...notes.map(note => `Note: ${note}\n`));
  out.push(...problems.map(p => `Not possible: ${p.message} (${p.code})\n  ${p.nextStep}\n`));
  return out.join('');
}

function resultText({ state, applied, checked }: RemedyResult): string {
  if (applied !== undefined) return `\n${applyText(applied)}\n${checked.checks.map(checkText).join('')}`;
  return state === 'nothing' ? '' : `\nNothing was written${state === 'declined' ? ': repeat it with --yes' : ''}.\n`;
}

const resultJson = (plan: RemedyPlan, { state, applied, checked }: RemedyResult) => ({
  workspace: `${checked.place.organization}/${checked.place.workspace}`,
  changes: plan.changes.map(changeJson),
  notes: plan.notes,
  problems: plan.problems,
  result:
    applied === undefined
      ? {
          state: state === 'nothing' ? 'nothing' : 'not-applied',
          done: 0,
          total: plan.changes.length,
          problem: null,
          warning: null,
          journal: null,
        }
      : applyJson(applied, applied.journal),
  checks: checked.checks.map(checkJson),
});
