import { fail, ok, type Problem, type Result } from '../../core/problem';
import type { HcpClient } from '../../hcp/client/client';
import { mayHaveHappened } from '../../hcp/client/problems';
import {
  createVariable,
  deleteVariable,
  findVariable,
  type StoredVariable,
  updateVariable,
} from '../../hcp/variables/write';
import type { Certainty, Executor, Performed, Undone } from './apply';
import type { Json, VariableChange } from '../change';

export interface VariableExecutorOptions {
  /** The client for a host, with the token of the user. */
  client(hostname: string, signal: AbortSignal): Promise<Result<HcpClient>>;
}

/**
 * Writes variables of workspaces and variable sets: reads first, compares id and version, then writes, never blindly. HCP Terraform
 * has no locking for variables, so between reading and writing somebody else may still come in; the reading is right before.
 */
export function variableExecutor(options: VariableExecutorOptions): Executor<VariableChange> {
  return new VariableExecutor(options);
}

// Once sent, a write is waited for: to abort it would only hide whether it happened.
const never = new AbortController().signal;

class VariableExecutor implements Executor<VariableChange> {
  constructor(private readonly options: VariableExecutorOptions) {}

  /** Keeps what a delete loses besides the value, so that undo can restore it: nothing where the value itself cannot come back. */
  async prepare(change: VariableChange, signal: AbortSignal): Promise<Result<Json>> {
    if (change.action !== 'delete' || change.before === undefined) return ok(null);
    const found = await this.read(change, signal);
    if (!found.ok) return found;
    const { current } = found.value;
    return ok(current === undefined ? null : details(current));
  }

  async perform(change: VariableChange, resumed: boolean, prepared: Json, signal: AbortSignal): Promise<Performed> {
    const effect = resumed ? 'unknown' : 'none';
    const found = await this.read(change, signal);
    if (!found.ok) return { ok: false, effect, problem: found.problem };
    const { client, current } = found.value;
    if (isDone(change, current)) return { ok: true, ours: resumed, outcome: outcomeOf(change, current, prepared) };
    if (!isExpected(change, current)) return { ok: false, effect, problem: changedSince(change) };
    const written = await write(client, change);
    if (written.ok) return { ok: true, ours: true, outcome: outcomeOf(change, written.value, prepared) };
    if (!mayHaveHappened(written.problem)) return { ok: false, effect: 'none', problem: written.problem };
    const after = await findVariable(client, change.scope, change.key, change.category, never);
    // It was at the expected version right before; a new version of a value that can't be read is very likely ours. Written once more it is
    // what it should be in any case.
    if (after.ok && isBlind(change, after.value)) {
      const again = await write(client, change);
      if (again.ok) return { ok: true, ours: true, outcome: outcomeOf(change, again.value, prepared) };
    }
    if (after.ok && isDone(change, after.value)) {
      return { ok: true, ours: true, outcome: outcomeOf(change, after.value, prepared) };
    }
    const untouched = after.ok && isExpected(change, after.value);
    return { ok: false, effect: untouched ? 'none' : 'unknown', problem: written.problem };
  }

  async undo(change: VariableChange, outcome: Json, certainty: Certainty, signal: AbortSignal): Promise<Undone> {
    const found = await this.read(change, signal);
    if (!found.ok) return found;
    const { client, current } = found.value;
    switch (change.action) {
      case 'create':
        if (current === undefined) return { ok: true, state: 'nothing' };
        if (!isOurs(change, outcome, current, certainty)) return keptForNow();
        return undone(await gone(client, change, current.id));
      case 'update':
        if (current === undefined) return kept('It was removed since by somebody else.');
        if (change.before !== undefined && current.value === change.before) return { ok: true, state: 'nothing' };
        if (!isOurs(change, outcome, current, certainty)) return keptForNow();
        if (change.before === undefined) return kept(change.undoNote ?? lost);
        return undone(await updateVariable(client, change.scope, current.id, { value: change.before }, never));
      case 'delete':
        return undoDeletion(client, change, outcome, current);
    }
  }

  private async read(
    change: VariableChange,
    signal: AbortSignal,
  ): Promise<Result<{ readonly client: HcpClient; readonly current: StoredVariable | undefined }>> {
    const client = await this.options.client(change.hostname, signal);
    if (!client.ok) return client;
    if (client.value.hostname !== change.hostname) return fail(otherHost(change, client.value.hostname));
    const current = await findVariable(client.value, change.scope, change.key, change.category, signal);
    return current.ok ? ok({ client: client.value, current: current.value }) : current;
  }
}

async function undoDeletion(
  client: HcpClient,
  change: VariableChange,
  outcome: Json,
  current: StoredVariable | undefined,
): Promise<Undone> {
  if (current !== undefined) {
    const same = current.id === change.expected?.id || (change.before !== undefined && current.value === change.before);
    return same ? { ok: true, state: 'nothing' } : kept('Somebody else has made it anew since.');
  }
  if (change.before === undefined) return kept(change.undoNote ?? lost);
  const variable = {
    key: change.key,
    category: change.category,
    value: change.before,
    sensitive: false,
    hcl: field(outcome, 'hcl') === true,
    description: textField(outcome, 'description'),
  };
  return undone(await createVariable(client, change.scope, variable, never));
}

