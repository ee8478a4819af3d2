import type { JournalStore } from '../journal/journal';
import { type Fields, isObject, keptObjects } from '../journal/lines';
import type { FoundKey, KeyPlace, RememberedKey } from './model';

/**
 * What was seen of keys, kept beside the journals: once a key stands nowhere any more, only this says that there was one, and whose
 * runs used it. It holds no id: a hash, the last four characters, and names of places.
 */
const name = 'seen-keys';

interface Line {
  readonly type: 'key';
  readonly at: number;
  readonly hash: string;
  readonly shown: string;
  readonly accountId?: string;
  readonly user?: string;
  /** Absent: nothing new of where it stands. */
  readonly places?: readonly KeyPlace[];
  readonly hostname?: string;
}

const isText = (v: unknown): v is string => typeof v === 'string';

function isPlace(v: unknown): v is KeyPlace {
  return (
    isObject(v) &&
    isText(v['where']) &&
    isText(v['kind']) &&
    Array.isArray(v['workspaces']) &&
    v['workspaces'].every(isText)
  );
}

function lineOf(value: Fields): readonly Line[] {
  const whole =
    value['type'] === 'key' &&
    typeof value['at'] === 'number' &&
    isText(value['hash']) &&
    isText(value['shown']) &&
    (value['places'] === undefined || (Array.isArray(value['places']) && value['places'].every(isPlace)));
  return whole ? [value as unknown as Line] : [];
}

/** What is remembered, each key once: the last account, user and places, and all workspaces. */
export async function rememberedKeys(store: JournalStore): Promise<readonly RememberedKey[]> {
  const keys = new Map<string, RememberedKey>();
  for (const line of (await keptObjects(store, name)).flatMap(lineOf)) {
    const { hash, shown, at, places, hostname = '' } = line;
    const former = keys.get(hash);
    const workspaces = (places ?? []).flatMap(p => p.workspaces).map(w => `${hostname}/${w}`);
    keys.set(hash, {
      hash,
      shown,
      accountId: line.accountId ?? former?.accountId,
      user: line.user ?? former?.user,
      places: places ?? former?.places ?? [],
      workspaces: [...new Set([...(former?.workspaces ?? []), ...workspaces])],
      standing: places === undefined ? (former?.standing ?? at) : at,
    });
  }
  return [...keys.values()];
}

/** Keeps that these keys stand where they stand now. */
export async function rememberStanding(
  store: JournalStore,
  keys: readonly FoundKey[],
  hostname: string,
  now: number,
): Promise<void> {
  for (const { id, places } of keys)
    await write(store, { type: 'key', at: now, hash: id.hash, shown: id.shown, places, hostname });
}

/** Keeps whose key it is. */
export const rememberOwner = (
  store: JournalStore,
  key: { readonly hash: string; readonly shown: string; readonly accountId: string; readonly user: string },
  now: number,
): Promise<void> => write(store, { type: 'key', at: now, ...key });

const write = (store: JournalStore, line: Line): Promise<void> => store.append(name, `${JSON.stringify(line)}\n`);
