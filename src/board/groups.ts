import type { BoardState } from './model';

/** What can be put into a folder: a root's row. */
interface Placed {
  readonly id: string;
  /** The folder of the root, parts separated by slashes. */
  readonly label: string;
  readonly state: BoardState;
}

/** A folder of a monorepo with the roots and folders in it. */
export interface Folder<R> {
  readonly kind: 'folder';
  readonly id: string;
  /** What the labels of the roots below it begin with. */
  readonly path: string;
  readonly label: string;
  readonly description: string;
  /** The worst state below it. */
  readonly state: BoardState;
  readonly items: readonly (R | Folder<R>)[];
}

/** So many roots are shown as one list; more are put into their folders. */
const listed = 12;

/** The worst first. */
export const stateOrder: readonly BoardState[] = ['wrong', 'warning', 'unknown', 'unchecked', 'ok', 'aside'];

/** The worst of several states. */
export const worstOf = (states: readonly BoardState[]): BoardState =>
  stateOrder.find(state => states.includes(state)) ?? 'aside';

/** Roots by state, the worst first, and by name. Many of them stand in their folders; a folder with a single thing in it is left out. */
export function groupRoots<R extends Placed>(rows: readonly R[], prefix = ''): readonly (R | Folder<R>)[] {
  return rows.length <= listed ? sorted(rows) : inFolders(rows, prefix);
}

const sorted = <T extends { readonly label: string; readonly state: BoardState }>(items: readonly T[]): readonly T[] =>
  [...items].sort(
    (a, b) =>
      stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state) || (a.label < b.label ? -1 : a.label > b.label ? 1 : 0),
  );

function inFolders<R extends Placed>(rows: readonly R[], prefix: string): readonly (R | Folder<R>)[] {
  const own: R[] = [];
  const below = new Map<string, R[]>();
  for (const row of rows) {
    const rest = row.label.slice(prefix.length);
    const slash = rest.indexOf('/');
    if (slash < 0) own.push(row);
    else below.set(rest.slice(0, slash), [...(below.get(rest.slice(0, slash)) ?? []), row]);
  }
  const folders = [...below].flatMap(([name, members]): readonly (R | Folder<R>)[] => {
    const path = commonFolder(members, `${prefix}${name}/`);
    if (members.length === 1) return members;
    return [
      {
        kind: 'folder',
        id: `folder:${path}`,
        path,
        label: path.slice(prefix.length, -1),
        description: counts(members),
        state: worstOf(members.map(m => m.state)),
        items: inFolders(members, path),
      },
    ];
  });
  return sorted([...own, ...folders]);
}

/** The deepest folder that holds all of them. */
function commonFolder(rows: readonly Placed[], from: string): string {
  let path = from;
  for (;;) {
    const [first] = rows;
    const slash = first?.label.indexOf('/', path.length) ?? -1;
    const next = first?.label.slice(0, slash + 1) ?? '';
    if (slash < 0 || !rows.every(r => r.label.startsWith(next))) return path;
    path = next;
  }
}

/** "2 wrong, 30 ok" */
function counts(rows: readonly Placed[]): string {
  const words: Readonly<Record<BoardState, (count: number) => string>> = {
    wrong: count => `${count} wrong`,
    warning: count => `${count} with warnings`,
    unknown: count => `${count} unknown`,
    unchecked: count => `${count} not checked`,
    ok: count => `${count} ok`,
    aside: count => `${count} without a cloud block`,
  };
  return stateOrder
    .map(state => [state, rows.filter(r => r.state === state).length] as const)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => words[state](count))
    .join(', ');
}
