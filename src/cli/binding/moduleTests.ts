import { type CheckedTests, gatherModuleTests } from '../../binding/gather/moduleTests';
import { readJournals } from '../../binding/journal/journal';
import { registryModule } from '../../hcp/registry/tests';
import { noTokenProblem } from '../../hcp/tokens/report';
import { defaultAudience, hostname as hostName, moduleName, organizationName } from '../../oidc/names';
import { unwrap } from '../../core/problem';
import type { ModuleTestIdentity } from '../../oidc/subject';
import { parseRoleArn } from '../../binding/checks/arn';
import type { CliContext } from '../command';
import { audienceOption, hostnameOf } from '../names';
import { section, text, UsageError, type Values } from '../option';
import type { TerraformFolder } from '../terraformFolder';
import { openIfAsked, type statusOptions } from './checkedBindings';
import { HcpSessions } from './hcpSession';
import { issuerFor } from './issuer';
import { journalToRead } from './journalPlace';
import { journals } from './services';

/** Options of status, doctor and prove-run for the tests of a registry module. */
export const moduleOptions = section('The tests of a registry module, in place of workspaces', {
  module: text('NAME', 'the name without "terraform-PROVIDER-"; NAME/PROVIDER for another provider than aws'),
  role: text('ARN', 'the role that is set in the test configuration (default: the one that was set from here)'),
  audience: audienceOption,
});

type ModuleValues = Values<typeof statusOptions> & Values<typeof moduleOptions>;

/** The module that the options name; undefined where they name none. */
function moduleNamed(values: ModuleValues, folder: TerraformFolder): ModuleTestIdentity | undefined {
  const { module, role, audience } = values;
  if (module === undefined) {
    if (role !== undefined || audience !== undefined)
      throw new UsageError('--role and --audience are for the tests of a module: name it (--module)');
    return undefined;
  }
  if (values.workspace.length > 0) throw new UsageError('name one of --workspace or --module');
  const organization = values.organization ?? folder.settings?.defaults.organization;
  if (organization === undefined) throw new UsageError('--organization is needed for --module');
  if (role !== undefined && parseRoleArn(role) === undefined)
    throw new UsageError(`--role takes the ARN of a role; it was "${role}"`);
  return {
    kind: 'module-test',
    organization: unwrap(organizationName(organization)),
    module: unwrap(moduleName(module)),
  };
}

/** The tests of the module that the options name, with all their checks; undefined where they name none. Nothing is written. */
export async function checkModule(
  context: CliContext,
  values: ModuleValues,
  folder: TerraformFolder,
): Promise<CheckedTests | undefined> {
  const identity = moduleNamed(values, folder);
  if (identity === undefined) return undefined;
  const hostname = hostnameOf({ hostname: values.hostname ?? folder.settings?.defaults.hostname });
  context.progress(`Reading the tests of ${identity.organization}/${identity.module} …\n`);
  const { found, client } = await new HcpSessions(context).find(hostname, undefined);
  const account = await openIfAsked(context, values);
  const issuer = 'missing' in account ? undefined : await issuerFor(context, values.issuer, unwrap(hostName(hostname)));
  for (const note of issuer?.notes ?? []) context.err(`${note}\n`);
  const journal = journalToRead(context, values);
  const { role, audience = defaultAudience } = values;
  return gatherModuleTests(
    {
      identity,
      module: registryModule(identity),
      client: client ?? { missing: noTokenProblem(hostname, found).message },
      issuer: issuer?.issuer ?? values.issuer ?? hostname,
      role: role === undefined ? undefined : { arn: role, audience },
      runs: journal === undefined ? [] : await readJournals(journals(journal)),
      account,
    },
    context.signal,
  );
}
