import type { DesiredBinding } from '../../binding/desired';
import { desiredBinding } from '../../binding/desire';
import { exportAwsCli } from '../../binding/export/awsCli';
import { exportCloudFormation } from '../../binding/export/cloudFormation';
import { type Existing, existingIn, nothing } from '../../binding/export/existing';
import { exportTerraform } from '../../binding/export/terraform';
import { accountId, partitionOfRegion } from '../../oidc/partition';
import { planBinding } from '../binding';
import { bindingHelp, bindingOptions, bindingRequest } from '../bindingOptions';
import { choice, type Command, text, UsageError } from '../command';
import { unwrap } from '../names';

export const exportBinding: Command = {
  name: 'export',
  summary: 'print the setup as Terraform, CloudFormation or an AWS CLI script',
  help: `Prints the same desired state that "plan" and "apply" work from, as code. Writes nothing.

Usage: tfc-oidc export [PATH] --project PROJECT --as terraform|cloudformation|aws-cli [options]

  --as KIND             terraform (AWS and tfe providers, with import blocks for what exists), cloudformation (YAML),
                        aws-cli (a bash script that can be run again)
  --account ID          take the account id as given and do not ask AWS (nothing is looked up, so nothing is imported)
  --partition P         with --account: aws (default), aws-us-gov, aws-cn, …
${bindingHelp}
  --format text|json    json: { "as", "text" }`,
  options: { ...bindingOptions, as: { type: 'string' }, account: { type: 'string' }, partition: { type: 'string' } },
  async run(context, { values, positionals }) {
    const format = choice(values, 'format', ['text', 'json'], 'text');
    if (text(values, 'as') === undefined) throw new UsageError('--as is needed: terraform, cloudformation or aws-cli');
    const as = choice(values, 'as', ['terraform', 'cloudformation', 'aws-cli'], 'terraform');
    const request = await bindingRequest(context, values, positionals);
    const account = text(values, 'account');
    let desired: DesiredBinding;
    let existing: Existing = nothing;
    if (account === undefined) {
      const planned = await planBinding(context, request);
      desired = planned.desired;
      existing = existingIn(planned.actual);
    } else {
      const partition = text(values, 'partition') ?? partitionOfRegion(request.region ?? '');
      desired = unwrap(desiredBinding(request.choices(unwrap(accountId(account)), partition)));
    }
    const out =
      as === 'terraform'
        ? exportTerraform(desired, existing)
        : as === 'cloudformation'
          ? exportCloudFormation(desired, existing)
          : exportAwsCli(desired);
    context.out(format === 'json' ? `${JSON.stringify({ as, text: out }, null, 2)}\n` : out);
    return 0;
  },
};
