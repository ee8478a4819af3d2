import { type Stage, stages } from './phases';
import type { ConfigurationResult, PhaseResult } from './run';

const begin = '<!-- prove -->';
const end = '<!-- /prove -->';

/** The table of what ran under exactly its policies: one row a configuration, one column a stage. */
export function matrixOf(results: readonly ConfigurationResult[]): string {
  const phases = results.flatMap(r => r.phases);
  const calls = phases.reduce((sum, p) => sum + p.calls.length, 0);
  const refused = phases.reduce((sum, p) => sum + p.calls.filter(c => c.refused).length, 0);
  const of = (outcome: PhaseResult['outcome']): number => phases.filter(p => p.outcome === outcome).length;
  return [
    `${results.length} configurations, ${calls} calls, ${refused} refused. Of ${phases.length} phases (a plan or an apply) ${of('passed')} came to their end, ${of('refused')} had a call refused, and ${of('emulator')} ended with an error of the emulator; their calls up to there count.`,
    '',
    `| configuration | calls | ${stages.join(' | ')} |`,
    `| --- | --- |${' --- |'.repeat(stages.length)}`,
    ...results.map(
      r =>
        `| ${r.name} | ${r.phases.reduce((sum, p) => sum + p.calls.length, 0)} | ${stages.map(stage => cell(r, stage)).join(' | ')} |`,
    ),
  ].join('\n');
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
