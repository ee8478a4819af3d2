import { type Check, worst } from '../binding/check';
import { namesWorkspaces } from '../terraform/model';
import type { BestAction, BoardInput, BoardRoot, BoardState, BoardStatus, BoardWorkspace } from './model';
import { codeReason } from './reasons';
import { wayOut, wayOutOf, wayOutReason, type WayOut } from './wayOut';
import { ago } from './words';

/** A root, or one workspace of it, in one line: its worst state, why in at most five words, and what helps most. */
export interface Summary {
  readonly state: BoardState;
  readonly reason: string;
  readonly best?: BestAction;
  /** The check that the reason is about. */
  readonly check?: Check;
}

export function bestFor(way: WayOut | undefined): BestAction {
  switch (way?.kind) {
    case 'sign-in':
      return 'signIn';
    case 'choose-profile':
      return 'chooseProfile';
    case 'permission':
      return 'explainPermission';
    case 'names':
      return 'likeNames';
    case 'retry':
    case undefined:
      return 'checkRoot';
  }
}

/** The checks of one workspace in one line. */
export function workspaceSummary(
  checks: readonly Check[],
  facts: BoardWorkspace['facts'] | undefined,
  provenAt: number | undefined,
  now: number,
): Summary {
  const state = worst(checks);
  if (state === 'nothing-to-check') return { state: 'aside', reason: 'uses no AWS' };
  // Checks stand in the order in which a run meets what they look at: a cause comes before what follows from it.
  const check = checks.find(c => c.state === state);
  if (state === 'ok' || check === undefined)
    return {
      state,
      reason: provenAt === undefined ? 'all checks hold' : `proven ${ago(provenAt, now)}`,
      ...(provenAt === undefined && { best: 'proveRun' }),
    };
  if (state === 'unknown') {
    const ways = checks.filter(c => c.state === 'unknown').map(c => wayOut(c, facts));
    const way = ways.find(w => w !== undefined);
    return { state, reason: wayOutReason(way), best: bestFor(way), check };
  }
  return {
    state,
    reason: check.reason ?? check.title,
    best: check.remedy === undefined ? 'doctor' : 'fixCheck',
    check,
  };
}

/** A root in one line: what its code and its workspaces say, the worst of it first. */
export function summaryOf<W extends BoardWorkspace>(input: BoardInput<BoardRoot, W>): Summary {
  const { findings, root } = input.analysed;
  const { status } = input;
  const errors = findings.filter(f => f.severity === 'error');
  const bound = status === undefined ? undefined : statusSummary(input, status);
  if (bound?.state === 'wrong') return bound;
  if (errors.length > 0)
    return {
      state: 'wrong',
      reason: codeReason(errors),
      best: namesWorkspaces(root) ? 'configure' : 'fixRoot',
    };
  if (bound?.state === 'warning') return bound;
  if (input.unpushedSince !== undefined) return { state: 'warning', reason: 'runs use the old code' };
  const warnings = findings.filter(f => f.severity === 'warning');
  if (warnings.length > 0) return { state: 'warning', reason: codeReason(warnings), best: 'fixRoot' };
  if (bound !== undefined) return bound;
  return root.cloud.kind === 'none'
    ? { state: 'aside', reason: 'no cloud block' }
    : { state: 'unchecked', reason: 'not checked', best: 'checkRoot' };
}

function statusSummary<W extends BoardWorkspace>(
  { provenAt, now }: BoardInput<BoardRoot, W>,
  status: BoardStatus<W>,
): Summary | undefined {
  if (status.problem !== undefined) {
    const way = wayOutOf(status.problem);
    return { state: 'unknown', reason: wayOutReason(way), best: bestFor(way) };
  }
  const all = [
    ...status.workspaces.map(w => workspaceSummary(w.checks, w.facts, provenAt(w), now)),
    ...(status.deployments ?? []).map(d => workspaceSummary(d.checks, undefined, undefined, now)),
  ];
  const order: readonly BoardState[] = ['wrong', 'warning', 'unknown', 'ok'];
  const found = order.flatMap(state => all.filter(s => s.state === state))[0];
  if (found === undefined)
    return status.names.length === 0
      ? { state: 'unknown', reason: 'no workspace found', best: 'likeNames' }
      : { state: 'unchecked', reason: 'open to check' };
  // Of several workspaces the reason says how many.
  const same = all.filter(s => s.state === found.state).length;
  const listed = Math.max(all.length, status.names.length);
  return listed === 1 || found.state === 'ok' ? found : { ...found, reason: `${same} of ${listed}: ${found.reason}` };
}
