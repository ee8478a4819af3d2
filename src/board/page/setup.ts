import { type Change, type IamChange, lossesOf } from '../../binding/change';
import type { PlanView } from '../../binding/setup';
import type { Problem } from '../../core/problem';
import type { Finding } from '../../lint/finding';
import type { BoardState } from '../model';
import { changesOf } from '../words';
import { changeLine, differenceOf } from './changes';
import type { CheckLine, Field, Page, PageAction, ProofLine, Section } from './model';
import { inTheWay } from './problems';
import { type PageQuestion, questionActions, runSections, stopAction, type Writing } from './runView';
import { notDone, type RunSoFar } from './run';

/** The answer to whoever is not let in. */
export const refused = 'is refused';

/** A role of a plan, with the proof of its trust policy. */
export interface ShownRole {
  readonly name: string;
  readonly use: 'run' | 'plan' | 'apply';
  readonly proof: readonly ProofLine[];
  /** The trust policy as JSON, where nothing is planned in an account and it is to be taken from here. */
  readonly trustPolicy: string;
}

/** One workspace of a setup. */
export interface ShownTarget {
  readonly hostname: string;
  readonly organization: string;
  readonly project: string;
  readonly workspace: string;
  readonly roles: readonly ShownRole[];
  /** Environment variables that a person has to set, where HCP Terraform could not be asked. */
  readonly toSet: readonly { readonly key: string; readonly value: string }[];
}

/** A role that somebody else made, or that was made for another workspace: it wants a tick of its own. */
export interface ShownStranger {
  readonly role: string;
  readonly madeFor: string | undefined;
  readonly changes: readonly IamChange[];
}

export interface SetupState {
  readonly label: string;
  /** What is being read or done right now. Nothing can be pressed but what ends it. */
  readonly busy: string | undefined;
  /** Between changes: a button stops before the next one. */
  readonly writing: Writing;
  readonly fields: readonly Field[];
  /** Names, path, boundary and tag. */
  readonly more: readonly Field[];
  readonly targets: readonly ShownTarget[];
  readonly account: { readonly id: string; readonly alias: string | undefined; readonly root: boolean } | undefined;
  /** Undefined: nothing is planned, either since it is being read or since no account was chosen. */
  readonly plan: PlanView | undefined;
  /** The lines of code that need the permissions of a change, by its id. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
  readonly strangers: readonly ShownStranger[];
  readonly findings: readonly { readonly finding: Finding; readonly place: string }[];
  /** What was inferred and should be looked at, and what could not be read. */
  readonly notes: readonly string[];
  readonly problem: Problem | undefined;
  readonly canSignIn: boolean;
  /** The workspace was not found: there may be others with like names. */
  readonly canShowNames?: boolean;
  /** Workspaces that the code does not name can be chosen again. */
  readonly canChooseWorkspaces: boolean;
  readonly run: RunSoFar | undefined;
  readonly question: PageQuestion | undefined;
  readonly ticked: ReadonlySet<string>;
}

/** The setup's page: what will be true afterwards, the inferred answers, each change, and then what became of them. */
export function setupPage(state: SetupState): Page {
  const { run, busy, plan, question, ticked } = state;
  const name = nameOf(state);
  const sections =
    run === undefined ? plannedSections(state) : runSections({ run, planned: changesIn(plan), question, ticked });
  return {
    title: `OIDC for ${name}`,
    lead: leadOf(state),
    ...stateOf(state),
    sections,
    actions: actionsOf(state),
    ...(busy !== undefined && { busy }),
  };
}

const nameOf = ({ targets, label }: SetupState): string =>
  targets.length === 0 ? label : targets.map(t => `${t.organization}/${t.workspace}`).join(', ');

const changesIn = (plan: PlanView | undefined): readonly Change[] => plan?.bindings.flatMap(b => b.changes) ?? [];

/** All that stands in the way, once each. */
const problemsIn = (plan: PlanView | undefined): readonly Problem[] => [
  ...new Map((plan?.problems ?? []).map(p => [p.message, p])).values(),
];

