import * as vscode from 'vscode';
import { roleNameFor } from '../../binding/planNames';
import { ProblemError, type Result } from '../../core/problem';
import { configurationTag, hostname, issuerHost } from '../../oidc/names';
import { oidcProviderArn } from '../../oidc/partition';
import { abortOn } from '../cancellation';
import { ask, type Choice, configureTitle, pick, type Position, type Step } from '../steps';
import { type Choices, type RoleNames, rolesInUse } from './choices';

type HowMany =
  | { readonly kind: 'separate' | 'single'; readonly names?: RoleNames; readonly path?: string }
  | { readonly kind: 'existing' }
  | { readonly kind: 'options' };

/** How many roles, which, and on request what they are called, where they are, and what bounds them. */
export function roleSteps(): readonly Step<Choices>[] {
  return [
    rolesStep,
    option({
      key: 'tag',
      prompt: vscode.l10n.t('Tag of a second configuration; empty for the default one'),
      placeholder: 'ARCHIVE',
      check: value => checked(configurationTag(value)),
    }),
    namesStep,
    option({
      key: 'path',
      prompt: vscode.l10n.t('Path of the roles'),
      placeholder: '/',
      check: value =>
        /^\/(?:[\x21-\x7e]{1,510}\/)?$/.test(value)
          ? undefined
          : vscode.l10n.t('A path begins and ends with a slash, such as /terraform/.'),
    }),
    option({
      key: 'boundary',
      prompt: vscode.l10n.t('ARN of the permissions boundary; empty for none'),
      placeholder: 'arn:…:iam::…:policy/boundary',
      check: value =>
        /^arn:[\w-]+:iam::(?:aws|\d{12}):policy\/.+$/.test(value)
          ? undefined
          : vscode.l10n.t('The ARN of a managed policy looks like arn:…:iam::123456789012:policy/name.'),
    }),
  ];
}

const rolesStep: Step<Choices> = async (state, position) => {
  for (;;) {
    const items = roleItems(state);
    const current = items.find(i => i.value.kind === state.roles)?.value;
    const chosen = await pick(
      { title: configureTitle(), placeholder: vscode.l10n.t('How many roles?'), items, current },
      position,
    );
    switch (chosen.kind) {
      case 'options':
        state.options = state.options !== true;
        continue;
      case 'existing': {
        if (!(await existing(state, position))) continue;
        return 'asked';
      }
      default:
        state.roles = chosen.kind;
        state.adopt = chosen.names !== undefined;
        state.names = chosen.names ?? {};
        if (chosen.path !== undefined) state.path = chosen.path;
        return 'asked';
    }
  }
};

function roleItems(state: Choices): readonly Choice<HowMany>[] {
  const several = (state.workspaces ?? []).length > 1;
  const name = (use: 'run' | 'plan' | 'apply'): string =>
    several ? '' : roleNameFor(state.organization ?? '', state.workspaces?.[0] ?? '', use, state.tag);
  const items: Choice<HowMany>[] = [];
  const inUse = several ? undefined : namesInUse(state);
  if (inUse !== undefined) {
    items.push({
      value: inUse,
      label: vscode.l10n.t('The roles that the workspace uses today'),
      description: Object.values(inUse.names ?? {}).join(', '),
      detail: vscode.l10n.t('What is missing in them is added. Each change is shown first.'),
    });
  }
  items.push(
    {
      value: { kind: 'separate' },
      label: vscode.l10n.t('Separate plan and apply roles'),
      description: several ? vscode.l10n.t('recommended') : `${name('plan')}, ${name('apply')}`,
      detail: vscode.l10n.t('Plans run code of every pull request: give them a role that can only read.'),
    },
    {
      value: { kind: 'single' },
      label: vscode.l10n.t('One role for both'),
      description: name('run'),
      detail: vscode.l10n.t('Simpler. Every plan can do what an apply can.'),
    },
  );
  if (state.opened !== undefined && !several) {
    items.push({
      value: { kind: 'existing' },
      label: vscode.l10n.t('Other roles of this account…'),
      detail: vscode.l10n.t('Roles that trust HCP Terraform already. They are changed only after their own yes.'),
    });
  }
  items.push({
    value: { kind: 'options' },
    label:
      state.options === true
        ? vscode.l10n.t('$(check) Names, path, boundary and tag are asked for next')
        : vscode.l10n.t('$(gear) Choose names, path, boundary or tag too'),
    alwaysShow: true,
  });
  return items;
}

