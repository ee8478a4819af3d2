import type { Filter } from '../../board/filter';
import type { BoardState, OrganizationRow } from '../../board/model';
import { changedRows, organizationRow, type OrganizationView } from '../../board/organization';

/**
 * The rows of the organization as VS Code knows them: one object for each for as long as it is there, so that a change asks for the rows
 * that differ only.
 */
export class OrganizationRows {
  /** As it was worked out last; its rows are never handed out. */
  private drawn: OrganizationRow | undefined;
  private known = new Map<string, OrganizationRow>();

  /** The organization's own row, which stands at the top. */
  get top(): OrganizationRow | undefined {
    return this.drawn === undefined ? undefined : this.known.get(this.drawn.id);
  }

  /** `all`: the list at the top differs. Else the rows that have to be drawn again. */
  update(view: OrganizationView | undefined, filter: Filter): 'all' | readonly OrganizationRow[] {
    const before = this.drawn;
    const after = view === undefined ? undefined : organizationRow(view, filter);
    this.drawn = after;
    const former = this.known;
    this.known = new Map();
    if (after !== undefined) this.keep(after, former);
    if (before === undefined || after === undefined || before.id !== after.id) return before === after ? [] : 'all';
    return changedRows(before, after).flatMap(row => this.known.get(row.id) ?? []);
  }

  /** How many workspaces are in a state. */
  count(state: BoardState): number {
    return [...this.known.values()].filter(row => row.kind === 'audited' && row.state === state).length;
  }

  /** The object that VS Code has for a row, with what is true now. */
  private keep(row: OrganizationRow, former: ReadonlyMap<string, OrganizationRow>): OrganizationRow {
    const known = former.get(row.id) ?? { ...row };
    for (const key of ['best', 'url', 'key'] as const) delete (known as { [k in typeof key]?: unknown })[key];
    Object.assign(known, row, { rows: row.rows.map(child => this.keep(child, former)) });
    this.known.set(row.id, known);
    return known;
  }
}
