import { unwrap } from '../../core/problem';
import type { DesiredBinding } from '../../binding/desired/desired';
import { desiredBinding } from '../../binding/desired/choices';
import { planAccount } from '../../binding/plan/plan';
import { exportAwsCli } from '../../binding/export/awsCli';
import { exportCloudFormation } from '../../binding/export/cloudFormation';
import { type Existing, existingIn, existingVariables, nothing } from '../../binding/export/existing';
import { exportTerraform } from '../../binding/export/terraform';
import { readVariables } from '../../hcp/variables/read';
import type { Workspace } from '../../hcp/workspace/model';
import { readWorkspace } from '../../hcp/workspace/read';
import { accountId } from '../../oidc/partition';
import { identityOfFacts } from '../../binding/facts';
import type { WorkspaceIdentity } from '../../oidc/subject';
import { planBinding } from '../binding/accounts';
import { setupOptions, bindingRequest } from '../binding/setupOptions';
import { targets } from '../binding/checkedBindings';
import { HcpSessions } from '../binding/hcpSession';
import { partitionOf } from '../names';
import { readTerraformFolder } from '../terraformFolder';
import { type CliContext, command } from '../command';
import { exitCode } from '../exitCode';
import { optionalChoice, text, textOrJson, UsageError, type Values } from '../option';
import { jsonReport } from '../output/jsonReport';

const exportOptions = {
  as: optionalChoice(
    ['terraform', 'cloudformation', 'aws-cli'],
    'terraform (AWS and tfe providers, with import blocks for what exists), cloudformation (YAML), aws-cli (a bash script that can be run again); needed',
  ),
  format: textOrJson,
  ...setupOptions,
  account: text('ID', 'take the account id as given and do not ask AWS (nothing is looked up, so nothing is imported)'),
  partition: text('PARTITION', 'with --account: aws (default), aws-us-gov, aws-cn, …'),
} as const;

type ExportValues = Values<typeof exportOptions>;

export const exportBinding = command({
  name: 'export',
  group: 'Set up',
  summary: 'print the setup as Terraform, CloudFormation or an AWS CLI script',
  operands: '[PATH]',
  about: `Prints the same desired state that "plan" and "apply" work from, as code. Writes nothing.

With a token for the host, the workspace's real project is read from HCP Terraform, and so are its variables: Terraform code then imports those that are there. Without one, --project is needed.`,
  options: exportOptions,
  report: 'JSON: { "as", "text" }',
  exits: { 0: 'printed', 2: 'could not run, or IAM would refuse it' },
  async run(context, { values, positionals }) {
    const format = values.format;
    if (values.as === undefined) throw new UsageError('--as is needed: terraform, cloudformation or aws-cli');
    const as = values.as;
    const reported = await reportedWorkspaces(context, values, positionals);
    const request = await bindingRequest(
      context,
      reported === undefined ? values : { ...values, ...reported.values },
      positionals,
      reported?.identities,
    );
    const account = values.account;
    let desired: DesiredBinding;
    let existing: Existing = nothing;
    let quota: number | undefined;
    if (account === undefined) {
      const planned = await planBinding(context, request);
      desired = planned.desired;
      existing = existingIn(planned.actual, reported?.variables);
      quota = planned.choices.trustPolicyQuota;
    } else {
      const partition = partitionOf(values) ?? 'aws';
      const choices = request.choices(unwrap(accountId(account)), partition);
      desired = unwrap(desiredBinding(choices));
      quota = choices.trustPolicyQuota;
      existing = { ...nothing, variables: reported?.variables ?? [] };
    }
    // What is there already is no hindrance to code, but what IAM would refuse is.
    const empty = { ...desired.account, provider: undefined, roles: new Map() };
    const { problems } = planAccount(desired.account, empty, {
      adopt: true,
      ...(quota !== undefined && { trustPolicyQuota: quota }),
    });
    for (const note of request.notes(desired.account.accountId, desired.account.partition))
      context.err(`tfc-oidc export: note: ${note}\n`);
    for (const said of new Set(problems.map(p => `${p.message} ${p.nextStep}`)))
      context.err(`tfc-oidc export: ${said}\n`);
    if (problems.length > 0) return exitCode({ wrong: false, stopped: true });
    const out =
      as === 'terraform'
        ? exportTerraform(desired, existing)
        : as === 'cloudformation'
          ? unwrap(exportCloudFormation(desired, existing))
          : exportAwsCli(desired);
    context.out(format === 'json' ? jsonReport('export', { as, text: out }) : out);
    return exitCode({ wrong: false });
  },
});

interface Reported {
  readonly identities: readonly WorkspaceIdentity[];
  /** The names as HCP Terraform has them, in place of those that were given. */
  readonly values: Partial<ExportValues>;
  readonly variables: Existing['variables'];
}

/** The workspaces as HCP Terraform has them; `undefined` where nobody can be asked, or --project says that nobody has to be. */
async function reportedWorkspaces(
  context: CliContext,
  values: ExportValues,
  positionals: readonly string[],
): Promise<Reported | undefined> {
  if (values.project !== undefined) return undefined;
  const named = values.organization !== undefined && values.workspace.length > 0;
  const folder = named && positionals.length === 0 ? undefined : await readTerraformFolder(context, positionals);
  const sessions = new HcpSessions(context);
  const identities: WorkspaceIdentity[] = [];
  const variables: Existing['variables'][number][] = [];
  let first: Workspace | undefined;
  for (const target of await targets(context, values, folder, sessions)) {
    const { client } = await sessions.find(target.hostname, target.root?.cloud);
    if (client === undefined) return undefined;
    const workspace = unwrap(await readWorkspace(client, target.organization, target.workspace, context.signal));
    first ??= workspace;
    identities.push(identityOfFacts(workspace));
    const reading = await readVariables(client, workspace, context.signal);
    // Without the permission to read variables there is still everything else.
    if (reading.ok) variables.push(...existingVariables(workspace.name, reading.value.all));
  }
  if (first === undefined) return undefined;
  return {
    identities,
    variables,
    values: {
      organization: first.organization,
      workspace: identities.map(i => i.workspace),
      project: first.project.name,
      hostname: first.hostname,
      ...(identities.length === 1 && values['workspace-id'] === undefined && { 'workspace-id': first.id }),
    },
  };
}
