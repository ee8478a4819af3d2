import * as vscode from 'vscode';
import { ProblemError, unwrap } from '../../core/problem';
import { type AuditReport, auditCsv, auditMarkdown } from '../../hcp/auditReport';
import type { OrganizationStore } from '../board/organizationStore';
import { viewId } from '../contract';
import type { HcpConnections } from '../hcp';
import { withProgress } from '../progress';
import type { ProjectStore } from '../projectStore';
import type { PageState } from '../../board/page/messages';
import { MigrationPage, type MigrationPageServices } from '../page/migrationPage';
import { PagePanel } from '../page/panel';
import type { RowTarget } from '../pickers';
import { chooseOrganization } from './choose';
import { OrganizationKeys } from './keys';
import { type OrganizationPlace, OrganizationReader } from './reader';

/** The organization on the board: read when somebody asks for it, stopped and gone on with, and reported. */
export class OrganizationCommands {
  private reader: OrganizationReader | undefined;
  private readonly keys: OrganizationKeys;
  /** The page that sets up the next workspaces. */
  private migration: PagePanel | undefined;
  /** The reading that is under way. */
  private running: { readonly controller: AbortController; readonly ended: Promise<void> } | undefined;

  constructor(
    private readonly store: ProjectStore,
    private readonly connections: HcpConnections,
    private readonly board: OrganizationStore,
    private readonly extension: vscode.Uri,
    private readonly parts: MigrationPageServices,
  ) {
    this.keys = new OrganizationKeys(parts);
  }

  /** Puts an organization on the board and reads it. `reveal` brings it into sight once it is there. */
  async show(reveal: () => Promise<void>): Promise<void> {
    if (!this.store.ready) await this.store.refresh();
    const place = await chooseOrganization(this.store, this.connections, this.reader?.isWhole === true);
    if (place === undefined) return;
    const { reader } = this;
    const isSame = reader?.place.hostname === place.hostname && reader.place.organization === place.organization;
    if (!isSame) this.open(place);
    await vscode.commands.executeCommand(focusView);
    await reveal();
    if (this.reader?.isWhole !== true) await this.resume();
  }

  /** Goes on where a reading was stopped. */
  async resume(): Promise<void> {
    await this.read(this.shown());
  }

  async refresh(): Promise<void> {
    await this.readAnew(this.shown());
  }

  /** The plan of the next workspaces, on a page of its own. */
  async migrateNext(): Promise<void> {
    if (this.migration !== undefined) {
      this.migration.reveal();
      return;
    }
    const reader = await this.present();
    if (reader === undefined) return;
    await this.openPage(PagePanel.open(this.extension, `Set up ${reader.place.organization}`), reader).planAnew();
  }

  /** A page of a former window. Its organization is named there; nothing is read before somebody asks. */
  restore(panel: vscode.WebviewPanel, kept: PageState): void {
    const [hostname = '', organization = ''] = kept.root.split('/');
    if (this.reader === undefined) this.open({ hostname, organization });
    this.openPage(new PagePanel(panel, this.extension), this.shown()).wait();
  }

  async showKeys(reveal: () => Promise<void>): Promise<void> {
    const reader = await this.present();
    if (reader === undefined) return;
    await vscode.commands.executeCommand(focusView);
    await reveal();
    await this.readAnew(reader);
    if (reader.isWhole) await this.keys.show(reader);
  }

  async changeKey(target: RowTarget): Promise<void> {
    const reader = this.shown();
    await this.keys.change(target, reader, () => this.readAnew(reader));
  }

  close(): void {
    this.running?.controller.abort();
    this.reader = undefined;
    this.board.show(undefined);
  }

