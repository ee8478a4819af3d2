import type { Phase } from '../../src/iam/needs/need';
import { type Stage, stages } from './phases';
import type { ConfigurationResult, PhaseResult } from './run';

/** What a recording says of the run that it is from. */
export interface RecordedWith {
  readonly provider: string;
  readonly terraform: string;
  readonly emulator: string;
}

/** What was called in a run: test/fixtures/proven/NAME.txt, where a line is a call and the letters of its phases. */
export interface ProvenRun {
  readonly with: string;
  readonly calls: readonly ProvenCall[];
}

export interface ProvenCall {
  readonly phases: readonly ProvenPhase[];
  readonly action: string;
  readonly resources: readonly string[];
}

export interface ProvenPhase {
  readonly stage: Stage;
  readonly phase: Phase;
}

/** One letter a stage: small for its plan, large for its apply. */
const letters: Readonly<Record<Stage, string>> = {
  ...{ create: 'c', change: 'u', replace: 'x', rename: 'r', remove: 'm', destroy: 'd' },
};

const letterOf = ({ stage, phase }: Pick<PhaseResult, 'stage' | 'phase'>): string =>
  phase === 'plan' ? letters[stage] : letters[stage].toUpperCase();

function phaseOf(letter: string): ProvenPhase {
  const stage = stages.find(s => letters[s] === letter.toLowerCase());
  if (stage === undefined) throw new Error(`no stage has the letter ${letter}`);
  return { stage, phase: letter === letters[stage] ? 'plan' : 'apply' };
}

/** A run as a fixture: each call once, with ids that AWS would have made set to one value. */
export function recordingOf({ phases }: ConfigurationResult, of: RecordedWith): string {
  const calls = new Map<string, Set<string>>();
  for (const phase of phases)
    for (const { call } of phase.calls) {
      const [action, , ...resources] = call;
      const line = [action, ...new Set(resources.map(withoutIds))].join(' ');
      calls.set(line, (calls.get(line) ?? new Set()).add(letterOf(phase)));
    }
  const broken = phases
    .filter(p => p.outcome === 'emulator')
    .map(p => `# ${p.stage} ${p.phase} ended with an error of the emulator: ${p.error.slice(0, 90)}`);
  const head = `# provider ${of.provider}, terraform ${of.terraform}, ${of.emulator}`;
  return `${[head, ...broken, ...[...calls].map(([line, of]) => `${[...of].join('')} ${line}`).sort()].join('\n')}\n`;
}

const withoutIds = (arn: string): string =>
  arn
    .replace(/zz-unknown-\d+/g, 'zz-unknown-0')
    .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '01234567-89ab-cdef-0123-456789abcdef')
    .replace(/-(?=[0-9a-f]*\d)[0-9a-f]{17}\b/g, '-0123456789abcdef0')
    .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{16}\b/g, '0123456789abcdef');

export function readRecording(text: string): ProvenRun {
  const [head = '', ...lines] = text.split('\n').filter(line => line !== '');
  return {
    with: head.replace(/^# /, ''),
    calls: lines
      .filter(line => !line.startsWith('#'))
      .map(line => {
        const [of = '', action = '', ...resources] = line.split(' ');
        return { phases: [...of].map(phaseOf), action, resources };
      }),
  };
}
