import { readActions } from '../../iam/reference/actions';
import type { PermissionDocument } from '../../iam/policy/permissionDocument';
import { generatePermissions } from '../../iam/needs/generate';
import { readMapping, type TypeMapping } from '../../iam/needs/mapping';
import { readResources, type ResourceReference } from '../../iam/reference/reference';
import type { Root } from '../../terraform/model';
import type { Phase } from '../facts';

/** What is known of permissions, read when it is first asked for: nobody pays for it who has no use for it. */
export interface PermissionSources {
  /** What a root's code needs in a phase; no statements where it is known to need nothing. */
  needs(
    root: Root,
    phase: Phase,
    place: { readonly partition: string; readonly accountId: string },
  ): { readonly policy: PermissionDocument; readonly unmapped: readonly string[]; readonly unread: readonly string[] };
  reference(): ResourceReference;
}

/** @param read gives a file of the permission data, by name */
export function permissionSources(read: (name: string) => Uint8Array): PermissionSources {
  let mapping: TypeMapping | undefined;
  let reference: ResourceReference | undefined;
  // One root may have many workspaces, all with the same needs.
  const known = new WeakMap<Root, Map<string, ReturnType<PermissionSources['needs']>>>();
  return {
    needs: (root, phase, { partition, accountId }) => {
      if (!asksAws(root)) return { policy: { Version: '2012-10-17', Statement: [] }, unmapped: [], unread: [] };
      const of = known.get(root) ?? new Map<string, ReturnType<PermissionSources['needs']>>();
      known.set(root, of);
      const key = `${phase} ${partition} ${accountId}`;
      const before = of.get(key);
      if (before !== undefined) return before;
      mapping ??= readMapping(read('terraform.json.gz'));
      const place = { partition, region: undefined, account: accountId };
      const { policy, unmapped, unread } = generatePermissions(root, mapping, { phase, place });
      const found = { policy, unmapped: [...new Set(unmapped.map(u => u.type))], unread: unread.map(u => u.message) };
      of.set(key, found);
      return found;
    },
    reference: () => (reference ??= readResources(read('resources.json.gz'), readActions(read('actions.json.gz')))),
  };
}

/** Code without resources, and without a role to assume, needs nothing: no table is read for it. */
function asksAws(root: Root): boolean {
  return (
    root.backend !== undefined ||
    root.modules.some(
      m => m.resources.length > 0 || m.providers.some(p => p.body.blocks.some(b => b.type === 'assume_role')),
    )
  );
}
