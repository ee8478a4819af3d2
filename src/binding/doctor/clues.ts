import { decidedBy } from '../../iam/denials/explain';
import { headNextStep, headReasons, headRefusalIn } from '../../iam/denials/headRequests';
import { decisionOf, roleOf } from '../../iam/denials/message';
import type { FailureModeId } from '../failureModes';
import { foreignToken, knownForeign } from './issuers';
import type { Advice } from './signature';

/** What else a message tells: who was refused, whose policy decided, which kind of run it was, how long it took. */
export interface Clue {
  /** The failure mode that it names, in place of the message's own. */
  readonly names?: FailureModeId;
  /** No check speaks against it: it stands in the message itself. */
  readonly certain?: boolean;
  readonly advice?: Advice;
  /** Evidence, one sentence each. */
  readonly told?: readonly string[];
}

/** The parts of a message that clues are taken from. */
export interface CluedMessage {
  readonly code: string;
  readonly principal?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly profile?: string;
  readonly provider?: string;
  /** The message on one line, from a little before what was recognised on. */
  readonly around: string;
  /** "on main.tf line 3", of the message or of the one that wraps it; empty where there is none. */
  readonly frame: string;
}

/** The first clue that there is, the most telling kind first. */
export const clueOf = (message: CluedMessage): Clue =>
  callerClue(message) ??
  frameClue(message) ??
  refusalClue(message) ??
  profileClue(message) ??
  storedTokenClue(message) ??
  wayClue(message) ??
  issuerClue(message) ??
  vaultClue(message) ??
  {};

/** Codes that mean that a call was refused which has credentials. */
const refusals: ReadonlySet<string> = new Set(['PermissionMissing']);
const denials: ReadonlySet<string> = new Set(['AssumeRoleWithWebIdentityDenied', 'WebIdentityArgument']);
const without: ReadonlySet<string> = new Set(['NoCredentials', 'AliasWithoutCredentials']);

/** The ARN of a session: its role, and its own name. Who pastes it often hides the account's number, and keeps its place. */
const session = /^arn:[^:]+:sts::[^:]{0,40}:assumed-role\/([^/]+)(?:\/(.+))?$/;

