import { oldKeyDays, type WatchedKey, type WatchedRole, type WatchedWorkspace, type WatchState } from './model';

export type WatchKind =
  | 'workspace-renamed'
  | 'workspace-moved'
  | 'workspace-new'
  | 'workspace-gone'
  | 'static-key-new'
  | 'static-key-gone'
  | 'credentials-lost'
  | 'credentials-gained'
  | 'trust-wider'
  | 'trust-narrower'
  | 'permission-lost'
  | 'permission-new'
  | 'role-gone'
  | 'role-back'
  | 'key-old';

/** One thing that is not as it was. */
export interface WatchChange {
  readonly kind: WatchKind;
  readonly direction: 'worse' | 'better' | 'other';
  /** The workspace, role or key. */
  readonly on: string;
  readonly what: string;
  /** What to do about it; empty where there is nothing. */
  readonly nextStep: string;
}

/** What changed between two nights. What was not read in one of them changed nothing: it is told as unread. */
export function compareStates(last: WatchState, now: WatchState): readonly WatchChange[] {
  const changes: WatchChange[] = [];
  const former = new Map(last.workspaces.map(w => [w.id, w]));
  for (const workspace of now.workspaces) {
    const before = former.get(workspace.id);
    changes.push(...(before === undefined ? newWorkspace(workspace) : workspaceChanges(before, workspace)));
    former.delete(workspace.id);
  }
  for (const gone of former.values())
    changes.push({
      kind: 'workspace-gone',
      direction: 'other',
      on: gone.name,
      what: 'The workspace is gone, or the token may no longer see it.',
      nextStep: 'A workspace of the same name would get its roles: remove the trust if it was deleted.',
    });
  const roles = new Map(last.roles.map(r => [r.arn, r]));
  for (const role of now.roles) {
    const before = roles.get(role.arn);
    if (before !== undefined) changes.push(...roleChanges(before, role));
  }
  const keys = new Map(last.keys.map(k => [`${k.shown} ${k.createdAt}`, k]));
  for (const key of now.keys) {
    const known = keys.get(`${key.shown} ${key.createdAt}`);
    if (ageAt(key, now.at) >= oldKeyDays && (known === undefined || ageAt(known, last.at) < oldKeyDays))
      changes.push(oldKey(key, now.at));
  }
  return changes;
}

const day = 86_400_000;
const ageAt = ({ createdAt }: WatchedKey, at: string): number =>
  Math.floor((Date.parse(at) - Date.parse(createdAt)) / day);

const oldKey = (key: WatchedKey, at: string): WatchChange => ({
  kind: 'key-old',
  direction: 'worse',
  on: key.shown,
  what: `The access key is ${ageAt(key, at)} days old${key.places.length === 0 ? '' : `; it is in ${key.places.join(', ')}`}.`,
  nextStep: '"tfc-oidc keys" says whether it can be deactivated.',
});

function newWorkspace(workspace: WatchedWorkspace): readonly WatchChange[] {
  const { name, staticCredentials } = workspace;
  const added: WatchChange = {
    kind: 'workspace-new',
    direction: 'other',
    on: name,
    what: 'The workspace is new.',
    nextStep: '',
  };
  return [added, ...staticCredentials.map(key => newKey(name, key))];
}

const newKey = (on: string, key: string): WatchChange => ({
  kind: 'static-key-new',
  direction: 'worse',
  on,
  what: `${key} is new: it wins over dynamic credentials.`,
  nextStep: '"tfc-oidc configure --remove-static-keys" puts a role in its place.',
});

function workspaceChanges(before: WatchedWorkspace, now: WatchedWorkspace): readonly WatchChange[] {
  const changes: WatchChange[] = [];
  const uses = now.roles.length > 0;
  const follow = uses
    ? 'Runs are refused until the trust policy says the new name: "tfc-oidc configure" changes it.'
    : '';
  const direction = uses ? 'worse' : 'other';
  if (before.name !== now.name)
    changes.push({
      kind: 'workspace-renamed',
      direction,
      on: now.name,
      what: `It was called ${before.name}.`,
      nextStep: follow,
    });
  if (before.project !== now.project)
    changes.push({
      kind: 'workspace-moved',
      direction,
      on: now.name,
      what: `It is in the project ${now.project}; it was in ${before.project}.`,
      nextStep: follow,
    });
  for (const key of added(before.staticCredentials, now.staticCredentials)) changes.push(newKey(now.name, key));
  for (const key of added(now.staticCredentials, before.staticCredentials))
    changes.push({ kind: 'static-key-gone', direction: 'better', on: now.name, what: `${key} is gone.`, nextStep: '' });
  const had = before.state === 'oidc';
  const has = now.state === 'oidc';
  // A static key that is new says it already.
  if (had && !has && now.state !== 'both' && now.state !== 'static')
    changes.push({
      kind: 'credentials-lost',
      direction: 'worse',
      on: now.name,
      what: `Its dynamic credentials are gone (it is "${now.state}" now).`,
      nextStep: '"tfc-oidc status" says what is missing.',
    });
  if (!had && has)
    changes.push({
      kind: 'credentials-gained',
      direction: 'better',
      on: now.name,
      what: 'It has dynamic credentials now, and nothing that wins over them.',
      nextStep: '',
    });
  return changes;
}

