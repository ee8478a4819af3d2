import { ok, type Problem, type Result } from '../../core/problem';
import { backoff, wait as waitFor } from '../../iam/account/retry';
import type { AwsAccount, IamOperation, SendFailure, SendResult } from '../../iam/account/types';
import type { Certainty, Executor, Performed, Undone } from './apply';
import { inverse, isHalfUndone, observe, sameState, sentInput, targetOf } from './iamState';
import type { IamChange, Json } from '../change';

export interface IamExecutorOptions {
  readonly account: AwsAccount;
  /** Of the caller: a change for another account is refused. */
  readonly accountId: string;
  readonly partition: string;
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

const attempts = 8;

/** Writes to IAM with read-compare-write, retries for throttling and eventual consistency, and an exact undo. */
export function iamExecutor(options: IamExecutorOptions): Executor<IamChange> {
  return new IamExecutor(options);
}

const isCreate = (change: IamChange): boolean =>
  change.action === 'CreateRole' || change.action === 'CreateOpenIDConnectProvider';

class IamExecutor implements Executor<IamChange> {
  /** Roles and providers that this run made: readers may not see them yet. */
  private readonly created = new Set<string>();
  /** What this run made hold, those of an earlier process included: read back in the end. */
  private readonly performed: IamChange[] = [];
  private readonly wait: NonNullable<IamExecutorOptions['wait']>;

  constructor(private readonly options: IamExecutorOptions) {
    this.wait = options.wait ?? waitFor;
  }

  refuses(change: IamChange): Problem | undefined {
    return change.accountId === this.options.accountId ? undefined : otherAccount(change, this.options.accountId);
  }

  recall(change: IamChange): void {
    this.performed.push(change);
    if (isCreate(change)) this.created.add(targetOf(change, this.options.partition));
  }

  async perform(change: IamChange, resumed: boolean, _prepared: Json, signal: AbortSignal): Promise<Performed> {
    if (change.accountId !== this.options.accountId) return refused(otherAccount(change, this.options.accountId));
    const target = targetOf(change, this.options.partition);
    // A creation finds out by itself: IAM refuses to make a name twice. All else is read first, also what this run has made.
    if (resumed || !isCreate(change)) {
      const state = await this.read(change, signal);
      if (!state.ok) return refused(state.problem, resumed ? 'unknown' : 'none');
      if (sameState(state.value, change.wanted))
        return { ok: true, ours: resumed, outcome: this.made(change, resumed) };
      // What we made a moment ago may not be seen yet; IAM says so again at the write, which then waits.
      const hidden = state.value === null && this.created.has(target);
      if (!hidden && !sameState(state.value, change.expected, 'exactly'))
        return refused(changedSince(change), resumed ? 'unknown' : 'none');
    }
    return this.write(change, resumed, signal);
  }

  private async write(change: IamChange, resumed: boolean, signal: AbortSignal): Promise<Performed> {
    // Once sent, a write is waited for: to abort it would only hide whether it happened.
    const never = new AbortController().signal;
    const target = targetOf(change, this.options.partition);
    let mayHaveHappened = resumed;
    for (let n = 1; ; n++) {
      const reply = await this.sendFor(change, change.action, change.input, never);
      if (reply.ok) return { ok: true, ours: true, outcome: this.made(change, true, roleIdOf(reply.value)) };
      if (reply.effect === 'unknown') mayHaveHappened = true;
      const settled = await this.settledBy(change, reply, mayHaveHappened);
      if (settled !== undefined) return settled;
      const again =
        reply.retry ||
        (mayHaveHappened && existsAlready(change, reply)) ||
        (this.created.has(target) && isPropagating(reply.problem));
      if (!again || n === attempts) return refused(reply.problem, mayHaveHappened ? 'unknown' : 'none');
      try {
        await this.wait(backoff(n), signal);
      } catch {
        return refused(reply.problem, mayHaveHappened ? 'unknown' : 'none');
      }
    }
  }

  /** After a write that failed: what is there decides whether it happened all the same, or whether somebody else was faster. */
  private async settledBy(
    change: IamChange,
    reply: SendFailure,
    mayHaveHappened: boolean,
  ): Promise<Performed | undefined> {
    const doubtful = mayHaveHappened && (reply.effect === 'unknown' || existsAlready(change, reply));
    if (!doubtful && (isCreate(change) || reply.problem.code !== 'ConcurrentModification')) return undefined;
    const state = await observe(change, this.options, new AbortController().signal);
    if (!state.ok) return undefined;
    if (doubtful && sameState(state.value, change.wanted))
      return { ok: true, ours: true, outcome: this.made(change, true) };
    if ((doubtful && state.value === null) || sameState(state.value, change.expected, 'exactly')) return undefined;
    return refused(changedSince(change), doubtful ? 'unknown' : 'none');
  }

