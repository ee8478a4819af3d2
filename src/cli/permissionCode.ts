import { codeOfDeployment, type CodeOfRole, codeOfRole } from '../binding/stack/needs';
import { type StackWiring, wiringOf } from '../binding/stack/wiring';
import type { Root } from '../terraform/model';
import type { StoreReader } from '../terraform/values';
import { UsageError } from './option';

/** The code whose needs `permissions` tells. */
export interface AskedCode extends CodeOfRole {
  readonly notes: readonly string[];
}

/**
 * A root whole; of a Stack, its components as the named deployments use them, and where a role is named only those whose providers assume
 * it.
 */
export function askedCode(
  root: Root,
  { deployment: names, role }: { readonly deployment: readonly string[]; readonly role: string | undefined },
  stores?: StoreReader,
): AskedCode {
  const whole: AskedCode = { root, more: [], inputs: new Map(), notes: [] };
  const { stack } = root;
  if (stack === undefined) {
    if (names.length > 0) throw new UsageError('--deployment is for a Stack; PATH is none');
    return whole;
  }
  const strange = names.find(name => !stack.deployments.some(d => d.name === name));
  if (strange !== undefined)
    throw new UsageError(
      `there is no deployment "${strange}" in PATH; there are ${stack.deployments.map(d => d.name).join(', ') || 'none'}`,
    );
  if (names.length === 0 && role === undefined) return whole;
  const wirings = stack.deployments
    .filter(d => names.length === 0 || names.includes(d.name))
    .map(deployment => wiringOf(root, deployment, stores));
  const codes = wirings.flatMap(wiring => {
    if (role === undefined) return [{ wiring, ...codeOfDeployment(root, wiring) }];
    const arn = roleIn(wiring, role);
    return arn === undefined ? [] : [{ wiring, ...codeOfDeployment(root, wiring, arn) }];
  });
  const asked = codeOfRole(codes);
  if (asked === undefined)
    throw new UsageError(
      `no provider of ${wirings.map(w => `deployment "${w.deployment.name}"`).join(', ')} assumes role "${role ?? ''}", as far as the code tells`,
    );
  const left = [...new Set(codes.flatMap(code => code.leftOut))];
  return {
    ...asked,
    notes: [
      `This is for ${codes.map(c => `deployment "${c.wiring.deployment.name}"`).join(', ')}, with the values that the code gives.`,
      ...(left.length === 0 ? [] : [`Left out, for their providers have other roles: ${left.join(', ')}.`]),
    ],
  };
}

/** The role of the deployment that a name or an ARN means; where the code does not tell all roles, it may be one of them. */
function roleIn({ exchanges }: StackWiring, role: string): string | undefined {
  const known = exchanges.flatMap(e => (e.role.state === 'known' ? [e.role.value] : []));
  const found = known.find(arn => arn === role || arn.endsWith(`/${role}`));
  return found ?? (exchanges.some(e => e.role.state === 'unknown') ? role : undefined);
}
