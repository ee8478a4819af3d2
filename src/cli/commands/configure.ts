import { identityOfFacts } from '../../binding/facts';
import { kindNamed } from '../binding/bindingNames';
import { bindingRequest } from '../binding/setupOptions';
import { journalDir } from '../binding/journalPlace';
import { configureModule } from '../binding/configureModule';
import { configureStack } from '../binding/configureStack';
import { configureOptions, type ConfigureValues } from '../binding/configureOptions';
import { targets } from '../binding/checkedBindings';
import {
  type ConfiguredGroup,
  type ReadTarget,
  readTarget,
  runConfigure,
  workspaceGroups,
} from '../binding/configureRun';
import { HcpSessions } from '../binding/hcpSession';
import { readTerraformFolder } from '../terraformFolder';
import { type CliContext, command } from '../command';
import { UsageError } from '../option';

export const configure = command({
  name: 'configure',
  group: 'Set up',
  summary: 'set up OIDC for workspaces from end to end: IAM, variables, proof, and then the static keys',
  operands: '[PATH]',
  about: `Reads the workspace from HCP Terraform (its real project, its variables) and the AWS account, plans IAM and variables together, and with --yes applies them in an order that leaves the workspace with working credentials at every moment: first IAM, then the variables, then the proof by reading everything back, and only then, where asked for, the removal of static keys and the fixes of the code. "tfc-oidc undo" takes it back.

Of several workspaces (--workspace several times, or --all-workspaces) each gets roles of its own; see --shared-roles.`,
  options: configureOptions,
  report: `JSON: the plan as of "tfc-oidc plan", with "variables": [change…], "removals": [change…], "code": [change…], "applied", "removed", "fixed", "proven", "checks": [check…] after the proof, "run", and "effort": { "seconds", "awsCalls", "hcpCalls" }. Of several workspaces: { "bindings": [as above…], "code", "fixed", "effort" }`,
  exits: {
    0: 'done and proven',
    1: 'not applied, not proven, or a check is wrong',
    2: 'stopped, or could not run',
  },
  async run(context, { values, positionals }) {
    const started = Date.now();
    const folder = await readTerraformFolder(context, positionals);
    const kind = kindNamed(values, folder);
    if (kind === 'module-test') return configureModule(context, values, positionals, folder, started);
    if (kind === 'stack') return configureStack(context, values, positionals, folder, started);
    const sessions = new HcpSessions(context);
    const found = await targets(context, values, folder, sessions);
    if (found.length === 0)
      throw new UsageError(
        'no workspace is named: give --organization and --workspace, or a PATH whose cloud block names them',
      );
    const several = values['all-workspaces'] || values.workspace.length > 1;
    if (found.length > 1 && !several)
      throw new UsageError(
        `PATH names ${found.length} workspaces (${found.map(t => t.workspace).join(', ')}); choose with --workspace, or take all with --all-workspaces`,
      );
    const shared = values['shared-roles'] && found.length > 1;
    checkOptions(values, found.length, shared);
    const read: ReadTarget[] = [];
    for (const target of found) {
      const client = await sessions.open(target.hostname, target.root?.cloud);
      read.push(await readTarget(context, target, client, journalDir(context, values)));
    }
    const groups: ConfiguredGroup[] = [];
    for (const members of shared ? [read] : read.map(r => [r])) {
      groups.push({ targets: members, request: await requestFor(context, values, positionals, members) });
    }
    const [first] = groups;
    if (first === undefined) throw new Error('there is nothing to configure');
    return runConfigure(
      context,
      values,
      folder,
      first.request,
      opened => workspaceGroups(context, values, groups, opened),
      started,
    );
  },
});

function checkOptions(values: ConfigureValues, count: number, shared: boolean): void {
  const naming = (['role-name', 'plan-role-name', 'apply-role-name', 'workspace-id'] as const).filter(
    o => values[o] !== undefined,
  );
  if (count > 1 && !shared && naming.length > 0)
    throw new UsageError(`--${naming[0] ?? ''} is for one workspace; for one role of several add --shared-roles`);
  if (count > 1 && !shared && values['variable-set'] !== undefined)
    throw new UsageError(
      'workspaces with roles of their own need variables of their own; --variable-set goes with --shared-roles',
    );
  if (shared && values['role-name'] === undefined && naming.length < 2)
    throw new UsageError('--shared-roles needs a name for the role: --role-name');
}

function requestFor(
  context: CliContext,
  values: ConfigureValues,
  positionals: readonly string[],
  members: readonly ReadTarget[],
): ReturnType<typeof bindingRequest> {
  const [first] = members.map(m => m.workspace);
  return bindingRequest(
    context,
    {
      ...values,
      organization: first?.organization,
      workspace: members.map(m => m.workspace.name),
      project: first?.project.name,
      ...(members.length === 1 && { 'workspace-id': first?.id }),
      hostname: first?.hostname,
    },
    positionals,
    members.map(m => identityOfFacts(m.workspace)),
    members.map(m => ({ client: m.client, id: m.workspace.id })),
  );
}
