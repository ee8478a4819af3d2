import { createHash } from 'node:crypto';

const maximum = 64;

/**
 * A role name for a workspace: readable, within IAM's grammar and 64 characters, and different for different inputs.
 * Where letters had to be replaced or cut, a hash of the exact names keeps two workspaces apart.
 */
export function roleNameFor(
  organization: string,
  workspace: string,
  use: 'run' | 'plan' | 'apply',
  tag?: string,
  /** With the hash in any case: for a workspace whose plain name another one has taken. */
  distinct = false,
): string {
  const parts = ['tfc', organization, workspace, ...(tag === undefined ? [] : [tag]), ...(use === 'run' ? [] : [use])];
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
