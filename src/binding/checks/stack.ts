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
import { type AccountFacts, type Fact, phases } from '../facts';
import { parseRoleArn, providerUrlHost } from './arn';
import type { TrustJudge } from './judge';
import { type CheckResult, rowOf } from './row';
import { roleTrustsRun } from './trust';

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

/** What the checks of one deployment look at. `names` and `account` say why they are missing. */
export interface StackUnderCheck {
  readonly root: Root;
  readonly deployment: StackDeployment;
  readonly audience: string;
  readonly names: StackNames | undefined;
  readonly account: Fact<AccountFacts>;
  readonly judge: TrustJudge;
}

const stackRow = rowOf<StackUnderCheck>();

type WiringMode = 'not-enabled' | 'audience-missing';

/** A fault in the wiring of the token. */
const wrong = (evidence: string, nextStep: string, mode: WiringMode = 'not-enabled'): CheckResult<WiringMode> => ({
  state: 'wrong',
  evidence: [evidence],
  nextStep,
  failureModes: [mode],
});

export const stackIdentityToken = stackRow({
  id: 'stack-identity-token',
  title: 'Identity token of the deployment',
  why: 'A deployment gets a token only by an identity_token block whose jwt it hands on as an input.',
  failureModes: ['not-enabled', 'audience-missing'],
  inProof: 'needed',
  refutes: [],
  run: stack => {
    const { deployment } = stack;
    const result = identityToken(stack);
    return [{ location: at(deployment.file, headerSpan(deployment.block)), ...result, configuration: deployment.name }];
  },
});

function identityToken({ root, deployment, audience }: StackUnderCheck): CheckResult<WiringMode> {
  const wiring = wiringOf(root, deployment);
  const tokens = root.stack?.identityTokens ?? [];
  if (tokens.length === 0) return wrong('There is no identity_token block.', 'Add one to the deployment file.');
  const [first] = wiring.tokenInputs;
  if (first === undefined)
    return wrong(
      `Deployment "${deployment.name}" hands no identity_token.NAME.jwt to an input.`,
      'Hand the token on as an input.',
    );
  const token = tokens.find(t => t.name === first.token);
  if (token === undefined)
    return wrong(
      `Input ${first.input} takes the token "${first.token ?? ''}", which no identity_token block declares.`,
      'Declare it, or correct its name.',
    );
  if (token.audience.state === 'absent')
    return wrong(`identity_token "${token.name}" has no audience.`, `Set audience = ["${audience}"].`);
  if (token.audience.state === 'known' && !token.audience.value.includes(audience))
    return wrong(
      `identity_token "${token.name}" has the audience ${token.audience.value.map(a => `"${a}"`).join(', ')}; the role wants "${audience}".`,
      'Use the audience that trust policy and OIDC provider have.',
      'audience-missing',
    );
  return ephemeralInput(root, first.input, token.name, audience);
}

/** A token must not be kept in state: the variable that takes it has to be ephemeral. */
function ephemeralInput(root: Root, input: string, token: string, audience: string): CheckResult<WiringMode> {
  const variable = root.module.variables.get(input);
  if (variable === undefined)
    return wrong(`Input ${input} has no variable block in the components.`, `Declare variable "${input}".`);
  const ephemeral = attributeOf(variable.body, 'ephemeral')?.value;
  if (!(ephemeral?.kind === 'bool' && ephemeral.text === 'true'))
    return {
      state: 'warning',
      evidence: [`Variable "${input}" is not ephemeral, and a token must not be kept in state.`],
      location: at(variable.file, headerSpan(variable.block)),
      nextStep: 'Set ephemeral = true.',
      failureModes: [],
    };
  return { state: 'ok', evidence: [`Input ${input} gets the token "${token}" with audience "${audience}".`] };
}

export const stackProvider = stackRow({
  id: 'stack-provider',
  title: 'Role of the provider',
  why: 'In a Stack the provider itself exchanges the token for the role: assume_role_with_web_identity is right there.',
  failureModes: ['not-enabled', 'audience-missing'],
  inProof: 'needed',
  refutes: [],
  run: stack =>
    stackProviders(stack.root).map(provider => {
      const name = `provider "aws"${provider.alias === undefined ? '' : ` "${provider.alias}"`}`;
      return {
        ...exchange(stack, provider, name),
        configuration: stack.deployment.name,
        title: `Role of ${name}`,
        location: at(provider.file, headerSpan(provider.block)),
      };
    }),
});

function exchange(stack: StackUnderCheck, provider: ProviderBlock, name: string): CheckResult<WiringMode> {
  const { root, deployment } = stack;
  const found = exchangeOf(provider);
  if (found === undefined)
    return wrong(`${name} has no assume_role_with_web_identity.`, 'Add the block to its config.');
  const { tokenVariable, role } = found;
  if (tokenVariable === undefined)
    return wrong(
      `${name} takes its token from no variable.`,
      'Set web_identity_token to the variable that gets the token.',
    );
  if (!wiringOf(root, deployment).tokenInputs.some(t => t.input === tokenVariable))
    return wrong(
      `${name} takes its token from var.${tokenVariable}, to which deployment "${deployment.name}" hands no token.`,
      `Set the input ${tokenVariable} to identity_token.NAME.jwt.`,
    );
  return role === undefined ? wrong(`${name} names no role_arn.`, 'Set role_arn.') : assumed(stack, name, found, role);
}

