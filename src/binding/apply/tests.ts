import { fail, type Problem, type Result } from '../../core/problem';
import type { HcpClient } from '../../hcp/client/client';
import { readTestConfiguration, writeTestConfiguration } from '../../hcp/registry/tests';
import { lossOf, type TestsChange } from '../change';
import type { Executor, Performed, Undone } from './apply';

// Once sent, a write is waited for: to abort it would only hide whether it happened.
const never = new AbortController().signal;

/**
 * Writes how the tests of registry modules get credentials: reads first, and writes only what is as it was shown. The role cannot be read
 * back, so a write whose reply was lost is sent once more: it says the same.
 */
export function testsExecutor(
  clientFor: (hostname: string, signal: AbortSignal) => Promise<Result<HcpClient>>,
): Executor<TestsChange> {
  return {
    async perform(change, resumed, _prepared, signal): Promise<Performed> {
      const effect = resumed ? 'unknown' : 'none';
      const client = await clientFor(change.hostname, signal);
      if (!client.ok) return { ok: false, effect, problem: client.problem };
      const now = await readTestConfiguration(client.value, change.module, signal);
      if (!now.ok) return { ok: false, effect, problem: now.problem };
      if (!resumed && now.value.updatedAt !== change.expected.updatedAt)
        return { ok: false, effect: 'none', problem: changedSince(change) };
      const role = { arn: change.roleArn, audience: change.audience };
      const written = await writeTestConfiguration(client.value, change.module, role, never);
      if (!written.ok) return { ok: false, effect: 'unknown', problem: written.problem };
      return { ok: true, ours: true, outcome: { updatedAt: written.value.updatedAt ?? null } };
    },
    async undo(change, outcome, certainty, signal): Promise<Undone> {
      const loss = lossOf(change);
      if (loss !== undefined) return { ok: true, state: 'kept', why: loss };
      const client = await clientFor(change.hostname, signal);
      if (!client.ok) return client;
      const now = await readTestConfiguration(client.value, change.module, signal);
      if (!now.ok) return now;
      if (!now.value.enabled) return { ok: true, state: 'nothing' };
      if (certainty === 'done' && updatedAt(outcome) !== now.value.updatedAt)
        return { ok: true, state: 'kept', why: 'It was changed since by somebody else.', again: true };
      const off = await writeTestConfiguration(client.value, change.module, undefined, never);
      return off.ok ? { ok: true, state: 'undone' } : fail(off.problem);
    },
  };
}

function updatedAt(outcome: unknown): string | undefined {
  const found = typeof outcome === 'object' && outcome !== null && 'updatedAt' in outcome ? outcome.updatedAt : null;
  return typeof found === 'string' ? found : undefined;
}

const changedSince = ({ module }: TestsChange): Problem => ({
  code: 'changed-since-plan',
  message: `The test configuration of module ${module.name} is not as it was when the plan was made: somebody else changed it.`,
  nextStep: 'Plan again and look at the new changes.',
});
