import { isAbort, ok, type Result } from '../../core/problem';
import { mapReader } from '../../core/mapReader';
import type { HcpClient } from '../../hcp/client/client';
import { readConfigurationCode } from '../../hcp/workspace/configurationCode';
import {
  type ListedResource,
  listPastRuns,
  listResources,
  type PastRun,
  readCurrentState,
  readPlanJson,
  workingDirectory,
} from '../../hcp/workspace/state';
import {
  type HeldCode,
  heldCode,
  type HeldResource,
  namelessResource,
  readHeld,
  withoutKeys,
} from '../../iam/needs/held';
import type { Root } from '../../terraform/model';
import { readRoot } from '../../terraform/read';
import { type Fact, known, unknown, type Unread } from '../facts';

/**
 * What a workspace holds beside the code as it is here: a run refreshes and deletes it. Types, names and ARNs alone are kept, in memory;
 * no value of a state reaches a disk, a log or a message.
 */
export interface WorkspaceHolds {
  /** What exists, as code that stands for it; undefined: nothing of AWS. */
  readonly held: HeldCode | undefined;
  readonly count: number;
  /** The code that was applied last, where it was needed for names. */
  readonly applied: readonly Root[];
  /** The names of all that exists are known; else those of what the code, now or when it was applied last, has at the same address. */
  readonly named: boolean;
  /** "the current state version", "the list of resources and the plan of the last run". */
  readonly from: string;
  /** Sources that gave no answer, one sentence each. */
  readonly notes: readonly string[];
}

/** What is asked of one workspace. */
export interface HoldsQuestion {
  readonly client: HcpClient;
  readonly workspaceId: string;
  /** A person agreed to reading the state version, and the full plan where the state can't be read: both hold secrets. */
  readonly consent: boolean;
  /** Arguments of a type on which it depends what is called: of what has no name here, each may be set. */
  readonly switches: (type: string) => readonly string[];
}

/** Why it is not known what a workspace holds. */
export const holdsNotAsked = (why: string, nextStep: string): Unread => unknown(why, nextStep);

/** Reads what the workspace holds: with consent its state, else the list of its resources and names from the last plan and code. */
export async function readHolds(question: HoldsQuestion, signal: AbortSignal): Promise<Fact<WorkspaceHolds>> {
  const notes: string[] = [];
  if (question.consent) {
    const state = await stateOf(question, signal);
    if (state.ok) return known(await holds(state.value, [], true, 'the current state version', notes));
    notes.push(`The current state version could not be read: ${state.problem.message}`);
  }
  const list = await listResources(question.client, question.workspaceId, signal);
  if (!list.ok)
    return unknown(`What the workspace holds could not be read: ${list.problem.message}`, list.problem.nextStep);
  const listed = list.value.filter(r => r.type.startsWith('aws_'));
  if (listed.length === 0) return known(await holds([], [], true, 'the list of resources', notes));
  const runs = await listPastRuns(question.client, question.workspaceId, signal);
  if (!runs.ok) {
    notes.push(`The last runs could not be read: ${runs.problem.message}`);
    return known(await holds(nameless(listed, question), [], false, 'the list of resources', notes));
  }
  const planned = await fromPlans(question, listed, runs.value, notes, signal);
  const applied = planned.named ? undefined : await appliedCode(question, runs.value, notes, signal);
  const from = planned.fromPlan ? 'the list of resources and the plan of the last run' : 'the list of resources';
  return known(await holds(planned.resources, applied === undefined ? [] : [applied], planned.named, from, notes));
}

/** The resources of several workspaces that one role is for. One that can't be read makes all of it unknown. */
export function together(all: readonly Fact<WorkspaceHolds>[]): Fact<readonly WorkspaceHolds[]> {
  const missing = all.find(fact => fact.state === 'unknown');
  if (missing !== undefined) return missing;
  return known(all.flatMap(fact => (fact.state === 'known' ? [fact.value] : [])));
}

async function holds(
  resources: readonly HeldResource[],
  applied: readonly Root[],
  named: boolean,
  from: string,
  notes: readonly string[],
): Promise<WorkspaceHolds> {
  const held = resources.length === 0 ? undefined : await heldCode(resources, 'the state');
  return { held, count: resources.length, applied, named, from, notes };
}

