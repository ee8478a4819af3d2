import { plainJson } from '../policy/node';
import type { PermissionDocument, PermissionStatement } from '../policy/permissionDocument';
import { covers } from '../policy/patterns/resourcePattern';

/**
 * A policy that allows what it allows today and what is wanted beside that: nothing is taken away. Statements that the wanted ones cover
 * whole are left out, since they add nothing. `undefined`: the policy that is there can't be read.
 */
export function withAdditions(there: string, wanted: PermissionDocument): PermissionDocument | undefined {
  const value = plainJson(there);
  if (typeof value !== 'object' || value === null || !('Statement' in value)) return undefined;
  const statements = [value.Statement].flat().filter(isStatement);
  const kept = statements.filter(statement => !isCovered(statement, wanted));
  const names = new Set(wanted.Statement.map(s => s.Sid.toLowerCase()));
  return {
    Version: '2012-10-17',
    Statement: [
      ...wanted.Statement,
      ...kept.map((s, i) => (isTaken(s.Sid, names) ? { ...s, Sid: `Kept${i + 1}` } : s)),
    ],
  };
}

/** A statement as IAM keeps it: what this product did not write may lack any of its parts, and stays as it is. */
const isStatement = (value: unknown): value is PermissionStatement => typeof value === 'object' && value !== null;

const isTaken = (sid: unknown, names: ReadonlySet<string>): boolean =>
  typeof sid === 'string' && names.has(sid.toLowerCase());

/** Does the wanted policy allow all that a statement allows? Only where nothing of it is a pattern of actions. */
function isCovered(statement: PermissionStatement, wanted: PermissionDocument): boolean {
  const { Effect: effect, Action: action, Resource: resource } = statement;
  const others = Object.keys(statement).filter(
    key => !['Sid', 'Effect', 'Action', 'Resource', 'Condition'].includes(key),
  );
  if (String(effect) !== 'Allow' || others.length > 0) return false;
  const actions = texts(action);
  const resources = texts(resource);
  if (actions === undefined || resources === undefined || actions.some(a => /[*?]/.test(a))) return false;
  const condition = JSON.stringify(statement.Condition ?? null);
  return actions.every(name => {
    const same = wanted.Statement.filter(
      w =>
        w.Action.some(a => a.toLowerCase() === name.toLowerCase()) &&
        (w.Condition === undefined || JSON.stringify(w.Condition) === condition),
    );
    return resources.every(r => same.some(w => w.Resource.some(pattern => pattern === '*' || covers(pattern, r))));
  });
}

function texts(value: unknown): readonly string[] | undefined {
  const all: readonly unknown[] = [value].flat();
  return all.length > 0 && all.every(item => typeof item === 'string') ? all : undefined;
}
