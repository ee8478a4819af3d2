import type { Check } from '../../binding/check';
import { codeFacts, codeOwners } from '../../binding/gather/code';
import { localCredentials } from '../../binding/gather/localChain';
import { permissionSources } from '../../binding/gather/permissionSources';
import type { JournalStore } from '../../binding/journal/journal';
import { isChanging } from '../../binding/remedy';
import { carryOut, planRemedies, remedyView, type RemedyPlan, type SetupMember } from '../../binding/setup';
import { takenBack } from '../../board/page/run';
import { remedyPage } from '../../board/page/remedy';
import { ProblemError, unwrap } from '../../core/problem';
import { permissionFile } from '../../node/permissionFiles';
import type { BindingStore, CheckedWorkspace } from '../board/bindingStore';
import { thisMachine } from '../../node/thisMachine';
import { takeBackRun } from '../binding/undoCommand';
import { modal } from '../configure/editorUi';
import { nameOf, setupServices } from '../configure/services';
import type { HcpConnections } from '../hcp';
import type { Previews } from '../preview';
import type { AnalysedRoot, ProjectStore } from '../projectStore';
import { PageDialogue } from './dialogue';
import { WorkingPage } from './workingPage';
import type { PagePanel } from './panel';

export interface RemedyServices {
  readonly store: ProjectStore;
  readonly bindings: BindingStore;
  readonly journals: JournalStore;
  readonly connections: HcpConnections;
  readonly previews: Previews;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * *Put this right*: the smallest changes for one check, worked out from a fresh reading, with their differences; one yes, the journal,
 * and what was read back. "Undo" on the page takes it back.
 */
export class RemedyPage extends WorkingPage {
  private readonly dialogue: PageDialogue;
  private plan: RemedyPlan | undefined;

  constructor(
    private readonly panel: PagePanel,
    private readonly analysed: AnalysedRoot,
    private checked: CheckedWorkspace,
    private check: Check,
    private readonly services: RemedyServices,
  ) {
    super();
    this.dialogue = new PageDialogue(
      { modal, differences: (title, changes) => services.previews.showChanges(title, changes) },
      () => this.draw(),
      () => undefined,
      'given',
    );
    panel.onDidReceive(message => {
      if (message.type === 'action') void this.guarded(() => this.act(message.id));
    });
    panel.onDidDispose(() => {
      this.closed = true;
      this.dialogue.end();
    });
  }

  protected draw(): void {
    if (this.closed) return;
    const { checked, check, plan, problem, dialogue } = this;
    const { organization, workspace } = checked;
    const { busy, writing, run, question } = dialogue;
    const view = plan === undefined ? undefined : remedyView(plan);
    const page = remedyPage({ organization, workspace, check, busy, writing, plan: view, problem, run, question });
    this.panel.show(page, { kind: 'doctor', root: this.analysed.root.dir, workspace });
  }

  /** Reads the workspace and works the remedy out. Where nothing is wrong any more, the page says so. */
  async planAnew(): Promise<void> {
    await this.guarded(async () => {
      this.plan = undefined;
      this.problem = undefined;
      this.dialogue.begin();
      const plan = await this.dialogue.busyWith('Reading what is there now', signal => this.work(signal));
      this.plan = plan;
      this.draw();
    });
  }

  private async work(signal: AbortSignal): Promise<RemedyPlan> {
    const { bindings, connections, env, store } = this.services;
    const { analysed } = this;
    const { hostname, organization, workspace: name } = this.checked;
    const place = { hostname, organization, workspace: name };
    const [fresh = this.checked] = await bindings.checkPlaces(analysed, [place]);
    this.checked = fresh;
    const { facts } = fresh;
    if (facts.workspace.state === 'unknown')
      throw new ProblemError({
        code: 'workspace-unknown',
        message: facts.workspace.why,
        nextStep: facts.workspace.nextStep ?? 'Check the names and the token, then try again.',
      });
    const again = fresh.checks.find(c => isSame(c, this.check));
    this.check = again ?? this.check;
    const client = unwrap(await connections.open(hostname, analysed.root.cloud, signal));
    const { root, findings } = analysed;
    const { workspace, variables, run } = facts;
    const member: SetupMember = {
      place,
      code: { root, findings },
      hcp: { client, reading: { workspace, variables, run, source: fresh.source } },
      local: localCredentials(await thisMachine(env), codeFacts(root, findings)),
    };
    const ground = {
      member,
      checked: { ...fresh, place },
      workspace: workspace.value,
      opened: bindings.chosenAccount,
      permissions: permissionSources(permissionFile),
      ownedByCode: store.all().flatMap(r => codeOwners(r.root, nameOf)),
    };
    const remedy = again?.state === 'ok' ? undefined : this.check.remedy;
    return planRemedies(isChanging(remedy) ? [remedy] : [], ground, this.useCases(), signal);
  }

  private useCases(): ReturnType<typeof setupServices> {
    return setupServices(
      this.services,
      (stage, workspaces, work) => this.dialogue.during(stage, workspaces, work),
      this.analysed,
      this.services.bindings.chosenAccount,
    );
  }

  private async act(id: string): Promise<void> {
    const { plan, dialogue } = this;
    if (id === 'stop') dialogue.stop();
    else if (id === 'again') await this.planAnew();
    else if (id === 'differences' && plan !== undefined)
      await this.services.previews.showChanges('Put right', plan.changes);
    else if (id === 'make' && plan !== undefined && dialogue.busy === undefined)
      await carryOut(plan, this.useCases(), dialogue.surface, new AbortController().signal);
    else if (id === 'undo') await this.undo();
    else if (await this.leadOut(id, this.analysed)) await this.planAnew();
  }

  private async undo(): Promise<void> {
    const { dialogue, plan, services } = this;
    const name = dialogue.run?.journals.at(-1) ?? plan?.stopped?.run.name;
    if (name === undefined) return;
    const { chosenAccount } = services.bindings;
    const undone = await takeBackRun(name, chosenAccount, services.journals, this.useCases(), dialogue.surface);
    if (undone === undefined) return;
    if (undone.problem !== undefined) throw new ProblemError(undone.problem);
    if (dialogue.run !== undefined) dialogue.run = takenBack(dialogue.run, name);
    await services.bindings.checkPlaces(this.analysed, [this.checked]);
    this.draw();
  }
}

const isSame = (a: Check, b: Check): boolean =>
  a.id === b.id && a.configuration === b.configuration && a.phase === b.phase;
