import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { closest } from '../core/editDistance';
import type { FileReader } from '../core/host';
import type { Problem, Result } from '../core/problem';
import { LineIndex, type Position } from '../core/text';
import { hostname, organizationName } from '../oidc/names';
import type { CloudDefaults } from '../terraform/model';
import type { SeveritySetting } from './lint';
import { rules } from './table';

/** What a repository says to this tool, wherever it is run: `tfc-oidc.json`. Its schema is media/tfc-oidc.schema.json. */
const projectFileName = 'tfc-oidc.json';

export interface ProjectSettings {
  /** The file and its folder, as the host names paths. */
  readonly file: string;
  readonly dir: string;
  readonly severities: Readonly<Record<string, SeveritySetting>>;
  /** From `dir` on, with forward slashes and without one at the end. */
  readonly ignoredFolders: readonly string[];
  /** For what names neither in its code. */
  readonly defaults: CloudDefaults;
  /** The file of known findings, from `dir` on. */
  readonly baseline?: string;
}

/** What is wrong with the file, and where in it. */
export interface ProjectFileProblem extends Problem {
  readonly file: string;
  readonly at: Position;
}

type ProjectFileResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: ProjectFileProblem };

const levels: readonly SeveritySetting[] = ['error', 'warning', 'information', 'off'];
const largest = 1024 * 1024;

/** The file for a folder: the nearest one from there up to `top`; `undefined` where there is none. */
async function findProjectFile(host: FileReader, folder: string, top: string): Promise<string | undefined> {
  for (let dir = folder; ; dir = host.dirname(dir)) {
    const entries = await host.list(dir);
    if (entries?.some(e => e.name === projectFileName && e.kind === 'file') === true)
      return host.join(dir, projectFileName);
    if (dir === top || dir === host.dirname(dir)) return undefined;
  }
}

/** The settings for a folder, or what is wrong with the file, with its line and column. `name` is how the message calls the file. */
export async function readProjectSettings(
  host: FileReader,
  folder: string,
  top: string,
  name: (file: string) => string,
): Promise<ProjectFileResult<ProjectSettings | undefined>> {
  const file = await findProjectFile(host, folder, top);
  if (file === undefined) return { ok: true, value: undefined };
  let text;
  try {
    text = await host.read(file, largest);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return wrong(`${name(file)} cannot be read: ${why}.`, file, { line: 0, character: 0 });
  }
  return text === undefined
    ? { ok: true, value: undefined }
    : parseProjectFile(text, file, host.dirname(file), name(file));
}

/** A mistake in the file: where, and what is expected there. */
class Mistake extends Error {
  constructor(
    readonly node: { readonly offset: number },
    message: string,
  ) {
    super(message);
  }
}

const wrong = (message: string, file: string, at: Position): ProjectFileResult<never> => ({
  ok: false,
  problem: {
    code: 'project-file',
    message,
    nextStep: 'Correct the file; docs/ci.md describes it (--no-config leaves it aside).',
    file,
    at,
  },
});

export function parseProjectFile(
  input: string,
  file: string,
  dir: string,
  name: string,
): ProjectFileResult<ProjectSettings> {
  const text = input.replace(/^\uFEFF/, '');
  try {
    return { ok: true, value: settingsOf(text, file, dir) };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    const at = new LineIndex(text).position(error.node.offset);
    return wrong(`${name}:${at.line + 1}:${at.character + 1}: ${error.message}`, file, at);
  }
}

