import * as vscode from 'vscode';
import { ProblemError } from '../../core/problem';
import { PagePanel } from '../page/panel';
import { SetupPage, type SetupPageServices } from '../page/setupPage';
import type { AnalysedRoot } from '../projectStore';
import { runSteps } from '../steps';
import { type Choices, takeRoot, takeWorkspaces } from './choices';
import { configureSteps } from './steps';

/** Where the command was called from: a provider block's file, a row of the tree, or nothing. */
export interface ConfigureTarget {
  readonly uri?: string;
  readonly analysed?: AnalysedRoot;
}

interface OpenPage {
  readonly panel: PagePanel;
  readonly page: SetupPage;
}

/**
 * "Configure TFC OIDC": a page for one root, with everything inferred. Only what nothing but a person can tell is asked before it: the
 * root where the window has several and none is looked at, an organization and workspaces that the code does not name.
 */
export class ConfigureCommand {
  /** One page for each root. */
  private readonly pages = new Map<string, OpenPage>();

  constructor(
    private readonly services: SetupPageServices,
    private readonly extension: vscode.Uri,
  ) {}

  async run(target: ConfigureTarget | undefined): Promise<void> {
    const choices = await this.ask(target);
    if (choices === undefined) return;
    const open = this.pages.get(choices.analysed.root.dir);
    if (open !== undefined) {
      open.panel.reveal();
      return;
    }
    await this.opened(choices).page.planAnew();
  }

  /** A page of a former window. Only its root was kept: the plan is made anew, and until then there is no button. */
  async restore(panel: vscode.WebviewPanel, root: string): Promise<void> {
    if (!this.services.store.ready) await this.services.store.refresh();
    const analysed = this.services.store.all().find(r => r.root.dir === root);
    const choices = analysed === undefined ? undefined : await this.ask({ analysed });
    if (choices === undefined) panel.dispose();
    else await this.register(new PagePanel(panel, this.extension), choices).page.planAnew();
  }

  /** The same setup as code, from the same answers. Nothing is written anywhere. */
  async exportCode(target: ConfigureTarget | undefined): Promise<void> {
    const choices = await this.ask(target);
    if (choices === undefined) return;
    const open = this.pages.get(choices.analysed.root.dir);
    const { panel, page } = open ?? this.opened(choices);
    panel.reveal();
    // The page shows what is exported; nothing is read back for it.
    if (open === undefined) await page.planAnew(false);
    await page.exportCode();
  }

  private opened(choices: Asked): OpenPage {
    return this.register(PagePanel.open(this.extension, 'Configure TFC OIDC'), choices);
  }

  private register(panel: PagePanel, choices: Asked): OpenPage {
    const { dir, cloud } = choices.analysed.root;
    const isNamed = cloud.workspaces.by === 'name' && cloud.workspaces.name.state === 'known';
    const page = new SetupPage(panel, choices, this.services, isNamed ? undefined : () => this.askAgain(choices));
    const open = { panel, page };
    this.pages.set(dir, open);
    panel.onDidDispose(() => {
      if (this.pages.get(dir) === open) this.pages.delete(dir);
    });
    return open;
  }

  /** What only a person can tell. `undefined`: they left it. */
  private async ask(target: ConfigureTarget | undefined): Promise<Asked | undefined> {
    const { store, connections } = this.services;
    if (!store.ready) await store.refresh();
    const roots = store.all();
    if (roots.length === 0) {
      throw new ProblemError({
        code: 'no-terraform',
        message: 'There is no Terraform configuration in this window.',
        nextStep: 'Open a folder that holds one, then run the command again.',
      });
    }
    const looked = target?.uri ?? vscode.window.activeTextEditor?.document.uri.toString();
    const named =
      roots.find(r => r.root.dir === target?.analysed?.root.dir) ??
      roots.find(r => looked !== undefined && r.root.modules.some(m => m.files.some(f => f.path === looked)));
    const only = roots.length === 1 ? roots[0] : named;
    const choices: Choices = {};
    if (only !== undefined) takeRoot(choices, only);
    const steps = configureSteps(store, connections, only === undefined);
    if (!(await runSteps(choices, steps)) || choices.analysed === undefined) return undefined;
    return { ...choices, analysed: choices.analysed };
  }

  private async askAgain(choices: Asked): Promise<boolean> {
    const { store, connections } = this.services;
    const former = choices.workspaces;
    const again: Choices = { ...choices };
    if (!(await runSteps(again, configureSteps(store, connections, false)))) return false;
    if (again.organization !== choices.organization) choices.organization = again.organization ?? '';
    takeWorkspaces(choices, again.workspaces);
    return former !== choices.workspaces;
  }
}

type Asked = Choices & { analysed: AnalysedRoot };
