import { pathOf } from '../../lint/expressions';
import { nested, nestedValue, setArguments } from '../../lint/providers';
import type { Location } from '../../core/text';
import {
  at,
  attributeOf,
  blocksOf,
  headerSpan,
  type Module,
  type ModuleCall,
  type ProviderBlock,
  type Root,
  type StackDeployment,
} from '../../terraform/model';
import type { Attribute, Expression } from '../../terraform/syntax/ast';
import {
  evaluate,
  type Frame,
  isMap,
  marksIn,
  deepMarks,
  isShowable,
  type ModuleScope,
  StackValues,
  type StoreReader,
  stringOf,
  tokenOf,
  type Value,
} from '../../terraform/values';

/**
 * A Stack has no TFC_AWS_* variables: a deployment takes a token by an `identity_token` block, hands it to the components as an
 * ephemeral input, and each provider exchanges it by `assume_role_with_web_identity`
 * (https://developer.hashicorp.com/terraform/language/stacks/deploy/authenticate).
 */
export interface StackWiring {
  readonly deployment: StackDeployment;
  readonly inputs: DeploymentInputs;
  /** One for each AWS provider, and for each key of its `for_each`; those of embedded Stacks too. */
  readonly exchanges: readonly Exchange[];
  /** Embedded Stacks whose code could not be read. */
  readonly unread: readonly { readonly name: string; readonly location: Location }[];
}

export type DeploymentInputs =
  | { readonly state: 'known'; readonly values: ReadonlyMap<string, Value> }
  | { readonly state: 'absent' }
  /** Written as a block, which Terraform refuses. */
  | { readonly state: 'block'; readonly location: Location }
  | { readonly state: 'unknown'; readonly why: string };

/** How one provider of a deployment gets its credentials. */
export interface Exchange {
  readonly provider: ProviderBlock;
  /** `provider "aws" "this"`, with its key and the embedded Stack that it stands in. */
  readonly name: string;
  readonly location: Location;
  readonly inRoot: boolean;
  /** `stack.network` and so on, of a provider of an embedded Stack. */
  readonly within: string;
  readonly scope: ModuleScope;
  /** Does the provider exchange a token at all? */
  readonly exchanges: boolean;
  readonly role: Part<string>;
  /** The variable of the Stack itself that carries the role; of an embedded Stack the one that is handed on to it. */
  readonly roleInput: string | undefined;
  readonly token: Part<string>;
  /** Credentials in the block, which the provider takes before the exchange. */
  readonly staticArguments: readonly Attribute[];
}

/** A part of an exchange: the ARN of its role, or the name of its token. */
export type Part<T> = { readonly expression: Expression | undefined; readonly variable: string | undefined } & (
  | { readonly state: 'known'; readonly value: T }
  /** The argument is not there, or null. */
  | { readonly state: 'absent' }
  /** A variable without default that the deployment gives nothing. */
  | { readonly state: 'missing'; readonly variable: string }
  /** An input of which the components know nothing. */
  | { readonly state: 'undeclared'; readonly variable: string }
  /** Something that can be no role, or no token. */
  | { readonly state: 'other' }
  | { readonly state: 'unknown'; readonly why: string; readonly store: string | undefined }
);

/** The AWS providers of a Stack, without those of Stacks that are embedded in it. */
export const awsProvidersIn = (module: Module): readonly ProviderBlock[] =>
  module.providers.filter(p => p.inStack && p.kind === 'aws');

const staticArguments = [
  'access_key',
  'secret_key',
  'token',
  'profile',
  'shared_config_files',
  'shared_credentials_files',
];

/** Embedded Stacks within each other: more levels were written by no person. */
const maximumLevels = 20;

export function wiringOf(root: Root, deployment: StackDeployment, stores?: StoreReader): StackWiring {
  const values = new StackValues(root, stores);
  const inputs = values.inputs(deployment);
  const exchanges: Exchange[] = [];
  const unread: StackWiring['unread'][number][] = [];
  const visit = (scope: ModuleScope, within: string, level: number, ownInput: InputOf): void => {
    for (const provider of awsProvidersIn(scope.module))
      exchanges.push(...exchangesOf(provider, scope, within, inputs, ownInput));
    for (const call of scope.module.calls.filter(c => c.block.type === 'stack')) {
      const instances = scope.instances(call);
      for (const instance of instances.state === 'known' ? instances.all : [instances.any]) {
        const key = instance.key === undefined ? '' : `["${instance.key}"]`;
        const name = `${within}stack.${call.name}${key}`;
        const child = level < maximumLevels ? scope.child(call, instance) : undefined;
        if (child === undefined) unread.push({ name, location: at(call.file, headerSpan(call.block)) });
        else visit(child, `${name}.`, level + 1, inputThrough(call, ownInput));
      }
    }
  };
  visit(values.components(inputs), '', 0, variable => variable);
  return { deployment, inputs: inputsAs(deployment, inputs), exchanges, unread };
}

