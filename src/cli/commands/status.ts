import { worst } from '../../binding/check';
import { hasUnread } from '../../binding/facts';
import { checkJson, checkText } from '../../binding/report';
import { checkBindings, statusOptions } from '../binding/bindings';
import { readTerraformFolder } from '../terraformFolder';
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
  about: `Runs every check of every workspace that the project's cloud blocks name. Reads HCP Terraform with the token that Terraform would use, and with --profile the AWS account. Writes nothing.`,
  options: { ...statusOptions, use: useOption, strict: strictOption, format: textOrJson },
  report: `JSON: { "bindings": [{ "dir", "hostname", "organization", "workspace", "state", "checks": [{ "id", "configuration", "phase", "title", "state": "ok|warning|wrong|unknown", "evidence", "why", "nextStep", "failureModes", "page" }] }] }`,
  exits: {
    0: 'nothing is wrong. "unknown" is not wrong; it says why it is unknown',
    1: 'something is wrong',
    2: 'could not run, or something that was asked for could not be read: a workspace, its variables or runs, the account of --profile; with --strict also where any check is unknown',
  },
  async run(context, { values, positionals }) {
    const format = values.format;
    const folder = await readTerraformFolder(context, positionals);
    const bindings = await checkBindings(context, values, folder, { use: values.use });
    const rows = bindings.map(b => ({
      ...(b.root !== undefined && { dir: folder.name(b.root.dir) }),
      hostname: b.hostname,
      organization: b.organization,
      workspace: b.workspace,
      state: worst(b.checks),
      checks: b.checks.map(checkJson),
    }));
    if (format === 'json') context.out(jsonReport('status', { bindings: rows }));
    else {
      if (bindings.length === 0) context.out('No cloud block names a workspace here.\n');
      bindings.forEach(b =>
        context.out(
          `\n${b.organization}/${b.workspace} on ${b.hostname}: ${worst(b.checks)}\n${b.checks.map(checkText).join('')}`,
        ),
      );
    }
    return exitCode(
      {
        wrong: bindings.some(b => worst(b.checks) === 'wrong'),
        unread: bindings.some(b => hasUnread(b.facts)),
        open: bindings.some(b => b.checks.some(check => check.state === 'unknown')),
      },
      values.strict,
    );
  },
});
