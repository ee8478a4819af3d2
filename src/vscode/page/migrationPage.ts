import * as vscode from 'vscode';
import { codeOwners } from '../../binding/gather/code';
import { permissionSources } from '../../binding/gather/permissionSources';
import {
  accountFinder,
  type AccountRoutes,
  migrate,
  type MigrationPlan,
  type MigrationResult,
  migrationServices,
  type MigrationServices,
  type MigrationUnit,
  nextUnits,
  openMember,
  planMigration,
  sortUnits,
} from '../../binding/migrate';
import type { CodePlan } from '../../binding/plan/code';
import type { Question, Surface } from '../../binding/setup';
import type { FromPage } from '../../board/page/messages';
import { accountYes, migrationPage, type MigrationState } from '../../board/page/migration';
import type { Field } from '../../board/page/model';
import { known } from '../../binding/facts';
import { isAbort, type Problem, ProblemError } from '../../core/problem';
import { permissionFile } from '../../node/permissionFiles';
import { accountId as accountIdOf } from '../../oidc/partition';
import { accountOf, openProfile, profileChoices } from '../aws';
import type { BindingChecker } from '../board/bindingChecker';
import type { BindingStore } from '../board/bindingStore';
import { modal } from '../configure/editorUi';
import { nameOf, type UseCaseParts, useCaseServices } from '../configure/services';
import type { CommandId } from '../contract';
import { CodeHere } from '../organization/codeHere';
import type { OrganizationReader } from '../organization/reader';
import type { ProjectStore } from '../projectStore';
import { WorkingPage } from './workingPage';
import type { PagePanel } from './panel';

export interface MigrationPageServices extends UseCaseParts {
  readonly store: ProjectStore;
  readonly bindings: BindingStore;
  readonly checker: BindingChecker;
}

type Way = 'profile' | 'role' | 'pattern';

/** What a person may answer; everything has an answer from the start. */
interface Answers {
  count: number;
  way: Way;
  role: string;
  pattern: string;
  /** For workspaces whose key cannot be read. */
  account: string;
  removeKeys: boolean;
}

/** Workspaces of a wave, and failures in one that make it the last. */
const wave = { size: 10, stopAfter: 2 } as const;

/**
 * *Set Up the Next Ten*: the plan of the next workspaces of an organization, one yes for each account, then waves through the same use
 * case as `tfc-oidc migrate`. What was reached is in the journals and in HCP Terraform: planned anew, it goes on from there.
 */
export class MigrationPage extends WorkingPage {
  private readonly answers: Answers = {
    count: wave.size,
    way: 'profile',
    role: 'OrganizationAccountAccessRole',
    pattern: 'acme-{account}',
    account: '',
    removeKeys: false,
  };
  private plan: MigrationPlan | undefined;
  private later = 0;
  private ended: MigrationState['ended'] = [];
  private result: MigrationResult | undefined;
  private busy: { readonly title: string; readonly writing: boolean; readonly controller: AbortController } | undefined;
  private readonly failed = new Set<string>();
  private profiles: Field['options'] = [];

  constructor(
    private readonly panel: PagePanel,
    private readonly reader: OrganizationReader,
    private readonly services: MigrationPageServices,
  ) {
    super();
    panel.onDidReceive(message => void this.receive(message));
    panel.onDidDispose(() => {
      this.closed = true;
      // What was begun with a yes goes on to its end; a reading has nobody left to show it to.
      if (this.busy?.writing === false) this.busy.controller.abort();
    });
  }

  protected draw(): void {
    if (this.closed) return;
    const { reader, plan, later, ended, result, busy, problem, answers } = this;
    const { hostname, organization } = reader.place;
    const page = migrationPage({
      organization,
      fields: this.fields(),
      removeKeys: answers.removeKeys,
      plan,
      later,
      ended,
      result,
      busy: busy?.title,
      writing: busy?.writing === true,
      problem,
    });
    this.panel.show(page, { kind: 'migration', root: `${hostname}/${organization}` });
  }

