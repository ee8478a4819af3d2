import { createHash } from 'node:crypto';
import type { Identity } from '../../oidc/subject';

const maximum = 64;

/**
 * The names of a binding within its organization, as they stand in the name of its role. Names of Stacks are unique in a project only:
 * the one that comes second has it in its name.
 */
export function roleNameParts(identity: Identity, distinct = false): readonly string[] {
  switch (identity.kind) {
    case 'workspace':
      return [identity.workspace];
    case 'stack':
      return [...(distinct ? [identity.project] : []), identity.stack, identity.deployment];
    case 'module-test':
      return [identity.module, 'tests'];
  }
}

/**
 * A role name for a binding: readable, within IAM's grammar and 64 characters, and different for different inputs.
 * Where letters had to be replaced or cut, a hash of the exact names keeps two bindings apart.
 */
export function roleNameFor(
  organization: string,
  names: readonly string[],
  use: 'run' | 'plan' | 'apply',
  tag?: string,
  /** With the hash in any case: for a binding whose plain name another one has taken. */
  distinct = false,
): string {
  const parts = ['tfc', organization, ...names, ...(tag === undefined ? [] : [tag]), ...(use === 'run' ? [] : [use])];
  const clean = parts.map(part => part.replace(/[^\w+=,.@-]+/g, '-'));
  const name = clean.join('-');
  // Joined names are ambiguous where a part holds the separator ("a-b" + "c" = "a" + "b-c"): there the role's tags tell
  // whose it is, and the second comer gets the hash. Changed or cut parts need it always.
  if (!distinct && name.length <= maximum && clean.every((part, i) => part === parts[i])) return name;
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8);
  const tail = `-${hash}${use === 'run' ? '' : `-${use}`}`;
  const head = clean.slice(0, use === 'run' ? undefined : -1).join('-');
  return head.slice(0, maximum - tail.length).replace(/(?<!-)-+$/, '') + tail;
}
