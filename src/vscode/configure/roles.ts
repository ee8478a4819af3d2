import * as vscode from 'vscode';
import { problemText } from '../problemText';
import { roleNameFor } from '../../binding/desired/roleNames';
import { isAbort, ProblemError, type Result } from '../../core/problem';
import { configurationTag, hostname, issuerHost } from '../../oidc/names';
import { oidcProviderArn } from '../../oidc/partition';
import type { ChosenAccount } from '../aws';
import { withProgress } from '../progress';
import { ask, type Choice, configureTitle, GoBack, pick, type Position, type Step } from '../steps';
import { baseName, type Choices, chosenInUse, type ChosenRoles, tagOf } from './choices';

type Answer =
  | { readonly kind: 'new'; readonly roles: 'separate' | 'single' }
  | { readonly kind: 'used'; readonly chosen: ChosenRoles }
  | { readonly kind: 'existing' }
  | { readonly kind: 'options' };

/** How many roles, which, and on request what they are called, where they are, and what bounds them. */
export function roleSteps(): readonly Step<Choices>[] {
  return [
    rolesStep,
    option({
      key: 'tag',
      prompt: 'Tag of a second configuration; empty for the default one',
      placeholder: 'ARCHIVE',
      check: value => checked(configurationTag(value)),
      void: chosen => chosen.from === 'variables',
    }),
    namesStep,
    option({
      key: 'path',
      prompt: 'Path of the roles',
      placeholder: '/',
      check: value =>
        /^\/(?:[\x21-\x7e]{1,510}\/)?$/.test(value)
          ? undefined
          : 'A path begins and ends with a slash, such as /terraform/.',
      void: () => true,
    }),
    option({
      key: 'boundary',
      prompt: 'ARN of the permissions boundary; empty for none',
      placeholder: 'arn:…:iam::…:policy/boundary',
      check: (value, { opened }) => boundaryProblem(value, opened?.caller.accountId),
      void: () => false,
    }),
  ];
}

/** IAM refuses a boundary of another account: said while it is typed, not after everything else. */
function boundaryProblem(value: string, account: string | undefined): string | undefined {
  const owner = /^arn:[\w-]+:iam::(aws|\d{12}):policy\/.+$/.exec(value)?.[1];
  if (owner === undefined) return 'The ARN of a managed policy looks like arn:…:iam::123456789012:policy/name.';
  if (owner === 'aws' || account === undefined || owner === account) return undefined;
  return `This policy is of account ${owner}; the roles are in ${account}.`;
}

const rolesStep: Step<Choices> = async (state, position) => {
  for (;;) {
    const items = roleItems(state);
    const answer = await pick(
      { title: configureTitle(), placeholder: 'How many roles?', items, current: former(state, items) },
      position,
    );
    switch (answer.kind) {
      case 'options':
        state.options = state.options !== true;
        continue;
      case 'existing': {
        const chosen = await existing(state, position);
        if (chosen === undefined) continue;
        state.roles = chosen.roles;
        state.chosen = chosen;
        return 'asked';
      }
      case 'used':
        state.roles = answer.chosen.roles;
        state.chosen = answer.chosen;
        return 'asked';
      case 'new':
        state.roles = answer.roles;
        delete state.chosen;
        return 'asked';
    }
  }
};

/** What was answered before, among items that are made anew each time. */
function former({ roles, chosen }: Choices, items: readonly Choice<Answer>[]): Answer | undefined {
  return items.find(({ value }) => {
    if (chosen === undefined) return value.kind === 'new' && value.roles === roles;
    return value.kind === (chosen.from === 'variables' ? 'used' : 'existing');
  })?.value;
}

function roleItems(state: Choices): readonly Choice<Answer>[] {
  const workspaces = state.workspaces ?? [];
  const several = workspaces.length > 1;
  const names = (...uses: readonly ('run' | 'plan' | 'apply')[]): string => {
    const all = workspaces.flatMap(w => uses.map(use => roleNameFor(state.organization ?? '', w, use, tagOf(state))));
    // Long lists are for the preview.
    return all.length <= 2 ? all.join(', ') : `${all.slice(0, 2).join(', ')}, … (${all.length})`;
  };
  const items: Choice<Answer>[] = [];
  const chosen = chosenInUse(state);
  if (chosen !== undefined) {
    items.push({
      value: { kind: 'used', chosen },
      label: 'The roles that the workspace uses today',
      description: Object.values(chosen.names).join(', '),
      detail: 'What is missing in them is added. Each change is shown first.',
    });
  }
  items.push(
    {
      value: { kind: 'new', roles: 'separate' },
      label: 'Separate plan and apply roles',
      description: names('plan', 'apply'),
      detail: 'Plans run code of every pull request: give them a role that can only read.',
    },
    {
      value: { kind: 'new', roles: 'single' },
      label: 'One role for both',
      description: names('run'),
      detail: 'Simpler. Every plan can do what an apply can.',
    },
  );
  if (state.opened !== undefined && !several) {
    items.push({
      value: { kind: 'existing' },
      label: 'Other roles of this account…',
      description: state.chosen?.from === 'account' ? Object.values(state.chosen.names).join(', ') : '',
      detail: 'Roles that trust HCP Terraform already. They are changed only after their own yes.',
    });
  }
  items.push({
    value: { kind: 'options' },
    label:
      state.options === true
        ? '$(check) Names, path, boundary and tag are asked for next'
        : '$(gear) Choose names, path, boundary or tag too',
    alwaysShow: true,
  });
  return items;
}

