import { type Check, worst } from '../../binding/check';
import { checkJson, checkText, overallText } from '../../binding/report';
import { parseRoleArn } from '../../binding/checks/arn';
import { rolesOf } from '../../binding/stack/wiring';
import { planStackWiring, wiringOrProblem } from '../../binding/code/planWiring';
import { ProblemError, unwrap } from '../../core/problem';
import { lintRoot } from '../../lint/lint';
import { audienceName, defaultAudience, organizationName, projectName, stackName } from '../../oidc/names';
import type { Root } from '../../terraform/model';
import { checkDeployments } from '../binding/deployments';
import { onlyRoot, showAndWrite } from '../codeChanges';
import { filesAround } from '../files';
import { audienceOption, hostnameOf } from '../names';
import { jsonReport } from '../output/jsonReport';
import { readTerraformFolder } from '../terraformFolder';
import { HcpSessions } from '../binding/hcpSession';
import type { StackLook } from '../../binding/stack/look';
import { stackLook } from '../binding/stackLook';
import { type CliContext, command } from '../command';
import { exitCode } from '../exitCode';
import { flag, host, list, section, strictOption, text, textOrJson, UsageError, type Values } from '../option';

const stackOptions = {
  ...section('For the subjects of the deployments, which trust policies have to name', {
    organization: text('ORG', 'organization'),
    project: text('PROJECT', 'project'),
    stack: text('NAME', 'Stack'),
    hostname: host('HOST', 'default app.terraform.io'),
    audience: audienceOption,
  }),
  deployment: list('NAME', 'only this one'),
  'role-arn': list(
    'ARN',
    'write what is missing so that these deployments use this role; DEPLOYMENT=ARN for one of several, DEPLOYMENT.VARIABLE=ARN where its providers have several roles',
  ),
  profile: list('NAME', 'also read the OIDC provider and the roles of this account; several for several accounts'),
  region: text('REGION', "default: the profile's"),
  strict: strictOption,
  yes: flag('write the files; without it the difference is shown'),
  format: textOrJson,
} as const;

type StackValues = Values<typeof stackOptions>;

export const stack = command({
  name: 'stack',
  group: 'State',
  summary: "check how a Stack's deployments get AWS credentials, and write what is missing",
  operands: '[PATH]',
  about: `A Stack has no TFC_AWS_* variables: each deployment takes a token by an identity_token block, and the provider exchanges it by assume_role_with_web_identity. Checks that for every deployment, and with --role-arn writes what is missing. "tfc-oidc trust --stack NAME --deployment NAME" prints the trust policy of a deployment's role.`,
  options: stackOptions,
  report: `JSON: { "deployments": [{ "name", "roleArn", "roles": [{ "provider", "roleArn" }], "state", "checks": [...] }] }; with --role-arn { "changes": [{ "file", "title", "diff" }], "notes", "written" }`,
  exits: {
    0: 'nothing is wrong, or written',
    1: 'something is wrong, or not written (--yes is missing)',
    2: 'could not run',
  },
  async run(context, { values, positionals }) {
    const json = values.format === 'json';
    const folder = await readTerraformFolder(context, positionals);
    const root = onlyRoot(folder, folder.project);
    if (root.stack === undefined)
      throw new ProblemError({
        code: 'no-stack',
        message: 'There are no Stack files (*.tfcomponent.hcl, *.tfdeploy.hcl) here.',
        nextStep: 'Name the folder of a Stack.',
      });
    const given = values.audience === undefined ? undefined : unwrap(audienceName(values.audience));
    if (values['role-arn'].length > 0) {
      const { host, boundary } = await filesAround(folder.folder, context.env);
      const { changes, notes } = wiringOrProblem(
        await planStackWiring(
          { host, env: context.env, boundary },
          { root, findings: lintRoot(root, { environment: context.env }) },
          { audience: given ?? defaultAudience, ...rolesFor(values, root) },
          file => folder.name(file.path),
          context.signal,
        ),
      );
      return showAndWrite(context, folder, changes, { yes: values.yes, json, notes });
    }
    const look = await lookFor(context, values, root);
    const checked = await checkDeployments(context, root, {
      chosen: values.deployment,
      look,
      audience: given,
      profiles: values.profile,
      region: values.region,
    });
    const rows = checked.map(({ wiring, checks }) => ({
      name: wiring.deployment.name,
      roleArn: rolesOf(wiring)[0] ?? null,
      roles: wiring.exchanges.map(e => ({
        provider: e.name,
        roleArn: e.role.state === 'known' ? e.role.value : null,
      })),
      checks,
    }));
    if (rows.length === 0)
      throw new UsageError(
        `there is no such deployment; there are ${root.stack.deployments.map(d => d.name).join(', ') || 'none'}`,
      );
    if (json)
      context.out(
        jsonReport('stack', {
          deployments: rows.map(r => ({ ...r, state: worst(r.checks), checks: r.checks.map(checkJson) })),
        }),
      );
    else
      for (const row of rows)
        context.out(
          `\nDeployment "${row.name}": ${overallText(row.checks)}\n${row.checks.map(bare).map(checkText).join('')}`,
        );
    const states = rows.flatMap(r => r.checks.map(check => check.state));
    return exitCode({ wrong: states.includes('wrong'), open: states.includes('unknown') }, values.strict);
  },
});

/** The deployment stands in the heading already. */
function bare({ configuration: _configuration, ...check }: Check): Check {
  return check;
}

/** Options first, then what Terraform's own CLI reads from the environment, then HCP Terraform. A name that can be none is an error. */
async function lookFor(context: CliContext, values: StackValues, root: Root): Promise<StackLook> {
  if (values.organization !== undefined) unwrap(organizationName(values.organization));
  if (values.project !== undefined) unwrap(projectName(values.project));
  if (values.stack !== undefined) unwrap(stackName(values.stack));
  hostnameOf(values);
  const look = await stackLook(context, root, values, new HcpSessions(context), true);
  const named = values.organization !== undefined || values.project !== undefined || values.stack !== undefined;
  if (look.names === undefined && look.problem !== undefined && named) throw new ProblemError(look.problem);
  return look;
}

function rolesFor(
  values: StackValues,
  root: Root,
): { readonly roles: Record<string, string>; readonly variables: Record<string, Record<string, string>> } {
  const all = (root.stack?.deployments ?? []).map(d => d.name);
  const chosen = values.deployment;
  const roles: Record<string, string> = {};
  const variables: Record<string, Record<string, string>> = {};
  for (const given of values['role-arn']) {
    const match = /^([A-Za-z0-9_-]+)(?:\.([A-Za-z0-9_-]+))?=(.*)$/.exec(given);
    const [, deployment, variable, arn = given] = match ?? [];
    if (parseRoleArn(arn) === undefined)
      throw new UsageError(
        `--role-arn takes the ARN of a role, DEPLOYMENT=ARN, or DEPLOYMENT.VARIABLE=ARN; it was "${given}"`,
      );
    if (deployment === undefined) for (const name of chosen.length > 0 ? chosen : all) roles[name] = arn;
    else if (variable === undefined) roles[deployment] = arn;
    else (variables[deployment] ??= {})[variable] = arn;
  }
  return { roles, variables };
}
