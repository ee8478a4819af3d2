import { awsAnswer, hostAnswer, whoamiText } from '../../binding/gather/whoami';
import { noTokenProblem } from '../../hcp/tokens/report';
import type { CloudSettings } from '../../terraform/model';
import { accountOf } from '../binding/accounts';
import { profileOptions } from '../binding/setupOptions';
import { HcpSessions } from '../binding/hcpSession';
import { thisMachine } from '../../node/thisMachine';
import { type CliContext, command } from '../command';
import { exitCode } from '../exitCode';
import { list, textOrJson } from '../option';
import { readTerraformFolder } from '../terraformFolder';
import { jsonReport } from '../output/jsonReport';

export const whoami = command({
  name: 'whoami',
  group: 'State',
  summary: 'say which AWS account and which tokens are used here, and why these',
  operands: '[PATH]',
  about: `Says which AWS credentials and which tokens of HCP Terraform are used here, where they come from, what else was there and comes later in the order, and whose they are: STS and each host are asked for that. Says too where aws and Terraform's AWS provider would take different credentials. Writes nothing, and shows no secret.`,
  options: {
    ...profileOptions,
    hostname: list('HOST', 'a host whose token is looked for (default: those of the cloud blocks below PATH)'),
    format: textOrJson,
  },
  report: `JSON: { "aws": { "profile", "profileFrom", "source", "passedOver": [], "terraform", "differs", "differences": [], "region", "account", "alias", "caller", "expires", "problem" }, "hosts": [{ "hostname", "source", "service", "looked": [], "user", "problem" }] }`,
  exits: { 0: 'all are known and agree', 1: 'aws and Terraform differ, or one of them is missing' },
  async run(context, { values, positionals }) {
    const { format, profile, region } = values;
    const machine = await thisMachine(context.env);
    const aws = await awsAnswer(machine, profile, () => accountOf(context, { profile, region }), context.signal);
    const sessions = new HcpSessions(context);
    const hosts = [];
    for (const [hostname, cloud] of await hostsOf(context, values.hostname, positionals)) {
      const { found, client } = await sessions.find(hostname, cloud);
      const missing = client === undefined ? noTokenProblem(hostname, found) : undefined;
      hosts.push(await hostAnswer(hostname, found, client, missing, context.signal));
    }
    context.out(format === 'json' ? jsonReport('whoami', { aws, hosts }) : whoamiText(aws, hosts));
    const known = aws.problem === undefined && hosts.every(host => host.problem === undefined);
    return exitCode({ wrong: !known || aws.differs });
  },
});

/** Each host once, with the block that may hold a token for it. */
async function hostsOf(
  context: CliContext,
  given: readonly string[],
  positionals: readonly string[],
): Promise<ReadonlyMap<string, CloudSettings | undefined>> {
  const hosts = new Map<string, CloudSettings | undefined>(given.map(host => [host, undefined]));
  if (hosts.size > 0 && positionals.length === 0) return hosts;
  const folder = await readTerraformFolder(context, positionals);
  for (const { cloud } of folder.project.roots) {
    if (cloud.kind !== 'cloud' && cloud.kind !== 'remote') continue;
    if (cloud.hostname.state === 'known') hosts.set(cloud.hostname.value, cloud);
    else if (cloud.hostname.state === 'absent') hosts.set('app.terraform.io', cloud);
  }
  if (hosts.size === 0) hosts.set('app.terraform.io', undefined);
  return hosts;
}
