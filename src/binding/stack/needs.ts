import { pathOf } from '../../lint/expressions';
import { attributeOf, type ModuleCall, type Root } from '../../terraform/model';
import type { StoreReader, Value } from '../../terraform/values';
import type { Expression } from '../../terraform/syntax/ast';
import type { GroupMember } from './groups';
import { type Exchange, type StackWiring, wiringOf } from './wiring';

/** The components of one deployment as one root, with what the deployment gives to them. */
export interface DeploymentCode {
  readonly root: Root;
  readonly inputs: ReadonlyMap<string, Value>;
  /** The components that were left out, since their providers have other roles. */
  readonly leftOut: readonly string[];
}

/** The code that one role is for, as permissions are counted: a root, what other deployments need of the role, and their values. */
export interface CodeOfRole {
  readonly root: Root;
  readonly more: readonly Root[];
  readonly inputs: ReadonlyMap<Root, ReadonlyMap<string, Value>>;
}

/** What the runs of a deployment do in AWS: all of its components, or those alone whose providers assume a role. */
export const codeOfDeployment = (root: Root, wiring: StackWiring, roleArn?: string): DeploymentCode =>
  codeOf(root, wiring, roleArn === undefined ? undefined : exchange => mayHave(exchange, roleArn));

/** What the deployments of a group need of their role: the components whose providers have it, or get it. */
export function codeOfGroup(
  root: Root,
  stores: StoreReader | undefined,
  members: readonly GroupMember[],
): readonly DeploymentCode[] {
  return (root.stack?.deployments ?? []).flatMap(deployment => {
    const own = members.filter(m => m.deployment === deployment.name);
    if (own.length === 0) return [];
    return [codeOf(root, wiringOf(root, deployment, stores), exchange => own.some(member => gets(exchange, member)))];
  });
}

/** `undefined`: there is no code. */
export function codeOfRole(codes: readonly DeploymentCode[]): CodeOfRole | undefined {
  const [first, ...more] = codes;
  return (
    first && {
      root: first.root,
      more: more.map(code => code.root),
      inputs: new Map(codes.map(code => [code.root, code.inputs])),
    }
  );
}

function codeOf(root: Root, wiring: StackWiring, has: ((exchange: Exchange) => boolean) | undefined): DeploymentCode {
  const inputs = wiring.inputs.state === 'known' ? wiring.inputs.values : new Map<string, Value>();
  const calls =
    has === undefined ? root.module.calls : root.module.calls.filter(call => usesRole(call, wiring.exchanges, has));
  const leftOut = root.module.calls.filter(c => !calls.includes(c)).map(c => `${c.block.type}.${c.name}`);
  return { root: { ...root, module: { ...root.module, calls } }, inputs, leftOut };
}

/** A provider whose role is not known may have this one. */
const mayHave = (exchange: Exchange, roleArn: string): boolean =>
  exchange.role.state === 'unknown' || (exchange.role.state === 'known' && exchange.role.value === roleArn);

/** A provider gets the role of a group since it has it, by its input, or since it names no other one. */
function gets(exchange: Exchange, { arn, inputs }: GroupMember): boolean {
  const { role, roleInput } = exchange;
  const carries = roleInput !== undefined && inputs.includes(roleInput);
  if (arn !== undefined) return mayHave(exchange, arn) || carries;
  return role.state === 'known' ? carries : carries || inputs.length === 0 || roleInput === undefined;
}

function usesRole(call: ModuleCall, exchanges: readonly Exchange[], has: (exchange: Exchange) => boolean): boolean {
  // The components of an embedded Stack are taken together.
  if (call.block.type === 'stack') {
    const name = `stack.${call.name}`;
    return exchanges.some(e => !e.inRoot && e.within.split(/[.["]/, 2).join('.') === name && has(e));
  }
  const given = attributeOf(call.body, 'providers')?.value;
  if (given?.kind !== 'object') return true;
  const named = given.items.map(item => providerNamed(item.value));
  return exchanges.some(e => e.inRoot && has(e) && named.some(n => n === undefined || n === keyOf(e.provider)));
}

const keyOf = ({ name, alias }: Exchange['provider']): string => `${name}.${alias ?? ''}`;

/** `aws.this` of `provider.aws.this` and of `provider.aws.this["eu"]`; undefined where it is written otherwise. */
function providerNamed(value: Expression): string | undefined {
  const [head, name, alias] = pathOf(value)?.steps ?? [];
  return head === 'provider' && typeof name === 'string' && typeof alias === 'string' ? `${name}.${alias}` : undefined;
}
