import { workspacesOf } from '../../binding/gather/workspacesOf';
import type { AuditRow } from '../../hcp/audit';
import { rootLabel } from '../board/describe';
import type { AnalysedRoot, ProjectStore } from '../projectStore';

/** The roots of the window that name a workspace, by `HOST/ORG/NAME`. */
function rootsByWorkspace(store: ProjectStore): ReadonlyMap<string, AnalysedRoot> {
  const out = new Map<string, AnalysedRoot>();
  for (const analysed of store.all()) {
    const named = workspacesOf(analysed.root.cloud);
    if (named.ok && named.value.which.by === 'name')
      out.set(`${named.value.hostname}/${named.value.organization}/${named.value.which.name}`, analysed);
  }
  return out;
}

/** The code of workspaces, where a root of this window names them. */
export class CodeHere {
  private readonly roots: ReadonlyMap<string, AnalysedRoot>;

  constructor(store: ProjectStore) {
    this.roots = rootsByWorkspace(store);
  }

  of({ workspace: w }: AuditRow): AnalysedRoot | undefined {
    return this.roots.get(`${w.hostname}/${w.organization}/${w.name}`);
  }

  /** The root's folder, as people call it. */
  folder(row: AuditRow): string | undefined {
    const analysed = this.of(row);
    return analysed === undefined ? undefined : rootLabel(analysed.root, analysed.folder);
  }
}