/** The role that the provider assumes in this deployment. */
function assumed(
  { root, deployment }: StackUnderCheck,
  name: string,
  { roleVariable }: NonNullable<ReturnType<typeof exchangeOf>>,
  role: Expression,
): CheckResult<WiringMode> {
  const given = roleVariable === undefined ? role : inputsOf(deployment).get(roleVariable);
  const declared = roleVariable === undefined ? undefined : root.module.variables.get(roleVariable);
  if (roleVariable !== undefined && given === undefined && declared?.default === undefined)
    return wrong(`Deployment "${deployment.name}" gives no ${roleVariable}.`, `Set the input ${roleVariable}.`);
  if (given?.kind === 'string' && parseRoleArn(given.value) === undefined)
    return wrong(`"${given.value}" is no ARN of an IAM role.`, 'Write the ARN of the role.');
  return {
    state: 'ok',
    evidence: [
      given?.kind === 'string'
        ? `${name} assumes ${given.value} in this deployment.`
        : `${name} assumes a role that is not written down here.`,
    ],
  };
}

/** The subjects of plan and apply, where the names are known. */
function subjectsIn({ deployment, names }: StackUnderCheck): ReturnType<typeof subjectsOf> | undefined {
  if (names === undefined) return undefined;
  const identity: Identity = { kind: 'stack', ...names, deployment: deployment.name as StackIdentity['deployment'] };
  return subjectsOf(identity, phases);
}

export const stackSubject = stackRow({
  id: 'stack-subject',
  title: 'Subject of the deployment',
  why: 'AWS compares it with the trust policy. HCP Terraform refuses one of more than 127 characters.',
  failureModes: ['subject-mismatch'],
  inProof: 'needed',
  refutes: [],
  run: stack => {
    const base = { configuration: stack.deployment.name };
    const subjects = subjectsIn(stack);
    if (subjects === undefined)
      return [
        {
          ...base,
          state: 'unknown',
          evidence: [],
          why: 'Organization, project and Stack are not known here (--organization, --project, --stack).',
          nextStep: 'Name the organization, the project and the Stack (--organization, --project, --stack).',
        },
      ];
    if (subjects.ok) return [{ ...base, state: 'ok', evidence: [...subjects.value] }];
    const { message, nextStep } = subjects.problem;
    return [{ ...base, state: 'wrong', evidence: [message], nextStep, failureModes: ['subject-mismatch'] }];
  },
});

/** The same check as of a workspace, for the operations of a deployment. */
export const stackTrust = stackRow({
  ...roleTrustsRun,
  failureModes: ['subject-mismatch'],
  run: stack => {
    const subjects = subjectsIn(stack);
    if (subjects?.ok !== true) return [];
    return phases.map((phase, i) => ({
      ...trustOf(stack, subjects.value[i] ?? ''),
      configuration: stack.deployment.name,
      phase,
      title: `Trust for ${phase} operations`,
    }));
  },
});

function trustOf(
  { root, deployment, names, account, audience, judge }: StackUnderCheck,
  subject: string,
): CheckResult<'subject-mismatch'> {
  const unread = (why: string, nextStep: string): CheckResult<never> => ({
    state: 'unknown',
    evidence: [],
    why,
    nextStep,
  });
  const { roleArn } = wiringOf(root, deployment);
  if (roleArn === undefined)
    return unread(
      'The role is not written down in the deployment.',
      'Write the ARN of the role as an input of the deployment, or check its trust policy with tfc-oidc prove.',
    );
  const accountId = parseRoleArn(roleArn)?.accountId;
  const profile = `Choose an AWS profile${accountId === undefined ? '' : ` for account ${accountId}`}.`;
  if (account.state === 'unknown') return unread(account.why, account.nextStep ?? profile);
  const fact = account.value.roles.get(roleArn);
  if (fact === undefined) return unread(`${roleArn} is in another account than the chosen profile.`, profile);
  if (fact.state === 'unknown')
    return unread(fact.why, fact.nextStep ?? 'Use a profile that may read roles (iam:GetRole).');
  const failureModes = ['subject-mismatch'] as const;
  if (fact.value === undefined)
    return {
      state: 'wrong',
      evidence: [`Account ${account.value.accountId} has no role ${roleArn}.`],
      nextStep: 'Create the role, or correct the ARN.',
      failureModes,
    };
  const host = providerUrlHost(names?.hostname ?? '');
  const verdict = judge.judge(fact.value.trustPolicy, {
    hostname: host,
    providerArn: oidcProviderArn(account.value.partition, account.value.accountId, host),
    subject,
    audience,
  });
  switch (verdict.decision) {
    case 'undecided':
      return unread(verdict.why.join(' '), `Name the subject itself in the trust policy of ${fact.value.name}.`);
    case 'allow':
      return { state: 'ok', evidence: [`${fact.value.name} trusts "${subject}".`] };
    case 'deny':
      return {
        state: 'wrong',
        evidence: [`Tokens carry the subject "${subject}".`, ...verdict.why],
        nextStep: 'Write the trust policy for the deployment: tfc-oidc trust --stack NAME --deployment NAME.',
        failureModes,
      };
  }
}