function settingsOf(text: string, file: string, dir: string): ProjectSettings {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (first !== undefined) throw new Mistake(first, syntaxMessage(printParseErrorCode(first.error)));
  if (tree?.type !== 'object') throw new Mistake({ offset: 0 }, 'The file must hold one JSON object.');
  const given = new Map<string, Node>();
  for (const [key, node] of entriesOf(tree)) {
    if (given.has(key.value as string)) throw new Mistake(key, `"${String(key.value)}" is there twice.`);
    given.set(key.value as string, node);
    if (!known.includes(key.value as string)) throw new Mistake(key, unknown('setting', String(key.value), known));
  }
  const organization = nameOf(
    given.get('organization'),
    organizationName,
    '"organization" takes the name of an organization: letters, digits, "-" and "_".',
  );
  const host = nameOf(
    given.get('hostname'),
    hostname,
    '"hostname" takes a host such as app.terraform.io, without "https://" and slashes.',
  );
  const baseline = textOf(given.get('baseline'), 'baseline');
  if (baseline !== undefined) insideOf(given.get('baseline'), baseline);
  return {
    file,
    dir,
    severities: severitiesOf(given.get('rules')),
    ignoredFolders: foldersOf(given.get('ignoredFolders')),
    defaults: {
      file,
      ...(organization !== undefined && { organization }),
      ...(host !== undefined && { hostname: host }),
    },
    ...(baseline !== undefined && { baseline }),
  };
}

const known = ['$schema', 'rules', 'ignoredFolders', 'organization', 'hostname', 'baseline'];

function syntaxMessage(code: string): string {
  if (code === 'InvalidCommentToken') return 'JSON has no comments: remove this one.';
  const words = code.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return `This is not JSON (${words.toLowerCase()}).`;
}

function unknown(what: string, given: string, all: readonly string[]): string {
  const near = closest(given, all);
  const meant = near === undefined ? `There are: ${all.join(', ')}.` : `Did you mean "${near}"?`;
  return `There is no ${what} "${given}". ${meant}`;
}

function entriesOf(node: Node): readonly (readonly [Node, Node])[] {
  return (node.children ?? []).flatMap(({ children }) => {
    const [key, value] = children ?? [];
    return key === undefined || value === undefined ? [] : [[key, value] as const];
  });
}

function textOf(node: Node | undefined, name: string): string | undefined {
  if (node === undefined) return undefined;
  if (node.type !== 'string' || node.value === '') throw new Mistake(node, `"${name}" must be a text.`);
  return String(node.value);
}

/** A name by the rules that the service has for it. What was written instead is not repeated. */
function nameOf<T extends string>(
  node: Node | undefined,
  check: (value: string) => Result<T>,
  expected: string,
): T | undefined {
  if (node === undefined) return undefined;
  const checked = check(node.type === 'string' ? String(node.value) : '');
  if (!checked.ok) throw new Mistake(node, expected);
  return checked.value;
}

function severitiesOf(node: Node | undefined): ProjectSettings['severities'] {
  if (node === undefined) return {};
  if (node.type !== 'object') throw new Mistake(node, '"rules" must be an object: { "CODE": "LEVEL" }.');
  const codes = rules.map(rule => rule.code);
  return Object.fromEntries(
    entriesOf(node).map(([key, value]) => {
      const code = String(key.value);
      if (!codes.includes(code)) throw new Mistake(key, unknown('rule', code, codes));
      const level = levels.find(l => l === value.value);
      if (level === undefined) throw new Mistake(value, `A rule takes one of ${levels.join(', ')}.`);
      return [code, level];
    }),
  );
}

function foldersOf(node: Node | undefined): readonly string[] {
  if (node === undefined) return [];
  if (node.type !== 'array') throw new Mistake(node, '"ignoredFolders" must be a list of folders.');
  return (node.children ?? []).map(item => {
    if (item.type !== 'string') throw new Mistake(item, 'A folder must be a text.');
    return insideOf(item, String(item.value));
  });
}

/** A path below the file's folder, with forward slashes and no ornaments. */
function insideOf(node: Node | undefined, given: string): string {
  const parts = given
    .replace(/\\/g, '/')
    .split('/')
    .filter(part => part !== '' && part !== '.');
  if (/^(?:[/\\]|[A-Za-z]:)/.test(given) || parts.includes('..') || parts.length === 0)
    throw new Mistake(node ?? { offset: 0 }, 'A path must lie below the folder of this file, as in "examples/old".');
  return parts.join('/');
}

/** Is a folder (from the settings' folder on) one of those that are not read, or below one? */
export const isIgnored = (settings: Pick<ProjectSettings, 'ignoredFolders'>, folder: string): boolean =>
  settings.ignoredFolders.some(f => folder === f || folder.startsWith(`${f}/`));
