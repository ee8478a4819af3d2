import type { HcpClient } from '../../hcp/client/client';
import { readVarset, type VarsetKey } from '../../hcp/variables/sets';
import { attributeOf, type Root, type StackStore } from '../../terraform/model';
import { type StoreContent, type StoreReader, StackValues, stringOf } from '../../terraform/values';

/**
 * What the stores of a Stack hold: variable sets, read from HCP Terraform once
 * (https://developer.hashicorp.com/terraform/language/block/stack/tfdeploy/store). A sensitive variable has no value; one of another category
 * than the store's is not in it.
 */
export async function readStores(
  root: Root,
  client: HcpClient,
  organization: string,
  signal: AbortSignal,
): Promise<StoreReader> {
  const values = new StackValues(root);
  const read = new Map<StackStore, StoreContent>();
  for (const store of root.stack?.stores ?? []) {
    const text = (name: string): string | undefined => {
      const written = attributeOf(store.body, name)?.value;
      return written && stringOf(values.inDeployments(written, store.file.path));
    };
    const key = keyOf(text('id'), text('name'));
    if (store.type !== 'varset' || key === undefined) continue;
    read.set(store, await contentOf(client, organization, key, text('category'), signal));
  }
  const at = (store: StackStore): string => `${store.file.path}:${store.block.start}`;
  const byPlace = new Map([...read].map(([store, content]) => [at(store), content]));
  return store => byPlace.get(at(store));
}

const keyOf = (id: string | undefined, name: string | undefined): VarsetKey | undefined =>
  id !== undefined ? { id } : name !== undefined ? { name } : undefined;

async function contentOf(
  client: HcpClient,
  organization: string,
  key: VarsetKey,
  category: string | undefined,
  signal: AbortSignal,
): Promise<StoreContent> {
  const variables = await readVarset(client, organization, key, signal);
  if (!variables.ok) return { state: 'unknown', why: variables.problem.message };
  const own = variables.value.filter(v => v.category === (category ?? 'terraform'));
  return { state: 'known', values: new Map(own.map(v => [v.key, v.value])) };
}