/** How Vault begins what AWS answered to its AWS secrets engine. */
const vaultsOwn = /\* Error (?:assuming role|generating STS keys|creating IAM user|creating access keys):/i;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html: the ARN says what kind of caller it is. */
function callerClue({ code, principal, around }: CluedMessage): Clue | undefined {
  if (!refusals.has(code) || principal === undefined) return undefined;
  const user = /^arn:[^:]+:iam::[^:]{0,40}:(?:user\/(.+)|(root))$/.exec(principal);
  if (user !== null) return staticKey(user[1] === undefined ? 'the root user' : `the IAM user ${user[1]}`);
  const [, role, name = ''] = session.exec(principal) ?? [];
  if (role === undefined) return undefined;
  const sso = /^AWSReservedSSO_(.{1,64}?)(?:_[0-9a-f]{16}|_[0-9a-fxX*#.…-]{1,20})?$/.exec(role);
  if (sso !== null) return person(sso[1] ?? role);
  const job = jobs.find(([pattern]) => pattern.test(name));
  if (job !== undefined) return otherJob(job[1], role);
  // Vault asks with the role of its own machine.
  const host = vaultsOwn.test(around) ? undefined : hosts.find(([pattern]) => pattern.test(name));
  return host === undefined ? undefined : machine(host[1], role);
}

/** Names that a service gives to the sessions of its jobs: there Terraform ran, and not in HCP Terraform. */
const jobs: readonly (readonly [RegExp, string])[] = [
  [/^GitHubActions$/, 'a GitHub Actions job'],
  [/^AWSCodeBuild-[0-9a-f-]+$/, 'a CodeBuild build'],
  [/^GitLabRunner\b|^gitlab-/i, 'a GitLab CI job'],
];

/**
 * Names of the sessions that a machine hands to whatever runs on it, by the id of the instance, of the ECS task (32 hexadecimal digits),
 * or of the pod (https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html).
 */
const hosts: readonly (readonly [RegExp, string])[] = [
  [/^i-[0-9a-f]{8,17}$/, 'an EC2 instance'],
  [/^[0-9a-f]{32}$/, 'an ECS task'],
  [/^eks-.+-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'a pod in EKS'],
];

const staticKey = (who: string): Clue => ({
  names: 'static-keys-win',
  certain: true,
  told: [`The refused caller is ${who}: no role was assumed.`],
  advice: {
    explanation: `The call was made with an access key of ${who}. A static key comes before the injected role, so the role was not used.`,
    nextStep: `Find the access key of ${who}: in variables of the workspace and its sets, in the provider block, in the environment of the agent; on your own machine it is that of your AWS profile. Remove it once the role is proven.`,
  },
});

const person = (permissionSet: string): Clue => ({
  names: 'local-execution',
  certain: true,
  told: [`The refused caller is a person signed in by AWS SSO, with the permission set ${permissionSet}.`],
  advice: {
    explanation:
      'The refused caller is a person who signed in by AWS SSO (IAM Identity Center), so this was a local run on their own machine. HCP Terraform gives no role to those.',
    nextStep: `Run it in HCP Terraform (remote execution), or let the permission set ${permissionSet} do what was refused.`,
  },
});

const otherJob = (who: string, role: string): Clue => ({
  names: 'local-execution',
  certain: true,
  told: [`The refused caller is ${who} with the role ${role}.`],
  advice: {
    explanation: `The refused caller is ${who}, so Terraform ran there and not in HCP Terraform. The role of the workspace was not used.`,
    nextStep: `Let the run execute in HCP Terraform (remote execution), or allow the role ${role} of the job what was refused.`,
  },
});

const machine = (host: string, role: string): Clue => ({
  names: 'not-enabled',
  certain: true,
  told: [`The refused caller is the role ${role} of ${host}: the machine on which Terraform ran.`],
  advice: {
    explanation:
      'The provider found no injected credentials and took the role of the machine on which it ran, most likely that of an agent.',
    nextStep:
      'Set TFC_AWS_PROVIDER_AUTH to true and name the role, as environment variables of the workspace; where they are set, see whether the run was one of this workspace.',
  },
});

const frameKind = (frame: string): 'test' | 'stack' | undefined => {
  const file = /^on \S{0,300}\.(tftest|tofutest|tfcomponent|tfstack|tfdeploy)\.(?:hcl|json) line \d+$/.exec(frame)?.[1];
  if (file === undefined) return undefined;
  return file.endsWith('test') ? 'test' : 'stack';
};

/** The file in Terraform's frame says what kind of run it was, and so which subject its token had. */
function frameClue({ code, frame }: CluedMessage): Clue | undefined {
  const kind = frameKind(frame);
  if (kind === undefined) return undefined;
  if (denials.has(code)) return kind === 'test' ? testSubject : deploymentSubject;
  if (without.has(code)) return kind === 'test' ? testSwitch : deploymentToken;
  return undefined;
}

const testSubject: Clue = {
  names: 'subject-mismatch',
  told: ['The frame names a test file (.tftest.hcl): this was a test of a module.'],
  advice: {
    explanation:
      'A test of a module has a subject of its own, without project and workspace: organization:ORG:module:MODULE:operation:test_run. A trust policy for a workspace refuses it.',
    nextStep:
      'Let the trust policy of the role allow organization:ORG:module:MODULE:operation:test_run (tfc-oidc trust --module NAME prints it).',
  },
};

const deploymentSubject: Clue = {
  names: 'subject-mismatch',
  told: ['The frame names a file of a Stack: this was the deployment of a Stack, and no run of a workspace.'],
  advice: {
    explanation:
      'The deployment of a Stack has a subject of its own: organization:ORG:project:PROJECT:stack:STACK:deployment:DEPLOYMENT:operation:plan (or apply). A trust policy for a workspace refuses it.',
    nextStep:
      'Let the trust policy of the role allow the subject of the deployment (tfc-oidc trust --stack NAME --deployment NAME prints it).',
  },
};

const testSwitch: Clue = {
  names: 'not-enabled',
  told: ['The frame names a test file (.tftest.hcl): this was a test of a module.'],
  advice: {
    explanation:
      'A test of a module has variables of its own: those of workspaces and their variable sets do not reach it.',
    nextStep:
      "Set TFC_AWS_PROVIDER_AUTH to true and TFC_AWS_RUN_ROLE_ARN as environment variables of the module's tests, or run the test with credentials of your machine.",
  },
};

const deploymentToken: Clue = {
  names: 'not-enabled',
  told: ['The frame names a file of a Stack: this was the deployment of a Stack, and no run of a workspace.'],
  advice: {
    explanation:
      'A Stack takes no TFC_AWS_* variables: its deployment hands identity_token.NAME.jwt to an ephemeral input, and the provider exchanges it.',
    nextStep: 'Wire the token to the provider of the Stack (tfc-oidc stack says where it is not).',
  },
};

const decode =
  'Decode the message: "aws sts decode-authorization-message" names the action, the resource and the policy that decides (tfc-oidc denied --profile NAME does it for you).';

/** A call that was refused to a role: by whom, and what would be enough. */
function refusalClue({ code, principal, action, resource, around }: CluedMessage): Clue | undefined {
  if (!refusals.has(code) && code !== 'AssumeRoleWithWebIdentityForbidden') return undefined;
  const name =
    principal === undefined ? undefined : (session.exec(principal)?.[1] ?? roleOf(principal)?.split('/').at(-1));
  const told = name === undefined ? [] : [`The refused caller is the role ${name}: it was assumed, so trust works.`];
  const decided = decidedBy(decisionOf(around));
  if (decided !== undefined) return { told, advice: { nextStep: decided } };
  const head = principal === undefined ? headRefusalIn(around) : undefined;
  if (head !== undefined)
    return { told, advice: { explanation: headReasons(head).join(' '), nextStep: headNextStep(head) } };
  if (action === undefined)
    return /Encoded authorization failure message/i.test(around) ? { told, advice: { nextStep: decode } } : { told };
  const on = resource === undefined ? '' : ` on ${resource.replace(/(?<![.,;])[.,;]+$/, '')}`;
  const who = name === undefined ? 'the caller' : `the role ${name}`;
  if (/^sts:AssumeRole$/i.test(action))
    return {
      told,
      advice: {
        nextStep: `Allow ${action}${on} in the permission policy of ${who}, and name ${who} in the trust policy of the other role: both have to allow it.`,
      },
    };
  const nextStep = action.includes(':')
    ? `Allow ${action}${on} in the permission policy of ${who}.`
    : `Allow what the operation ${action} needs in the permission policy of ${who} (tfc-oidc denied names the permission).`;
  return { told, advice: { nextStep } };
}

const profileClue = ({ code, profile }: CluedMessage): Clue | undefined =>
  code !== 'SharedConfigProfile' || profile === undefined
    ? undefined
    : {
        names: 'static-keys-win',
        told: [`The message names the profile ${profile}.`],
        advice: {
          explanation:
            'A profile is named by the provider block or by AWS_PROFILE, and the machine of the run has none of that name. What is named so comes before the injected configuration.',
          nextStep: `Take profile "${profile}" out of the provider block, and AWS_PROFILE out of the variables of the workspace and its sets.`,
        },
      };

/** What the provider says while it is configured, before it reads any resource. */
const atTheStart =
  /GetCallerIdentity|validating provider credentials|configuring Terraform AWS Provider|Error refreshing state: \d+ error\(?s?\)? occurred:\s{1,4}\* (?:provider\.aws\S{0,80}: )?ExpiredToken/i;

/** A session that was over before the provider had done anything: HCP Terraform gives each phase of a run a new one. */
function storedTokenClue({ code, around }: CluedMessage): Clue | undefined {
  if (code !== 'TokenExpired') return undefined;
  if (/AssumeRoleWithWebIdentity|WebIdentityErr/.test(around)) return workloadToken;
  if (!atTheStart.test(around)) return undefined;
  return {
    names: 'static-keys-win',
    advice: {
      explanation:
        'The session was over before the provider had done anything. HCP Terraform gives each phase a new one, so this one was stored (AWS_SESSION_TOKEN), or is that of your own machine.',
      nextStep:
        'Remove AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN from the workspace and its variable sets; on your own machine sign in again.',
    },
  };
}

const workloadToken: Clue = {
  names: 'session-expired',
  advice: {
    explanation:
      'The token of HCP Terraform had itself run out when AWS was asked. It lives as long as the phase of the run may take, and that of a module test for 10 minutes unless the organization says otherwise.',
    nextStep:
      'Run it again: each phase gets a new token. If it stays so, compare the clock of the host with that of AWS, or raise module_test_token_ttl for tests of modules.',
  },
};

/** AWS names the issuer of the token that it was given, letter by letter. */
function issuerClue({ code, provider }: CluedMessage): Clue | undefined {
  if (code !== 'NoOpenIDConnectProvider' || provider === undefined) return undefined;
  const url = provider.replace(/[.,;:)"']+$/, '');
  const issuer = url.replace(/^https:\/\//, '');
  if (knownForeign(issuer))
    return {
      names: 'another-token',
      certain: true,
      told: [`The token's issuer is ${issuer}.`],
      advice: foreignToken(issuer),
    };
  return {
    told: [`The token's issuer is ${issuer}.`],
    advice: {
      explanation: `The account of the role has no OIDC provider with the URL ${url}, letter by letter: it is missing there, or the variable names a role of another account. Where ${issuer} is not your HCP Terraform or Terraform Enterprise, something else asked for the role.`,
      nextStep: `Create the OIDC provider ${url} in the account of the role, or correct the account in the role ARN.`,
    },
  };
}

/** Vault asked AWS for credentials, and AWS refused Vault or was not reached. */
const vaultClue = ({ code, around }: CluedMessage): Clue | undefined =>
  code !== 'VaultRefused' || !vaultsOwn.test(around)
    ? undefined
    : {
        advice: {
          explanation:
            'The run signed in to Vault. The AWS secrets engine of Vault then asked AWS for credentials with credentials of its own, and did not get them.',
          nextStep:
            "Read the reason behind Vault's \"Error\": let the credentials of the secrets engine (aws/config/root, or the role of Vault's machine) do it, correct the ARN in the Vault role, or let Vault's server reach AWS.",
        },
      };

/** What stands between the run and STS, where the message tells it: how runs are executed says nothing against that. */
function wayClue({ code, around }: CluedMessage): Clue | undefined {
  if (code !== 'StsUnreachable') return undefined;
  const found = ways.find(([pattern]) => pattern.test(around));
  if (found !== undefined) return { names: 'agent', certain: true, advice: found[1] };
  const [endpoint] = /\bsts(?:-fips)?\.[\w.-]*amazonaws[\w.]*\w/.exec(around) ?? [];
  if (endpoint === undefined) return undefined;
  return {
    advice: {
      explanation: `The machine of the run sent its request to ${endpoint} and got no answer in time: a firewall, a missing route, or an endpoint of the network (VPC endpoint) that does not let it through.`,
      nextStep: `Let the machine of the run (the agent) reach https://${endpoint}, or set sts_region in the provider block to a region that it can reach.`,
    },
  };
}

const ways: readonly (readonly [RegExp, Advice])[] = [
  [
    /proxyconnect|Proxy Authentication Required|\b407\b/i,
    {
      explanation: 'The request to STS goes through a proxy, and the proxy did not let it through.',
      nextStep:
        'Let the proxy of the agent (HTTPS_PROXY in its environment) reach the STS endpoint of the region, or name the endpoint in NO_PROXY.',
    },
  ],
  [
    /unknown authority|certificate (?:is not trusted|signed by)|failed to verify certificate/i,
    {
      explanation:
        'The certificate that answered for STS is signed by an authority that the machine does not trust: something on the way opens TLS.',
      nextStep:
        'Give the agent the certificate of that authority (its bundle of trusted certificates, SSL_CERT_FILE), or let the way to STS be.',
    },
  ],
  [
    /no such host|server misbehaving/i,
    {
      explanation: 'The machine of the run cannot find the STS endpoint by name.',
      nextStep:
        'See whether the region exists and is one of the partition of the role; an agent has to resolve the name of its STS endpoint.',
    },
  ],
];
