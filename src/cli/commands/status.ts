import { worst } from '../../binding/check';
import { hasUnread } from '../../binding/facts';
import { checkJson, checkText, overallText } from '../../binding/report';
import { checkBindings, statusOptions } from '../binding/checkedBindings';
import type { CheckedTests } from '../../binding/gather/moduleTests';
import { checkModule, moduleOptions } from '../binding/moduleTests';
import { readTerraformFolder } from '../terraformFolder';
import { checkStacks, nothingHere } from '../binding/deployments';
import { command } from '../command';
import { exitCode } from '../exitCode';
import { flag, textOrJson, strictOption } from '../option';
import { jsonReport } from '../output/jsonReport';

const useOption = flag(
  'with --profile: also ask IAM what the roles used of what they were granted (a report, some seconds each)',
);

export const status = command({
  name: 'status',
  group: 'State',
  summary: 'say what is true of every binding: workspace, variables, account, code',
  operands: '[PATH]',
  about: `Runs every check of every workspace that the project's cloud blocks name, and of every deployment of its Stacks; with --module those of the tests of a registry module. Reads HCP Terraform with the token that Terraform would use, and with --profile the AWS account. Writes nothing.`,
  options: { ...statusOptions, use: useOption, ...moduleOptions, strict: strictOption, format: textOrJson },
  report: `JSON: { "bindings": [{ "dir", "hostname", "organization", "workspace", "state", "checks": [{ "id", "configuration", "phase", "title", "state": "ok|warning|wrong|unknown", "evidence", "why", "nextStep", "failureModes", "page" }] }], "deployments": [{ "dir", "name", "state", "checks": [...] }], "modules": [{ "organization", "module", "provider", "state", "checks": [...] }] }, the last two where there is a Stack, and with --module`,
  exits: {
    0: 'nothing is wrong. "unknown" is not wrong; it says why it is unknown',
    1: 'something is wrong',
    2: 'could not run, or something that was asked for could not be read: a workspace, its variables or runs, the account of --profile; with --strict also where any check is unknown',
  },
  async run(context, { values, positionals }) {
    const format = values.format;
    const folder = await readTerraformFolder(context, positionals);
    const tests = await checkModule(context, values, folder);
    const bindings = tests === undefined ? await checkBindings(context, values, folder, { use: values.use }) : [];
    const deployments = tests === undefined ? await checkStacks(context, values, folder) : [];
    const modules = tests === undefined ? [] : [tests];
    const rows = bindings.map(b => ({
      ...(b.root !== undefined && { dir: folder.name(b.root.dir) }),
      hostname: b.hostname,
      organization: b.organization,
      workspace: b.workspace,
      state: worst(b.checks),
      checks: b.checks.map(checkJson),
    }));
    const ofStacks = deployments.map(({ root, wiring, checks }) => ({
      dir: folder.name(root.dir),
      name: wiring.deployment.name,
      state: worst(checks),
      checks: checks.map(checkJson),
    }));
    const all = [...bindings, ...deployments, ...modules];
    if (format === 'json')
      context.out(
        jsonReport('status', {
          bindings: rows,
          ...(ofStacks.length > 0 && { deployments: ofStacks }),
          ...(modules.length > 0 && { modules: modules.map(testsJson) }),
        }),
      );
    else {
      if (all.length === 0) context.out(nothingHere(folder));
      modules.forEach(({ module, checks }) =>
        context.out(`\nTests of module ${module.name}: ${overallText(checks)}\n${checks.map(checkText).join('')}`),
      );
      deployments.forEach(({ root, wiring, checks }) =>
        context.out(
          `\nDeployment "${wiring.deployment.name}" of the Stack in ${folder.name(root.dir)}: ${overallText(checks)}\n${checks.map(checkText).join('')}`,
        ),
      );
      bindings.forEach(b =>
        context.out(
          `\n${b.organization}/${b.workspace} on ${b.hostname}: ${overallText(b.checks)}\n${b.checks.map(checkText).join('')}`,
        ),
      );
    }
    return exitCode(
      {
        wrong: all.some(b => worst(b.checks) === 'wrong'),
        unread: bindings.some(b => hasUnread(b.facts)) || modules.some(m => m.run.state === 'unknown'),
        open: all.some(b => b.checks.some(check => check.state === 'unknown')),
      },
      values.strict,
    );
  },
});

const testsJson = ({ module, checks }: CheckedTests) => ({
  organization: module.organization,
  module: module.name,
  provider: module.provider,
  state: worst(checks),
  checks: checks.map(checkJson),
});
