import type { Environment } from '../core/host';
import type { Project, Root, SourceFile } from '../terraform/model';
import { at } from '../terraform/model';
import type { Finding, Severity } from './finding';
import { startOfLine } from './removal';
import type { RuleFinding } from './rule';
import { rules } from './table';

export interface LintOptions {
  readonly env: Environment;
  /** By code; `off` switches a rule off. */
  readonly severities?: Readonly<Record<string, Severity | 'off'>>;
}

/** All findings of one root, in order of file and place. Pure, offline: the same files give the same findings. */
export function lintRoot(root: Root, options: LintOptions): readonly Finding[] {
  const modules = root.modules.filter(module => !/[/\\]\.terraform[/\\]/.test(`${module.dir}/`));
  const context = { root, modules, env: options.env };
  const findings: Finding[] = [];
  for (const rule of rules) {
    const override = options.severities?.[rule.code];
    if (override === 'off') continue;
    for (const found of rule.run(context)) {
      if (isIgnored(found, rule.code)) continue;
      findings.push({
        code: rule.code,
        // A setting replaces the rule's severity; a rule that tones a finding down keeps doing so.
        severity:
          found.severity !== undefined && found.severity !== rule.severity
            ? found.severity
            : (override ?? rule.severity),
        location: at(found.file, found.span),
        message: found.message,
        fixes: found.fixes ?? [],
        related: found.related ?? [],
        tags: found.unnecessary === true ? ['unnecessary'] : [],
      });
    }
  }
  return findings.sort(
    (a, b) =>
      (a.location.file < b.location.file ? -1 : a.location.file > b.location.file ? 1 : 0) ||
      a.location.span.start - b.location.span.start ||
      (a.code < b.code ? -1 : 1),
  );
}

/** Findings of every root; one that several roots share (a common module) is reported for each. */
export function lintProject(project: Project, options: LintOptions): ReadonlyMap<Root, readonly Finding[]> {
  return new Map(project.roots.map(root => [root, lintRoot(root, options)]));
}

const ignoreComment = /^(?:#|\/\/)\s*tfc-oidc:ignore\s+([\w-]+)(?:\s|$)/;

/** `# tfc-oidc:ignore <code> <reason>` on the line above the finding, or above the argument or block that holds it. */
function isIgnored(found: RuleFinding, code: string): boolean {
  const { file } = found;
  if (file.syntax === 'json' || !file.text.includes('tfc-oidc:ignore')) return false;
  return [found.span.start, found.anchor].some(
    offset => offset !== undefined && commentsAbove(file, offset).some(text => ignoreComment.exec(text)?.[1] === code),
  );
}

/** The comment lines directly above a line: several ignore comments may be stacked. */
function commentsAbove(file: SourceFile, offset: number): readonly string[] {
  const out: string[] = [];
  for (let start = startOfLine(file.text, offset); start > 0;) {
    const previous = startOfLine(file.text, start - 1);
    const line = file.text.slice(previous, start).trim();
    if (!line.startsWith('#') && !line.startsWith('//')) return out;
    out.push(line);
    start = previous;
  }
  return out;
}
