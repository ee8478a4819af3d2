import type { Module, ProviderBlock, Root, SourceFile } from '../terraform/model';
import type { Attribute } from '../terraform/syntax/ast';
import { removal } from './edits/fixes';
import { worksEverywhere } from './everywhere';
import type { Fix } from './finding';
import type { Identities } from './identities';
import { dynamicVariable, mapProvider, tagsInUse } from './mapping';

/** The fix that takes a credential away: by itself only where no two accounts become one. */
export function credentialsRemoval(identities: Identities, file: SourceFile, argument: Attribute): readonly Fix[] {
  return removal(file, argument, { title: `Remove ${argument.name}`, preferred: identities.survive }).map(fix => ({
    ...fix,
    takesCredentials: true,
  }));
}

/** The fixes of a credential in a provider block; where the root has several identities, mapping them comes first. */
export function withoutCredentials(
  { root, identities }: { readonly root: Root; readonly identities: Identities },
  module: Module,
  provider: ProviderBlock,
  argument: Attribute,
): readonly Fix[] {
  const remove = [
    ...credentialsRemoval(identities, provider.file, argument),
    ...worksEverywhere({ root, identities }, module, provider, argument),
  ];
  const canMap =
    !identities.survive &&
    // The first tag makes every other block need one too: that is a change of the whole root (map-providers).
    tagsInUse(root) &&
    (argument.name === 'profile' || argument.name.startsWith('shared_')) &&
    provider.kind === 'aws' &&
    module.dir === root.dir &&
    !provider.inStack;
  if (!canMap) return remove;
  const map = mapProvider(module, provider, argument).map(fix => ({
    ...fix,
    preferred: false,
    takesCredentials: true as const,
  }));
  return [...map, ...remove];
}

/** What a finding adds where the root speaks as several identities. */
export function accountsNote({ survive, all }: Identities): string {
  if (survive) return '';
  const count = new Set(all.map(i => i.key)).size;
  const known = new Set(all.flatMap(i => i.account ?? []));
  const accounts = known.size > 1 ? ` in ${known.size === 2 ? 'two' : known.size} accounts` : '';
  const number = ['no', 'one', 'two', 'three', 'four', 'five', 'six'][count] ?? String(count);
  return ` This root speaks as ${number} AWS identities${accounts}, and without their credentials fewer would be left: map them to tagged configurations of the workspace first (tfc-oidc map-providers), through var.${dynamicVariable}.`;
}
