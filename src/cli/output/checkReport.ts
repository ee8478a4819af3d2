import { oneLine, type Range } from '../../core/text';
import { chosenFix } from '../../lint/fixAll';
import { documentationPage, type Finding, type Severity } from '../../lint/finding';
import type { CloudSettings, Root, Value } from '../../terraform/model';
import type { Places } from './places';
import { jsonReport } from './jsonReport';

/** A root with its findings, as `check` reports them. Syntax trees are not part of it: of a big tree only this is kept. */
export interface CheckedRoot {
  readonly root: Pick<Root, 'dir' | 'cloud' | 'problems'>;
  readonly findings: readonly Finding[];
}

export function checkJson(folder: Places, checked: readonly CheckedRoot[]): string {
  const document = {
    roots: checked.map(({ root, findings }) => ({
      dir: folder.name(root.dir),
      cloud: cloudJson(folder, root.cloud),
      findings: findings.map(finding => findingJson(folder, finding)),
      problems: root.problems.map(problem => ({
        code: problem.code,
        message: problem.message,
        ...(problem.location && {
          file: folder.name(problem.location.file),
          range: folder.range(problem.location),
        }),
      })),
    })),
  };
  return jsonReport('check', document);
}

function findingJson(folder: Places, finding: Finding) {
  return {
    code: finding.code,
    severity: finding.severity,
    file: folder.name(finding.location.file),
    range: folder.range(finding.location),
    message: finding.message,
    fixes: finding.fixes.map(fix => ({
      id: fix.id,
      title: fix.title,
      preferred: fix.preferred,
      edits: fix.edits.map(edit => ({
        file: folder.name(edit.file),
        range: folder.range(edit),
        newText: edit.newText,
      })),
    })),
    related: finding.related.map(related => ({
      file: folder.name(related.location.file),
      range: folder.range(related.location),
      message: related.message,
    })),
    tags: finding.tags,
    documentation: documentationPage(finding.code),
  };
}

/** Known values as such; what can't be known is null, and `unknown` says why. */
function cloudJson(folder: Places, cloud: CloudSettings) {
  const unknown: Record<string, string> = {};
  const plain = <T>(name: string, value: Value<T>): T | null => {
    if (value.state === 'unknown') unknown[name] = value.why;
    return value.state === 'known' ? value.value : null;
  };
  const hostname = plain('hostname', cloud.hostname);
  const organization = plain('organization', cloud.organization);
  const project = plain('project', cloud.project);
  const { workspaces } = cloud;
  const selected = workspaces.by === 'tags' || workspaces.by === 'prefix' ? workspaces.selected : undefined;
  const workspace =
    cloud.kind === 'none'
      ? null
      : {
          ...(workspaces.by === 'name' && { name: plain('workspace.name', workspaces.name) }),
          ...(workspaces.by === 'tags' && { tags: plain('workspace.tags', workspaces.tags) }),
          ...(workspaces.by === 'prefix' && { prefix: plain('workspace.prefix', workspaces.prefix) }),
          ...(selected?.state === 'known' && { selected: selected.value }),
          project,
        };
  return {
    kind: cloud.kind,
    hostname,
    organization,
    workspace,
    file: cloud.location === undefined ? null : folder.name(cloud.location.file),
    range: cloud.location === undefined ? null : folder.range(cloud.location),
    ...(Object.keys(unknown).length > 0 && { unknown }),
  };
}

/** The report as text, root by root, so that the first findings are read while the last files are. */
export class CheckText {
  private readonly seen = new Set<string>();
  private readonly counts: Record<Severity, number> = { error: 0, warning: 0, information: 0 };
  private roots = 0;
  /** Findings that `fix` mends without a decision. */
  private fixable = 0;

  /** `since`: the commit since which roots had to change, where one was named. */
  constructor(
    private readonly folder: Places,
    private readonly since?: string,
  ) {}

  root({ root, findings }: CheckedRoot): string {
    const { folder } = this;
    this.roots++;
    const lines = [`${folder.name(root.dir)}  (${describeCloud(root.cloud)})`];
    for (const { why, location } of unknowns(root.cloud)) {
      const place = location ? `${where(folder.name(location.file), folder.range(location))}: ` : '';
      lines.push(`  ${place}note: ${why}`);
    }
    for (const problem of root.problems) {
      const place = problem.location
        ? `${where(folder.name(problem.location.file), folder.range(problem.location))}: `
        : '';
      lines.push(`  ${place}note: ${problem.message}`);
    }
    for (const finding of findings) {
      const place = where(folder.name(finding.location.file), folder.range(finding.location));
      lines.push(`  ${place}: ${finding.severity}: ${finding.message} [${finding.code}]`);
      for (const related of finding.related) {
        lines.push(
          `      ${where(folder.name(related.location.file), folder.range(related.location))}: ${related.message}`,
        );
      }
      // A module that two roots share is reported with each of them, and counted once.
      const key = `${place} ${finding.code}`;
      if (!this.seen.has(key)) {
        this.counts[finding.severity]++;
        if (chosenFix(finding, false) !== undefined) this.fixable++;
      }
      this.seen.add(key);
    }
    return `${lines.map(oneLine).join('\n')}\n\n`;
  }

  /** What `fix` can do about it. */
  private way(): string {
    if (this.fixable === 0) return '';
    return this.fixable === this.seen.size
      ? ' "tfc-oidc fix" fixes them without a decision.'
      : ` "tfc-oidc fix" fixes ${this.fixable} of them; the others need a decision.`;
  }

  end(): string {
    if (this.roots === 0 && this.since !== undefined) return oneLine(`No root changed since ${this.since}.`) + '\n';
    if (this.roots === 0) return 'No Terraform configuration was found.\n';
    if (this.seen.size === 0) return 'No findings.\n';
    const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
    const { error, warning, information } = this.counts;
    return `${plural(error, 'error')}, ${plural(warning, 'warning')}, ${information} information.${this.way()}\n`;
  }
}

/** file:line:column as editors and terminals link it, both counted from 1. */
function where(file: string, range: Range): string {
  return `${file}:${range.start.line + 1}:${range.start.character + 1}`;
}

/** What of the cloud block can't be known, and why. */
export function unknowns(cloud: CloudSettings): readonly Extract<Value<unknown>, { state: 'unknown' }>[] {
  const { hostname, organization, project, workspaces } = cloud;
  const own =
    workspaces.by === 'name'
      ? [workspaces.name]
      : workspaces.by === 'tags'
        ? [workspaces.tags]
        : workspaces.by === 'prefix'
          ? [workspaces.prefix]
          : [];
  return [hostname, organization, ...own, project].filter(value => value.state === 'unknown');
}

function describeCloud(cloud: CloudSettings): string {
  const of = (value: Value<unknown>): string =>
    value.state === 'known' ? String(value.value) : value.state === 'unknown' ? 'unknown' : 'not set';
  if (cloud.kind === 'none') return 'no cloud block';
  if (cloud.kind === 'stack') return 'a Stack';
  const { workspaces } = cloud;
  const workspace =
    workspaces.by === 'name'
      ? `workspace ${of(workspaces.name)}`
      : workspaces.by === 'tags'
        ? 'workspaces by tags'
        : workspaces.by === 'prefix'
          ? `workspaces with prefix ${of(workspaces.prefix)}`
          : 'no workspace named';
  return `${of(cloud.hostname)}, organization ${of(cloud.organization)}, ${workspace}`;
}
