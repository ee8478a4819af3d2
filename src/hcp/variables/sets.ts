import { fail, ok, type Result } from '../../core/problem';
import { uriPart } from '../../core/text';
import type { HcpClient } from '../client/client';
import { stringOf } from '../client/document';

/** Which variable set: its id, or its name in the organization. */
export type VarsetKey = { readonly id: string } | { readonly name: string };

/** A variable of a set; `value` is undefined where it is sensitive. */
export interface SetVariable {
  readonly key: string;
  readonly category: 'env' | 'terraform';
  readonly value: string | undefined;
}

/** What a variable set holds, wherever it is applied. */
export async function readVarset(
  client: HcpClient,
  organization: string,
  key: VarsetKey,
  signal: AbortSignal,
): Promise<Result<readonly SetVariable[]>> {
  const id = 'id' in key ? ok(key.id) : await idOf(client, organization, key.name, signal);
  if (!id.ok) return id;
  const list = await client.all(`/varsets/${uriPart(id.value)}/relationships/vars`, {}, signal);
  if (!list.ok) return list;
  return ok(
    list.value.data.flatMap(variable => {
      const name = stringOf(variable, 'key');
      if (name === undefined) return [];
      const sensitive = variable.attributes['sensitive'] === true;
      const category = stringOf(variable, 'category') === 'env' ? 'env' : 'terraform';
      return [{ key: name, category, value: sensitive ? undefined : (stringOf(variable, 'value') ?? '') }];
    }),
  );
}

async function idOf(
  client: HcpClient,
  organization: string,
  name: string,
  signal: AbortSignal,
): Promise<Result<string>> {
  const sets = await client.all(`/organizations/${uriPart(organization)}/varsets`, {}, signal);
  if (!sets.ok) return sets;
  const found = sets.value.data.find(set => stringOf(set, 'name') === name);
  if (found !== undefined) return ok(found.id);
  return fail({
    code: 'variable-set-missing',
    message: `Organization ${organization} has no variable set "${name}" that the token's user may see.`,
    nextStep: 'Compare the name letter by letter, or use the token of somebody who may read it.',
  });
}
