import { notAsked } from '../../binding/gather/binding';
import { placeOf } from '../../binding/place';
import type { OpenedAccount, SetupGroup } from '../../binding/setup';
import { unwrap } from '../../core/problem';
import { readTestConfiguration, registryModule } from '../../hcp/registry/tests';
import type { CliContext } from '../command';
import type { ExitCode } from '../exitCode';
import { UsageError } from '../option';
import type { TerraformFolder } from '../terraformFolder';
import { type BindingRequest, bindingRequest } from './setupOptions';
import type { ConfigureValues } from './configureOptions';
import { runConfigure } from './configureRun';
import { HcpSessions } from './hcpSession';
import { codeOf } from './services';

/** Options of `configure` that the tests of a module have no use for. */
const ofWorkspaces = [
  'variable-set',
  'fix-variables',
  'all-workspaces',
  'shared-roles',
  'remove-static-keys',
  'prove-run',
] as const;

/** `configure` for the tests of a registry module: the provider and one role, then the test configuration that names it, then the proof. */
export async function configureModule(
  context: CliContext,
  values: ConfigureValues,
  positionals: readonly string[],
  folder: TerraformFolder,
  started: number,
): Promise<ExitCode> {
  const foreign = ofWorkspaces.find(name => values[name] !== undefined && values[name] !== false);
  if (foreign !== undefined)
    throw new UsageError(`--${foreign} is for workspaces; the role of module tests is set in their test configuration`);
  const request = await bindingRequest(context, values, positionals);
  return runConfigure(context, values, folder, request, opened => groupsOf(context, request, opened), started);
}

async function groupsOf(
  context: CliContext,
  request: BindingRequest,
  { caller }: OpenedAccount,
): Promise<readonly SetupGroup[]> {
  const choices = request.choices(caller.accountId, caller.partition);
  const [identity] = choices.identities;
  if (identity?.kind !== 'module-test') throw new Error('there is no module');
  const { hostname } = choices;
  const module = registryModule(identity);
  const client = await new HcpSessions(context).open(hostname, undefined);
  const configuration = unwrap(await readTestConfiguration(client, module, context.signal));
  return [
    {
      members: [
        {
          place: placeOf(identity, hostname),
          code: codeOf(context, request.root),
          hcp: notAsked('Tests of a module have no workspace: their role is set in their test configuration.'),
          local: undefined,
          tests: { hostname, module, configuration, client },
          ...(choices.issuer !== undefined && { issuerHost: choices.issuer }),
        },
      ],
      choices,
      adopt: request.adopt,
      ownedByCode: request.ownedByCode,
      variableTarget: { type: 'workspace' },
      checkCaller: false,
      notes: request.notes(caller.accountId, caller.partition),
    },
  ];
}
