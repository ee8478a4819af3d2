import { pathOf } from '../../lint/expressions';
import { attributeOf, type ModuleCall, type Root } from '../../terraform/model';
import type { Value } from '../../terraform/values';
import type { Expression } from '../../terraform/syntax/ast';
import type { Exchange, StackWiring } from './wiring';

/** The components of one deployment as one root, with what the deployment gives to them. */
export interface DeploymentCode {
  readonly root: Root;
  readonly inputs: ReadonlyMap<string, Value>;
  /** The components that were left out, since their providers have other roles. */
  readonly leftOut: readonly string[];
}

/** What the runs of a deployment do in AWS: all of its components, or those alone whose providers assume a role. */
export function codeOfDeployment(root: Root, wiring: StackWiring, roleArn?: string): DeploymentCode {
  const inputs = wiring.inputs.state === 'known' ? wiring.inputs.values : new Map<string, Value>();
  const calls =
    roleArn === undefined ? root.module.calls : root.module.calls.filter(call => usesRole(call, wiring, roleArn));
  const leftOut = root.module.calls.filter(c => !calls.includes(c)).map(c => `${c.block.type}.${c.name}`);
  return { root: { ...root, module: { ...root.module, calls } }, inputs, leftOut };
}

/** A provider whose role is not known may have this one. */
const mayHave = (exchange: Exchange, roleArn: string): boolean =>
  exchange.role.state === 'unknown' || (exchange.role.state === 'known' && exchange.role.value === roleArn);

function usesRole(call: ModuleCall, { exchanges }: StackWiring, roleArn: string): boolean {
  // The components of an embedded Stack are taken together.
  if (call.block.type === 'stack') {
    const name = `stack.${call.name}`;
    return exchanges.some(e => !e.inRoot && e.within.split(/[.["]/, 2).join('.') === name && mayHave(e, roleArn));
  }
  const given = attributeOf(call.body, 'providers')?.value;
  if (given?.kind !== 'object') return true;
  const named = given.items.map(item => providerNamed(item.value));
  return exchanges.some(
    e => e.inRoot && mayHave(e, roleArn) && named.some(n => n === undefined || n === keyOf(e.provider)),
  );
}

const keyOf = ({ name, alias }: Exchange['provider']): string => `${name}.${alias ?? ''}`;

/** `aws.this` of `provider.aws.this` and of `provider.aws.this["eu"]`; undefined where it is written otherwise. */
function providerNamed(value: Expression): string | undefined {
  const [head, name, alias] = pathOf(value)?.steps ?? [];
  return head === 'provider' && typeof name === 'string' && typeof alias === 'string' ? `${name}.${alias}` : undefined;
}
