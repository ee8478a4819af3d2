import { stat } from 'node:fs/promises';
import path from 'node:path';
import { ProblemError } from '../core/problem';
import type { NamedPolicy } from '../iam/policy/permissions';
import { policiesInCode } from '../iam/inCode/policiesInCode';
import { entry, listOf, type PolicyNode, readPolicyText } from '../iam/policy/node';
import { discover } from '../terraform/discover';
import { fileKind, readableFiles } from '../terraform/fileKinds';
import type { ParsedFile } from '../terraform/syntax/ast';
import { parseHcl } from '../terraform/syntax/hcl';
import { parseTerraformJson } from '../terraform/syntax/json';
import { filesAround } from './files';
import { readInput } from './input';
import { FilePlaces } from './output/places';
import type { Unread } from './output/unread';
import { ignoredBelow, projectSettings } from './projectSettings';
import type { CliContext } from './command';

/** Terraform code, parsed. */
interface PolicyCode {
  readonly file: ParsedFile;
  readonly text: string;
}

/** A file that may hold policies. */
export interface PolicySource {
  /** From the working folder on, as all reports name files; `-` while it is standard input. */
  readonly name: string;
  readonly text: string;
  /** Undefined: a policy as JSON. */
  readonly code?: PolicyCode;
  /** The other files of its module, for locals and variables. */
  readonly siblings: readonly ParsedFile[];
  /** Found in a folder: that it holds no policy is no mistake. */
  readonly found: boolean;
}

/** A larger file in a folder is no policy. */
const largest = 1024 * 1024;

/** A file of Terraform code as the commands for policies read it; `undefined`: by its name it is none. */
export function policyCode(name: string, input: string): PolicyCode | undefined {
  if (!/\.(?:tf|tofu)(?:\.json)?$/i.test(name)) return undefined;
  const text = input.replace(/^\uFEFF/, '');
  return { file: /\.json$/i.test(name) ? parseTerraformJson(text, 'config') : parseHcl(text), text };
}

/** Terraform code without a policy that can be read. */
export const noPolicyIn = (name: string, what = 'policy'): ProblemError =>
  new ProblemError({
    code: what === 'policy' ? 'no-policy' : 'no-trust-policy',
    message: `${name} holds no ${what} that can be read without running Terraform.`,
    nextStep:
      what === 'policy'
        ? 'Name a file with an aws_iam_policy_document, a jsonencode({ Statement = … }), or the policy itself as JSON.'
        : 'Name a file with an aws_iam_role or aws_iam_policy_document, or the policy itself as JSON.',
  });

/** Is it a policy that names who may do something? In a folder, another one is no trust policy. */
export function trustsSomebody(text: string): boolean {
  const { root } = readPolicyText(text);
  return root !== undefined && hasPrincipal(root) && /sts:|"\*"/.test(text);
}

/** The policies in the order of the arguments: files, `-`, and folders (Terraform code, and JSON that is a policy). */
export async function policySources(
  context: CliContext,
  names: readonly string[],
  unread: Unread,
): Promise<readonly PolicySource[]> {
  const sources: PolicySource[] = [];
  const modules = new Map<string, ReadonlyMap<string, ParsedFile>>();
  const places = new FilePlaces(context.cwd);
  const source = async (file: string, text: string, found: boolean): Promise<PolicySource> => {
    const name = places.name(file);
    const code = policyCode(name, text);
    if (code === undefined) return { name, text, siblings: [], found };
    const dir = path.dirname(file);
    const module = modules.get(dir) ?? (await moduleOf(context, dir));
    modules.set(dir, module);
    const siblings = [...module].flatMap(([other, parsed]) => (other === file ? [] : [parsed]));
    return { name, text: code.text, code, siblings, found };
  };
  for (const name of names) {
    if (name === '-' || !(await isFolder(context, name))) {
      const { text } = await readInput(context, [name], 'policy');
      sources.push(
        name === '-'
          ? { name, text, siblings: [], found: false }
          : await source(path.resolve(context.cwd, name), text, false),
      );
      continue;
    }
    const folder = path.resolve(context.cwd, name);
    for (const { file, text } of await filesIn(context, folder, places, unread))
      sources.push(await source(file, text, true));
  }
  return onceEach(context, sources).map(s => (s.name === '-' ? { ...s, name: 'standard input' } : s));
}

