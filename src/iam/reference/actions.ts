import { nearest } from '../../core/editDistance';
import { gunzipSync } from 'node:zlib';
import { compilePattern, matches } from '../policy/patterns/glob';

/** One IAM action. Source: AWS's service authorization reference, as compiled by scripts/permissions/actions.mjs. */
export interface ActionFact {
  /** `sqs:AddPermission`, in AWS's own letters. */
  readonly name: string;
  /** As AWS words it; may be several: "Permissions management, Write". */
  readonly level: string;
  /** Does the action take resource ARNs? If not, only `*` matches it. */
  readonly scoped: boolean;
}

/** Which actions exist in IAM. Names compare without regard to case, as IAM does. */
export class ActionList {
  constructor(
    readonly version: string,
    private readonly services: ReadonlyMap<string, ReadonlyMap<string, ActionFact>>,
  ) {}

  hasService(service: string): boolean {
    return this.services.has(service.toLowerCase());
  }

  find(action: string): ActionFact | undefined {
    const [service, name] = halves(action);
    return this.services.get(service)?.get(name);
  }

  /** The actions that a pattern with `*` and `?` matches, in alphabetical order. */
  matching(pattern: string): readonly ActionFact[] {
    const lower = pattern.toLowerCase();
    if (lower === '*') return [...this.services.values()].flatMap(actions => [...actions.values()]);
    const [service, name] = halves(lower);
    const actions = this.services.get(service);
    if (actions === undefined) return [];
    if (!/[*?]/.test(name)) return [...actions].filter(([key]) => key === name).map(([, fact]) => fact);
    const glob = compilePattern(name, false, true);
    return [...actions].filter(([key]) => glob.kind === 'pattern' && matches(glob.parts, key)).map(([, fact]) => fact);
  }

  /** Actions whose name starts with `prefix` (`s3:GetB`), for completion. */
  completions(prefix: string): readonly ActionFact[] {
    const [service = '', ...rest] = prefix.toLowerCase().split(':');
    const start = rest.join(':');
    return [...(this.services.get(service) ?? [])].filter(([key]) => key.startsWith(start)).map(([, fact]) => fact);
  }

  /** The real action (`s3:GetObject`) or service prefix (`s3`) nearest to a mistyped one; undefined where none is near. */
  nearest(action: string): string | undefined {
    const [service = '', name = ''] = action.toLowerCase().split(':');
    const actions = this.services.get(service);
    if (actions === undefined) return closest(service, [...this.services.keys()]);
    const key = closest(name, [...actions.keys()]);
    return key === undefined ? undefined : actions.get(key)?.name;
  }
}

/** Service and name, in lower case. */
function halves(action: string): readonly [service: string, name: string] {
  const lower = action.toLowerCase();
  const colon = lower.indexOf(':');
  return colon < 0 ? [lower, ''] : [lower.slice(0, colon), lower.slice(colon + 1)];
}

/** Reads the file actions.json.gz; throws where it is not what the update script writes. */
export function readActions(gzipped: Uint8Array): ActionList {
  const data: unknown = JSON.parse(gunzipSync(gzipped).toString('utf8'));
  if (!isActionFile(data)) throw new TypeError('the list of IAM actions has an unknown shape');
  const services = new Map<string, ReadonlyMap<string, ActionFact>>();
  for (const [service, rows] of Object.entries(data.services)) {
    services.set(
      service,
      new Map(
        rows.map(([name, level, scoped]) => [
          name.toLowerCase(),
          { name: `${service}:${name}`, level, scoped: scoped === 1 },
        ]),
      ),
    );
  }
  return new ActionList(data.version, services);
}

interface ActionFile {
  readonly version: string;
  readonly services: Readonly<Record<string, readonly (readonly [string, string, number])[]>>;
}

function isActionFile(data: unknown): data is ActionFile {
  return (
    typeof data === 'object' &&
    data !== null &&
    'version' in data &&
    typeof data.version === 'string' &&
    'services' in data &&
    typeof data.services === 'object'
  );
}

/** The nearest of some words, where one is near enough to be meant: a slip, and one more for each four letters beyond the first four. */
export const closest = (word: string, candidates: readonly string[]): string | undefined =>
  nearest(word, candidates, () => Math.max(1, Math.floor(word.length / 4)));
