import { auditProgressText } from '../../hcp/auditReport';
import { type AuditRow, auditRows } from '../../hcp/audit';
import type { HcpClient } from '../../hcp/client/client';
import type { Workspace } from '../../hcp/workspace/model';
import { noWorkspaces } from '../../hcp/workspace/none';
import { listWorkspaces } from '../../hcp/workspace/read';
import { isAbort, type Problem, ProblemError, unwrap } from '../../core/problem';
import type { OrganizationRow } from '../../board/model';
import type { OrganizationView } from '../../board/organization';

/** An organization by its name and host. */
export interface OrganizationPlace {
  readonly hostname: string;
  readonly organization: string;
}

/** What the board is told at most: each telling works out a thousand rows. */
const publishMilliseconds = 250;

/**
 * Reads an organization workspace by workspace, and keeps what was read: a reading that was stopped goes on where it ended. It lives as
 * long as the window; nothing that was read is kept on disk.
 */
export class OrganizationReader {
  private workspaces: readonly Workspace[] | undefined;
  private readonly rows = new Map<string, AuditRow>();
  private problem: Problem | undefined;
  private reading: OrganizationView['reading'] = 'listing';
  private published = 0;
  private keys: Pick<OrganizationView, 'keys' | 'keyDays'> = {};

  constructor(
    readonly place: OrganizationPlace,
    readonly client: (signal: AbortSignal) => Promise<HcpClient>,
    private readonly publish: (view: OrganizationView) => void,
    private readonly clock: () => number = Date.now,
  ) {}

  /** What is known now. */
  get view(): OrganizationView {
    const { place, problem, reading, rows, workspaces = [] } = this;
    return {
      ...place,
      ...this.keys,
      problem,
      reading,
      workspaces,
      rows,
      progress: auditProgressText([...rows.values()]),
    };
  }

  /** What was found out about its keys. */
  showKeys(keys: OrganizationRow, keyDays: ReadonlyMap<string, number>): void {
    this.keys = { keys, keyDays };
    this.draw();
  }

  /** In the order of the list. */
  get audited(): readonly AuditRow[] {
    return (this.workspaces ?? []).flatMap(w => this.rows.get(w.id) ?? []);
  }

  get isWhole(): boolean {
    return this.reading === 'read';
  }

  /** Makes a new beginning: what was read is read again. What was found of keys stays in sight, and open, until it is looked at again. */
  forget(): void {
    this.workspaces = undefined;
    this.rows.clear();
  }

  /** Workspaces that have been changed are read again by the next `read`. */
  forgetSome(names: ReadonlySet<string>): void {
    for (const [id, row] of this.rows) if (names.has(row.workspace.name)) this.rows.delete(id);
  }

  /** Reads what is not read yet. Where a request failed for good, that workspace is asked about again. */
  async read(signal: AbortSignal, tell: (done: number, total: number) => void): Promise<void> {
    this.problem = undefined;
    this.reading = this.workspaces === undefined ? 'listing' : 'reading';
    this.draw();
    try {
      const client = await this.client(signal);
      const { organization } = this.place;
      const workspaces = (this.workspaces ??= unwrap(await listWorkspaces(client, organization, {}, signal)));
      // A list that is empty is no clean organization: the token may see nothing of it.
      if (workspaces.length === 0) throw new ProblemError(await noWorkspaces(client, organization, '', signal));
      this.reading = 'reading';
      this.draw();
      const open = workspaces.filter(w => this.rows.get(w.id)?.reading === undefined);
      const before = workspaces.length - open.length;
      await auditRows(client, open, signal, (done, _total, row) => {
        this.rows.set(row.workspace.id, row);
        tell(before + done, workspaces.length);
        if (this.clock() - this.published >= publishMilliseconds) this.draw();
      });
      this.reading = 'read';
    } catch (error) {
      this.reading = 'stopped';
      if (error instanceof ProblemError) this.problem = error.problem;
      if (!isAbort(error)) throw error;
    } finally {
      this.draw();
    }
  }

  private draw(): void {
    this.published = this.clock();
    this.publish(this.view);
  }
}
