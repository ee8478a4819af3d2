import type * as vscode from 'vscode';
import type { AnalysedRoot, ProjectStore } from '../projectStore';

const provenKey = 'tfcOidc.proven';
const unpushedKey = 'tfcOidc.unpushed';
type Times = Readonly<Record<string, number>>;

/** Findings that keep runs from using the role. */
const winning: ReadonlySet<string> = new Set([
  'static-credentials',
  'provider-profile',
  'shared-files',
  'web-identity',
]);

/** A workspace by its names. */
interface Place {
  readonly hostname: string;
  readonly organization: string;
  readonly workspace: string;
}

type Memory = Pick<vscode.Memento, 'get' | 'update'>;

/** What the board remembers of this window's folders from one day to the next. Times are in milliseconds since the epoch. */
export class BindingMemory {
  /** Roots in whose code something wins over the role, as it was seen last. */
  private readonly winning = new Set<string>();

  constructor(private readonly memento: Memory = forgetful()) {}

  provenAt(place: Place): number | undefined {
    return this.memento.get<Times>(provenKey, {})[nameOf(place)];
  }

  async noteProven(place: Place, at: number): Promise<void> {
    await this.memento.update(provenKey, { ...this.memento.get<Times>(provenKey, {}), [nameOf(place)]: at });
  }

  unpushedSince(dir: string): number | undefined {
    return this.memento.get<Times>(unpushedKey, {})[dir];
  }

  /**
   * Sees what an edit has done: where the last thing that wins over the role has gone from the files, runs still use the code that was
   * pushed before. Says whether anything is known anew. `pushed` says of a root that its files are as the remote repository has them.
   */
  async follow(store: Pick<ProjectStore, 'all' | 'ready'>, pushed: (root: AnalysedRoot) => boolean): Promise<boolean> {
    if (!store.ready) return false;
    const before = this.memento.get<Times>(unpushedKey, {});
    const after: Record<string, number> = { ...before };
    for (const root of store.all()) {
      const { dir } = root.root;
      const wins = root.findings.some(f => f.severity === 'error' && winning.has(f.code));
      if (wins) {
        this.winning.add(dir);
        Reflect.deleteProperty(after, dir);
      } else if (this.winning.delete(dir)) after[dir] = Date.now();
      else if (after[dir] !== undefined && pushed(root)) Reflect.deleteProperty(after, dir);
    }
    const differs = JSON.stringify(after) !== JSON.stringify(before);
    if (differs) await this.memento.update(unpushedKey, after);
    return differs;
  }
}

const nameOf = ({ hostname, organization, workspace }: Place): string => `${hostname}/${organization}/${workspace}`;

/** Where nothing outlives the window. */
function forgetful(): Memory {
  const values = new Map<string, unknown>();
  return {
    get: <T>(key: string, fallback?: T): T => (values.get(key) as T | undefined) ?? (fallback as T),
    update: (key, value) => Promise.resolve(void values.set(key, value)),
  };
}
