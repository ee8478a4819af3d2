import { uriPart } from '../../core/text';
import { ok, type Result } from '../../core/problem';
import { attempt, type HcpClient } from '../client/client';
import { booleanOf, requiredString, type Resource, stringOf } from '../client/document';
import type { Category } from './precedence';

/** Where variables are written: a workspace or a variable set. */
export interface VariableScope {
  readonly type: 'workspace' | 'varset';
  readonly id: string;
}

export interface StoredVariable {
  readonly id: string;
  readonly versionId: string | undefined;
  /** `undefined`: sensitive. */
  readonly value: string | undefined;
  readonly sensitive: boolean;
  readonly hcl: boolean;
  readonly description: string | undefined;
}

const base = (scope: VariableScope): string =>
  scope.type === 'workspace'
    ? `/workspaces/${uriPart(scope.id)}/vars`
    : `/varsets/${uriPart(scope.id)}/relationships/vars`;

/** The variable of a key and category as it is now; `undefined` when there is none. */
export async function findVariable(
  client: HcpClient,
  scope: VariableScope,
  key: string,
  category: Category,
  signal: AbortSignal,
): Promise<Result<StoredVariable | undefined>> {
  const list = await (scope.type === 'varset' ? client.all(base(scope), {}, signal) : client.list(base(scope), signal));
  if (!list.ok) return list;
  return attempt(() => {
    const all = 'data' in list.value ? list.value.data : list.value;
    const found = all.find(r => stringOf(r, 'category') === category && requiredString(r, 'key') === key);
    return found === undefined ? undefined : stored(found);
  });
}

export interface NewVariable {
  readonly key: string;
  readonly category: Category;
  readonly value: string;
  readonly sensitive: boolean;
  readonly hcl: boolean;
  readonly description: string | undefined;
}

export async function createVariable(
  client: HcpClient,
  scope: VariableScope,
  variable: NewVariable,
  signal: AbortSignal,
): Promise<Result<StoredVariable>> {
  const { description, ...rest } = variable;
  const attributes = { ...rest, ...(description === undefined ? {} : { description }) };
  const made = await client.post(base(scope), { data: { type: 'vars', attributes } }, signal);
  return made.ok ? ok(stored(made.value)) : made;
}

/** Only what is given changes: the description of a variable that we did not make stays. */
export async function updateVariable(
  client: HcpClient,
  scope: VariableScope,
  id: string,
  change: { readonly value?: string; readonly sensitive?: boolean },
  signal: AbortSignal,
): Promise<Result<StoredVariable>> {
  const body = { data: { id, type: 'vars', attributes: change } };
  const done = await client.patch(`${base(scope)}/${uriPart(id)}`, body, signal);
  return done.ok ? ok(stored(done.value)) : done;
}

export function deleteVariable(
  client: HcpClient,
  scope: VariableScope,
  id: string,
  signal: AbortSignal,
): Promise<Result<void>> {
  return client.delete(`${base(scope)}/${uriPart(id)}`, signal);
}

function stored(resource: Resource): StoredVariable {
  const sensitive = booleanOf(resource, 'sensitive') ?? false;
  return {
    id: resource.id,
    versionId: stringOf(resource, 'version-id'),
    value: sensitive ? undefined : (stringOf(resource, 'value') ?? ''),
    sensitive,
    hcl: booleanOf(resource, 'hcl') ?? false,
    description: stringOf(resource, 'description'),
  };
}