  private fields(): readonly Field[] {
    const { answers } = this;
    const chosen = this.services.bindings.chosenAccount;
    const option = (value: string, label = value): { value: string; label: string } => ({ value, label });
    const profile = chosen === undefined ? '' : valueOf(chosen.account.profile);
    return [
      {
        id: 'count',
        label: 'Workspaces',
        value: String(answers.count),
        options: ['10', '25', '50'].map(n => option(n, `the next ${n}`)),
        note: 'In waves of ten.',
      },
      {
        id: 'profile',
        label: 'AWS profile',
        value: profile,
        options: [...(chosen === undefined ? [option('', 'choose one')] : []), ...(this.profiles ?? [])],
        ...(chosen !== undefined && { note: `Account ${chosen.caller.accountId}` }),
      },
      {
        id: 'way',
        label: 'Accounts are reached by',
        value: answers.way,
        options: [
          option('profile', 'this profile: its own account alone'),
          option('role', 'a role in each account that the profile may assume'),
          option('pattern', 'a profile for each account'),
        ],
      },
      ...(answers.way === 'role' ? [{ id: 'role', label: 'Name of the role', value: answers.role }] : []),
      ...(answers.way === 'pattern'
        ? [
            {
              id: 'pattern',
              label: 'Profiles',
              value: answers.pattern,
              note: '{account} stands for the number of the account.',
            },
          ]
        : []),
      {
        id: 'account',
        label: 'Account of workspaces whose key cannot be read',
        value: answers.account,
        placeholder: 'twelve digits; without it they are left as they are',
        ...(answers.account !== '' && !accountIdOf(answers.account).ok && { problem: 'An account has twelve digits.' }),
      },
    ];
  }

  private receive(message: FromPage): Promise<void> {
    return this.guarded(async () => {
      if (message.type === 'tick' && message.id === 'remove-keys') {
        this.answers.removeKeys = message.ticked;
        await this.planAnew();
      } else if (message.type === 'field') await this.answer(message.id, message.value);
      else if (message.type === 'action') await this.act(message.id);
    });
  }

  private async answer(id: string, value: string): Promise<void> {
    const { answers, services } = this;
    if (this.busy?.writing === true) return;
    if (id === 'count') answers.count = Number(value);
    else if (id === 'way') answers.way = value as Way;
    else if (id === 'role') answers.role = value.trim();
    else if (id === 'pattern') answers.pattern = value.trim();
    else if (id === 'account') answers.account = value.trim();
    else if (id === 'profile' && value !== '')
      services.bindings.useAccount(await openProfile({ name: nameOfValue(value) }, services.env));
    await this.planAnew();
  }

  private async act(id: string): Promise<void> {
    if (id === 'stop') this.busy?.controller.abort();
    else if (id === 'again') await this.planAnew();
    else if (id === 'keys') await vscode.commands.executeCommand('tfcOidc.showKeys' satisfies CommandId);
    else if (id === 'make' && this.plan !== undefined && this.busy === undefined) await this.make(this.plan);
    else if (await this.leadOut(id)) await this.planAnew();
  }

  /** A page of a former window: nothing is read before somebody asks. */
  wait(): void {
    this.draw();
  }

  /** Reads what is not known of the organization, and plans the next workspaces. A later call ends an earlier one. */
  async planAnew(): Promise<void> {
    this.busy?.controller.abort();
    this.plan = undefined;
    this.result = undefined;
    this.problem = undefined;
    this.ended = [];
    await this.guarded(() =>
      this.during('Reading the organization and AWS', false, async signal => {
        const { env } = this.services;
        this.profiles = (await profileChoices(env)).map(c => ({ value: valueOf(c.value.name), label: c.label }));
        if (!this.reader.isWhole) await this.reader.read(signal, () => undefined);
        signal.throwIfAborted();
        const services = this.migrationServices(signal);
        const { units, left } = await this.sorted(signal);
        const next = nextUnits(units, this.answers.count, this.answers.removeKeys, this.failed);
        const open = nextUnits(units, units.length, this.answers.removeKeys, this.failed).length;
        const plan = await planMigration(next, left, services, this.surface(), signal);
        signal.throwIfAborted();
        this.plan = plan;
        this.later = open - next.length;
      }),
    );
  }

  private async make(plan: MigrationPlan): Promise<void> {
    const { reader, failed } = this;
    await this.during('Waiting for your yes', true, async signal => {
      const told = (unit: MigrationResult['units'][number], number: number): void => {
        this.ended = [...this.ended, { unit, wave: number }];
        this.draw();
      };
      this.result = await migrate(plan, { ...wave, told }, this.migrationServices(signal), this.surface(), signal);
    });
    for (const { name, state } of this.result?.units ?? [])
      if (state === 'failed') failed.add(name);
      else failed.delete(name);
    // The board shows what is so now.
    const written = (this.result?.units ?? []).filter(u => u.state !== 'declined' && u.state !== 'not reached');
    if (written.length === 0) return;
    reader.forgetSome(new Set(written.map(u => u.name)));
    await this.during('Reading the organization again', false, signal => reader.read(signal, () => undefined));
  }

