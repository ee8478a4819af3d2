import { worst } from '../../binding/check';
import { checkJson, checkText } from '../../binding/report';
import { checkBindings, statusHelp, statusOptions } from '../binding/bindings';
import { choice, type Command } from '../command';
import { readTerraformFolder } from '../terraformFolder';

export const status: Command = {
  name: 'status',
  summary: 'say what is true of every binding: workspace, variables, account, code',
  help: `Runs every check of every workspace that the project's cloud blocks name. Reads HCP Terraform with the token that Terraform
would use, and with --profile the AWS account. Writes nothing.

Usage: tfc-oidc status [PATH] [options]

${statusHelp}
  --format text|json    json: { "bindings": [{ "dir", "hostname", "organization", "workspace", "state", "checks": [{ "id",
                        "configuration", "phase", "title", "state": "ok|warning|wrong|unknown", "evidence", "why", "nextStep",
                        "failureModes", "page" }] }] }

Exit codes: 0 nothing is wrong, 1 something is, 2 could not run. "unknown" is not wrong; it says why it is unknown.`,
  options: statusOptions,
  async run(context, { values, positionals }) {
    const format = choice(values, 'format', ['text', 'json'], 'text');
    const folder = await readTerraformFolder(context, positionals);
    const bindings = await checkBindings(context, values, folder);
    const rows = bindings.map(b => ({
      ...(b.root !== undefined && { dir: folder.name(b.root.dir) }),
      hostname: b.hostname,
      organization: b.organization,
      workspace: b.workspace,
      state: worst(b.checks),
      checks: b.checks.map(checkJson),
    }));
    if (format === 'json') context.out(`${JSON.stringify({ bindings: rows }, null, 2)}\n`);
    else {
      if (bindings.length === 0) context.out('No cloud block names a workspace here.\n');
      bindings.forEach(b =>
        context.out(
          `\n${b.organization}/${b.workspace} on ${b.hostname}: ${worst(b.checks)}\n${b.checks.map(checkText).join('')}`,
        ),
      );
    }
    return bindings.some(b => worst(b.checks) === 'wrong') ? 1 : 0;
  },
};