/** The roles of this account that the workspace's variables name, as one answer to the question. */
function namesInUse(state: Choices): Extract<HowMany, { kind: 'separate' | 'single' }> | undefined {
  const account = state.opened?.caller.accountId;
  if (account === undefined || state.hcp === undefined || rolesInUse(state).length === 0) return undefined;
  const suffix = state.tag === undefined ? '' : `_${state.tag}`;
  const found: Partial<Record<'run' | 'plan' | 'apply', readonly [path: string, name: string]>> = {};
  for (const use of ['run', 'plan', 'apply'] as const) {
    const key = `TFC_AWS_${use.toUpperCase()}_ROLE_ARN${suffix}`;
    const value = state.hcp[0]?.reading.effective.find(v => v.key === key && v.category === 'env')?.value;
    const match = /^arn:[\w-]+:iam::(\d{12}):role(\/(?:.*\/)?)([^/]+)$/.exec(value ?? '');
    if (match?.[1] === account) found[use] = [match[2] ?? '/', match[3] ?? ''];
  }
  const { run, plan = run, apply = run } = found;
  if (plan === undefined || apply === undefined) return undefined;
  if (plan[1] === apply[1]) return { kind: 'single', names: { run: plan[1] }, path: plan[0] };
  return { kind: 'separate', names: { plan: plan[1], apply: apply[1] }, path: plan[0] };
}

/** Chooses among the roles that trust the provider; `false` where there is none to choose. */
async function existing(state: Choices, position: Position): Promise<boolean> {
  const { opened, analysed } = state;
  if (opened === undefined || analysed === undefined) return false;
  const named = analysed.root.cloud.hostname;
  const host = hostname(named.state === 'known' ? named.value : 'app.terraform.io');
  if (!host.ok) throw new ProblemError(host.problem);
  const { partition, accountId } = opened.caller;
  const found = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Looking for roles that trust {0}', host.value),
      cancellable: true,
    },
    (_progress, token) =>
      opened.account.rolesTrusting(oidcProviderArn(partition, accountId, issuerHost(host.value)), abortOn(token)),
  );
  if (!found.ok) throw new ProblemError(found.problem);
  if (found.value.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('No role of account {0} trusts {1} yet.', accountId, host.value),
    );
    return false;
  }
  const title = configureTitle();
  const items = found.value.map((value): Choice<string> => ({ value, label: value }));
  const plan = await pick(
    { title, placeholder: vscode.l10n.t('Role for plans'), items, current: state.names?.plan ?? state.names?.run },
    position,
  );
  const apply = await pick(
    {
      title,
      placeholder: vscode.l10n.t('Role for applies'),
      items,
      current: state.names?.apply ?? state.names?.run ?? plan,
    },
    position,
  );
  state.roles = plan === apply ? 'single' : 'separate';
  state.names = plan === apply ? { run: plan } : { plan, apply };
  state.adopt = true;
  return true;
}

/** The base of the names: "-plan" and "-apply" are added where there are two. */
const namesStep: Step<Choices> = async (state, position) => {
  if (state.options !== true || state.adopt === true || (state.workspaces ?? []).length > 1) return 'skipped';
  const single = state.roles === 'single';
  const former = state.names?.run ?? state.names?.plan?.replace(/-plan$/, '');
  const base = await ask(
    {
      title: configureTitle(),
      prompt: single
        ? vscode.l10n.t('Name of the role')
        : vscode.l10n.t('Name of the roles; "-plan" and "-apply" are added'),
      placeholder: 'tfc-…',
      value: former ?? roleNameFor(state.organization ?? '', state.workspaces?.[0] ?? '', 'run', state.tag),
      check: value =>
        /^[\w+=,.@-]+$/.test(value) && value.length <= (single ? 64 : 58)
          ? undefined
          : vscode.l10n.t('Letters, digits and +=,.@_- only, at most 64 with the ending.'),
    },
    position,
  );
  state.names = single ? { run: base } : { plan: `${base}-plan`, apply: `${base}-apply` };
  return 'asked';
};

/** One of the texts that are asked for on request only. An empty answer means the default. */
function option(given: {
  readonly key: 'tag' | 'path' | 'boundary';
  readonly prompt: string;
  readonly placeholder: string;
  check(value: string): string | undefined;
}): Step<Choices> {
  return async (state, position) => {
    if (state.options !== true || (given.key !== 'tag' && state.adopt === true)) return 'skipped';
    const value = await ask(
      {
        title: configureTitle(),
        prompt: given.prompt,
        placeholder: given.placeholder,
        value: state[given.key],
        check: text => (text === '' ? undefined : given.check(text)),
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