const added = (before: readonly string[], now: readonly string[]): readonly string[] =>
  now.filter(item => !before.includes(item));

function roleChanges(before: WatchedRole, now: WatchedRole): readonly WatchChange[] {
  const on = now.arn;
  if (before.exists && !now.exists)
    return [
      {
        kind: 'role-gone',
        direction: 'worse',
        on,
        what: 'The account no longer has this role.',
        nextStep: '"tfc-oidc configure" makes it, or name another role in the workspace.',
      },
    ];
  if (!now.exists) return [];
  if (!before.exists)
    return [{ kind: 'role-back', direction: 'better', on, what: 'The role is there again.', nextStep: '' }];
  return [...trustChanges(before, now), ...permissionChanges(before, now)];
}

/** A policy for others than HCP Terraform is not judged: it lets no run in either. */
const letsNoRunIn = ({ trust }: WatchedRole): boolean => trust === 'broken' || trust === 'not-judged';

function trustChanges(before: WatchedRole, now: WatchedRole): readonly WatchChange[] {
  const on = now.arn;
  const changes: WatchChange[] = [];
  const more = added(before.subjects, now.subjects);
  const less = added(now.subjects, before.subjects);
  const admitted = added(now.keptOut, before.keptOut);
  const keptOut = added(before.keptOut, now.keptOut);
  const broader = now.trust === 'too-broad' && before.trust !== 'too-broad';
  if (more.length > 0 || admitted.length > 0 || broader)
    changes.push({
      kind: 'trust-wider',
      direction: 'worse',
      on,
      what: [
        ...(more.length > 0 ? [`Its trust policy names ${more.join(' and ')}, which it did not.`] : []),
        ...(admitted.length > 0 ? [`It no longer keeps out ${admitted.join(' and ')}.`] : []),
        ...(broader ? ['Strangers get in now.'] : []),
      ].join(' '),
      nextStep: 'If nobody meant that, restore the policy: "tfc-oidc status --profile NAME" says who gets in, and why.',
    });
  if (less.length > 0 || keptOut.length > 0)
    changes.push({
      kind: 'trust-narrower',
      direction: more.length > 0 || admitted.length > 0 ? 'other' : 'better',
      on,
      what: [
        ...(less.length > 0 ? [`Its trust policy no longer names ${less.join(' and ')}.`] : []),
        ...(keptOut.length > 0 ? [`It keeps out ${keptOut.join(' and ')} now.`] : []),
      ].join(' '),
      nextStep: '',
    });
  if (letsNoRunIn(now) && !letsNoRunIn(before))
    changes.push({
      kind: 'credentials-lost',
      direction: 'worse',
      on,
      what: 'Its trust policy no longer lets any run in.',
      nextStep: '"tfc-oidc doctor --profile NAME" says why.',
    });
  return changes;
}

function permissionChanges(before: WatchedRole, now: WatchedRole): readonly WatchChange[] {
  const lost = added(now.actions, before.actions).filter(a => !now.actions.some(pattern => covers(pattern, a)));
  const more = added(before.actions, now.actions).filter(a => !before.actions.some(pattern => covers(pattern, a)));
  const less = [
    ...about('It is no longer allowed', lost),
    ...about('It is now denied', added(before.denied, now.denied)),
    ...(now.boundary !== undefined && now.boundary !== before.boundary
      ? [`It has the permissions boundary ${now.boundary} now.`]
      : []),
  ];
  const wider = [
    ...about('It is now allowed', more),
    ...about('It is no longer denied', added(now.denied, before.denied)),
    ...(now.boundary === undefined && before.boundary !== undefined
      ? [`Its permissions boundary ${before.boundary} is gone.`]
      : []),
  ];
  const changes: readonly WatchChange[] = [
    {
      kind: 'permission-lost',
      direction: 'worse',
      on: now.arn,
      what: less.join(' '),
      nextStep: 'If a run needs it, "tfc-oidc permissions" says which lines do.',
    },
    { kind: 'permission-new', direction: 'other', on: now.arn, what: wider.join(' '), nextStep: '' },
  ];
  return changes.filter(change => change.what !== '');
}

/** A sentence about actions, where there are any. */
const about = (claim: string, actions: readonly string[]): readonly string[] =>
  actions.length === 0 ? [] : [`${claim} ${few(actions)}.`];

const few = (actions: readonly string[]): string =>
  actions.length <= 10 ? actions.join(', ') : `${actions.slice(0, 10).join(', ')} and ${actions.length - 10} more`;

/** `s3:Get*` covers `s3:GetObject`. */
function covers(pattern: string, action: string): boolean {
  const text = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${text}$`, 'i').test(action);
}
