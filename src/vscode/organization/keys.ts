import * as vscode from 'vscode';
import { carryOutKey, type KeyAction, keyReport, type KeyReport, lookAtKeys, planKey } from '../../binding/keys';
import type { OpenedAccount } from '../../binding/setup';
import { keyDays, keysRow } from '../../board/keyRows';
import { organizationId } from '../../board/organization';
import { inEditor } from '../../core/editorText';
import { ProblemError } from '../../core/problem';
import type { BindingChecker } from '../board/bindingChecker';
import type { BindingStore } from '../board/bindingStore';
import { VscodeUi } from '../configure/editorUi';
import { belowNotification, nameOf, type UseCaseParts, useCaseServices } from '../configure/services';
import { editorSurface } from '../configure/surface';
import type { RowTarget } from '../pickers';
import { withProgress } from '../progress';
import type { ProjectStore } from '../projectStore';
import { CodeHere } from './codeHere';
import type { OrganizationReader } from './reader';

export interface KeyParts extends UseCaseParts {
  readonly store: ProjectStore;
  readonly bindings: BindingStore;
  readonly checker: BindingChecker;
}

type Listed = KeyReport['keys'][number];

const titles: Readonly<Record<KeyAction, string>> = {
  deactivate: 'Deactivate',
  activate: 'Activate Again',
  delete: 'Delete',
};

/** The static keys of the organization on the board, and the end of one of them, through the same use case as the command line. */
export class OrganizationKeys {
  private report: KeyReport | undefined;

  constructor(private readonly parts: KeyParts) {}

  /** Reads everything about each key that stands somewhere or did, and puts it on the board. The organization was read before. */
  async show(reader: OrganizationReader): Promise<void> {
    const opened = await this.account();
    if (opened !== undefined) await this.lookAnew(reader, opened);
  }

  /**
   * Deactivates, activates or deletes one key, with a yes of its own. What takes a key away rests on where it stands, so the organization
   * is read again before (`readAnew`).
   */
  async change(target: RowTarget, reader: OrganizationReader, readAnew: () => Promise<void>): Promise<void> {
    const listed = target?.key ?? (await this.pick());
    const opened = await this.account();
    if (listed === undefined || opened === undefined) return;
    const action = await pickAction(listed);
    if (action === undefined) return;
    if (action !== 'activate') await readAnew();
    if (!reader.isWhole) return;
    const { keys } = await this.lookAnew(reader, opened);
    const facts = keys.find(k => k.facts.hash === listed.facts.hash)?.facts ?? listed.facts;
    const plan = planKey(action, facts, opened, Date.now());
    const ui = new VscodeUi();
    const surface = editorSurface(ui, { accountConfirmed: false }, () => undefined);
    const services = useCaseServices(this.parts, belowNotification(ui));
    const result = await carryOutKey(plan, services, surface, new AbortController().signal);
    const [problem] = [...result.problems, ...(result.written?.problem === undefined ? [] : [result.written.problem])];
    if (problem !== undefined) throw new ProblemError(problem);
    if (result.state !== 'done') return;
    const back = action === 'delete' ? '' : ' "TFC OIDC: Undo" takes it back.';
    void vscode.window.showInformationMessage(`Done: ${plan.change?.title ?? ''}.${back}`);
    await this.lookAnew(reader, opened);
  }

  private async lookAnew(reader: OrganizationReader, opened: OpenedAccount): Promise<KeyReport> {
    const { place } = reader;
    const report = await withProgress(`Looking at the keys of ${place.organization}`, async signal =>
      keyReport(await this.look(reader, opened, signal), opened, false, signal),
    );
    const now = Date.now();
    this.report = report;
    const days = keyDays(report, now);
    const ages = reader.audited.flatMap(({ workspace: w }) => {
      const age = days.get(`${w.organization}/${w.name}`);
      return age === undefined ? [] : [[w.id, age] as const];
    });
    reader.showKeys(keysRow(organizationId(place), report, now), new Map(ages));
    return report;
  }

  private look(reader: OrganizationReader, opened: OpenedAccount, signal: AbortSignal): ReturnType<typeof lookAtKeys> {
    const { store, journals, checker } = this.parts;
    const code = new CodeHere(store);
    return reader.client(signal).then(client =>
      lookAtKeys(
        {
          ...reader.place,
          rows: reader.audited,
          client,
          code: store.all().map(analysed => ({
            root: analysed.root,
            workspaces: reader.audited
              .filter(row => code.of(row) === analysed)
              .map(({ workspace: w }) => `${w.organization}/${w.name}`),
          })),
          nameOf,
          opened,
          journals,
          checks: async ({ workspace: w }, asked, stop) => {
            const place = { hostname: w.hostname, organization: w.organization, workspace: w.name };
            return (await checker.checkAlone(place, undefined, asked, opened, stop)).checks;
          },
        },
        signal,
      ),
    );
  }

  /** The chosen account; asked for where nobody chose one: a key's owner and last use are what AWS alone knows. */
  private async account(): Promise<OpenedAccount | undefined> {
    if (this.parts.bindings.chosenAccount === undefined) await vscode.commands.executeCommand('tfcOidc.chooseProfile');
    return this.parts.bindings.chosenAccount;
  }

  private async pick(): Promise<Listed | undefined> {
    const items = (this.report?.keys ?? [])
      .filter(k => k.decision.offers.length > 0)
      .map(value => ({ label: value.facts.shown, detail: inEditor(value.decision.why), value }));
    if (items.length === 0)
      throw new ProblemError({
        code: this.report === undefined ? 'keys-not-read' : 'no-key-to-change',
        message:
          this.report === undefined
            ? 'The keys of the organization were not looked at yet.'
            : 'No key may be changed now: each row says why.',
        nextStep: 'Run "TFC OIDC: Show Old Keys…".',
      });
    return (await vscode.window.showQuickPick(items, { placeHolder: 'Which key?' }))?.value;
  }
}

/** The one thing that may be done is not asked for: its yes comes anyway. */
async function pickAction({ decision, facts }: Listed): Promise<KeyAction | undefined> {
  const [only, ...more] = decision.offers;
  if (only === undefined)
    throw new ProblemError({ code: `key-${decision.state}`, message: decision.why, nextStep: decision.nextStep });
  if (more.length === 0) return only;
  const items = decision.offers.map(value => ({ label: titles[value], value }));
  return (await vscode.window.showQuickPick(items, { placeHolder: `Key ${facts.shown}` }))?.value;
}
