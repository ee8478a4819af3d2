import { at, attributeOf, headerSpan, type Root } from '../../../terraform/model';
import { StackValues, isList, stringOf } from '../../../terraform/values';
import { defaultAudience } from '../../../oidc/names';
import { parseRoleArn } from '../arn';
import type { CheckResult } from '../row';
import { noStaticCredentials } from '../variables';
import { ephemeralStoreOf, type Exchange, type Part } from '../../stack/wiring';
import { pathOf } from '../../../lint/expressions';
import { deploymentPlace, stackRow, type StackUnderCheck, subjectsIn } from './underCheck';

/** Checks of what the code of a Stack says of one deployment. */

type WiringMode = 'not-enabled' | 'audience-missing';
type Result = CheckResult<WiringMode>;

const wrong = (evidence: string, nextStep: string, mode: WiringMode = 'not-enabled'): Result => ({
  state: 'wrong',
  evidence: [evidence],
  nextStep,
  failureModes: [mode],
});

const unknownPart = (what: string, part: Extract<Part<string>, { state: 'unknown' }>, instead: string): Result => ({
  state: 'unknown',
  evidence: [what],
  why: part.why,
  nextStep:
    part.store === undefined
      ? instead
      : `Name the organization and sign in to HCP Terraform, so that the variable set behind ${part.store} can be read (--organization).`,
});

export const stackInputs = stackRow({
  id: 'stack-inputs',
  title: 'Inputs of the deployment',
  reason: 'inputs do not fit',
  why: 'What a deployment gives as inputs are the variables of its components.',
  failureModes: ['not-enabled'],
  inProof: 'needed',
  refutes: [],
  run: stack => {
    const { deployment, inputs, exchanges, unread } = stack.wiring;
    const base = { configuration: deployment.name, location: deploymentPlace(stack) };
    const notRead = unread.map(({ name, location }): Result => ({
      ...base,
      location,
      state: 'unknown',
      evidence: [`${name} is an embedded Stack.`],
      why: `The code of ${name} is not on this machine, so its providers were not looked at.`,
      nextStep: `Run "terraform stacks init", or check the embedded Stack in its own repository.`,
    }));
    if (exchanges.length === 0) return notRead;
    switch (inputs.state) {
      case 'block':
        return [
          {
            ...base,
            ...wrong(
              `Deployment "${deployment.name}" has a block "inputs"; inputs is an argument.`,
              'Write inputs = { … }, with an equals sign.',
            ),
            location: inputs.location,
          },
        ];
      case 'unknown':
        return [
          ...notRead,
          {
            ...base,
            state: 'unknown',
            evidence: [`The inputs of deployment "${deployment.name}" are not known.`],
            why: inputs.why,
            nextStep: 'Write the inputs as an object, or from values that the files hold.',
          },
        ];
      case 'absent':
        return notRead;
      case 'known':
        return [...notRead, ...ephemeralInputs(stack, inputs.values).map(result => ({ ...base, ...result }))];
    }
  },
});

/** Terraform refuses an ephemeral value for a variable that is kept in state. */
function ephemeralInputs(
  { root }: StackUnderCheck,
  values: Extract<StackUnderCheck['wiring']['inputs'], { state: 'known' }>['values'],
): readonly Result[] {
  return [...values].flatMap(([name, value]) => {
    const store = ephemeralStoreOf(value);
    const variable = root.module.variables.get(name);
    if (store === undefined || variable === undefined || isEphemeral(root, name)) return [];
    return [
      {
        ...wrong(
          `Input ${name} gets a value of ${store}, which is ephemeral, and variable "${name}" is not.`,
          `Read it as ${store}.stable.NAME, or set ephemeral = true in variable "${name}".`,
        ),
        location: at(variable.file, headerSpan(variable.block)),
      },
    ];
  });
}

function isEphemeral({ module }: Pick<Root, 'module'>, variable: string): boolean {
  const body = module.variables.get(variable)?.body;
  const ephemeral = body && attributeOf(body, 'ephemeral')?.value;
  return ephemeral?.kind === 'bool' && ephemeral.text === 'true';
}

/** Audiences that HashiCorp documents for tokens of other providers. */
const foreignAudiences: readonly (readonly [RegExp, string])[] = [
  [/^(?:gcp\.workload\.identity$|\/\/iam\.googleapis\.com\/|https:\/\/iam\.googleapis\.com\/)/, 'Google Cloud'],
  [/^api:\/\/AzureADTokenExchange/, 'Azure'],
  [/^(?:vault\.workload\.identity|hcp\.workload\.identity)$/, 'HashiCorp Vault or HCP'],
  [/^kubernetes$/, 'Kubernetes'],
];