function stateOf({ run, problem, plan, busy }: SetupState): { readonly state?: BoardState } {
  if (run !== undefined) {
    const word = runState(run);
    return word === undefined ? {} : { state: word };
  }
  if (problem !== undefined || problemsIn(plan).length > 0) return { state: 'wrong' };
  return busy === undefined ? {} : { state: 'unchecked' };
}

function runState(run: RunSoFar): BoardState | undefined {
  if (run.ended === undefined) return undefined;
  if (run.takenBack) return 'unchecked';
  // Who stopped it between two changes knows it.
  if (run.ended === 'stopped' && run.standing !== undefined && run.standing.problem === undefined) return 'warning';
  if (run.ended === 'stopped' || run.ended === 'refused') return 'wrong';
  if (run.proofs.length === 0) return 'unknown';
  if (run.proofs.some(p => p.state === 'not proven')) return 'wrong';
  return run.proofs.every(p => p.state === 'proven') ? 'ok' : 'warning';
}

function leadOf(state: SetupState): readonly string[] {
  const { run, plan, account, targets } = state;
  if (run !== undefined) return [endOf(run)];
  if (targets.length === 0) return [];
  const where = account === undefined ? 'an AWS account' : `AWS account ${accountText(account)}`;
  const roles = [...new Set(targets.flatMap(t => t.roles.map(r => r.name)))];
  const open = changesIn(plan).length;
  return [
    `Afterwards ${runsOf(targets)} get short-lived credentials of ${roles.join(' and ')} in ${where}. No access key is needed.`,
    ...(plan !== undefined && open === 0 && problemsIn(plan).length === 0
      ? ['Nothing to write: provider, roles and the variables that were read are as they should be.']
      : ['Nothing has been changed yet.']),
    ...(account?.root === true ? ['You are the root user of this account: use a role or a user instead.'] : []),
  ];
}

const runsOf = (targets: readonly ShownTarget[]): string => `runs of ${targets.map(t => t.workspace).join(', ')}`;

const accountText = ({ id, alias }: NonNullable<SetupState['account']>): string =>
  alias === undefined ? id : `${id} (${alias})`;

function endOf(run: RunSoFar): string {
  if (run.ended === undefined)
    return run.status === undefined ? 'In progress.' : `The run is ${run.status.replaceAll('_', ' ')}.`;
  return notDone(run) ?? doneText(run);
}

function doneText({ proofs, runs }: RunSoFar): string {
  if (proofs.length === 0) return 'Done. Nothing could be read back, so nothing is proven.';
  if (proofs.some(p => p.state === 'not proven'))
    return 'Done, and read back: it is not proven. What worked before still works.';
  if (proofs.some(p => p.state === 'this configuration'))
    return 'Done. This configuration was read back, and is proven. Credentials stay where they are: not all that runs use could be proven.';
  return runs.some(r => r.proof.state === 'proven')
    ? 'Done, read back, and proven by a run.'
    : 'Done. Everything was read back, and proven.';
}

function plannedSections(state: SetupState): readonly Section[] {
  const { plan, fields, more, problem, notes, findings, strangers, ticked } = state;
  return [
    ...inTheWay([...(problem === undefined ? [] : [problem]), ...problemsIn(plan)]),
    ...proofSections(state),
    ...(fields.length === 0
      ? []
      : [{ kind: 'fields' as const, heading: 'Inferred; change what is not right', fields }]),
    ...(more.length === 0 ? [] : [{ kind: 'fields' as const, folded: 'Names, path, boundary and tag', fields: more }]),
    ...strangers.map(s => strangerSection(s, ticked)),
    ...changeSections(state),
    ...byHand(state),
    ...(notes.length === 0 ? [] : [{ kind: 'text' as const, heading: 'Worth knowing', lines: notes }]),
    ...findingSection(findings),
  ];
}

