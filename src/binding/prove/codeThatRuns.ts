import { mapReader } from '../../core/mapReader';
import { LineIndex } from '../../core/text';
import type { ConfigurationCode } from '../../hcp/workspace/configurationCode';
import { lintRoot } from '../../lint/lint';
import { readRoot } from '../../terraform/read';
import { winningCodes } from '../checks/variables';

/**
 * Credentials in the code that runs use which win over the role: `main.tf:3`, one for each finding, never their text. `folder`: the
 * workspace's working directory. `undefined`: there is no Terraform code in that folder.
 */
export async function credentialsInCode(
  code: ConfigurationCode,
  folder: string,
): Promise<readonly string[] | undefined> {
  const root = await readRoot(mapReader(code.files), {}, `/${folder}`.replace(/(?<!\/)\/+$/, '') || '/', '/', {});
  if (root === undefined || root.module.files.length === 0) return undefined;
  const lines = new Map<string, LineIndex>();
  return lintRoot(root)
    .filter(finding => winningCodes.has(finding.code) && finding.severity === 'error')
    .map(({ location }) => {
      const text = code.files.get(location.file.slice(1)) ?? '';
      const index = lines.get(location.file) ?? new LineIndex(text);
      lines.set(location.file, index);
      return `${location.file.slice(1)}:${index.lineAt(location.span.start) + 1}`;
    });
}

/** Which code it is: "commit 3f2a1bc of main, 2 days old". */
export function codeInWords({ commit, branch, at }: ConfigurationCode, now: number): string {
  const from =
    commit === undefined ? 'an upload' : `commit ${commit.slice(0, 7)}${branch === undefined ? '' : ` of ${branch}`}`;
  return at === undefined ? from : `${from}, ${age(now - at)} old`;
}

function age(milliseconds: number): string {
  const units = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
  ] as const;
  const [length, name] = units.find(([unit]) => milliseconds >= unit) ?? [60_000, 'minute'];
  const count = Math.max(1, Math.round(milliseconds / length));
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