export const stackIdentityToken = stackRow({
  id: 'stack-identity-token',
  title: 'Identity token of the deployment',
  reason: 'no identity token',
  why: 'A deployment gets a token only by an identity_token block whose jwt it hands on as an input.',
  failureModes: ['not-enabled', 'audience-missing'],
  inProof: 'needed',
  refutes: [],
  run: stack => {
    const base = { configuration: stack.wiring.deployment.name };
    const results = stack.wiring.exchanges
      .filter(exchange => exchange.exchanges)
      .map(exchange => ({ location: deploymentPlace(stack), ...identityToken(stack, exchange), ...base }));
    // Providers that share a token share what is said of it.
    return results.filter((r, i) => results.findIndex(o => o.evidence.join() === r.evidence.join()) === i);
  },
});

function identityToken(stack: StackUnderCheck, exchange: Exchange): Result {
  const { root, wiring } = stack;
  const { deployment } = wiring;
  const tokens = root.stack?.identityTokens ?? [];
  if (tokens.length === 0) return wrong('There is no identity_token block.', 'Add one to the deployment file.');
  const { token: part } = exchange;
  const undeclared = undeclaredToken(stack, part.variable);
  if (undeclared !== undefined)
    return wrong(
      `Input ${part.variable ?? ''} takes the token "${undeclared}", which no identity_token block declares.`,
      'Declare it, or correct its name.',
    );
  switch (part.state) {
    case 'unknown':
      return unknownPart(`${exchange.name} takes its token from a value that is not known here.`, part, handOn);
    case 'absent':
    case 'missing':
    case 'other':
      return wrong(
        `Deployment "${deployment.name}" hands no identity_token.NAME.jwt to ${exchange.name}.`,
        'Hand the token on as an input.',
      );
    case 'undeclared':
      return noVariable(part.variable);
    case 'known':
      return audienceOf(stack, exchange, part.value);
  }
}

const noVariable = (name: string): Result =>
  wrong(`Input ${name} has no variable block in the components.`, `Declare variable "${name}".`);

const handOn = 'Hand identity_token.NAME.jwt to the provider as an input of its own.';

/** A token that the deployment names as an input, and that no block declares. */
function undeclaredToken({ root, wiring }: StackUnderCheck, variable: string | undefined): string | undefined {
  const inputs = attributeOf(wiring.deployment.body, 'inputs')?.value;
  const written = inputs?.kind === 'object' ? inputs.items.find(i => i.keyText === variable)?.value : undefined;
  const [head, name] = (written && pathOf(written)?.steps) ?? [];
  if (head !== 'identity_token' || typeof name !== 'string') return undefined;
  return root.stack?.identityTokens.some(t => t.name === name) === true ? undefined : name;
}

/** The audiences of a token; `undefined`: not known, empty: there is none. */
export function audiencesOf({ root }: StackUnderCheck, token: string): readonly string[] | undefined {
  const block = root.stack?.identityTokens.find(t => t.name === token);
  const expression = block && attributeOf(block.body, 'audience')?.value;
  if (block === undefined || expression === undefined) return [];
  const value = new StackValues(root).inDeployments(expression, block.file.path);
  const items = isList(value) ? value.items : [value];
  const texts = items.map(stringOf);
  return texts.every(text => text !== undefined) ? texts : undefined;
}

function audienceOf(stack: StackUnderCheck, exchange: Exchange, name: string): Result {
  const { root, audience } = stack;
  const block = root.stack?.identityTokens.find(t => t.name === name);
  const location = block === undefined ? deploymentPlace(stack) : at(block.file, headerSpan(block.block));
  const audiences = audiencesOf(stack, name);
  const wanted = audience ?? defaultAudience;
  if (audiences === undefined)
    return {
      state: 'unknown',
      evidence: [`The audience of identity_token "${name}" is an expression.`],
      why: 'Its value is not known here.',
      nextStep: 'Write the audience down.',
    };
  if (audiences.length === 0)
    return { ...wrong(`identity_token "${name}" has no audience.`, `Set audience = ["${wanted}"].`), location };
  const quoted = audiences.map(a => `"${a}"`).join(', ');
  if (audience !== undefined && !audiences.includes(audience))
    return {
      ...wrong(
        `identity_token "${name}" has the audience ${quoted}; the role wants "${audience}".`,
        'Use the audience that trust policy and OIDC provider have.',
        'audience-missing',
      ),
      location,
    };
  const foreign = foreignAudiences.find(([pattern]) => audiences.every(a => pattern.test(a)));
  if (foreign !== undefined)
    return {
      ...wrong(
        `${exchange.name} gets the token "${name}" with the audience ${quoted}, which is meant for ${foreign[1]}.`,
        `Hand ${exchange.name} the token whose audience AWS expects ("${wanted}").`,
        'audience-missing',
      ),
      location,
    };
  const { token } = exchange;
  return ephemeralToken(exchange, token.variable, name, quoted);
}

