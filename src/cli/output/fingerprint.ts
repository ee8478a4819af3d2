import { createHash } from 'node:crypto';
import type { PrintedFinding } from './printedFinding';

/**
 * A name for each finding that stays the same when lines move: code, file and message, and the how-manieth of its like in the file.
 * `fileOf` says from where files are named (default: as they are printed).
 */
export function fingerprints(
  findings: readonly PrintedFinding[],
  fileOf: (finding: PrintedFinding) => string = f => f.file,
): readonly string[] {
  const counts = new Map<string, number>();
  return findings.map(finding => {
    const base = `${finding.code}\0${fileOf(finding)}\0${finding.message}`;
    const count = (counts.get(base) ?? 0) + 1;
    counts.set(base, count);
    return createHash('sha256').update(`${base}\0${count}`).digest('hex');
  });
}
