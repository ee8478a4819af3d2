import type { RecordedCall, RecordedPhase, Recording } from '../support/observed';
import type { Configuration } from './phases';
import type { ConfigurationResult, PhaseResult } from './run';

/** What a recording says of the run that it is from. */
export interface RecordedWith {
  readonly provider: string;
  readonly terraform: string;
  readonly emulator: string;
  readonly account: string;
  readonly region: string;
}

/** The phases that test/fixtures/observed keeps, by what they are in a run. */
const kept: Readonly<Record<RecordedPhase, readonly [PhaseResult['stage'], PhaseResult['phase']]>> = {
  'create-apply': ['create', 'apply'],
  'update-plan': ['change', 'plan'],
  'update-apply': ['change', 'apply'],
  'destroy-apply': ['destroy', 'apply'],
};

/** A run as a fixture: each call of a phase once, in the order in which it came first. */
export function recordingOf(
  { files, update }: Configuration,
  { phases }: ConfigurationResult,
  of: RecordedWith,
): Omit<Recording, 'name'> & RecordedWith {
  const broken: Partial<Record<RecordedPhase, string>> = {};
  const calls: Partial<Record<RecordedPhase, readonly RecordedCall[]>> = {};
  for (const [name, [stage, phase]] of Object.entries(kept) as [RecordedPhase, (typeof kept)[RecordedPhase]][]) {
    const found = phases.find(p => p.stage === stage && p.phase === phase);
    if (found === undefined) continue;
    calls[name] = [...new Map(found.calls.map(c => [JSON.stringify(c.call), c.call])).values()];
    if (found.outcome === 'emulator') broken[name] = found.error;
  }
  return { ...of, files, update, broken, calls };
}
