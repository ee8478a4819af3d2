import { type Stage, stages } from './phases';
import type { ConfigurationResult, PhaseResult } from './run';

const begin = '<!-- prove -->';
const end = '<!-- /prove -->';

/** The table of what ran under exactly its policies: one row a configuration, one column a stage. */
export function matrixOf(all: readonly ConfigurationResult[]): string {
  const results = all.filter(r => !ofAnotherVersion(r));
  const others = all.filter(ofAnotherVersion).map(r => r.name);
  const phases = results.flatMap(r => r.phases);
  const calls = phases.reduce((sum, p) => sum + p.calls.length, 0);
  const refused = phases.reduce((sum, p) => sum + p.calls.filter(c => c.refused).length, 0);
  const of = (outcome: PhaseResult['outcome']): number => phases.filter(p => p.outcome === outcome).length;
  return [
    `${results.length} configurations, ${calls} calls, ${refused} refused. Of ${phases.length} phases (a plan or an apply) ${of('passed')} came to their end, ${of('refused')} had a call refused, and ${of('emulator')} ended with an error of the emulator; their calls up to there count.`,
    ...(others.length > 0
      ? [
          '',
          `Not run, because this version of the provider does not know an argument that they use: ${others.join(', ')}.`,
        ]
      : []),
    '',
    usageOf(results),
    '',
    `| configuration | calls | ${stages.join(' | ')} |`,
    `| --- | --- |${' --- |'.repeat(stages.length)}`,
    ...results.map(
      r =>
        `| ${r.name} | ${r.phases.reduce((sum, p) => sum + p.calls.length, 0)} | ${stages.map(stage => cell(r, stage)).join(' | ')} |`,
    ),
  ].join('\n');
}

const ofAnotherVersion = ({ phases }: ConfigurationResult): boolean =>
  /^(?:Unsupported (?:argument|attribute|block type)|Invalid resource type|Missing required argument)/.test(
    phases[0]?.error ?? '',
  );

/** How many of the actions of a policy any phase used, in configurations of which all phases came to their end. */
function usageOf(results: readonly ConfigurationResult[]): string {
  const whole = results.filter(r => r.phases.length > 2 && r.phases.every(p => p.outcome === 'passed'));
  const share = (phase: PhaseResult['phase']): string => {
    let [used, held] = [0, 0];
    for (const { phases } of whole) {
      const own = phases.filter(p => p.phase === phase);
      const called = new Set(phases.flatMap(p => p.calls.map(c => c.call[0].toLowerCase())));
      const unused = new Set(own.flatMap(p => p.unused).filter(action => !called.has(action.toLowerCase())));
      const usedHere = new Set(own.flatMap(p => p.calls.map(c => c.call[0].toLowerCase())));
      used += usedHere.size;
      held += usedHere.size + unused.size;
    }
    return held === 0 ? 'none' : `${((100 * used) / held).toFixed(0)} % of ${held}`;
  };
  return `Of the ${whole.length} configurations of which every phase came to its end, the phases used ${share('plan')} actions of the policies of plans, and ${share('apply')} of those of applies.`;
}

/** The worse of plan and apply; "–": the configuration has nothing for it, or it was not reached. */
function cell({ phases }: ConfigurationResult, stage: Stage): string {
  const own = phases.filter(p => p.stage === stage);
  const refused = own.reduce((sum, p) => sum + p.calls.filter(c => c.refused).length, 0);
  if (refused > 0) return `**${refused} refused**`;
  if (own.some(p => p.outcome === 'emulator')) return 'emulator';
  return own.length === 0 ? '–' : 'ok';
}

/** The page with the table between its marks. */
export function withMatrix(page: string, matrix: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no ${begin}`);
  return `${page.slice(0, from + begin.length)}\n${matrix}\n${page.slice(to)}`;
}