  private async sorted(signal: AbortSignal): Promise<Awaited<ReturnType<typeof sortUnits>>> {
    const { services, reader, answers } = this;
    const code = new CodeHere(services.store);
    const find = await accountFinder(services.bindings.chosenAccount, () => undefined, services.journals, signal);
    const given = accountIdOf(answers.account);
    return sortUnits(
      reader.audited,
      await reader.client(signal),
      row => {
        const analysed = code.of(row);
        const here = analysed && { root: analysed.root, findings: analysed.findings };
        return { code: here, folder: code.folder(row) };
      },
      async row => {
        const found = await find(row);
        return found.state === 'unknown' && given.ok ? known(given.value) : found;
      },
    );
  }

  private migrationServices(signal: AbortSignal): MigrationServices {
    const { services, answers } = this;
    const { store, journals, env, bindings } = services;
    const base = bindings.chosenAccount;
    const routes: AccountRoutes = {
      profile: base?.account.profile,
      pattern: answers.way === 'pattern' ? answers.pattern : undefined,
      assume: answers.way === 'role' ? answers.role : undefined,
    };
    return migrationServices(
      {
        roles: 'separate',
        path: '/',
        boundary: undefined,
        attached: [],
        removeStaticKeys: answers.removeKeys,
        proveByRun: false,
      },
      {
        open: accountId =>
          openMember(
            ({ profile, assume }) => accountOf({ name: profile }, env, assume),
            routes,
            accountId,
            base,
            signal,
          ),
        journals,
        permissions: permissionSources(permissionFile),
        ownedByCode: store.all().flatMap(r => codeOwners(r.root, nameOf)),
        setup: (_unit: MigrationUnit, own) => ({
          ...useCaseServices({ ...services, journals: own }, (_stage, _names, work) => work(signal)),
          check: async (members, opened, stop) => {
            const checked = [];
            for (const { place, code, hcp } of members)
              if (!('notAsked' in hcp) && 'workspace' in place)
                checked.push({ ...(await services.checker.checkAlone(place, code, hcp.client, opened, stop)), place });
            return checked;
          },
          // The code of many workspaces is changed in their repositories, one by one.
          planCode: () => Promise.resolve(noCode),
          planWiring: () => Promise.resolve(noCode),
        }),
      },
    );
  }

  /** One yes for each account; what belongs to single workspaces is asked for by no one here. */
  private surface(): Surface {
    const no = (): Promise<false> => Promise.resolve(false);
    return {
      answers: {
        'migrate-account': question => this.mayMigrate(question),
        'take-over-role': no,
        write: () => Promise.resolve('no'),
        // The yes of each account names it.
        'confirm-account': () => Promise.resolve(true),
        'change-key': no,
        'clean-up-variables': () => Promise.resolve([]),
        'change-code': no,
        'start-run': no,
        'ask-cloudtrail': no,
        'cancel-run': no,
        undo: no,
      },
      tell: event => {
        if (event.id !== 'stage' || this.busy?.writing !== true) return;
        this.busy = { ...this.busy, title: `Setting up ${event.workspaces.join(', ')}` };
        this.draw();
      },
    };
  }

  private async mayMigrate(question: Question<'migrate-account'>): Promise<boolean> {
    if (this.closed) return false;
    const { message, detail, button } = accountYes(question);
    return (await modal({ kind: 'warning', message, detail, buttons: [button] })) === button;
  }

  private async during(title: string, writing: boolean, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const own = { title, writing, controller: new AbortController() };
    this.busy = own;
    this.draw();
    try {
      await work(own.controller.signal);
    } catch (error) {
      if (!isAbort(error)) throw error;
      // A stop by the button; a later planning says for itself what it does.
      if (this.busy?.controller === own.controller && !this.closed) throw new ProblemError(notRead);
    } finally {
      if (this.busy?.controller === own.controller) this.busy = undefined;
      this.draw();
    }
  }
}

/** The answer of the field of profiles: a name, or the credentials of the environment, which have none. */
const valueOf = (name: string | undefined): string => (name === undefined ? 'environment' : `profile ${name}`);
const nameOfValue = (value: string): string | undefined =>
  value.startsWith('profile ') ? value.slice('profile '.length) : undefined;

const noCode: CodePlan = { changes: [], fixed: [], problems: [] };

const notRead: Problem = {
  code: 'stopped',
  message: 'The reading was stopped.',
  nextStep: 'Plan again: what was read is kept.',
};