/** Chooses among the roles that trust the provider; `undefined` where there is none to choose, or after Back. */
async function existing(state: Choices, position: Position): Promise<ChosenRoles | undefined> {
  const { opened } = state;
  if (opened === undefined) return undefined;
  const roles = await rolesTrusting(state, opened);
  if (roles === undefined) return undefined;
  const title = configureTitle();
  const items = roles.map((value): Choice<string> => ({ value, label: value }));
  const before = state.chosen?.names;
  let plan = before?.plan ?? before?.run;
  // Back leads from the second list to the first, and from that one to the question of how many.
  const inside: Position = { step: position.step, canGoBack: true };
  for (;;) {
    try {
      plan = await pick({ title, placeholder: 'Role for plans', items, current: plan }, inside);
    } catch (error) {
      if (error instanceof GoBack) return undefined;
      throw error;
    }
    try {
      const current = before?.apply ?? before?.run ?? plan;
      const apply = await pick({ title, placeholder: 'Role for applies', items, current }, inside);
      return plan === apply
        ? { from: 'account', roles: 'single', names: { run: plan }, path: '/' }
        : { from: 'account', roles: 'separate', names: { plan, apply }, path: '/' };
    } catch (error) {
      if (!(error instanceof GoBack)) throw error;
    }
  }
}

/** The names of the account's roles that trust the provider. Where there is none or they can't be read, a message says so. */
async function rolesTrusting(state: Choices, opened: ChosenAccount): Promise<readonly string[] | undefined> {
  const named = state.analysed?.root.cloud.hostname;
  const host = hostname(named?.state === 'known' ? named.value : 'app.terraform.io');
  if (!host.ok) throw new ProblemError(host.problem);
  const { partition, accountId } = opened.caller;
  try {
    const found = await withProgress(`Looking for roles that trust ${host.value}`, signal =>
      opened.account.rolesTrusting(oidcProviderArn(partition, accountId, issuerHost(host.value)), signal),
    );
    if (!found.ok) {
      void vscode.window.showErrorMessage(problemText(found.problem));
      return undefined;
    }
    if (found.value.length > 0) return found.value;
  } catch (error) {
    if (isAbort(error)) return undefined;
    throw error;
  }
  void vscode.window.showInformationMessage(`No role of account ${accountId} trusts ${host.value} yet.`);
  return undefined;
}

/** The base of the names: "-plan" and "-apply" are added where there are two. */
const namesStep: Step<Choices> = async (state, position) => {
  if (state.options !== true || state.chosen !== undefined || (state.workspaces ?? []).length > 1) return 'skipped';
  const single = state.roles === 'single';
  const { proposed, derived } = baseName(state);
  const base = await ask(
    {
      title: configureTitle(),
      prompt: single ? 'Name of the role' : 'Name of the roles; "-plan" and "-apply" are added',
      placeholder: 'tfc-…',
      value: proposed,
      check: value =>
        /^[\w+=,.@-]+$/.test(value) && value.length <= (single ? 64 : 58)
          ? undefined
          : 'Letters, digits and +=,.@_- only, at most 64 with the ending.',
    },
    position,
  );
  // The derived name follows the other answers, such as the tag; only one of the person's own stays as it is.
  if (base === derived) delete state.base;
  else state.base = base;
  return 'asked';
};

/** One of the texts that are asked for on request only. An empty answer means the default. */
function option(given: {
  readonly key: 'tag' | 'path' | 'boundary';
  readonly prompt: string;
  readonly placeholder: string;
  check(value: string, state: Choices): string | undefined;
  /** Roles that exist keep their path, and those in the variables are of one configuration. */
  void(chosen: ChosenRoles): boolean;
}): Step<Choices> {
  return async (state, position) => {
    if (state.options !== true || (state.chosen !== undefined && given.void(state.chosen))) return 'skipped';
    const value = await ask(
      {
        title: configureTitle(),
        prompt: given.prompt,
        placeholder: given.placeholder,
        value: state[given.key],
        check: text => (text === '' ? undefined : given.check(text, state)),
      },
      position,
    );
    if (value === '') delete state[given.key];
    else state[given.key] = value;
    return 'asked';
  };
}

function checked(result: Result<unknown>): string | undefined {
  return result.ok ? undefined : result.problem.message;
}
