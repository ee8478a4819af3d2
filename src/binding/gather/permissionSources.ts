import { readActions } from '../../iam/reference/actions';
import { generatePermissions, type Permissions } from '../../iam/needs/generate';
import { type OwnFinding, ownFindings } from '../../iam/needs/ownFindings';
import { readMapping, type TypeMapping } from '../../iam/needs/mapping';
import { readResources, type ResourceReference } from '../../iam/reference/reference';
import type { Root } from '../../terraform/model';
import type { CodeOfRole } from '../stack/needs';
import type { Fact, Phase } from '../facts';
import type { WorkspaceHolds } from './holds';

/** What runs of a root need, of its code, of what its workspaces hold, and of the code that was applied last. */
export interface WantedPermissions {
  /** Without statements: known to need nothing. */
  readonly permissions: Permissions;
  readonly unmapped: readonly string[];
  readonly unread: readonly string[];
  /** Why a role may get more by this policy and nothing may be taken from it; undefined: all that runs need is known. */
  readonly additionsOnly: { readonly why: string; readonly nextStep: string } | undefined;
  /** What was counted beside the code, in one sentence; undefined: nothing was read. */
  readonly counted: string | undefined;
}

/** What is known of permissions, read when it is first asked for: nobody pays for it who has no use for it. */
export interface PermissionSources {
  /** What a phase of the workspaces that a root is for needs. */
  needs(
    root: Root,
    holds: Fact<readonly WorkspaceHolds[]>,
    phase: Phase,
    place: { readonly partition: string; readonly accountId: string },
    /** Of a Stack: what the deployments give to the variables, and the code of others that have the same role. */
    stack?: Omit<CodeOfRole, 'root'>,
  ): WantedPermissions;
  /** Arguments of a type on which it depends what is called. */
  switches(type: string): readonly string[];
  /** What this product's own linter says to a policy, with the code that makes it so. */
  findings(permissions: Permissions): readonly OwnFinding[];
  reference(): ResourceReference;
}

/** @param read gives a file of the permission data, by name */
export function permissionSources(read: (name: string) => Uint8Array): PermissionSources {
  let mapping: TypeMapping | undefined;
  let reference: ResourceReference | undefined;
  const table = (): TypeMapping => (mapping ??= readMapping(read('terraform.json.gz')));
  const readReference = (): ResourceReference =>
    (reference ??= readResources(read('resources.json.gz'), readActions(read('actions.json.gz'))));
  // One root may have many workspaces, all with the same needs of the code; what they hold is an object of its own each time it is read.
  const known = new WeakMap<Root, WeakMap<object, Map<string, WantedPermissions>>>();
  return {
    needs: (root, holds, phase, { partition, accountId }, stack) => {
      const byHolds = known.get(root) ?? new WeakMap<object, Map<string, WantedPermissions>>();
      known.set(root, byHolds);
      const of = byHolds.get(holds) ?? new Map<string, WantedPermissions>();
      byHolds.set(holds, of);
      const key = `${phase} ${partition} ${accountId}`;
      const found =
        of.get(key) ?? wanted(root, holds, phase, { partition, region: undefined, account: accountId }, table, stack);
      of.set(key, found);
      return found;
    },
    switches: type => {
      const words = [...table().onlyWith(type).values()].flatMap(given => given.split(','));
      const names = words.filter(word => word !== '-' && word !== 'tagged' && !word.startsWith('with:'));
      return [...new Set(names.map(word => /^\w+/.exec(word)?.[0] ?? '').filter(name => name !== ''))];
    },
    findings: permissions => ownFindings(permissions, readReference()),
    reference: readReference,
  };
}

const nothing: Permissions = {
  policy: { Version: '2012-10-17', Statement: [] },
  fit: { policies: [], how: 'inline', characters: 0, sentence: '' },
  unmapped: [],
  unread: [],
  needs: [],
  notes: [],
  provider: '',
};

function wanted(
  root: Root,
  holds: Fact<readonly WorkspaceHolds[]>,
  phase: Phase,
  place: { readonly partition: string; readonly region: undefined; readonly account: string },
  table: () => TypeMapping,
  { inputs, more }: Omit<CodeOfRole, 'root'> = { inputs: new Map(), more: [] },
): WantedPermissions {
  const read = holds.state === 'known' ? holds.value : [];
  const held = read.flatMap(h => h.held ?? []);
  const applied = [...more, ...read.flatMap(h => h.applied)];
  const permissions =
    asksAws(root) || held.length > 0 || applied.length > 0
      ? generatePermissions(root, table(), { phase, place, applied, held, inputs })
      : nothing;
  const unread = permissions.unread.map(u => u.message);
  return {
    permissions,
    unmapped: [...new Set(permissions.unmapped.map(u => u.type))],
    unread,
    additionsOnly: whyAdditionsOnly(holds, unread),
    counted: holds.state === 'unknown' ? undefined : countedText(read),
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

function whyAdditionsOnly(
  holds: Fact<readonly WorkspaceHolds[]>,
  unread: readonly string[],
): WantedPermissions['additionsOnly'] {
  if (holds.state === 'unknown')
    return { why: holds.why, nextStep: holds.nextStep ?? 'Use a token that may read the resources of the workspace.' };
  const open = holds.value.find(h => !h.named && h.applied.length === 0);
  if (open !== undefined)
    return {
      why: ['The names of what the workspace holds are not known.', ...open.notes].join(' '),
      nextStep: 'Allow it to read the current state version (--read-state); names and ARNs alone are kept.',
    };
  const [first] = unread;
  return first === undefined
    ? undefined
    : { why: first, nextStep: 'Make that readable, then look at what is no longer needed.' };
}

function countedText(holds: readonly WorkspaceHolds[]): string {
  const count = holds.reduce((sum, h) => sum + h.count, 0);
  const applied = holds.some(h => h.applied.length > 0) ? ' and by the code that was applied last' : '';
  const from = [...new Set(holds.map(h => h.from))].join(' and ');
  return count === 0
    ? `Nothing of AWS exists yet, by ${from}.`
    : `Counted beside the code: ${count} ${count === 1 ? 'resource' : 'resources'} that exist, by ${from}${applied}.`;
}