/** Who gets in and who does not, and the subject that decides it, part by part. */
function proofSections({ targets }: SetupState): readonly Section[] {
  return targets.flatMap((t): readonly Section[] => [
    {
      kind: 'segments',
      heading: targets.length === 1 ? 'The subject of its runs' : `The subject of runs of ${t.workspace}`,
      lead: 'AWS compares it letter by letter with what the role trusts.',
      rows: [
        { name: 'organization', value: t.organization },
        { name: 'project', value: t.project },
        { name: 'workspace', value: t.workspace },
        { name: 'run phase', value: 'plan, apply', note: phaseNote(t.roles) },
      ],
    },
    ...t.roles.map(roleProof),
  ]);
}

/** Strangers that are refused, as they should be, stand in one line. */
function roleProof({ name, use, proof }: ShownRole): Section {
  const isQuiet = (row: ProofLine): boolean =>
    row.holds && row.answer === refused && !row.who.startsWith('this workspace');
  const quiet = proof.filter(isQuiet);
  return {
    kind: 'proof',
    heading: `Who gets in as ${name}`,
    lead: `${useText(use)} Its trust policy was evaluated as AWS does it.`,
    rows: proof.filter(row => !isQuiet(row)),
    ...(quiet.length > 0 && {
      folded: {
        name: quiet.length === 1 ? '1 stranger is refused' : `${quiet.length} strangers are refused`,
        rows: quiet,
      },
    }),
  };
}

const phaseNote = (roles: readonly ShownRole[]): string =>
  roles.length > 1 ? 'each phase has a role of its own' : 'one role for both';

const useText = (use: ShownRole['use']): string =>
  use === 'run' ? 'Plans and applies take it.' : use === 'plan' ? 'Plans take it.' : 'Applies take it.';

function strangerSection({ role, madeFor, changes }: ShownStranger, ticked: ReadonlySet<string>): Section {
  const id = `take-over:${role}`;
  return {
    kind: 'ticks',
    heading:
      madeFor === undefined
        ? `Role ${role} was not made by this extension`
        : `Role ${role} was made for the workspace ${madeFor}`,
    lead: `It stays as it is without your tick. With it: ${changes.map(c => c.title).join('; ')}.`,
    rows: [
      {
        id,
        label: `Take over role ${role}`,
        note: 'Its changes are shown below, before anything is written.',
        ticked: ticked.has(id),
      },
    ],
  };
}

function changeSections({ plan, needs }: SetupState): readonly Section[] {
  if (plan === undefined) return [];
  const shown = changesIn(plan);
  const after = [...plan.bindings.flatMap(b => b.removals), ...plan.code];
  const sections: Section[] = [];
  if (shown.length > 0)
    sections.push({
      kind: 'changes',
      heading: changesOf(shown.length),
      rows: shown.map(c => changeLine(c, needs.get(c.id))),
    });
  if (after.length > 0)
    sections.push({
      kind: 'changes',
      heading: 'Offered after the proof, each with a yes of its own',
      rows: after.map(c => changeLine(c)),
    });
  return sections;
}

/** Where nothing can be written from here: what a person has to make and to set. */
function byHand({ plan, targets }: SetupState): readonly Section[] {
  const roles = plan === undefined ? targets.flatMap(t => t.roles) : [];
  const toSet = targets.flatMap(t => t.toSet.map(v => ({ name: v.key, value: v.value, note: t.workspace })));
  const sections: Section[] = [];
  if (roles.length > 0)
    sections.push({
      kind: 'changes',
      heading: 'Roles to make',
      lead: 'No profile is chosen, so nothing is written to AWS.',
      rows: roles.map(r => ({
        title: r.name,
        why: useText(r.use),
        difference: differenceOf({ before: undefined, after: r.trustPolicy }),
      })),
    });
  if (toSet.length > 0)
    sections.push({
      kind: 'segments',
      heading: 'Environment variables to set in the workspace',
      lead: 'They were not read, and are not written. None of them is sensitive.',
      rows: toSet,
    });
  return sections;
}

