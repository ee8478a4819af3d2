import { fail, ok, type Problem, type Result } from '../../core/problem';
import { belongsTo, schemesOf } from './address';
import { fieldsOf } from './document';
import { type Endpoint, replyProblem } from './problems';
import { jsonOf, type Transport } from './transport';

/** The host that is asked, and what the user's CLI configuration says in the place of its discovery document. */
interface Host {
  readonly hostname: string;
  readonly serviceUrl?: string;
}

/** The API's base: https://developer.hashicorp.com/terraform/internals/remote-service-discovery */
export async function findService(transport: Transport, host: Host, signal: AbortSignal): Promise<Result<URL>> {
  const { hostname, serviceUrl } = host;
  if (serviceUrl !== undefined) return configuredService(hostname, serviceUrl);
  const at: Endpoint = { hostname, method: 'GET', path: '/.well-known/terraform.json' };
  let problem: Problem | undefined;
  for (const scheme of schemesOf(hostname)) {
    const url = new URL(`${scheme}://${hostname}/.well-known/terraform.json`);
    // No token: where the API is must be known before it may be sent.
    const answer = await transport.send({ at, url, headers: { Accept: 'application/json' }, safe: true }, signal);
    if (!answer.ok) {
      // Old Terraform Enterprise and simple servers have the API in its usual place, without discovery.
      if (answer.problem.status === 404) return ok(new URL('/api/v2', url));
      problem ??= answer.problem;
      continue;
    }
    const json = jsonOf(answer.value, at);
    if (!json.ok) return json;
    const services = fieldsOf(json.value);
    const service = services['tfe.v2'] ?? services['tfe.v2.1'] ?? services['tfe.v2.2'];
    if (typeof service !== 'string') return fail(replyProblem(at, 'lacks tfe.v2: this host has no workspaces'));
    return serviceOf(service, url, at);
  }
  return fail(problem ?? replyProblem(at, 'is missing'));
}

/** The user's own word, unlike what a host says of itself: it may lead to another host, but only with encryption. */
function configuredService(hostname: string, service: string): Result<URL> {
  const nextStep = `Put "tfe.v2" = "https://…/api/v2/" into its services, or remove the host block.`;
  const url = URL.canParse(service, `https://${hostname}/`) ? new URL(service, `https://${hostname}/`) : undefined;
  if (service === '' || url === undefined)
    return fail({
      code: 'hcp-no-service',
      message: `The host block for ${hostname} in Terraform's CLI configuration has no address of tfe.v2.`,
      nextStep,
    });
  if (belongsTo(url, url.host) || belongsTo(url, hostname)) return ok(url);
  return fail({
    code: 'hcp-no-encryption',
    message: `The host block for ${hostname} in Terraform's CLI configuration names an address that is not https. The token is not sent there.`,
    nextStep,
  });
}

function serviceOf(service: string, relativeTo: URL, at: Endpoint): Result<URL> {
  if (!URL.canParse(service, relativeTo)) return fail(replyProblem(at, 'has no good URL as tfe.v2'));
  const url = new URL(service, relativeTo);
  if (belongsTo(url, at.hostname)) return ok(url);
  return fail({
    code: 'hcp-other-host',
    message: `${at.hostname} says that its API is at ${url.protocol}//${url.host}. A token is sent to its own host only.`,
    nextStep: `Use ${url.host} as the host name, with a token of its own.`,
  });
}