/** A token must not be kept in state: the variable that takes it has to be ephemeral. */
function ephemeralToken({ scope }: Exchange, name: string | undefined, token: string, audience: string): Result {
  const ok: Result = {
    state: 'ok',
    evidence: [
      `${name === undefined ? 'The provider' : `Input ${name}`} gets the token "${token}" with audience ${audience}.`,
    ],
  };
  if (name === undefined) return ok;
  const variable = scope.module.variables.get(name);
  if (variable === undefined) return noVariable(name);
  if (isEphemeral(scope, name)) return ok;
  return {
    state: 'warning',
    evidence: [`Variable "${name}" is not ephemeral, and a token must not be kept in state.`],
    location: at(variable.file, headerSpan(variable.block)),
    nextStep: 'Set ephemeral = true.',
    failureModes: [],
  };
}

export const stackProvider = stackRow({
  id: 'stack-provider',
  title: 'Role of the provider',
  reason: 'role is not wired',
  why: 'In a Stack the provider itself exchanges the token for the role: assume_role_with_web_identity is right there.',
  failureModes: ['not-enabled', 'audience-missing'],
  inProof: 'needed',
  refutes: [],
  run: stack =>
    stack.wiring.exchanges.map(exchange => ({
      ...exchanged(stack, exchange),
      configuration: stack.wiring.deployment.name,
      title: `Role of ${exchange.name}`,
      location: exchange.location,
    })),
});

function exchanged(stack: StackUnderCheck, exchange: Exchange): Result {
  const { name, token } = exchange;
  const { deployment } = stack.wiring;
  if (!exchange.exchanges)
    return wrong(`${name} has no assume_role_with_web_identity.`, 'Add the block to its config.');
  if (token.state === 'absent')
    return wrong(`${name} takes no token.`, 'Set web_identity_token to the variable that gets the token.');
  if ((token.state === 'missing' || token.state === 'other') && stack.wiring.inputs.state !== 'block')
    return wrong(
      `${name} takes its token from ${token.variable === undefined ? 'a value that is none' : `var.${token.variable}`}, to which deployment "${deployment.name}" hands no token.`,
      `Set the input ${token.variable ?? 'of the token'} to identity_token.NAME.jwt.`,
    );
  return assumed(stack, exchange);
}

/** The role that the provider assumes in this deployment. */
function assumed({ wiring }: StackUnderCheck, { name, role }: Exchange): Result {
  const { deployment } = wiring;
  switch (role.state) {
    case 'absent':
      return wrong(`${name} names no role_arn.`, 'Set role_arn.');
    case 'missing':
      return wrong(`Deployment "${deployment.name}" gives no ${role.variable}.`, `Set the input ${role.variable}.`);
    case 'undeclared':
      return noVariable(role.variable);
    case 'other':
      return wrong(`${name} has a role_arn that is not a text.`, 'Write the ARN of the role.');
    case 'unknown':
      return unknownPart(
        `${name} assumes a role that is not known here.`,
        role,
        'Write the ARN of the role as an input of the deployment.',
      );
    case 'known':
      if (parseRoleArn(role.value) === undefined)
        return wrong(`"${role.value}" is not an ARN of an IAM role.`, 'Write the ARN of the role.');
      return { state: 'ok', evidence: [`${name} assumes ${role.value} in this deployment.`] };
  }
}

export const stackStaticCredentials = stackRow({
  ...noStaticCredentials,
  run: ({ wiring }) => {
    const base = { configuration: wiring.deployment.name };
    const found = wiring.exchanges.filter(e => e.staticArguments.length > 0);
    const [first] = found;
    const argument = first?.staticArguments[0];
    if (first === undefined || argument === undefined) return [];
    return [
      {
        ...base,
        state: 'wrong',
        evidence: found.map(
          e => `${e.name} sets ${e.staticArguments.map(a => a.name).join(', ')}, and takes that before the role.`,
        ),
        why: 'The AWS provider takes static credentials and files before it exchanges the token: with them in place the role is never used.',
        nextStep: 'Remove them from the provider block once the role is proven to work (tfc-oidc fix).',
        location: at(first.provider.file, argument),
        failureModes: ['static-keys-win'],
      },
    ];
  },
});

export const stackSubject = stackRow({
  id: 'stack-subject',
  title: 'Subject of the deployment',
  reason: 'subject does not match',
  why: 'AWS compares it with the trust policy. HCP Terraform refuses one of more than 127 characters.',
  failureModes: ['subject-mismatch'],
  inProof: 'needed',
  refutes: [],
  run: stack => {
    const base = { configuration: stack.wiring.deployment.name };
    if (stack.wiring.exchanges.length === 0) return [];
    const subjects = subjectsIn(stack);
    if (subjects === undefined)
      return [
        {
          ...base,
          state: 'unknown',
          evidence: [],
          why: stack.namesProblem?.message ?? 'Organization, project and Stack are not known here.',
          nextStep:
            stack.namesProblem?.nextStep ??
            'Name the organization, the project and the Stack (--organization, --project, --stack).',
        },
      ];
    if (subjects.ok) return [{ ...base, state: 'ok', evidence: [...subjects.value] }];
    const { message, nextStep } = subjects.problem;
    return [{ ...base, state: 'wrong', evidence: [message], nextStep, failureModes: ['subject-mismatch'] }];
  },
});