/** A file that is named and lies in a folder that is named too is one file, and was named. */
function onceEach(context: CliContext, sources: readonly PolicySource[]): readonly PolicySource[] {
  const files = new Map<string, PolicySource>();
  for (const source of sources) {
    const file = source.name === '-' ? '-' : path.resolve(context.cwd, source.name);
    const former = files.get(file);
    files.set(file, former === undefined ? source : { ...former, found: former.found && source.found });
  }
  return [...files.values()];
}

const isFolder = (context: CliContext, name: string): Promise<boolean> =>
  stat(path.resolve(context.cwd, name)).then(
    info => info.isDirectory(),
    () => false,
  );

/** The files of a folder that may hold policies; what can't be read is told to `unread`. */
async function filesIn(
  context: CliContext,
  folder: string,
  places: FilePlaces,
  unread: Unread,
): Promise<readonly { readonly file: string; readonly text: string }[]> {
  const { host } = await filesAround(folder, context.env);
  const wanted = (file: string): boolean => fileKind(file)?.role === 'config' || /\.jsonc?$/i.test(file);
  const ignore = ignoredBelow(await projectSettings(context, folder), folder);
  const found = await discover(host, folder, ignore, context.signal, wanted);
  unread.add(found.problems, places);
  const out: { file: string; text: string }[] = [];
  for (const { dir, names } of found.folders) {
    for (const file of [...names].sort()) {
      const full = path.join(dir, file);
      const code = fileKind(file)?.role === 'config';
      try {
        const text = await host.read(full, code ? undefined : largest);
        if (text === undefined || (!code && !isPolicy(text))) continue;
        out.push({ file: full, text });
      } catch (error) {
        // A large JSON file is data; a small one that can't be read may be a policy.
        if (!code && error instanceof Error && error.message.startsWith('it has ')) continue;
        const message = `${file} was not read: ${error instanceof Error ? error.message : 'it cannot be read'}.`;
        unread.add([{ code: 'file-skipped', message, location: { file: full, span: { start: 0, end: 0 } } }], places);
      }
    }
  }
  return out;
}

/** Does JSON hold statements as policies have them? Much of what lies in a folder is other JSON. */
function isPolicy(text: string): boolean {
  if (!/"Statement"\s*:/.test(text) || !/"Effect"\s*:/i.test(text)) return false;
  const { root } = readPolicyText(text);
  return root !== undefined && listOf(entry(root, 'Statement')?.value).some(s => entry(s, 'Effect') !== undefined);
}

/** The configuration files of a folder, by path. One that can't be read says nothing of locals. */
async function moduleOf(context: CliContext, dir: string): Promise<ReadonlyMap<string, ParsedFile>> {
  const { host } = await filesAround(dir, context.env);
  const entries = (await host.list(dir)) ?? [];
  const files = new Map<string, ParsedFile>();
  for (const { name, kind } of readableFiles(entries.filter(e => e.kind === 'file').map(e => e.name))) {
    if (kind.role !== 'config') continue;
    const file = path.join(dir, name);
    const code = policyCode(name, (await host.read(file).catch(() => undefined)) ?? '');
    if (code !== undefined) files.set(file, code.file);
  }
  return files;
}

/** A trust policy or a resource's own says nothing of what the caller may do. */
const hasPrincipal = (root: PolicyNode): boolean =>
  listOf(entry(root, 'Statement')?.value).some(s => entry(s, 'Principal') ?? entry(s, 'NotPrincipal'));

/** The permission policies of a file or a folder: the JSON that it is, or those that stand in Terraform code. */
export async function policiesOf(context: CliContext, name: string, unread: Unread): Promise<readonly NamedPolicy[]> {
  const sources = await policySources(context, [name], unread);
  const found = sources.flatMap((source): readonly NamedPolicy[] => {
    const { code, siblings, text } = source;
    if (code === undefined) {
      const { root, syntax } = readPolicyText(text);
      const [broken] = syntax;
      if (broken !== undefined || root === undefined || entry(root, 'Statement') === undefined)
        throw new ProblemError({
          code: 'no-policy',
          message: `${source.name} is not a policy: ${broken?.message ?? 'it has no "Statement".'}`,
          nextStep: `Look at it with "tfc-oidc lint-policy ${source.name}".`,
        });
      return source.found && root !== undefined && hasPrincipal(root) ? [] : [{ name: source.name, text }];
    }
    return policiesInCode(code.file, text, siblings)
      .filter(({ root }) => !hasPrincipal(root))
      .map(policy => ({ name: `${source.name} (${policy.address})`, text, code: { ...policy, file: source.name } }));
  });
  if (found.length === 0) throw noPolicyIn(name);
  return found;
}
