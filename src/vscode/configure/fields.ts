import { proposedTags } from '../../lint/everywhere';
import type { Field } from '../../board/page/model';
import { configurationTag } from '../../oidc/names';
import { accountId } from '../../oidc/partition';
import { projectName } from '../../oidc/names';
import { noProfiles } from './likelyProfile';
import { roleNameFor } from '../../binding/desired/roleNames';
import { baseName, type Choices, chosenInUse, type PolicyChoice, rolesOf, tagOf, withoutProject } from './choices';

/** How the question of the roles is answered; `undefined`: by nobody, so that it follows what the workspace has. */
export type RolesAnswer = 'used' | 'separate' | 'single' | 'existing';

/** What there is to choose from, beside the answers. */
export interface FieldContext {
  readonly profiles: readonly { readonly name: string | undefined; readonly label: string }[];
  readonly profileWhy: string | undefined;
  /** What the code is known to need, in one sentence; absent where that fits no role or is nothing. */
  readonly code: Readonly<Partial<Record<'plan' | 'apply', string>>>;
  /** The names of what exists are not known; the state has them. */
  readonly readsState: boolean;
  /** Variable sets that reach the workspace. */
  readonly sets: readonly { readonly id: string; readonly name: string; readonly global: boolean }[];
  /** What is wrong with an answer, by the id of its field. */
  readonly problems: ReadonlyMap<string, string>;
}

const profileValue = (name: string | undefined): string => (name === undefined ? 'environment' : `profile ${name}`);

/** The profile that a value of the field means; `null`: none, policies only. */
export function profileOfValue(value: string): { readonly name: string | undefined } | null | undefined {
  if (value === 'none') return null;
  if (value === 'environment') return { name: undefined };
  return value.startsWith('profile ') ? { name: value.slice('profile '.length) } : undefined;
}

type Option = NonNullable<Field['options']>[number];

/** The inferred answers, each as a field that can be changed. */
export function fieldsOf(choices: Choices, context: FieldContext): readonly Field[] {
  const single = rolesOf(choices).roles === 'single';
  const withAccount = choices.profile !== undefined && choices.profile !== 'none';
  return [
    ...(withoutProject(choices).length > 0 ? [projectField(choices, context)] : []),
    profileField(choices, context),
    ...(choices.profile === 'none' ? [accountField(choices, context)] : []),
    rolesField(choices),
    ...(withAccount && !single ? [policyField('plan', choices, context)] : []),
    ...(withAccount ? [policyField('apply', choices, context)] : []),
    ...targetField(choices, context),
  ];
}

const problemOf = (id: string, { problems }: FieldContext): { readonly problem?: string } => {
  const problem = problems.get(id);
  return problem === undefined ? {} : { problem };
};

const projectField = (choices: Choices, context: FieldContext): Field => ({
  id: 'project',
  label: `Project of ${withoutProject(choices).join(', ')}`,
  note: 'It is part of the subject, and HCP Terraform did not tell it: type it as HCP Terraform shows it. What is typed proves nothing.',
  value: choices.project ?? '',
  placeholder: 'Default Project',
  ...problemOf('project', context),
});

function profileField({ profile }: Choices, context: FieldContext): Field {
  const options: readonly Option[] = [
    ...(profile === undefined
      ? [{ value: '', label: 'Choose the profile of the account that the workspace deploys to' }]
      : []),
    ...context.profiles.map(p => ({ value: profileValue(p.name), label: p.label })),
    { value: 'none', label: 'No profile: show the policies only' },
  ];
  return {
    id: 'profile',
    label: 'AWS profile',
    value: profile === undefined ? '' : profile === 'none' ? 'none' : profileValue(profile.name),
    options,
    ...(context.profileWhy !== undefined && { note: context.profileWhy }),
    ...(context.profiles.length === 0 && { note: `${noProfiles.message} ${noProfiles.nextStep}` }),
    ...problemOf('profile', context),
  };
}

const accountField = ({ account }: Choices, context: FieldContext): Field => ({
  id: 'account',
  label: 'AWS account of the roles',
  note: 'Twelve digits.',
  value: account ?? '',
  placeholder: '123456789012',
  ...problemOf('account', context),
});

