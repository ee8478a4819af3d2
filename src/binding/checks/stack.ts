import { pathOf } from '../../lint/expressions';
import { nested, nestedValue } from '../../lint/providers';
import {
  at,
  attributeOf,
  headerSpan,
  type ProviderBlock,
  type Root,
  type StackDeployment,
} from '../../terraform/model';
import type { Expression } from '../../terraform/syntax/ast';
import { type Identity, type StackIdentity, subjectsOf } from '../../oidc/subject';
import { oidcProviderArn } from '../../oidc/partition';
import type { Check } from '../check';
import { type AccountFacts, type Fact, type Phase, phases } from '../facts';
import { parseRoleArn, providerUrlHost } from './arn';
import type { TrustJudge } from './trust';

/**
 * A Stack has no TFC_AWS_* variables: a deployment takes a token by an `identity_token` block, hands it to the components as an
 * ephemeral input, and the provider exchanges it by `assume_role_with_web_identity`
 * (https://developer.hashicorp.com/terraform/language/stacks/deploy/authenticate).
 */
export interface StackNames {
  readonly hostname: string;
  readonly organization: StackIdentity['organization'];
  readonly project: StackIdentity['project'];
  readonly stack: StackIdentity['stack'];
}

/** How one deployment gets its credentials, as far as the code says it. */
export interface StackWiring {
  readonly deployment: StackDeployment;
  /** The inputs that get a token, with the name of its identity_token block. */
  readonly tokenInputs: readonly { readonly input: string; readonly token: string | undefined }[];
  /** The role of the first provider that is wired, where it is written down for this deployment. */
  readonly roleArn: string | undefined;
}

/** Every input of a deployment, by its name. */
export function inputsOf(deployment: StackDeployment): ReadonlyMap<string, Expression> {
  const inputs = attributeOf(deployment.body, 'inputs')?.value;
  if (inputs?.kind !== 'object') return new Map();
  return new Map(inputs.items.flatMap(i => (i.keyText === undefined ? [] : [[i.keyText, i.value] as const])));
}

/** `identity_token.NAME.jwt` (or `.jwt_filename`): the name. `undefined`: another expression. */
function tokenOf(expression: Expression): string | undefined {
  const steps = pathOf(expression)?.steps;
  const [head, name, part] = steps ?? [];
  if (head !== 'identity_token' || typeof name !== 'string') return undefined;
  return part === 'jwt' || part === 'jwt_filename' ? name : undefined;
}

/** The variable that an expression is. */
function variableOf(expression: Expression | undefined): string | undefined {
  const steps = expression === undefined ? undefined : pathOf(expression)?.steps;
  const [head, name] = steps ?? [];
  return head === 'var' && typeof name === 'string' && steps?.length === 2 ? name : undefined;
}

/** What a provider block of a Stack exchanges: its variables for role and token. */
export function exchangeOf(provider: ProviderBlock):
  | {
      readonly role: Expression | undefined;
      readonly roleVariable: string | undefined;
      readonly tokenVariable: string | undefined;
    }
  | undefined {
  const [block] = nested(provider.body, 'assume_role_with_web_identity');
  if (block === undefined) return undefined;
  const role = nestedValue(block, 'role_arn');
  const token = nestedValue(block, 'web_identity_token') ?? nestedValue(block, 'web_identity_token_file');
  return { role, roleVariable: variableOf(role), tokenVariable: variableOf(token) };
}

export const stackProviders = (root: Root): readonly ProviderBlock[] =>
  root.module.providers.filter(p => p.inStack && p.kind === 'aws');

export function wiringOf(root: Root, deployment: StackDeployment): StackWiring {
  const inputs = inputsOf(deployment);
  const tokenInputs = [...inputs].flatMap(([input, value]) => {
    const token = tokenOf(value);
    return token === undefined ? [] : [{ input, token }];
  });
  const roleArn = stackProviders(root)
    .map(provider => {
      const exchange = exchangeOf(provider);
      const value = exchange?.roleVariable === undefined ? exchange?.role : inputs.get(exchange.roleVariable);
      return value?.kind === 'string' ? value.value : undefined;
    })
    .find(arn => arn !== undefined);
  return { deployment, tokenInputs, roleArn };
}

