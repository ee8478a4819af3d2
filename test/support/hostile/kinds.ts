import { eventsIn } from '../../../src/binding/doctor/pastedEvents';
import { eventReading } from '../../../src/binding/doctor/eventReading';
import { readErrorText } from '../../../src/binding/doctor/errorText';
import { readJournal, whereItStopped } from '../../../src/binding/journal/journal';
import { planFixes } from '../../../src/binding/plan/code';
import { resourceReference } from '../../../src/cli/permissionData';
import { mapReader } from '../../../src/core/mapReader';
import { HcpClient } from '../../../src/hcp/client/client';
import { RateLimiter } from '../../../src/hcp/client/limiter';
import { Secret } from '../../../src/hcp/client/secret';
import { parseCliConfig } from '../../../src/hcp/tokens/cliConfig';
import { readVariables } from '../../../src/hcp/variables/read';
import { readWorkspace } from '../../../src/hcp/workspace/read';
import { readableLog } from '../../../src/hcp/workspace/run';
import { lintPermissionText } from '../../../src/iam/lint/permissions/lintPermissions';
import { lintTrustText } from '../../../src/iam/lint/trust/lintTrust';
import { parseAsCli, parseAsGo } from '../../../src/iam/identity/ini';
import { lintRoot } from '../../../src/lint/lint';
import { readProject } from '../../../src/terraform/read';
import type { Plants } from './plants';
import { plantedPolicies, plantedRoot } from './plantedFiles';

/** What the product reads of others, with secrets in it, and all that it would say or keep of that. */
export interface Kind {
  readonly name: string;
  readonly texts: readonly string[];
  /** Everything that a person or a journal would get of one of the texts, changed by whatever. */
  readonly say: (text: string) => Promise<string>;
}

const never = new AbortController().signal;
const reference = resourceReference();
const said = (values: readonly { readonly message: string }[]): string => values.map(v => v.message).join('\n');

/** A root whose one file is the text; what is changed stands beside what is not. */
async function ofCode(name: string, text: string): Promise<string> {
  const files = mapReader(new Map([[name, text]]));
  const project = await readProject(files, {}, '/', '/');
  const out = [said(project.problems)];
  for (const root of project.roots) {
    const findings = lintRoot(root, { environment: {} });
    const all = [...root.modules.flatMap(m => m.files), ...root.otherFiles];
    const { changes, problems } = planFixes(all, findings, findings, file => file.path, { named: true });
    out.push(said(root.problems), said(findings), said(problems));
    for (const change of changes) out.push(change.title, change.before ?? '', change.after ?? '');
  }
  return out.join('\n');
}

function clientOf(reply: (url: string) => string): HcpClient {
  let now = 0;
  return new HcpClient({
    hostname: 'app.terraform.io',
    token: new Secret('x'),
    wait: () => Promise.resolve(),
    limiter: new RateLimiter(
      () => (now += 2000),
      () => Promise.resolve(),
    ),
    fetch: url =>
      Promise.resolve({
        status: 200,
        headers: { get: () => 'application/vnd.api+json' },
        text: () => Promise.resolve(reply(url)),
      }),
  });
}

function workspaceReply(): string {
  return JSON.stringify({
    data: {
      id: 'ws-1',
      type: 'workspaces',
      attributes: {
        name: 'prod',
        'execution-mode': 'remote',
        'terraform-version': '1.11.4',
        permissions: { 'can-read-variable': true },
      },
      relationships: {
        organization: { data: { id: 'acme', type: 'organizations' } },
        project: { data: { id: 'prj-1', type: 'projects' } },
      },
    },
    included: [{ id: 'prj-1', type: 'projects', attributes: { name: 'Default Project' } }],
  });
}

/** Replies of HCP Terraform; one text is the list of variables with secrets that nobody marked. */
async function ofReplies(text: string): Promise<string> {
  const out: string[] = [];
  const discovery = JSON.stringify({ 'tfe.v2': '/api/v2/' });
  const hcp = clientOf(url => (url.includes('.well-known') ? discovery : /vars/.test(url) ? text : workspaceReply()));
  const workspace = await readWorkspace(hcp, 'acme', 'prod', never);
  if (workspace.ok) {
    const variables = await readVariables(hcp, workspace.value, never, { compare: true });
    if (!variables.ok) out.push(variables.problem.message, variables.problem.nextStep);
  } else out.push(workspace.problem.message);
  const changed = clientOf(url => (url.includes('.well-known') ? discovery : text));
  const other = await readWorkspace(changed, 'acme', 'prod', never);
  if (!other.ok) out.push(other.problem.message, other.problem.nextStep);
  return out.join('\n');
}