async function write(client: HcpClient, change: VariableChange): Promise<Result<StoredVariable | undefined>> {
  const { scope, expected, value } = change;
  if (change.action === 'delete') {
    return gone(client, change, expected?.id ?? '');
  }
  // A journal keeps no sensitive value, so a resumed run has none.
  if (value === undefined) return fail(valueMissing(change));
  if (change.action === 'create') {
    const { key, category, sensitive } = change;
    return createVariable(
      client,
      scope,
      { key, category, value, sensitive, hcl: false, description: undefined },
      never,
    );
  }
  // Without the mark it stays as it is: HCP Terraform refuses to take it off.
  const mark = change.sensitive ? { sensitive: true } : {};
  return updateVariable(client, scope, expected?.id ?? '', { value, ...mark }, never);
}

/** Something that is not there any more was deleted, by whomever. */
/** Deletes a variable; where the reply leaves open whether it happened, it is looked for. */
async function gone(client: HcpClient, change: VariableChange, id: string): Promise<Result<undefined>> {
  const result = await deleteVariable(client, change.scope, id, never);
  if (result.ok || result.problem.status === 404) return ok(undefined);
  if (!mayHaveHappened(result.problem)) return result;
  const after = await findVariable(client, change.scope, change.key, change.category, never);
  return after.ok && after.value?.id !== id ? ok(undefined) : result;
}

function isDone(change: VariableChange, current: StoredVariable | undefined): boolean {
  if (change.action === 'delete') return current === undefined;
  // The value of a sensitive variable can't be compared.
  return current !== undefined && !change.sensitive && !current.sensitive && current.value === change.value;
}

/** Our write may have come through, but the variable's value can't be read. */
const isBlind = (change: VariableChange, current: StoredVariable | undefined): boolean =>
  change.action === 'update' && current?.sensitive === true && current.id === change.expected?.id;

function isExpected(change: VariableChange, current: StoredVariable | undefined): boolean {
  const { expected } = change;
  if (expected === undefined) return current === undefined;
  if (current === undefined || current.id !== expected.id) return false;
  if (expected.versionId !== undefined && current.versionId !== undefined) {
    return current.versionId === expected.versionId;
  }
  // A host without versions: the value has to do, where it can be read.
  return change.before === undefined || current.value === undefined || current.value === change.before;
}

/** Is what is there now still what we wrote? */
function isOurs(change: VariableChange, outcome: Json, current: StoredVariable, certainty: Certainty): boolean {
  if (certainty === 'done') {
    const id = textField(outcome, 'id');
    const versionId = textField(outcome, 'versionId');
    if (id !== undefined && id !== current.id) return false;
    if (versionId !== undefined && current.versionId !== undefined) return versionId === current.versionId;
  }
  return !change.sensitive && current.value === change.value;
}

function outcomeOf(change: VariableChange, current: StoredVariable | undefined, prepared: Json): Json {
  if (change.action === 'delete') return prepared;
  return current === undefined ? null : { id: current.id, versionId: current.versionId ?? null };
}

const details = (variable: StoredVariable): Json => ({
  hcl: variable.hcl,
  description: variable.description ?? null,
});

function field(value: Json, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return (value as { readonly [key: string]: Json })[name];
}

function textField(value: Json, name: string): string | undefined {
  const found = field(value, name);
  return typeof found === 'string' ? found : undefined;
}

const lost = 'Its former value cannot be read, so it cannot be restored.';
const kept = (why: string): Undone => ({ ok: true, state: 'kept', why });
/** As it is now; the next undo may find it otherwise. */
const keptForNow = (): Undone => ({
  ok: true,
  state: 'kept',
  why: 'It was changed since by somebody else.',
  again: true,
});
const undone = (result: Result<unknown>): Undone =>
  result.ok ? { ok: true, state: 'undone' } : { ok: false, problem: result.problem };

const placeOf = (change: VariableChange): string =>
  `${change.scope.type === 'workspace' ? 'workspace' : 'variable set'} ${change.scope.name}`;

function changedSince(change: VariableChange): Problem {
  return {
    code: 'changed-since-plan',
    message: `${change.key} of ${placeOf(change)} is not as it was when the plan was made: somebody else changed it.`,
    nextStep: 'Plan again and look at the new changes.',
  };
}

function valueMissing(change: VariableChange): Problem {
  return {
    code: 'value-not-kept',
    message: `The value for ${change.key} of ${placeOf(change)} is sensitive and was not kept.`,
    nextStep: 'Plan again: the value is asked for anew.',
  };
}

function otherHost(change: VariableChange, hostname: string): Problem {
  return {
    code: 'other-host',
    message: `The change of ${change.key} is for ${change.hostname}, not for ${hostname}.`,
    nextStep: 'Use the host and token for which the plan was made.',
  };
}
