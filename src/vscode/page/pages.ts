import type * as vscode from 'vscode';
import type { Check } from '../../binding/check';
import type { PageState } from '../../board/page/messages';
import type { Page } from '../../board/page/model';
import { ProblemError } from '../../core/problem';
import type { BindingStore, CheckedWorkspace } from '../board/bindingStore';
import type { AnalysedRoot, ProjectStore } from '../projectStore';
import { DoctorPage } from './doctorPage';
import { PagePanel } from './panel';
import { RemedyPage, type RemedyServices } from './remedyPage';

/** What leads on from a page. */
export interface PageCommands {
  readonly fixCheck: (target: { readonly analysed: AnalysedRoot; readonly check: Check }) => Promise<void>;
  readonly chooseProfile: () => Promise<void>;
}

/** The pages that are open: one for each workspace, and those that a former window left. */
export class Pages {
  private readonly open = new Map<string, PagePanel>();

  constructor(
    private readonly extension: vscode.Uri,
    private readonly store: ProjectStore,
    private readonly bindings: BindingStore,
    private readonly parts: Omit<RemedyServices, 'store' | 'bindings'>,
  ) {}

  /** The doctor for a workspace that was checked. A page that is open for it comes to the front. */
  doctor(analysed: AnalysedRoot, checked: CheckedWorkspace, commands: PageCommands): void {
    const title = `Doctor for ${checked.workspace}`;
    this.open.get(keyOf(analysed, checked.workspace))?.dispose();
    this.show(PagePanel.open(this.extension, title), analysed, checked, commands);
  }

  /** The smallest changes that put one check right, on a page with its own yes. */
  async remedy(analysed: AnalysedRoot, checked: CheckedWorkspace, check: Check): Promise<void> {
    const panel = PagePanel.open(this.extension, `Put right: ${checked.workspace}`);
    const { store, bindings } = this;
    await new RemedyPage(panel, analysed, checked, check, { ...this.parts, store, bindings }).planAnew();
  }

  /** A page of a former window. Only its names were kept: what it shows is read anew. */
  async restore(panel: vscode.WebviewPanel, kept: PageState | undefined, commands: PageCommands): Promise<void> {
    if (!this.store.ready) await this.store.refresh();
    const analysed = this.store.all().find(r => r.root.dir === kept?.root);
    const place = analysed === undefined ? undefined : placeOf(analysed, kept?.workspace);
    if (analysed === undefined || place === undefined) {
      panel.dispose();
      return;
    }
    const page = new PagePanel(panel, this.extension);
    page.show(reading(`${place.organization}/${place.workspace}`), {
      kind: 'doctor',
      ...kept,
      root: analysed.root.dir,
    });
    try {
      const [checked] = await this.bindings.checkPlaces(analysed, [place]);
      if (checked === undefined) throw new ProblemError(gone(place.workspace));
      this.show(page, analysed, checked, commands);
    } catch (error) {
      // Stopped or failed: a page that stays empty would be a dead end.
      panel.dispose();
      throw error;
    }
  }

  private show(panel: PagePanel, analysed: AnalysedRoot, checked: CheckedWorkspace, commands: PageCommands): void {
    const key = keyOf(analysed, checked.workspace);
    this.open.set(key, panel);
    panel.onDidDispose(() => {
      if (this.open.get(key) === panel) this.open.delete(key);
    });
    const { hostname, organization, workspace } = checked;
    const page = new DoctorPage(panel, checked, analysed.root.dir, {
      account: () => this.bindings.chosenAccount,
      again: async () => {
        const [read] = await this.bindings.checkPlaces(analysed, [{ hostname, organization, workspace }]);
        if (read === undefined) throw new ProblemError(gone(workspace));
        return read;
      },
      putRight: check => commands.fixCheck({ analysed, check }),
      chooseProfile: () => commands.chooseProfile(),
    });
    page.draw();
  }
}

/** The doctor's page before anything is known. */
const reading = (subject: string): Page => ({
  title: `Doctor for ${subject}`,
  lead: [],
  sections: [],
  actions: [],
  busy: 'Reading everything again',
});

const keyOf = ({ root }: AnalysedRoot, workspace: string): string => `${root.dir} ${workspace}`;

function placeOf(
  { root: { cloud } }: AnalysedRoot,
  workspace: string | undefined,
): { readonly hostname: string; readonly organization: string; readonly workspace: string } | undefined {
  if (workspace === undefined || cloud.organization.state !== 'known' || cloud.hostname.state !== 'known')
    return undefined;
  return { hostname: cloud.hostname.value, organization: cloud.organization.value, workspace };
}

const gone = (workspace: string): { code: string; message: string; nextStep: string } => ({
  code: 'workspace-unread',
  message: `Workspace ${workspace} could not be read.`,
  nextStep: 'Look at its checks in the sidebar.',
});