/** The variable of the Stack itself that a variable of a level is. */
type InputOf = (variable: string) => string | undefined;

const inputThrough =
  (call: ModuleCall, outer: InputOf): InputOf =>
  variable => {
    const inputs = attributeOf(call.body, 'inputs')?.value;
    const item = inputs?.kind === 'object' ? inputs.items.findLast(i => i.keyText === variable) : undefined;
    const handed = variableIn(item?.value);
    return handed === undefined ? undefined : outer(handed);
  };

function inputsAs(deployment: StackDeployment, inputs: Value | undefined): DeploymentInputs {
  const [block] = blocksOf(deployment.body, 'inputs');
  if (block !== undefined) return { state: 'block', location: at(deployment.file, headerSpan(block)) };
  if (inputs === undefined) return { state: 'absent' };
  if (isMap(inputs)) return { state: 'known', values: inputs.entries };
  return { state: 'unknown', why: inputs.kind === 'unknown' ? inputs.why : 'The inputs are not an object.' };
}

function exchangesOf(
  provider: ProviderBlock,
  scope: ModuleScope,
  within: string,
  inputs: Value | undefined,
  ownInput: InputOf,
): readonly Exchange[] {
  const { file, block } = provider;
  const instances = scope.instances({ file, block, body: block.body });
  const title = `provider "${provider.name}"${provider.alias === undefined ? '' : ` "${provider.alias}"`}`;
  const place = within === '' ? '' : ` of ${within.replace(/\.$/, '')}`;
  return (instances.state === 'known' ? instances.all : [instances.any]).map(({ key, frame }): Exchange => {
    const [item] = nested(provider.body, 'assume_role_with_web_identity');
    const written = (...names: readonly string[]): Expression | undefined =>
      item && names.map(name => nestedValue(item, name)).find(value => value !== undefined);
    const inFile = { ...frame, file: file.path };
    const part = <T>(expression: Expression | undefined, read: (value: Value) => T | undefined): Part<T> =>
      partOf(expression, inFile, scope, inputs, read);
    const role = part(written('role_arn'), value => (isShowable(value) ? stringOf(value) : undefined));
    return {
      provider,
      name: `${title}${key === undefined ? '' : ` (key "${key}")`}${place}`,
      location: at(file, headerSpan(block)),
      inRoot: within === '',
      within: within.replace(/\.$/, ''),
      scope,
      exchanges: item !== undefined,
      role,
      roleInput: role.variable === undefined ? undefined : ownInput(role.variable),
      token: part(written('web_identity_token', 'web_identity_token_file'), tokenOf),
      staticArguments: setArguments(provider.body, staticArguments).filter(
        argument => evaluate(argument.value, inFile).kind !== 'null',
      ),
    };
  });
}

/** The variable whose value an expression is, or is a member of. */
function variableIn(expression: Expression | undefined): string | undefined {
  const [head, name] = (expression === undefined ? undefined : pathOf(expression)?.steps) ?? [];
  return head === 'var' && typeof name === 'string' ? name : undefined;
}

function partOf<T>(
  expression: Expression | undefined,
  frame: Frame,
  scope: ModuleScope,
  inputs: Value | undefined,
  read: (value: Value) => T | undefined,
): Part<T> {
  const variable = variableIn(expression);
  const base = { expression, variable };
  const value = expression && evaluate(expression, frame);
  const found = value && read(value);
  if (found !== undefined) return { ...base, state: 'known', value: found };
  if (value === undefined || value.kind === 'null') return { ...base, state: 'absent' };
  if (variable !== undefined && isMissing(variable, scope, inputs)) return { ...base, state: 'missing', variable };
  if (variable !== undefined && !scope.module.variables.has(variable))
    return { ...base, state: 'undeclared', variable };
  if (value.kind !== 'unknown') return { ...base, state: 'other' };
  return { ...base, state: 'unknown', why: value.why, store: storeOf(value) };
}

/** A variable of the components without default, where what the deployment gives is known and holds nothing of that name. */
function isMissing(variable: string, scope: ModuleScope, inputs: Value | undefined): boolean {
  if (!scope.isRoot || (inputs !== undefined && !isMap(inputs)) || inputs?.entries.has(variable) === true) return false;
  return scope.module.variables.get(variable)?.default === undefined;
}

/** The store that a value comes from. */
export function storeOf(value: Value): string | undefined {
  for (const mark of marksIn(deepMarks(value))) if (mark.kind === 'store') return mark.store;
  return undefined;
}

/** The ephemeral value of a store that a value holds. */
export function ephemeralStoreOf(value: Value): string | undefined {
  for (const mark of marksIn(deepMarks(value))) if (mark.kind === 'store' && !mark.stable) return mark.store;
  return undefined;
}

/** The roles of a deployment that are known, each once. */
export const rolesOf = (wiring: StackWiring): readonly string[] => [
  ...new Set(wiring.exchanges.flatMap(e => (e.role.state === 'known' ? [e.role.value] : []))),
];
