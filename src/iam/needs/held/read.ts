import { fail, ok, type Result } from '../../../core/problem';
import { nameArguments, templates } from '../tables/arns';

/**
 * A resource that a state holds, or that a plan speaks of. Of its arguments only names, ARNs, ids and switches are kept, and of the others
 * that they are set: a state holds secrets.
 */
export interface HeldResource {
  readonly type: string;
  /** `module.network.aws_vpc.main["a"]`. */
  readonly address: string;
  readonly kept: ReadonlyMap<string, string | boolean>;
  /** Names of other arguments that are set. */
  readonly set: ReadonlySet<string>;
  /** Only its type and address are known: where code has the same address, the code says more. */
  readonly nameless?: boolean;
}

/** What a file of Terraform's tells. */
export interface Held {
  readonly kind: 'state' | 'plan';
  /** The resources that are there now. */
  readonly resources: readonly HeldResource[];
  /** Of a plan: what will be there after its apply, as far as it is known. */
  readonly planned: readonly HeldResource[];
  /** Of a plan: addresses without instance keys that it changes. */
  readonly changed: ReadonlySet<string> | undefined;
}

/** A resource of which a list tells nothing but that it is there. `set`: arguments that may be set. */
export const namelessResource = (type: string, address: string, set: readonly string[]): HeldResource => ({
  type,
  address,
  kept: new Map(),
  set: new Set(set),
  nameless: true,
});

/**
 * Reads `terraform show -json` of a plan or a state, or a state file (version 4).
 * https://developer.hashicorp.com/terraform/internals/json-format
 */
export function readHeld(text: string, name: string): Result<Held> {
  let data: unknown;
  try {
    data = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return fail(unreadable(name));
  }
  const top = recordOf(data);
  if (top === undefined) return fail(unreadable(name));
  if (Array.isArray(top['resource_changes']) || recordOf(top['planned_values']) !== undefined) return ok(planOf(top));
  const values = recordOf(top['values']);
  if (values !== undefined) return ok(stateOf(inModule(values['root_module'])));
  if (Array.isArray(top['resources']) && typeof top['version'] === 'number')
    return ok(stateOf(top['resources'].flatMap(inStateFile)));
  // `terraform show -json` of an empty state has its version alone.
  return typeof top['format_version'] === 'string' ? ok(stateOf([])) : fail(unreadable(name));
}

const unreadable = (name: string): { code: string; message: string; nextStep: string } => ({
  code: 'not-a-state',
  message: `${name} is neither a plan nor a state in JSON.`,
  nextStep:
    'Make it with "terraform show -json PLANFILE" or "terraform show -json", or give a state file of version 4.',
});

const stateOf = (resources: readonly HeldResource[]): Held => ({
  kind: 'state',
  resources,
  planned: [],
  changed: undefined,
});

function planOf(plan: Record<string, unknown>): Held {
  const prior = recordOf(recordOf(plan['prior_state'])?.['values']);
  const changed = new Set<string>();
  const before: HeldResource[] = [];
  const planned: HeldResource[] = [];
  for (const item of listOf(plan['resource_changes'])) {
    const change = recordOf(item);
    const detail = recordOf(change?.['change']);
    const address = textOf(change?.['address']);
    if (change === undefined || detail === undefined || address === undefined) continue;
    const actions = listOf(detail['actions']);
    if (actions.some(a => a !== 'no-op')) changed.add(withoutKeys(address));
    const held = heldOf(change, address, recordOf(detail['before']));
    if (held !== undefined) before.push(held);
    const after = heldOf(change, address, recordOf(detail['after']));
    if (after !== undefined) planned.push(after);
  }
  const there = prior === undefined ? before : inModule(prior['root_module']);
  return { kind: 'plan', resources: there, planned, changed };
}

/** An address as the code has it: `module.a["x"].aws_vpc.b[0]` is `module.a.aws_vpc.b`. */
export function withoutKeys(address: string): string {
  return address.replace(/\["(?:[^"\\]|\\.)*"\]|\[\d+\]/g, '');
}

function inModule(value: unknown): readonly HeldResource[] {
  const module = recordOf(value);
  if (module === undefined) return [];
  const own = listOf(module['resources']).flatMap(item => {
    const resource = recordOf(item);
    const address = textOf(resource?.['address']);
    const held = resource && address !== undefined && heldOf(resource, address, recordOf(resource['values']));
    return held ? [held] : [];
  });
  return [...own, ...listOf(module['child_modules']).flatMap(inModule)];
}

function inStateFile(value: unknown): readonly HeldResource[] {
  const resource = recordOf(value);
  if (resource === undefined) return [];
  const module = textOf(resource['module']);
  const base = `${module === undefined ? '' : `${module}.`}${textOf(resource['type']) ?? ''}.${textOf(resource['name']) ?? ''}`;
  return listOf(resource['instances']).flatMap(item => {
    const instance = recordOf(item);
    const key = instance?.['index_key'];
    const address = key === undefined ? base : `${base}[${JSON.stringify(key)}]`;
    const held = heldOf(resource, address, recordOf(instance?.['attributes']));
    return held === undefined ? [] : [held];
  });
}

function heldOf(
  resource: Record<string, unknown>,
  address: string,
  values: Record<string, unknown> | undefined,
): HeldResource | undefined {
  const type = textOf(resource['type']);
  if (type === undefined || !type.startsWith('aws_') || resource['mode'] !== 'managed' || values === undefined)
    return undefined;
  const kept = new Map<string, string | boolean>();
  const set = new Set<string>();
  for (const [name, value] of Object.entries(values)) {
    if (!/^[a-z]\w*$/.test(name) || isEmpty(value)) continue;
    if (typeof value === 'boolean' || isName(name, value)) kept.set(name, value);
    else set.add(name);
  }
  return { type, address, kept, set };
}

const empty: ReadonlySet<unknown> = new Set([null, undefined, '', 0]);
const isEmpty = (value: unknown): boolean =>
  empty.has(value) || (typeof value === 'object' && Object.keys(value ?? {}).length === 0);

/** Arguments that name a resource, or say where it is, whatever its type. */
const places: ReadonlySet<string> = new Set([
  ...['id', 'arn', 'name', 'path', 'region', 'event_bus_name', 'group_name', 'load_balancer_type', 'scope', 'type'],
  ...['qualifier', 'service_namespace', 'resource_id', 'permissions_boundary', 'policy_arn'],
  ...Object.values(templates).flatMap(([argument]) => argument.split('+')),
  ...Object.values(nameArguments),
]);

/** A name or an ARN, and nothing that could be another text. */
function isName(name: string, value: unknown): value is string {
  if (typeof value !== 'string' || value.length > 2048 || !/^[\w+=,.@:/#!-]+$/.test(value)) return false;
  return places.has(name) || /^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:(?:\d{12}|aws)?:[^*?$]+$/.test(value);
}

function recordOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]) : []);
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