function journalText(): string {
  const change = {
    kind: 'variable', id: 'v1', title: 'Set TFC_AWS_PROVIDER_AUTH', before: null, after: 'true', language: 'plaintext',
    destructive: false, undoable: true, hostname: 'app.terraform.io', organization: 'acme',
    scope: { type: 'workspace', id: 'ws-1', name: 'prod' }, variable: { key: 'TFC_AWS_PROVIDER_AUTH', category: 'env' },
    wanted: { value: 'true', description: '', sensitive: false, hcl: false },
  }; // prettier-ignore
  return [
    { type: 'begin', version: 1, at: 1, title: 'Set up', subject: 'app.terraform.io/acme/prod@123456789012', changes: [change] },
    { type: 'intent', id: 'v1', at: 2, prepared: null },
    { type: 'done', id: 'v1', at: 3, ours: true, outcome: null },
    { type: 'end', at: 4, state: 'complete' },
  ]
    .map(record => JSON.stringify(record))
    .join('\n'); // prettier-ignore
}

function eventText(plants: Plants): string {
  const record = {
    eventName: 'AssumeRoleWithWebIdentity',
    eventTime: '2026-11-24T09:15:00Z',
    eventID: '1',
    errorCode: 'AccessDenied',
    errorMessage: `Not authorized ${plants.secret('message of an event')}`,
    userIdentity: { type: 'WebIdentityUser', userName: 'organization:acme:project:p:workspace:w:run_phase:plan' },
    requestParameters: { roleArn: 'arn:aws:iam::123456789012:role/x', roleSessionName: 's' },
    responseElements: {
      credentials: {
        accessKeyId: plants.keyId('id in an event', 'ASIA'),
        sessionToken: plants.session('token in an event'),
      },
    },
  };
  return JSON.stringify({ Events: [{ CloudTrailEvent: JSON.stringify(record) }, record] });
}

export function kinds(plants: Plants): readonly Kind[] {
  const root = plantedRoot(plants, 'app.terraform.io');
  const policies = plantedPolicies(plants);
  const of = (name: string): string => root[name] ?? policies[name] ?? '';
  const code = (name: string, ...texts: readonly string[]): Kind => ({ name, texts, say: text => ofCode(name, text) });
  const variables = JSON.stringify({
    data: ['AWS_SECRET_ACCESS_KEY', 'db_password', 'TFC_AWS_PROVIDER_AUTH'].map((key, i) => ({
      id: `var-${i}`,
      type: 'vars',
      attributes: { key, value: plants.secret(`value of ${key}`), category: 'env', sensitive: false, hcl: false },
      relationships: { configurable: { data: { id: 'ws-1', type: 'workspaces' } } },
    })),
  });
  const rc = `credentials "app.terraform.io" {\n  token = "${plants.token('.terraformrc')}"\n}\nhost "x.example.com" {\n  services = {\n    "tfe.v2" = "https://x.example.com/"\n  }\n}\ncredentials_helper "h" {\n  args = ["a"]\n}\n`;
  const profiles = `[default]\naws_access_key_id = ${plants.keyId('id of a profile')}\naws_secret_access_key = ${plants.secret('key of a profile')}\n[profile a]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = default\n`;
  return [
    code('main.tf', of('main.tf'), of('more.tf')),
    code('more.tf.json', of('more.tf.json')),
    code('terraform.tfvars', of('terraform.tfvars'), of('x.auto.tfvars')),
    code('y.auto.tfvars.json', of('y.auto.tfvars.json')),
    {
      name: 'policy',
      texts: [of('policy.json'), of('boundary.json')],
      say: text => Promise.resolve(said(lintPermissionText(text, reference).findings)),
    },
    {
      name: 'trust policy',
      texts: [of('trust.json')],
      say: text =>
        Promise.resolve(said(lintTrustText(text, { hostname: 'app.terraform.io', organization: 'acme' }).findings)),
    },
    {
      name: 'log',
      texts: [of('error.txt')],
      say: text => Promise.resolve(JSON.stringify(readErrorText(readableLog(text)))),
    },
    {
      name: 'event',
      texts: [eventText(plants)],
      say: text =>
        Promise.resolve(JSON.stringify(eventsIn(text).map(e => eventReading(e, 'app.terraform.io') ?? null))),
    },
    {
      name: 'journal',
      texts: [journalText()],
      say: text => {
        const run = readJournal('j', text);
        return Promise.resolve(run === undefined ? '' : whereItStopped(run));
      },
    },
    { name: '.terraformrc', texts: [rc], say: text => Promise.resolve(JSON.stringify(parseCliConfig(text))) },
    {
      name: 'profiles',
      texts: [profiles],
      say: text =>
        Promise.resolve([parseAsCli(text), parseAsGo(text)].map(f => JSON.stringify('refused' in f ? f : '')).join()),
    },
    { name: 'replies', texts: [variables, workspaceReply()], say: ofReplies },
  ];
}
