import type { ProjectSettings } from '../../lint/projectFile';
import { rules } from '../../lint/table';
import type { Baselines } from '../baselines';
import { nodeFiles } from '../files';
import type { ScannedFolder } from '../terraformFolder';

const order = ['off', 'information', 'warning', 'error'];

/** One line for each tfc-oidc.json and each baseline that made the report shorter or milder: nobody's findings vanish without a word. */
export function turnedOff(cwd: string, folders: readonly ScannedFolder[], baselines: Baselines): string {
  const files = new Map(folders.flatMap(({ settings }) => (settings === undefined ? [] : [[settings.file, settings]])));
  const lines = [...files.values()].flatMap(settings => {
    const parts = milder(settings);
    return parts.length === 0 ? [] : [`${nodeFiles.relative(cwd, settings.file)} ${parts.join(', ')}.`];
  });
  for (const { file, count, fixed } of baselines.known) {
    if (count === 0 && fixed === 0) continue;
    const known = `${file} leaves out ${count === 1 ? '1 known finding' : `${count} known findings`}`;
    const gone = `; ${fixed === 1 ? '1 entry is' : `${fixed} entries are`} settled, and --write-baseline takes ${fixed === 1 ? 'it' : 'them'} out`;
    lines.push(`${known}${fixed === 0 ? '' : gone}.`);
  }
  return lines.map(line => `tfc-oidc check: ${line}\n`).join('');
}

function milder({ severities, ignoredFolders }: ProjectSettings): readonly string[] {
  const off = Object.keys(severities).filter(code => severities[code] === 'off');
  const lower = rules.flatMap(({ code, severity }) => {
    const set = severities[code];
    return set !== undefined && set !== 'off' && order.indexOf(set) < order.indexOf(severity)
      ? [`makes ${code} ${set === 'information' ? 'an information' : `a ${set}`}`]
      : [];
  });
  return [
    ...(off.length > 0 ? [`turns off ${off.join(' and ')}`] : []),
    ...lower,
    ...(ignoredFolders.length > 0 ? [`leaves out ${ignoredFolders.join(' and ')}`] : []),
  ];
}