  private async sendFor(
    change: IamChange,
    operation: IamOperation,
    input: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<SendResult> {
    const { account } = this.options;
    const sent = await sentInput(change, input, account, signal);
    if (!sent.ok) return { ok: false, problem: sent.problem, effect: 'none', retry: false };
    return account.send(operation, sent.value, signal);
  }

  /** Remembers what is there now. The outcome is the id of a role that was made: one made anew has another. */
  private made(change: IamChange, byUs: boolean, roleId?: string): Json {
    if (isCreate(change) && byUs) this.created.add(targetOf(change, this.options.partition));
    this.performed.push(change);
    return roleId === undefined ? null : { roleId };
  }

  /** Reads the present state; something that this run made may take a while to appear. */
  private async read(change: IamChange, signal: AbortSignal): Promise<Result<Json>> {
    for (let n = 1; ; n++) {
      const state = await observe(change, this.options, signal);
      const hidden = state.ok && state.value === null && change.expected !== null;
      if (!hidden || !this.created.has(targetOf(change, this.options.partition)) || n === attempts) return state;
      await this.wait(backoff(n), signal);
    }
  }

  /**
   * Reads back what every role may do and who may assume it: a write that was answered is not yet one that holds. Looks a few times, since
   * readers see what was written a moment later.
   */
  async finish(signal: AbortSignal): Promise<Problem | undefined> {
    let left = this.performed.filter(change => /Role|Policy|AccessKey/.test(change.action));
    for (let n = 1; left.length > 0; n++) {
      const account = rememberingRoles(this.options.account);
      const states: { readonly change: IamChange; readonly state: Json }[] = [];
      for (const change of left) {
        const state = await observe(change, { ...this.options, account }, signal);
        if (!state.ok) return notReadBack(change, state.problem);
        if (!holds(change, state.value)) states.push({ change, state: state.value });
      }
      left = states.map(s => s.change);
      const [first] = states;
      if (first !== undefined && n === attempts)
        return isCreate(first.change) && first.state === null
          ? notYetVisible(first.change)
          : notAsWritten(first.change);
      if (first !== undefined) await this.wait(backoff(n), signal);
    }
    return undefined;
  }

  async undo(change: IamChange, outcome: Json, certainty: Certainty, signal: AbortSignal): Promise<Undone> {
    if (change.accountId !== this.options.accountId)
      return { ok: false, problem: otherAccount(change, this.options.accountId) };
    // A reader may not see yet what was written a moment ago; "it is as it was" is believed only after a few looks.
    const looks = { done: 5, maybe: 4, 'undo-begun': 2 }[certainty];
    for (let n = 1; ; n++) {
      const state = await observe(change, this.options, signal);
      if (!state.ok) return state;
      if (sameState(state.value, change.wanted)) break;
      const asBefore = sameState(state.value, change.expected);
      if (!asBefore && isHalfUndone(change, state.value)) break;
      if (n === looks || (!asBefore && n > 2)) {
        return asBefore ? { ok: true, state: 'nothing' } : keptForNow('It was changed since by somebody else.');
      }
      await this.wait(backoff(n), signal);
    }
    const kept = await this.reasonToKeep(change, outcome, signal);
    if (typeof kept === 'string') return keptForNow(kept);
    if (kept !== undefined) return { ok: false, problem: kept };
    return this.restore(change, signal);
  }

  /** Things that hang on what we created and that are not ours to break. */
  private async reasonToKeep(
    change: IamChange,
    outcome: Json,
    signal: AbortSignal,
  ): Promise<string | Problem | undefined> {
    if (change.action === 'CreateRole') {
      const role = await this.options.account.readRole(String(change.input['RoleName']), signal);
      if (!role.ok) return role.problem;
      const made = typeof outcome === 'object' && outcome !== null && 'roleId' in outcome ? outcome.roleId : undefined;
      if (made !== undefined && role.value?.id !== made) return madeAnew;
      const policies = [...Object.keys(role.value?.inlinePolicies ?? {}), ...(role.value?.attachedPolicyArns ?? [])];
      return policies.length > 0
        ? `It has policies that this run did not put there: ${policies.join(', ')}.`
        : undefined;
    }
    if (change.action === 'CreateOpenIDConnectProvider') {
      const roles = await this.options.account.rolesTrusting(targetOf(change, this.options.partition), signal);
      if (!roles.ok) {
        return roles.problem.code === 'AccessDenied' ? mayNotListRoles : roles.problem;
      }
      return roles.value.length > 0 ? `Other roles trust it: ${roles.value.join(', ')}.` : undefined;
    }
    return undefined;
  }

  private async restore(change: IamChange, signal: AbortSignal): Promise<Undone> {
    const never = new AbortController().signal;
    for (const step of inverse(change, this.options.partition)) {
      const reply = await this.send(change, step.operation, step.input, signal, never);
      // Deleted already by an attempt whose reply was lost.
      if (!reply.ok && reply.problem.code === 'DeleteConflict') {
        return keptForNow(reply.problem.message);
      }
      if (!reply.ok && reply.problem.code !== 'NoSuchEntity') return reply;
    }
    return { ok: true, state: 'undone' };
  }

  /** All inverse operations may be sent twice: they replace, delete or detach. */
  private async send(
    change: IamChange,
    operation: IamOperation,
    input: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
    never: AbortSignal,
  ): Promise<SendResult> {
    for (let n = 1; ; n++) {
      const reply = await this.sendFor(change, operation, input, never);
      // Policies that were removed a moment ago may still be counted.
      const settling = !reply.ok && reply.problem.code === 'DeleteConflict' && n < 5;
      if (reply.ok || !(reply.retry || settling) || n === attempts) return reply;
      await this.wait(backoff(n), signal);
    }
  }
}

const madeAnew = 'It was deleted and made again by somebody else.';
/** All that is as it is now may be otherwise at the next undo; what somebody else made anew is no longer ours. */
const keptForNow = (why: string): Undone => ({
  ok: true,
  state: 'kept',
  why,
  ...(why !== madeAnew && { again: true }),
});

const mayNotListRoles =
  'Whether other roles trust it is not known: the caller may not list roles (iam:ListRoles). With that permission, undo it again.';

/** IAM answers so while a role or provider that was just made is on its way to all its servers. */
const isPropagating = (problem: Problem): boolean =>
  problem.code === 'NoSuchEntity' ||
  (problem.code === 'MalformedPolicyDocument' && /invalid principal/i.test(problem.message));

const existsAlready = (change: IamChange, reply: SendFailure): boolean =>
  isCreate(change) && reply.problem.code === 'EntityAlreadyExists';

const refused = (problem: Problem, effect: 'none' | 'unknown' = 'none'): Performed => ({ ok: false, effect, problem });

const otherAccount = (change: IamChange, accountId: string): Problem => ({
  code: 'other-account',
  message: `The change is for account ${change.accountId}; the profile belongs to ${accountId}.`,
  nextStep: 'Choose a profile of that account.',
});

const changedSince = (change: IamChange): Problem => ({
  code: 'changed-since-plan',
  message: `Not done: "${change.title}". What it would replace is no longer what was shown.`,
  nextStep: 'Plan again and look at the differences.',
});

/** Does what was read have what the change was made for? Of a new role: who may assume it, and its boundary. */
function holds(change: IamChange, state: Json): boolean {
  if (change.action !== 'CreateRole') return sameState(state, change.wanted);
  const part = (of: Json): Json =>
    typeof of === 'object' && of !== null && 'trustPolicy' in of && 'boundary' in of
      ? [of.trustPolicy ?? null, of.boundary ?? null]
      : null;
  return state !== null && sameState(part(state), part(change.wanted));
}

/** One reading of a role serves all its changes. */
function rememberingRoles(account: AwsAccount): AwsAccount {
  const roles = new Map<string, ReturnType<AwsAccount['readRole']>>();
  const readRole: AwsAccount['readRole'] = (name, signal) => {
    const reading = roles.get(name) ?? account.readRole(name, signal);
    roles.set(name, reading);
    return reading;
  };
  const readRolePolicy: AwsAccount['readRolePolicy'] = async (name, policy, signal) => {
    const role = await readRole(name, signal);
    return role.ok ? ok(role.value?.inlinePolicies[policy]) : role;
  };
  return { ...account, readRole, readRolePolicy };
}

const notAsWritten = (change: IamChange): Problem => ({
  code: 'not-as-written',
  message: `IAM took "${change.title}", but what was read back is something else: it was lost on the way, or somebody changed it since.`,
  nextStep: 'Plan again and look at the differences. A proxy between here and AWS may answer in its place.',
});

const notReadBack = (change: IamChange, problem: Problem): Problem => ({
  ...problem,
  code: 'not-read-back',
  message: `"${change.title}" was written, but could not be read back: ${problem.message}`,
});

const notYetVisible = (change: IamChange): Problem => ({
  code: 'not-visible-yet',
  message: `IAM made role ${String(change.input['RoleName'])}, but does not show it everywhere yet.`,
  nextStep: 'Wait a minute before the first run.',
});

function roleIdOf(reply: Readonly<Record<string, unknown>>): string | undefined {
  const role = reply['Role'];
  const id: unknown = typeof role === 'object' && role !== null && 'RoleId' in role ? role.RoleId : undefined;
  return typeof id === 'string' ? id : undefined;
}