function findingSection(findings: SetupState['findings']): readonly Section[] {
  if (findings.length === 0) return [];
  const rows = findings.map(({ finding, place }): CheckLine => ({
    state: finding.severity === 'error' ? 'wrong' : finding.severity === 'warning' ? 'warning' : 'unchecked',
    title: finding.message,
    details: [place],
  }));
  return [{ kind: 'checks', heading: 'Findings in the code', rows }];
}

function actionsOf(state: SetupState): readonly PageAction[] {
  const { run, question, ticked, busy, writing } = state;
  if (question !== undefined) return questionActions(question, ticked);
  if (busy !== undefined) return [stopAction(writing)];
  return run === undefined ? plannedActions(state) : endedActions(run, state.canSignIn);
}

function plannedActions(state: SetupState): readonly PageAction[] {
  const { plan, problem, canSignIn, canShowNames, canChooseWorkspaces, targets } = state;
  const count = changesIn(plan).length;
  const blocked = problem !== undefined || problemsIn(plan).length > 0 || plan === undefined;
  const stopped = plan?.bindings.some(b => b.stopped !== undefined) === true;
  return [
    ...(blocked
      ? []
      : [
          {
            id: 'make',
            label: count === 0 ? 'Prove It Again' : count === 1 ? 'Make 1 Change…' : `Make ${count} Changes…`,
          },
        ]),
    ...(canSignIn ? [{ id: 'sign-in', label: 'Sign In…' }] : []),
    ...(canShowNames === true ? [{ id: 'names', label: 'Show What There Is…' }] : []),
    ...(canChooseWorkspaces ? [{ id: 'workspaces', label: 'Choose Workspaces…' }] : []),
    { id: 'again', label: 'Read Again' },
    ...(count > 0 ? [{ id: 'differences', label: 'Show Differences' }] : []),
    ...(targets.length === 0 ? [] : [{ id: 'export', label: 'Export as Code' }]),
    ...(stopped ? [{ id: 'undo', label: 'Undo…' }] : []),
  ];
}

function endedActions(run: RunSoFar, canSignIn: boolean): readonly PageAction[] {
  const stopped = run.ended === 'stopped';
  const plan: PageAction = { id: 'again', label: 'Plan Anew' };
  return [
    stopped ? { id: 'go-on', label: 'Go On…' } : plan,
    // Without a token nothing could be read back.
    ...(canSignIn ? [{ id: 'sign-in', label: 'Sign In…' }] : []),
    ...(run.journals.length > 0 ? [{ id: 'undo', label: 'Undo…' }] : []),
    ...(run.proofs.some(p => p.state === 'not proven') ? [{ id: 'doctor', label: 'Ask the Doctor' }] : []),
    ...(stopped ? [plan] : []),
  ];
}

/** The detail of the one yes: account, roles, workspaces, each change, and what cannot be taken back. */
export function yesDetail(question: {
  readonly roles: readonly string[];
  readonly changes: readonly Change[];
  readonly stopped: readonly { readonly where: string; readonly asPlanned: boolean }[];
  readonly root: boolean;
  /** Sentences that have to be read with it. */
  readonly warnings: readonly string[];
}): string {
  const { roles, changes, stopped, root, warnings } = question;
  return [
    `Roles: ${roles.join(', ')}`,
    '',
    ...warnings.flatMap(w => [w, '']),
    ...stopped.flatMap(({ where, asPlanned }) => [
      where,
      asPlanned
        ? 'Its rest is what the page shows. Going on keeps all of it in one run, for one undo.'
        : 'Its rest is not what has to be done today, so only the new plan is offered.',
      '',
    ]),
    ...changes.map((c, i) => `${i + 1}. ${c.title}`),
    '',
    ...lossesOf(changes),
    'The page shows each of them. "Undo" takes them back.',
    ...(root ? ['You are the root user of this account: use a role or a user instead.'] : []),
  ].join('\n');
}
