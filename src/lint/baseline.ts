import { fail, ok, type Result } from '../core/problem';
import { redact } from '../core/redact';
import type { SourceFile } from '../terraform/model';
import type { Body } from '../terraform/syntax/ast';
import type { Finding } from './finding';

/**
 * Findings that were there when a repository began to use this tool. An entry names rule, file, and the argument or block: no lines,
 * so that code may move, and no text of the code.
 */
export interface BaselineEntry {
  readonly code: string;
  /** From the baseline's own folder on, with forward slashes. */
  readonly file: string;
  /** `provider.aws[east].access_key`; empty for the file as a whole. */
  readonly at: string;
  /** How many findings the entry stands for. */
  readonly count: number;
}

/** How a file is named from the baseline's folder on. */
type NameOf = (path: string) => string;

/** The argument or block that holds a place. What looks like a secret in a name is masked. */
function placeIn(body: Body, { start, end }: Finding['location']['span']): string {
  const holds = (span: { readonly start: number; readonly end: number }): boolean =>
    span.start <= start && end <= span.end;
  const attribute = body.attributes.find(holds);
  if (attribute !== undefined) return attribute.name;
  const block = body.blocks.find(holds);
  if (block === undefined) return '';
  const alias = block.body.attributes.find(a => a.name === 'alias')?.value;
  const name = [block.type, ...block.labels.map(label => label.value)].join('.');
  const inner = placeIn(block.body, { start, end });
  return `${name}${alias?.kind === 'string' ? `[${alias.value}]` : ''}${inner === '' ? '' : `.${inner}`}`;
}

const keyOf = ({ code, file, at }: Omit<BaselineEntry, 'count'>): string => `${file}\0${code}\0${at}`;

function entryOf(finding: Finding, file: SourceFile, name: NameOf): Omit<BaselineEntry, 'count'> {
  const at = redact(placeIn(file.parsed.body, finding.location.span));
  return { code: finding.code, file: name(file.path), at };
}

const idOf = ({ code, location: { file, span } }: Finding): string => `${file}\0${span.start}\0${span.end}\0${code}`;

/** Entries that a block keeps which moves to another file of its folder: for Terraform the files of a folder are one. */
const folderKeyOf = ({ code, file, at }: Omit<BaselineEntry, 'count'>): string =>
  keyOf({ code, at, file: file.replace(/[^/]*$/, '') });

/** Tells known findings from new ones. One that several roots share counts once. */
export class KnownFindings {
  private readonly allowed: ReadonlyMap<string, BaselineEntry>;
  private readonly byFolder = new Map<string, BaselineEntry[]>();
  private readonly seen = new Map<string, Set<string>>();

  constructor(
    entries: readonly BaselineEntry[],
    private readonly name: NameOf,
  ) {
    this.allowed = new Map(entries.map(entry => [keyOf(entry), entry]));
    for (const entry of entries) {
      const key = folderKeyOf(entry);
      this.byFolder.set(key, [...(this.byFolder.get(key) ?? []), entry]);
    }
  }

  /**
   * Those of a root's findings that are not known: of several in one place, the later ones. `left` says whether a file of the baseline
   * is known to hold no more than what is given here, so that what it misses may have moved.
   */
  newOf(
    findings: readonly Finding[],
    files: ReadonlyMap<string, SourceFile>,
    left: (file: string) => boolean,
  ): readonly Finding[] {
    const entries = new Map<Finding, Omit<BaselineEntry, 'count'>>();
    for (const finding of findings) {
      const file = files.get(finding.location.file);
      if (file !== undefined) entries.set(finding, entryOf(finding, file, this.name));
    }
    const stayed = new Set([...entries].filter(([finding, entry]) => this.take(finding, entry)).map(([f]) => f));
    const moved = (finding: Finding): boolean => {
      const entry = entries.get(finding);
      const others = entry === undefined ? [] : (this.byFolder.get(folderKeyOf(entry)) ?? []);
      return others.some(other => left(other.file) && this.take(finding, other));
    };
    return findings.filter(finding => !stayed.has(finding) && !moved(finding));
  }

  /** Lets the finding stand for the entry, as long as that has one to spare. */
  private take(finding: Finding, entry: Omit<BaselineEntry, 'count'>): boolean {
    const key = keyOf(entry);
    const count = this.allowed.get(key)?.count ?? 0;
    const seen = this.seen.get(key) ?? new Set<string>();
    this.seen.set(key, seen);
    if (!seen.has(idOf(finding)) && seen.size >= count) return false;
    seen.add(idOf(finding));
    return true;
  }

  /** How many findings were known ones. */
  get count(): number {
    return [...this.seen.values()].reduce((sum, seen) => sum + seen.size, 0);
  }

  /** Entries of the files that `read` names of which there is less than there was. */
  fixed(read: (file: string) => boolean): readonly BaselineEntry[] {
    return [...this.allowed.values()].filter(
      entry => read(entry.file) && (this.seen.get(keyOf(entry))?.size ?? 0) < entry.count,
    );
  }
}

/** Gathers the entries of a new baseline. */
export class BaselineDraft {
  private readonly found = new Map<
    string,
    { readonly entry: Omit<BaselineEntry, 'count'>; readonly ids: Set<string> }
  >();

  constructor(private readonly name: NameOf) {}

  add(finding: Finding, file: SourceFile | undefined): void {
    if (file === undefined) return;
    const entry = entryOf(finding, file, this.name);
    const known = this.found.get(keyOf(entry)) ?? { entry, ids: new Set<string>() };
    known.ids.add(idOf(finding));
    this.found.set(keyOf(entry), known);
  }

  /** The entries in an order that does not depend on the run, with those of `others` that were not looked at. */
  entries(others: readonly BaselineEntry[] = []): readonly BaselineEntry[] {
    const own = [...this.found.values()].map(({ entry, ids }) => ({ ...entry, count: ids.size }));
    return [...own, ...others].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }
}

export const baselineText = (entries: readonly BaselineEntry[]): string =>
  `${JSON.stringify({ version: 1, findings: entries }, undefined, 2)}\n`;

/** @returns the entries, or what is wrong with the file; `name` is how the message calls it. */
export function parseBaseline(text: string, name: string): Result<readonly BaselineEntry[]> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return wrong(`${name} is not JSON.`);
  }
  if (typeof value !== 'object' || value === null || !('findings' in value) || !Array.isArray(value.findings))
    return wrong(`${name} is not a baseline: it must be { "version": 1, "findings": [...] }.`);
  if (!('version' in value) || value.version !== 1)
    return wrong(`${name} must have "version": 1; this program reads no other one.`);
  const at = value.findings.findIndex(row => !isEntry(row));
  if (at >= 0)
    return wrong(`${name}: number ${at + 1} of "findings" must have "code", "file", "at" and a "count" above 0.`);
  return ok(value.findings.filter(isEntry));
}

function isEntry(row: unknown): row is BaselineEntry {
  if (typeof row !== 'object' || row === null) return false;
  const text = (key: string): boolean => typeof Object.entries(row).find(([name]) => name === key)?.[1] === 'string';
  return (
    text('code') &&
    text('file') &&
    text('at') &&
    'count' in row &&
    typeof row.count === 'number' &&
    Number.isInteger(row.count) &&
    row.count > 0
  );
}

const wrong = (message: string): ReturnType<typeof fail> =>
  fail({
    code: 'baseline-file',
    message,
    nextStep: 'Write it anew with "tfc-oidc check --write-baseline".',
  });