/** All checks of one deployment. `names` and `account` say why they are missing. */
export function stackChecks(
  root: Root,
  deployment: StackDeployment,
  audience: string,
  names: StackNames | undefined,
  account: Fact<AccountFacts>,
  judge: TrustJudge,
): readonly Check[] {
  const wiring = wiringOf(root, deployment);
  return [
    identityToken(root, deployment, wiring, audience),
    ...stackProviders(root).map(provider => exchange(root, deployment, wiring, provider)),
    ...subjectChecks(deployment, wiring, audience, names, account, judge),
  ];
}

/** Makes a check of `base` that tells of a fault in the wiring of the token. */
const wrong =
  (base: Pick<Check, 'id' | 'configuration' | 'title' | 'why' | 'location'>) =>
  (evidence: string, nextStep: string): Check => ({
    ...base,
    state: 'wrong',
    evidence: [evidence],
    nextStep,
    failureModes: [9],
  });

function identityToken(root: Root, deployment: StackDeployment, wiring: StackWiring, audience: string): Check {
  const base = {
    id: 'stack-identity-token',
    configuration: deployment.name,
    title: 'Identity token of the deployment',
    why: 'A deployment gets a token only by an identity_token block whose jwt it hands on as an input.',
    location: at(deployment.file, headerSpan(deployment.block)),
  } as const;
  const tokens = root.stack?.identityTokens ?? [];
  const bad = wrong(base);
  if (tokens.length === 0) return bad('There is no identity_token block.', 'Add one to the deployment file.');
  const [first] = wiring.tokenInputs;
  if (first === undefined)
    return bad(
      `Deployment "${deployment.name}" hands no identity_token.NAME.jwt to an input.`,
      'Hand the token on as an input.',
    );
  const token = tokens.find(t => t.name === first.token);
  if (token === undefined)
    return bad(
      `Input ${first.input} takes the token "${first.token ?? ''}", which no identity_token block declares.`,
      'Declare it, or correct its name.',
    );
  if (token.audience.state === 'absent')
    return bad(`identity_token "${token.name}" has no audience.`, `Set audience = ["${audience}"].`);
  if (token.audience.state === 'known' && !token.audience.value.includes(audience))
    return {
      ...bad(
        `identity_token "${token.name}" has the audience ${token.audience.value.map(a => `"${a}"`).join(', ')}; the role wants "${audience}".`,
        'Use the audience that trust policy and OIDC provider have.',
      ),
      failureModes: [6],
    };
  const variable = root.module.variables.get(first.input);
  const ephemeral = variable === undefined ? undefined : attributeOf(variable.body, 'ephemeral')?.value;
  if (variable === undefined)
    return bad(`Input ${first.input} has no variable block in the components.`, `Declare variable "${first.input}".`);
  if (!(ephemeral?.kind === 'bool' && ephemeral.text === 'true'))
    return {
      ...base,
      state: 'warning',
      evidence: [`Variable "${first.input}" is not ephemeral, and a token must not be kept in state.`],
      location: at(variable.file, headerSpan(variable.block)),
      nextStep: 'Set ephemeral = true.',
      failureModes: [],
    };
  return {
    ...base,
    state: 'ok',
    evidence: [`Input ${first.input} gets the token "${token.name}" with audience "${audience}".`],
    failureModes: [],
  };
}

function exchange(root: Root, deployment: StackDeployment, wiring: StackWiring, provider: ProviderBlock): Check {
  const name = `provider "aws"${provider.alias === undefined ? '' : ` "${provider.alias}"`}`;
  const base = {
    id: 'stack-provider',
    configuration: deployment.name,
    title: `Role of ${name}`,
    why: 'In a Stack the provider itself exchanges the token for the role: assume_role_with_web_identity is right there.',
    location: at(provider.file, headerSpan(provider.block)),
  } as const;
  const bad = wrong(base);
  const found = exchangeOf(provider);
  if (found === undefined) return bad(`${name} has no assume_role_with_web_identity.`, 'Add the block to its config.');
  const { tokenVariable, roleVariable, role } = found;
  if (tokenVariable === undefined)
    return bad(
      `${name} takes its token from no variable.`,
      'Set web_identity_token to the variable that gets the token.',
    );
  if (!wiring.tokenInputs.some(t => t.input === tokenVariable))
    return bad(
      `${name} takes its token from var.${tokenVariable}, to which deployment "${deployment.name}" hands no token.`,
      `Set the input ${tokenVariable} to identity_token.NAME.jwt.`,
    );
  if (role === undefined) return bad(`${name} names no role_arn.`, 'Set role_arn.');
  const inputs = inputsOf(deployment);
  const given = roleVariable === undefined ? role : inputs.get(roleVariable);
  const declared = roleVariable === undefined ? undefined : root.module.variables.get(roleVariable);
  if (roleVariable !== undefined && given === undefined && declared?.default === undefined)
    return bad(`Deployment "${deployment.name}" gives no ${roleVariable}.`, `Set the input ${roleVariable}.`);
  if (given?.kind === 'string' && parseRoleArn(given.value) === undefined)
    return bad(`"${given.value}" is no ARN of an IAM role.`, 'Write the ARN of the role.');
  return {
    ...base,
    state: 'ok',
    evidence: [
      given?.kind === 'string'
        ? `${name} assumes ${given.value} in this deployment.`
        : `${name} assumes a role that is not written down here.`,
    ],
    failureModes: [],
  };
}

