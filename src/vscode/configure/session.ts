import * as vscode from 'vscode';
import { accountOfSubject } from '../../binding/plan/prepare';
import { type JournalStore, readJournals } from '../../binding/journal/journal';
import { policyName } from '../../binding/desired/choices';
import type { Field } from '../../board/page/model';
import { isAbort, type Problem, ProblemError } from '../../core/problem';
import { loadAws } from '../../iam/account/load';
import { type ChosenAccount, openProfile, profileChoices } from '../aws';
import type { BindingStore } from '../board/bindingStore';
import type { HcpConnections } from '../hcp';
import { type Choices, onlyGathered, rolesInUse, takeProfile, withoutProject } from './choices';
import { CodePolicies, type CodePolicy } from './codePolicy';
import {
  answerProblem,
  type FieldContext,
  fieldsOf,
  inferRoles,
  moreFields,
  profileOfValue,
  type RolesAnswer,
  takeAnswer,
} from './fields';
import { likelyProfile } from './likelyProfile';
import { policyFromFile, type PolicyPlaces, writtenPolicy } from './permissions';
import { readOnce } from '../../binding/gather/readOnce';
import { existingRoles } from './roles';
import { readWorkspaces } from './workspaces';
import { chosenIssuer } from '../../binding/gather/chosenIssuer';
import { defaultHostname, hostname } from '../../oidc/names';
import { editorFetch } from '../connection';

/** What the answers of a setup are inferred with. */
export interface SessionServices {
  readonly connections: HcpConnections;
  readonly journals: JournalStore;
  readonly bindings: BindingStore;
  readonly env: NodeJS.ProcessEnv;
  readonly places: PolicyPlaces;
  /** Which account a profile led to, from one window to the next. Names and numbers only. */
  readonly memory: Pick<vscode.Memento, 'get' | 'update'>;
}

const accountsKey = 'tfcOidc.accountOfProfile';
type Accounts = Readonly<Record<string, string>>;
type Use = 'plan' | 'apply';

/**
 * The answers of one setup: inferred from the code, HCP Terraform, the account and what was done before, until a person gives another
 * one. Who was asked once is not asked again before `forget`.
 */
export class SetupSession {
  /** The account as the profile opens it: what is written goes there, and what guards it is read there. */
  opened: ChosenAccount | undefined;
  /** Why no plan can be made yet, where that is not the answer to a field. */
  problem: Problem | undefined;
  private rolesAnswer: RolesAnswer | undefined;
  private readonly answered = new Set<Use>();
  private readonly problems = new Map<string, string>();
  private profiles: FieldContext['profiles'] = [];
  private profileWhy: string | undefined;
  private readonly policies = new CodePolicies();
  private readonly code: Partial<Record<Use, CodePolicy>> = {};
  private hcpRead = false;
  private opening: 'needed' | 'refused' | undefined = 'needed';
  private openingWork: Promise<void> | undefined;

  constructor(
    readonly choices: Choices,
    private readonly services: SessionServices,
  ) {
    choices.options = true;
  }

  /** Everything is read anew at the next `infer`. */
  forget(): void {
    this.hcpRead = false;
    this.opening = 'needed';
    delete this.choices.holds;
  }

  /** Reads what is not known yet and fills in what nobody answered. Says whether a plan can be made. */
  async infer(signal: AbortSignal): Promise<boolean> {
    const { choices, services } = this;
    this.problem = undefined;
    if (!this.hcpRead) {
      await readWorkspaces(choices, services.connections, services.journals, signal);
      await this.inferIssuer(signal);
      this.hcpRead = true;
    }
    await this.inferProfile();
    inferRoles(choices, this.rolesAnswer);
    await this.inferPolicies(signal);
    this.look();
    return this.problem === undefined && this.problems.size === 0 && choices.profile !== undefined;
  }

  /** Terraform Enterprise may issue its tokens under another host name: provider and roles are for that one. */
  private async inferIssuer(signal: AbortSignal): Promise<void> {
    const { choices, services } = this;
    const named = choices.analysed?.root.cloud.hostname;
    const host = hostname(named?.state === 'known' ? named.value : defaultHostname);
    if (host.ok) choices.issuer = await chosenIssuer(editorFetch(services.env), undefined, host.value, signal);
  }