function rolesField(choices: Choices): Field {
  const workspaces = choices.workspaces ?? [];
  const names = (...uses: readonly ('run' | 'plan' | 'apply')[]): string => {
    const all = workspaces.flatMap(w =>
      uses.map(use => roleNameFor(choices.organization ?? '', [w], use, tagOf(choices))),
    );
    return all.length <= 2 ? all.join(', ') : `${all.slice(0, 2).join(', ')} and ${all.length - 2} more`;
  };
  const used = chosenInUse(choices);
  const { chosen } = choices;
  const other = chosen?.from === 'account' ? Object.values(chosen.names).join(', ') : undefined;
  const options: readonly Option[] = [
    ...(used === undefined
      ? []
      : [{ value: 'used', label: `The roles that the workspace uses today: ${Object.values(used.names).join(', ')}` }]),
    { value: 'separate', label: `Separate plan and apply roles: ${names('plan', 'apply')}` },
    { value: 'single', label: `One role for both: ${names('run')}` },
    ...(other === undefined ? [] : [{ value: 'chosen', label: `Roles of this account: ${other}` }]),
    ...(choices.opened !== undefined && workspaces.length === 1
      ? [{ value: 'existing', label: 'Other roles of this account…' }]
      : []),
  ];
  const value = chosen?.from === 'account' ? 'chosen' : chosen?.from === 'variables' ? 'used' : rolesOf(choices).roles;
  const notes: Readonly<Record<string, string>> = {
    used: 'What is missing in them is added.',
    separate: 'Plans run code of every pull request, so their role can only read.',
    single: 'Every plan can do what an apply can.',
    chosen: 'They are changed only after their own yes.',
  };
  return { id: 'roles', label: 'Roles', value, options, note: notes[value] ?? '' };
}

/** The value of a policy's field. */
function policyValue(policy: PolicyChoice | undefined): string {
  if (policy === undefined || policy.kind === 'none') return 'none';
  if (policy.kind === 'managed') return `managed ${policy.name}`;
  return policy.generated === true ? 'code' : 'own';
}

function policyField(use: 'plan' | 'apply', choices: Choices, context: FieldContext): Field {
  const policy = choices.policies?.[use];
  const single = rolesOf(choices).roles === 'single';
  const value = policyValue(policy);
  const needed = context.code[use];
  const managed = use === 'plan' ? 'ReadOnlyAccess' : 'PowerUserAccess';
  const exists = choices.chosen !== undefined;
  const options: readonly Option[] = [
    ...(needed === undefined ? [] : [{ value: 'code', label: 'What the code needs' }]),
    ...(policy?.kind === 'inline' && value === 'own' ? [{ value: 'own', label: policy.from }] : []),
    { value: `managed ${managed}`, label: `${managed} (AWS managed policy)` },
    { value: 'file', label: 'A policy file…' },
    { value: 'write', label: 'Write a policy in the editor…' },
    ...(context.readsState
      ? [{ value: 'read-state', label: 'Read the names of what exists from the state (no value is kept)…' }]
      : []),
    { value: 'none', label: exists ? 'Leave its policies as they are' : 'None for now' },
  ];
  const notes: Readonly<Record<string, string | undefined>> = {
    code: needed,
    'managed ReadOnlyAccess': 'Reads everything, secrets of some services included.',
    'managed PowerUserAccess': 'Everything but IAM. Wide: replace it by a policy for what the code needs.',
    none: exists ? undefined : 'The role can be assumed and may do nothing until a policy is attached.',
  };
  const note = notes[value];
  return {
    id: use,
    label: single ? 'The role may do' : use === 'plan' ? 'Plans may do' : 'Applies may do',
    value,
    options,
    ...(note !== undefined && { note }),
    ...problemOf(use, context),
  };
}

/** Where the variables go. A field only where there is more than one place. */
function targetField({ target, hcp, opened }: Choices, { sets }: FieldContext): readonly Field[] {
  const [only, ...more] = hcp ?? [];
  // A set that several workspaces share cannot name a role of each.
  if (only === undefined || more.length > 0 || opened === undefined || sets.length === 0) return [];
  const set = target?.type === 'varset' ? sets.find(s => s.id === target.id) : undefined;
  return [
    {
      id: 'target',
      label: 'Variables go',
      value: set === undefined ? 'workspace' : set.id,
      options: [
        { value: 'workspace', label: `on the workspace ${only.workspace.name}` },
        ...sets.map(s => ({ value: s.id, label: `in the variable set "${s.name}"` })),
      ],
      note:
        set === undefined
          ? 'The roles are for this workspace only.'
          : set.global
            ? 'Every workspace of the organization gets it: the roles would refuse all others.'
            : 'Every workspace that uses the set gets it, too.',
    },
  ];
}