  /** The report for a security review: into the clipboard, or into a file. */
  async report(): Promise<void> {
    const reader = this.shown();
    const ways = [
      { label: 'Copy as Markdown', save: false, markdown: true },
      { label: 'Copy as CSV', save: false, markdown: false },
      { label: 'Save as Markdown…', save: true, markdown: true },
      { label: 'Save as CSV…', save: true, markdown: false },
    ] as const;
    const { organization } = reader.place;
    const chosen = await vscode.window.showQuickPick(ways, { placeHolder: `Report of ${organization}` });
    if (chosen === undefined) return;
    const text = chosen.markdown ? auditMarkdown(this.reportOf(reader)) : auditCsv(this.reportOf(reader));
    if (!chosen.save) {
      await vscode.env.clipboard.writeText(text);
      void vscode.window.setStatusBarMessage('The report is in the clipboard.', 4000);
      return;
    }
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const name = `${organization}-aws-credentials.${chosen.markdown ? 'md' : 'csv'}`;
    const file = await vscode.window.showSaveDialog({
      ...(folder !== undefined && { defaultUri: vscode.Uri.joinPath(folder, name) }),
      filters: chosen.markdown ? { Markdown: ['md'] } : { CSV: ['csv'] },
    });
    if (file === undefined) return;
    await vscode.workspace.fs.writeFile(file, Buffer.from(text));
    void vscode.window.setStatusBarMessage(`The report is in ${vscode.workspace.asRelativePath(file)}.`, 4000);
  }

  /** The organization on the board; put there first where none is. */
  private async present(): Promise<OrganizationReader | undefined> {
    if (this.reader === undefined) {
      if (!this.store.ready) await this.store.refresh();
      const place = await chooseOrganization(this.store, this.connections, false);
      if (place !== undefined) this.open(place);
    }
    return this.reader;
  }

  private openPage(panel: PagePanel, reader: OrganizationReader): MigrationPage {
    this.migration = panel;
    panel.onDidDispose(() => {
      if (this.migration === panel) this.migration = undefined;
    });
    return new MigrationPage(panel, reader, this.parts);
  }

  private reportOf(reader: OrganizationReader): AuditReport {
    const { view, audited, place } = reader;
    return {
      ...place,
      rows: audited,
      unread: view.workspaces.length - audited.length,
      at: Date.now(),
      ...(view.keyDays !== undefined && { keyDays: view.keyDays }),
    };
  }

  private open(place: OrganizationPlace): void {
    this.running?.controller.abort();
    const cloud = this.store.all().find(({ root: { cloud: c } }) => {
      return c.hostname.state === 'known' && c.hostname.value === place.hostname;
    })?.root.cloud;
    const reader = new OrganizationReader(
      place,
      async signal => unwrap(await this.connections.open(place.hostname, cloud, signal)),
      // One that was closed draws no more.
      view => {
        if (this.reader === reader) this.board.show(view);
      },
    );
    this.reader = reader;
    this.board.show(reader.view);
  }

  /** The one on the board; to ask for it where there is none is the way out. */
  private shown(): OrganizationReader {
    if (this.reader !== undefined) return this.reader;
    throw new ProblemError({
      code: 'no-organization',
      message: 'No organization is on the board.',
      nextStep: 'Run "TFC OIDC: Show the Organization…" first.',
    });
  }

  /** All of it; one that was stopped goes on from where it ended. */
  private async readAnew(reader: OrganizationReader): Promise<void> {
    await this.stop();
    if (reader.isWhole) reader.forget();
    await this.read(reader);
  }

  /** Ends the reading that is under way, and waits for that. */
  private async stop(): Promise<void> {
    const { running } = this;
    running?.controller.abort();
    await running?.ended;
  }

  /** One reading at a time: another one ends it, and goes on from what it read. */
  private async read(reader: OrganizationReader): Promise<void> {
    await this.stop();
    const controller = new AbortController();
    const work = withProgress(`Reading ${reader.place.organization}`, (signal, tell) => {
      let last = 0;
      return reader.read(AbortSignal.any([signal, controller.signal]), (done, total) => {
        tell(`${done} of ${total} workspaces`, (100 * (done - last)) / total);
        last = done;
      });
    });
    const running = { controller, ended: work.then(nothing, nothing) };
    this.running = running;
    try {
      await work;
    } finally {
      if (this.running === running) this.running = undefined;
    }
  }
}

/** The command that VS Code makes for the view. */
const focusView = `${viewId}.focus`;

const nothing = (): void => undefined;