  private async inferProfile(): Promise<void> {
    const { choices, services } = this;
    const profiles = await loadAws().listProfiles(services.env);
    const items = await profileChoices(services.env);
    this.profiles = items.map(i => ({
      name: i.value.name,
      label: [i.label, ...(i.description === '' ? [] : [`(${i.description ?? ''})`])].join(' '),
    }));
    if (choices.profile === undefined) {
      const likely = likelyProfile({
        profiles,
        roleAccounts: accountsOf(rolesInUse(choices)),
        lastAccount: await this.lastAccount(),
        accountOf: services.memory.get<Accounts>(accountsKey, {}),
        chosen: this.chosenForChecks(),
        environment: services.env['AWS_PROFILE'] ?? services.env['AWS_DEFAULT_PROFILE'],
      });
      if (likely === undefined) return;
      choices.profile = { name: likely.name };
      this.profileWhy = likely.why;
    }
    if (this.opening === 'needed') {
      this.opening = undefined;
      this.openingWork = this.open();
    }
    // A later answer may come while the account of an earlier one is opened: its plan waits for that too.
    await this.openingWork;
  }

  private chosenForChecks(): { readonly name: string | undefined } | undefined {
    const account = this.services.bindings.chosenAccount;
    return account && { name: account.account.profile };
  }

  /** The account behind the profile. One that cannot be opened says why at its field. */
  private async open(): Promise<void> {
    const { choices, services } = this;
    const { profile } = choices;
    this.opened = undefined;
    if (profile === undefined || profile === 'none') {
      takeProfile(choices, profile ?? 'none', undefined);
      return;
    }
    // Another profile may have been chosen meanwhile, whose account this is not.
    const isCurrent = (): boolean => choices.profile === profile;
    try {
      const opened = await openProfile(profile, services.env);
      if (!isCurrent()) return;
      this.opened = opened;
      takeProfile(choices, profile, { ...opened, account: readOnce(opened.account) });
      const accounts = services.memory.get<Accounts>(accountsKey, {});
      await services.memory.update(accountsKey, {
        ...accounts,
        [profile.name ?? '']: opened.caller.accountId,
      });
    } catch (error) {
      if (!isCurrent()) return;
      this.opening = 'refused';
      takeProfile(choices, profile, undefined);
      // A sign-in that was cancelled leads back to the field, too.
      if (isAbort(error) || error instanceof vscode.CancellationError) this.problem = notSignedIn;
      else if (error instanceof ProblemError) this.problem = error.problem;
      else throw error;
    }
  }

  /** The account of the latest run of this product for these workspaces. */
  private async lastAccount(): Promise<string | undefined> {
    const { organization, workspaces } = this.choices;
    const names = (workspaces ?? []).map(w => `${organization ?? ''}/${w}`).join('+');
    const runs = await readJournals(this.services.journals);
    const last = runs.filter(r => r.subject.includes(`/${names}@`)).at(-1);
    return last && accountOfSubject(last.subject);
  }

  /** What a new role may do comes from the code; a role that is there keeps what it has, unless its policy was made from the code. */
  private async inferPolicies(signal: AbortSignal): Promise<void> {
    const { choices } = this;
    if (choices.holds === undefined) await this.policies.readHolds(choices, false, signal);
    for (const use of ['plan', 'apply'] as const) {
      delete this.code[use];
      if (choices.opened === undefined) continue;
      const made = this.policies.of(choices, use);
      if (made !== undefined) this.code[use] = made;
      const former = choices.policies?.[use];
      const generated = former?.kind === 'inline' && former.generated === true;
      if (this.answered.has(use) && !(generated && made !== undefined)) continue;
      const choice = this.answered.has(use) || (await this.takesCode(use, signal)) ? made?.choice : undefined;
      choices.policies = { ...choices.policies, [use]: choice ?? this.withoutCode(use) };
    }
  }

  /** Is the policy from the code what is meant for this role? */
  private async takesCode(use: Use, signal: AbortSignal): Promise<boolean> {
    const { opened, chosen } = this.choices;
    const name = chosen?.names[use] ?? chosen?.names.run;
    if (opened === undefined || name === undefined) return true;
    const role = await opened.account.readRole(name, signal);
    return role.ok && role.value?.inlinePolicies[policyName] !== undefined;
  }

  private withoutCode(use: Use): NonNullable<Choices['policies']>[Use] & object {
    const reads = use === 'plan' && this.choices.chosen === undefined;
    return reads ? { kind: 'managed', name: 'ReadOnlyAccess' } : { kind: 'none' };
  }

  /** Which answers are missing or cannot be taken. */
  private look(): void {
    const { choices, problems } = this;
    const missing = (id: string, text: string, value: string | undefined): void => {
      if (value === undefined || value === '') problems.set(id, text);
      else if (problems.get(id) === text) problems.delete(id);
    };
    if (withoutProject(choices).length === 0) problems.delete('project');
    else missing('project', 'The subject cannot be written without it.', choices.project);
    if (choices.profile === 'none') missing('account', 'The policies name it.', choices.account);
    else problems.delete('account');
    // Whose policy it may be depends on the account, which may have been opened since it was typed.
    const boundary = answerProblem('boundary', choices.boundary ?? '', choices);
    if (boundary === undefined) problems.delete('boundary');
    else problems.set('boundary', boundary);
  }