/** Tags for the other AWS identities that the code speaks as. */
function tagsOfCode({ analysed }: Choices): string {
  const tags = analysed === undefined ? [] : proposedTags(analysed.root);
  return tags.length === 0 ? '' : ` The code speaks as several identities and needs: ${tags.join(', ')}.`;
}

/** What few people need: names, path, boundary, and the tag of a second configuration. */
export function moreFields(choices: Choices, context: FieldContext): readonly Field[] {
  const { chosen } = choices;
  const text = (id: string, label: string, value: string, placeholder: string, note: string): Field => ({
    id,
    label,
    value,
    placeholder,
    note,
    ...problemOf(id, context),
  });
  const single = rolesOf(choices).roles === 'single';
  const named = chosen === undefined && (choices.workspaces ?? []).length === 1;
  return [
    text(
      'tag',
      'Tag',
      choices.tag ?? '',
      'ARCHIVE',
      `Of a second configuration; empty for the default one.${tagsOfCode(choices)}`,
    ),
    ...(named
      ? [
          text(
            'base',
            single ? 'Name of the role' : 'Name of the roles',
            baseName(choices).proposed,
            'tfc-…',
            single ? 'Derived from the workspace.' : '"-plan" and "-apply" are added.',
          ),
        ]
      : []),
    ...(chosen === undefined ? [text('path', 'Path', choices.path ?? '/', '/', 'Begins and ends with a slash.')] : []),
    text(
      'boundary',
      'Permissions boundary',
      choices.boundary ?? '',
      'arn:…:iam::…:policy/boundary',
      'The ARN of a managed policy; empty for none.',
    ),
  ];
}

/** What is wrong with a typed answer; nothing where it can be taken. An empty option means the default. */
export function answerProblem(id: string, value: string, choices: Choices): string | undefined {
  const named = (result: {
    readonly ok: boolean;
    readonly problem?: { readonly message: string };
  }): string | undefined => (result.ok ? undefined : result.problem?.message);
  switch (id) {
    case 'project':
      return named(projectName(value));
    case 'account':
      return named(accountId(value));
    case 'tag':
      return value === '' ? undefined : named(configurationTag(value));
    case 'base':
      return value === '' ||
        (/^[\w+=,.@-]+$/.test(value) && value.length <= (rolesOf(choices).roles === 'single' ? 64 : 58))
        ? undefined
        : 'Letters, digits and +=,.@_- only, at most 64 with the ending.';
    case 'path':
      return value === '' || /^\/(?:[\x21-\x7e]{1,510}\/)?$/.test(value)
        ? undefined
        : 'A path begins and ends with a slash, such as /terraform/.';
    case 'boundary':
      return value === '' ? undefined : boundaryProblem(value, choices.opened?.caller.accountId);
    default:
      return undefined;
  }
}

/** IAM refuses a boundary of another account: said where it is typed, not after everything else. */
function boundaryProblem(value: string, account: string | undefined): string | undefined {
  const owner = /^arn:[\w-]+:iam::(aws|\d{12}):policy\/.+$/.exec(value)?.[1];
  if (owner === undefined) return 'The ARN of a managed policy looks like arn:…:iam::123456789012:policy/name.';
  if (owner === 'aws' || account === undefined || owner === account) return undefined;
  return `This policy is of account ${owner}; the roles are in ${account}.`;
}

/** Takes a typed answer over. What is empty means the default, and the derived name follows the other answers. */
export function takeAnswer(choices: Choices, id: string, value: string): void {
  switch (id) {
    case 'project':
    case 'account':
      choices[id] = value;
      return;
    case 'base':
      if (value === '' || value === baseName(choices).derived) delete choices.base;
      else choices.base = value;
      return;
    case 'tag':
    case 'path':
    case 'boundary':
      if (value === '') delete choices[id];
      else choices[id] = value;
  }
}

/** Roles as the answer says; where nobody answered, those that the workspace uses, else one for each phase. */
export function inferRoles(choices: Choices, answer: RolesAnswer | undefined): void {
  if (answer === 'existing' && choices.chosen?.from === 'account') return;
  const used = answer === undefined || answer === 'used' ? chosenInUse(choices) : undefined;
  if (used === undefined) {
    delete choices.chosen;
    choices.roles = answer === 'single' ? 'single' : 'separate';
    return;
  }
  choices.chosen = used;
  choices.roles = used.roles;
}