function subjectChecks(
  deployment: StackDeployment,
  wiring: StackWiring,
  audience: string,
  names: StackNames | undefined,
  account: Fact<AccountFacts>,
  judge: TrustJudge,
): readonly Check[] {
  const base = {
    id: 'stack-subject',
    configuration: deployment.name,
    title: 'Subject of the deployment',
    why: 'AWS compares it with the trust policy. HCP Terraform refuses one of more than 127 characters.',
  } as const;
  if (names === undefined)
    return [
      {
        ...base,
        state: 'unknown',
        evidence: [],
        why: 'Organization, project and Stack are not known here (--organization, --project, --stack).',
        failureModes: [],
      },
    ];
  const identity: Identity = { kind: 'stack', ...names, deployment: deployment.name as StackIdentity['deployment'] };
  const subjects = subjectsOf(identity, phases);
  if (!subjects.ok)
    return [
      {
        ...base,
        state: 'wrong',
        evidence: [subjects.problem.message],
        nextStep: subjects.problem.nextStep,
        failureModes: [1],
      },
    ];
  return [
    { ...base, state: 'ok', evidence: [...subjects.value], failureModes: [] },
    ...phases.map((phase, i) =>
      trustCheck(deployment, wiring, audience, names.hostname, phase, subjects.value[i] ?? '', account, judge),
    ),
  ];
}

function trustCheck(
  deployment: StackDeployment,
  wiring: StackWiring,
  audience: string,
  hostname: string,
  phase: Phase,
  subject: string,
  account: Fact<AccountFacts>,
  judge: TrustJudge,
): Check {
  const base = {
    id: 'role-trusts-run',
    configuration: deployment.name,
    phase,
    title: `Trust for ${phase} operations`,
    why: 'AWS compares the subject of the token with the trust policy, letter by letter.',
  } as const;
  const unknown = (why: string): Check => ({ ...base, state: 'unknown', evidence: [], why, failureModes: [] });
  if (wiring.roleArn === undefined) return unknown('The role is not written down in the deployment.');
  if (account.state === 'unknown') return unknown(account.why);
  const { accountId, partition, roles } = account.value;
  const fact = roles.get(wiring.roleArn);
  if (fact === undefined) return unknown(`${wiring.roleArn} is in another account than the chosen profile.`);
  if (fact.state === 'unknown') return unknown(fact.why);
  if (fact.value === undefined)
    return {
      ...base,
      state: 'wrong',
      evidence: [`Account ${accountId} has no role ${wiring.roleArn}.`],
      nextStep: 'Create the role, or correct the ARN.',
      failureModes: [1],
    };
  const host = providerUrlHost(hostname);
  const verdict = judge.judge(fact.value.trustPolicy, {
    hostname: host,
    providerArn: oidcProviderArn(partition, accountId, host),
    subject,
    audience,
  });
  if (verdict.decision === 'undecided') return unknown(verdict.why.join(' '));
  return verdict.decision === 'allow'
    ? { ...base, state: 'ok', evidence: [`${fact.value.name} trusts "${subject}".`], failureModes: [] }
    : {
        ...base,
        state: 'wrong',
        evidence: [`Tokens carry the subject "${subject}".`, ...verdict.why],
        nextStep: 'Write the trust policy for the deployment: tfc-oidc trust --stack NAME --deployment NAME.',
        failureModes: [1],
      };
}