  get fields(): readonly Field[] {
    return fieldsOf(this.choices, this.context);
  }

  get more(): readonly Field[] {
    return this.choices.profile === undefined ? [] : moreFields(this.choices, this.context);
  }

  /** What has to be answered before the roles can be written down. */
  get lacking(): readonly string[] {
    return [...this.fields, ...this.more]
      .filter(f => f.problem !== undefined || (f.id === 'profile' && f.value === ''))
      .map(f => f.label);
  }

  private get context(): FieldContext {
    const { plan, apply } = this.code;
    return {
      profiles: this.profiles,
      profileWhy: this.profileWhy,
      code: { ...(plan && { plan: plan.summary }), ...(apply && { apply: apply.summary }) },
      readsState: plan?.readsState === true || apply?.readsState === true,
      sets: onlyGathered(this.choices)?.reading.sets ?? [],
      problems: this.problems,
    };
  }

  /** The code behind the policy of a role, where its permissions come from it. */
  codeOf(use: 'run' | Use): CodePolicy | undefined {
    const of = use === 'plan' ? 'plan' : 'apply';
    const policy = this.choices.policies?.[of];
    return policy?.kind === 'inline' && policy.generated === true ? this.code[of] : undefined;
  }

  /** Another answer to a field. Says whether a plan has to be made anew. */
  async take(id: string, value: string, signal: AbortSignal): Promise<boolean> {
    switch (id) {
      case 'profile':
        return this.takeProfile(value);
      case 'roles':
        return this.takeRoles(value, signal);
      case 'plan':
      case 'apply':
        return this.takePolicy(id, value, signal);
      case 'target': {
        const set = onlyGathered(this.choices)?.reading.sets?.find(s => s.id === value);
        this.choices.target =
          set === undefined ? { type: 'workspace' } : { type: 'varset', id: set.id, name: set.name };
        return true;
      }
      default:
        return this.takeText(id, value);
    }
  }

  private takeText(id: string, value: string): boolean {
    const problem = answerProblem(id, value, this.choices);
    if (problem === undefined) this.problems.delete(id);
    else this.problems.set(id, problem);
    // What was typed stays in its field, also where it cannot be taken.
    takeAnswer(this.choices, id, value);
    return true;
  }

  private takeProfile(value: string): boolean {
    const profile = profileOfValue(value);
    if (profile === undefined) return false;
    this.choices.profile = profile ?? 'none';
    this.profileWhy = undefined;
    this.opening = 'needed';
    return true;
  }

  private async takeRoles(value: string, signal: AbortSignal): Promise<boolean> {
    if (value === 'existing') {
      const chosen = await existingRoles(this.choices, signal);
      if (chosen === undefined) return true;
      this.choices.chosen = chosen;
      this.choices.roles = chosen.roles;
      this.rolesAnswer = 'existing';
      return true;
    }
    if (value === 'used' || value === 'separate' || value === 'single') this.rolesAnswer = value;
    return true;
  }

  private async takePolicy(use: Use, value: string, signal: AbortSignal): Promise<boolean> {
    if (value === 'read-state') {
      await this.policies.readHolds(this.choices, true, signal);
      return true;
    }
    const name = this.choices.workspaces?.[0] ?? 'workspace';
    const policy =
      value === 'code'
        ? this.code[use]?.choice
        : value === 'none'
          ? ({ kind: 'none' } as const)
          : value === 'file'
            ? await policyFromFile(use)
            : value === 'write'
              ? await writtenPolicy(name, use, this.services.places)
              : managed(value);
    if (policy !== undefined) {
      this.choices.policies = { ...this.choices.policies, [use]: policy };
      this.answered.add(use);
    }
    return true;
  }
}

const notSignedIn: Problem = {
  code: 'not-signed-in',
  message: 'The profile was not opened.',
  nextStep: 'Choose it again to sign in, or choose another one.',
};

function managed(value: string): { readonly kind: 'managed'; readonly name: string } | undefined {
  const name = /^managed (ReadOnlyAccess|PowerUserAccess)$/.exec(value)?.[1];
  return name === undefined ? undefined : { kind: 'managed', name };
}

const accountsOf = (arns: readonly string[]): readonly string[] => [
  ...new Set(arns.flatMap(arn => /^arn:[\w-]+:iam::(\d{12}):/.exec(arn)?.[1] ?? [])),
];
