import type { Environment } from '../core/host';
import type { Span } from '../core/text';
import type { Project, Root, SourceFile } from '../terraform/model';
import type { Body } from '../terraform/syntax/ast';
import type { Finding, Severity } from './finding';
import { type Identities, identitiesOf } from './identities';
import type { Rule, RuleFinding } from './rule';
import { suppressionAt } from './suppression';
import { rules } from './table';

export type SeveritySetting = Severity | 'off';

export interface LintOptions {
  /** Only AWS_REGION and AWS_DEFAULT_REGION are read. */
  readonly environment?: Environment;
  /** By code. Replaces the default severity; what a rule itself calls milder is never raised by it. */
  readonly severities?: Readonly<Record<string, SeveritySetting | undefined>>;
}

const weight: Readonly<Record<Severity, number>> = { information: 0, warning: 1, error: 2 };

/** All findings of a project, each once, in the order of files and places. Pure: no network, no files, no clock. */
export function lintProject(project: Project, options: LintOptions = {}): readonly Finding[] {
  return unique(project.roots.flatMap(root => lintRoot(root, options)));
}

/** The findings of one root and the modules that it uses. */
export function lintRoot(read: Root, options: LintOptions = {}): readonly Finding[] {
  return judgeRoot(read, options).findings;
}

/** The findings of one root, and who its parts speak as. */
export function judgeRoot(
  read: Root,
  options: LintOptions = {},
): { readonly findings: readonly Finding[]; readonly identities: Identities } {
  // Copies of registry modules are somebody else's code, and `terraform init` writes them anew.
  const isCopy = (dir: string): boolean =>
    dir.startsWith(read.dir) && /[\\/]\.terraform[\\/]/.test(dir.slice(read.dir.length));
  const root = { ...read, modules: read.modules.filter(m => !isCopy(m.dir)) };
  const files = new Map<string, SourceFile>();
  for (const module of root.modules) for (const file of module.files) files.set(file.path, file);
  for (const file of root.otherFiles) files.set(file.path, file);
  const identities = identitiesOf(root);
  const context = { root, environment: options.environment ?? {}, identities };
  const findings = rules.flatMap(rule => {
    const setting = options.severities?.[rule.code];
    if (setting === 'off') return [];
    return rule.check(context).flatMap(found => {
      const file = files.get(found.location.file);
      return complete(rule, found, setting, file);
    });
  });
  return { findings: unique(findings), identities };
}

function complete(
  rule: Rule,
  found: RuleFinding,
  setting: Severity | undefined,
  file: SourceFile | undefined,
): readonly Finding[] {
  const suppression =
    file === undefined
      ? { state: 'none' as const }
      : suppressionAt(file, rule.code, [
          found.location.span,
          ...(found.statement === undefined ? [] : [found.statement]),
          ...blocksAround(file.parsed.body, found.location.span),
        ]);
  if (suppression.state === 'ignored') return [];
  const base = setting ?? rule.severity;
  const severity = found.severity !== undefined && weight[found.severity] < weight[base] ? found.severity : base;
  const note =
    suppression.state === 'no-reason' ? ' (The ignore comment above has no effect: it gives no reason.)' : '';
  return [
    {
      code: rule.code,
      severity,
      location: found.location,
      message: found.message + note,
      fixes: found.fixes ?? [],
      related: found.related ?? [],
      tags: found.unnecessary === true ? ['unnecessary'] : [],
    },
  ];
}

/** The blocks that hold a place, from the outside in. */
function blocksAround(body: Body, span: Span): readonly Span[] {
  const around = body.blocks.find(block => block.start <= span.start && span.end <= block.end);
  return around === undefined ? [] : [around, ...blocksAround(around.body, span)];
}

/** One finding a place and code, sorted by file and offset. A module that two roots share is reported once. */
function unique(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Map<string, Finding>();
  for (const finding of findings) {
    const { file, span } = finding.location;
    const key = `${file}\0${span.start}\0${span.end}\0${finding.code}`;
    const other = seen.get(key);
    // What one root cannot do without a decision, a module that it shares cannot have done to it.
    if (other === undefined || (isAutomatic(other) && !isAutomatic(finding))) seen.set(key, finding);
  }
  return [...seen.values()].sort(
    (a, b) =>
      (a.location.file < b.location.file ? -1 : a.location.file > b.location.file ? 1 : 0) ||
      a.location.span.start - b.location.span.start ||
      a.location.span.end - b.location.span.end ||
      (a.code < b.code ? -1 : 1),
  );
}

const isAutomatic = (finding: Finding): boolean => finding.fixes.some(fix => fix.preferred);
