import { ageDays, type KeyFacts, type KeyReport, type KeyState, useText } from '../../binding/keys';
import { oneLine } from '../../core/text';
import { csvLine } from '../../core/csv';

/** How much of an id is shown, and from when ages are counted. */
export interface KeyShown {
  readonly ids: boolean;
  readonly now: number;
}

const words: Readonly<Record<KeyState, string>> = {
  'in-place': 'IN USE',
  'not-proven': 'ACTIVE, and the role is not proven',
  'no-run-yet': 'ACTIVE, and no run with the role yet',
  'still-used': 'ACTIVE, and something else uses it',
  'can-be-deactivated': 'ACTIVE, can be deactivated',
  inactive: 'inactive',
  'can-be-deleted': 'inactive, can be deleted',
  deleted: 'deleted',
  root: 'KEY OF THE ROOT USER',
  unknown: 'unknown',
};

const idOf = (facts: KeyFacts, { ids }: KeyShown): string =>
  ids && facts.id !== undefined ? facts.id.reveal() : facts.shown;

const userOf = ({ owner }: KeyFacts): string | undefined =>
  owner.state === 'known' && owner.value.kind === 'user' ? owner.value.name : undefined;

const statusOf = ({ owner }: KeyFacts): string | undefined =>
  owner.state === 'known' && owner.value.kind === 'user' ? owner.value.status : undefined;

export function keyJson(report: KeyReport, shown: KeyShown) {
  return {
    keys: report.keys.map(({ facts, decision, leftovers }) => ({
      key: facts.shown,
      id: shown.ids ? (facts.id?.reveal() ?? null) : null,
      account: facts.account.state === 'known' ? facts.account.value : null,
      user: userOf(facts) ?? null,
      status: statusOf(facts) ?? null,
      ageDays: ageDays(facts, shown.now) ?? null,
      lastUse:
        facts.lastUse.state === 'known'
          ? {
              at: facts.lastUse.value.at ?? null,
              service: facts.lastUse.value.service ?? null,
              region: facts.lastUse.value.region ?? null,
            }
          : null,
      state: decision.state,
      why: decision.why,
      nextStep: decision.nextStep,
      offers: decision.offers,
      places: facts.places,
      workspaces: facts.workspaces,
      leftovers,
    })),
    hidden: report.hidden,
    likely: report.likely.state === 'known' ? report.likely.value.map(likelyJson) : [],
    gaps: report.gaps,
  };
}

const likelyJson = ({ user, keys, because }: Likely) => ({
  user,
  keys: keys.map(k => ({
    key: k.shown,
    status: k.status,
    lastUse: k.use.state === 'known' ? useText(k.use.value) : null,
  })),
  because,
});

type Likely = Extract<KeyReport['likely'], { state: 'known' }>['value'][number];

export function keyCsv(report: KeyReport, shown: KeyShown): string {
  const head = ['key', 'account', 'user', 'status', 'age_days', 'last_use', 'state', 'why', 'places', 'workspaces'];
  const lines = report.keys.map(({ facts, decision }) =>
    csvLine([
      idOf(facts, shown),
      facts.account.state === 'known' ? facts.account.value : '',
      userOf(facts) ?? '',
      statusOf(facts) ?? '',
      String(ageDays(facts, shown.now) ?? ''),
      facts.lastUse.state === 'known' ? useText(facts.lastUse.value) : '',
      decision.state,
      decision.why,
      facts.places.map(p => p.where).join('; '),
      facts.workspaces.join('; '),
    ]),
  );
  const hidden = report.hidden.map(p =>
    csvLine(['', '', '', '', '', '', 'hidden', 'The id cannot be read.', p.where, p.workspaces.join('; ')]),
  );
  return csvLine(head) + lines.join('') + hidden.join('');
}

export function keyText(report: KeyReport, shown: KeyShown): string {
  const out = report.keys.flatMap(({ facts, decision, leftovers }) => [
    `${idOf(facts, shown)}: ${words[decision.state]}`,
    ...ownerLines(facts, shown),
    `    ${decision.why}`,
    ...(decision.nextStep === 'Nothing.' ? [] : [`    Next: ${decision.nextStep}`]),
    ...(leftovers.length === 0
      ? []
      : [
          '    What is left of the user, and what removes it (nothing of this is done here):',
          ...leftovers.map(l => `      ${l.what}: ${l.command}`),
        ]),
    '',
  ]);
  out.push(...hiddenLines(report));
  for (const gap of report.gaps) out.push(`Not read: ${gap}`);
  if (report.keys.length === 0 && report.hidden.length === 0) out.push('No long-lived key was found.');
  return `${out
    .map(oneLine)
    .join('\n')
    .replace(/(?<!\n)\n+$/, '')}\n`;
}

function ownerLines(facts: KeyFacts, { now }: KeyShown): readonly string[] {
  const user = userOf(facts);
  const age = ageDays(facts, now);
  const owner =
    facts.account.state === 'unknown'
      ? []
      : [
          `account ${facts.account.value}`,
          ...(user === undefined ? [] : [`user ${user}`]),
          ...(age === undefined ? [] : [`${age} days old`]),
        ];
  return [
    ...(owner.length === 0 ? [] : [`    Of ${owner.join(', ')}`]),
    ...(facts.lastUse.state === 'known' ? [`    Last use: ${useText(facts.lastUse.value)}`] : []),
    ...facts.places.map(
      p => `    Stands in ${p.where}${p.workspaces.length > 1 ? ` (reaches ${p.workspaces.join(', ')})` : ''}`,
    ),
  ];
}

function hiddenLines({ hidden, likely }: KeyReport): readonly string[] {
  if (hidden.length === 0) return [];
  const users = likely.state === 'known' ? likely.value : [];
  return [
    'Keys whose id cannot be read, since the variable is sensitive:',
    ...hidden.map(p => `    ${p.where}`),
    ...(users.length === 0
      ? [
          `    Whose they are is not known. ${likely.state === 'unknown' ? `${likely.why} ${likely.nextStep ?? ''}` : 'The account has no user with a key.'}`,
        ]
      : ['  Users of the account with keys, likely ones first. This is a guess, not a finding:']),
    ...users.flatMap(u => [
      `    ${u.user}: ${u.keys.map(k => `${k.shown} ${k.status}, ${k.use.state === 'known' ? useText(k.use.value) : 'last use not read'}`).join('; ')}`,
      ...u.because.map(why => `      ${why}`),
    ]),
    '',
  ];
}
