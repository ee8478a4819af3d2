import { oneLine } from '../../core/text';
import type { ProjectProblem } from '../../terraform/model';
import type { Places } from './places';

/** What can't be read can't be clean: each such file and folder is named, and the command that met one exits 2. */
export class Unread {
  private readonly lines = new Set<string>();

  /** Keeps the problems that hide a file or a folder. */
  add(problems: readonly ProjectProblem[], places: Places): void {
    for (const { code, message, location } of problems) {
      if (code !== 'file-skipped' && code !== 'folder-skipped' && code !== 'too-many-folders') continue;
      this.lines.add(location === undefined ? message : `${places.name(location.file)}: ${message}`);
    }
  }

  get any(): boolean {
    return this.lines.size > 0;
  }

  /** One line for each, for standard error. */
  text(command: string): string {
    return [...this.lines].map(line => `tfc-oidc ${command}: ${oneLine(line)}\n`).join('');
  }
}