const nameless = (listed: readonly ListedResource[], { switches }: HoldsQuestion): readonly HeldResource[] =>
  listed.map(({ type, address }) => namelessResource(type, address, switches(type)));

async function stateOf(
  { client, workspaceId }: HoldsQuestion,
  signal: AbortSignal,
): Promise<Result<readonly HeldResource[]>> {
  const state = await readCurrentState(client, workspaceId, signal);
  if (!state.ok) return state;
  const read = readHeld(state.value, 'The current state version');
  return read.ok ? ok(read.value.resources) : read;
}

/** Phases after which a run has a plan to read. */
const withoutPlan: ReadonlySet<string> = new Set([
  ...['pending', 'fetching', 'fetching_completed', 'pre_plan_running', 'pre_plan_completed', 'queuing', 'plan_queued'],
  ...['planning', 'canceled', 'force_canceled'],
]);

interface Named {
  readonly resources: readonly HeldResource[];
  readonly named: boolean;
  readonly fromPlan: boolean;
}

/** Names from the newest plan, and, where that is not of the last apply, from the plan of the last apply too. */
async function fromPlans(
  question: HoldsQuestion,
  listed: readonly ListedResource[],
  runs: readonly PastRun[],
  notes: string[],
  signal: AbortSignal,
): Promise<Named> {
  const withPlans = runs.filter(run => run.planId !== undefined && !withoutPlan.has(run.status));
  const candidates = new Set([withPlans[0], withPlans.find(run => run.status === 'applied')]);
  const found = new Map<string, HeldResource[]>();
  for (const run of candidates) {
    if (run === undefined) continue;
    for (const resource of await inPlan(question, run, notes, signal)) {
      const address = withoutKeys(resource.address);
      found.set(address, [...(found.get(address) ?? []), resource]);
    }
    if (listed.every(r => found.has(withoutKeys(r.address)))) break;
  }
  const missing = listed.filter(r => !found.has(withoutKeys(r.address)));
  return {
    resources: [...new Set(listed.map(r => withoutKeys(r.address)))]
      .flatMap(address => found.get(address) ?? [])
      .concat(nameless(missing, question)),
    named: missing.length === 0,
    fromPlan: found.size > 0,
  };
}

async function inPlan(
  { client, consent }: HoldsQuestion,
  { id, planId = '', status }: PastRun,
  notes: string[],
  signal: AbortSignal,
): Promise<readonly HeldResource[]> {
  let text = await readPlanJson(client, planId, 'redacted', signal);
  if (!text.ok && consent) text = await readPlanJson(client, planId, 'full', signal);
  const read = text.ok ? readHeld(text.value, `The plan of run ${id}`) : text;
  if (!read.ok) {
    notes.push(`The plan of run ${id} could not be read: ${read.problem.message}`);
    return [];
  }
  // What was only planned is not there.
  return status === 'applied' ? [...read.value.resources, ...read.value.planned] : read.value.resources;
}

/** The code of the run that was applied last. */
async function appliedCode(
  { client, workspaceId }: HoldsQuestion,
  runs: readonly PastRun[],
  notes: string[],
  signal: AbortSignal,
): Promise<Root | undefined> {
  const run = runs.find(r => r.status === 'applied');
  if (run?.configurationId === undefined) return undefined;
  const code = await readConfigurationCode(client, run.configurationId, signal);
  const folder = await workingDirectory(client, workspaceId, signal);
  if (!code.ok || code.value.incomplete || !folder.ok) {
    const why = code.ok ? (folder.ok ? 'it is too long.' : folder.problem.message) : code.problem.message;
    notes.push(`The code of run ${run.id} could not be read: ${why}`);
    return undefined;
  }
  try {
    const files = mapReader(code.value.files);
    const root = await readRoot(files, {}, `/${folder.value}`.replace(/(?<!\/)\/+$/, '') || '/', '/', {});
    return root === undefined || root.module.files.length === 0 ? undefined : root;
  } catch (error) {
    if (isAbort(error) || signal.aborted) throw error;
    notes.push(`The code of run ${run.id} could not be read.`);
    return undefined;
  }
}
