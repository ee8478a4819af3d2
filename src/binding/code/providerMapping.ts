import { fail, ok, type Result } from '../../core/problem';
import { pathsIn } from '../../lint/expressions';
import { appendLines, applyToFile } from '../../lint/edits/fixes';
import { declareVariable, dynamicVariable, isTag, mappedUses, providerTo } from '../../lint/mapping';
import { identitiesOf } from '../../lint/identities';
import { fileArguments } from '../../lint/arguments';
import { attributeOf, type ProviderBlock, type Root, type SourceFile } from '../../terraform/model';
import { applyEdits, type TextEdit } from '../../core/text';
import { pathInJson, setInJson } from '../../lint/edits/jsonEdits';
import { parseSource } from '../../terraform/folders';
import { mapChildModules } from './childMapping';
import type { NewText } from './draft';

/** How the provider blocks of a root use the configurations of its workspace. */
export interface MappingChoice {
  /** Tags of the workspace's configurations (`TFC_AWS_PROVIDER_AUTH_TAG`), letter by letter. */
  readonly tags: readonly string[];
  /** Alias to tag, where a person says so; `default` is the configuration without a tag. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Blocks whose alias fits no tag: mapped to the default configuration, which a person sees, or left for a person. */
  readonly open?: 'default' | 'leave';
}

export interface Mapping {
  readonly texts: readonly NewText[];
  /** What was decided for each provider block, in words. */
  readonly notes: readonly string[];
  /** Aliases that fit no tag: a person has to say which configuration they use. */
  readonly open: readonly string[];
}

/**
 * As soon as a tag exists, every provider block says which configuration it uses, the default one too
 * (https://developer.hashicorp.com/terraform/cloud-docs/dynamic-provider-credentials/specifying-multiple-configurations): the block
 * without an alias uses `default`; one with an alias the tag of its own name; any other stays with `default`, which it uses today. A
 * tag that no block uses gets a block of its own. The variable is declared. A root that is mapped so already gets no text.
 */
export function mapProviders(root: Root, choice: MappingChoice): Result<Mapping> {
  const unknown = Object.values(choice.aliases ?? {}).find(tag => tag !== 'default' && !choice.tags.includes(tag));
  if (unknown !== undefined)
    return fail({
      code: 'unknown-tag',
      message: `There is no configuration with the tag ${unknown}.`,
      nextStep: `Use one of: ${choice.tags.join(', ') || '(there is none)'}; tags are case-sensitive.`,
    });
  const bad = choice.tags.find(tag => !isTag(tag));
  if (bad !== undefined)
    return fail({
      code: 'invalid-name',
      message: `"${bad}" is not a valid tag: expected letters, digits and underscores; TYPE is reserved.`,
      nextStep: 'Choose another tag.',
    });
  if (choice.tags.length === 0) return ok({ texts: [], notes: [], open: [] });
  const { module } = root;
  const blocks = module.providers.filter(p => p.kind === 'aws' && !p.inStack && !p.file.override);
  const broken = module.files.find(f => f.parsed.problems.length > 0 || f.parsed.recovered);
  if (broken !== undefined)
    return fail({
      code: 'syntax',
      message: `${broken.path} has a syntax error.`,
      nextStep: 'Correct it ("terraform fmt" names the place) first.',
    });
  const notes: string[] = [];
  const edits: TextEdit[] = [];
  const json: JsonMapping[] = [];
  const used = new Set<string>();
  const open: string[] = [];
  for (const provider of blocks) {
    const backed = mappedUses(root, module, provider).find(use => use.variable !== dynamicVariable);
    if (backed !== undefined) {
      notes.push(`${nameOf(provider)} uses ${backed.variable} and is left alone.`);
      continue;
    }
    const target = targetFor(root, provider, choice);
    if (target !== 'default') used.add(target);
    notes.push(noteOf(root, provider, target, choice));
    if (isStrange(target, choice)) {
      open.push(provider.alias ?? 'default');
      continue;
    }
    if (isMappedTo(root, provider, target)) continue;
    if (provider.alias !== undefined && target === 'default' && !isSaid(root, provider, choice)) {
      open.push(provider.alias);
      if (choice.open === 'leave') continue;
    }
    const names: readonly string[] = fileArguments;
    const [old, ...others] = provider.body.attributes.filter(a => names.includes(a.name));
    if (others.length > 0)
      return fail({
        code: 'two-file-arguments',
        message: `${nameOf(provider)} has more than one shared file argument.`,
        nextStep: 'Leave one of them, then try again.',
      });
    const made = provider.file.syntax === 'json' ? [] : providerTo(provider, partOf(target), old);
    const path =
      provider.file.syntax === 'json' && provider.block.open !== undefined
        ? pathInJson(provider.file.text, provider.block.open.start)
        : undefined;
    if (path !== undefined) json.push({ file: provider.file, path, target, old: old?.name });
    else if (made.length === 0)
      return fail({
        code: 'block-shape',
        message: `${nameOf(provider)} has a form that is not edited here.`,
        nextStep: `Write shared_config_files = [var.${dynamicVariable}.${partOf(target)}.shared_config_file] by hand.`,
      });
    edits.push(...made);
  }
  const host = hostFile(root, blocks);
  if (host === undefined)
    return fail({
      code: 'no-file',
      message: 'The root has no file that can be edited.',
      nextStep: 'Make a file main.tf and try again.',
    });
  const children = mapChildModules(root, provider => partOf(targetFor(root, provider, choice)), nameOf);
  notes.push(...children.notes);
  edits.push(...children.edits);
  const missing = choice.tags.filter(tag => !used.has(tag));
  const wantsDefault = !blocks.some(p => p.alias === undefined) && usesDefault(root);
  const added = [...(wantsDefault ? ['default'] : []), ...missing];
  if (added.length > 0 && host.syntax === 'json')
    return fail({
      code: 'json-shape',
      message: `${missing.length > 0 ? `No provider uses tag ${missing.join(', ')}` : 'There is no default provider block'}, and ${host.path} is JSON.`,
      nextStep: 'Write the provider block by hand, then try again.',
    });
  const region = regionLine(blocks);
  const lines = added.flatMap((target, i) => [...(i === 0 ? [] : ['']), ...blockLines(target, region)]);
  for (const target of added)
    notes.push(
      target === 'default'
        ? 'A block for the default provider is added: resources use it, and it must be mapped too.'
        : `Tag ${target} gets a provider block with that alias.`,
    );
  if (edits.length + json.length === 0 && added.length === 0 && module.variables.has(dynamicVariable))
    return ok({ texts: [], notes, open });
  const declared = module.variables.has(dynamicVariable) ? [] : declareVariable(module, host);
  const texts = [...textsOf(root, host, edits, json, lines, declared), ...textsOfChildren(root, children.edits)];
  return ok({ texts, notes, open });
}

const nameOf = (provider: ProviderBlock): string =>
  `Provider "aws"${provider.alias === undefined ? '' : ` (alias ${provider.alias})`}`;
const partOf = (target: string): string => (target === 'default' ? 'default' : `aliases["${target}"]`);

function targetFor(root: Root, provider: ProviderBlock, { tags, aliases }: MappingChoice): string {
  const { alias } = provider;
  if (alias === undefined) return aliases?.['default'] ?? 'default';
  const said = aliases?.[alias];
  if (said !== undefined) return said;
  // What is written is a decision that somebody made, also where its tag is none of those that are known here.
  let strange: string | undefined;
  for (const { part } of mappedUses(root, root.module, provider)) {
    if (part.kind === 'default') return 'default';
    if (part.kind !== 'alias' || part.tag === undefined) continue;
    const written = part.tag;
    const meant = tags.find(t => t === written) ?? tags.find(t => t.toLowerCase() === written.toLowerCase());
    if (meant !== undefined) return meant;
    strange = written;
  }
  return tagOfName(tags, alias) ?? tagOfIdentity(root, provider, tags) ?? strange ?? 'default';
}

/** A tag that stands in the code, and that nobody named. */
const isStrange = (target: string, { tags }: MappingChoice): boolean => target !== 'default' && !tags.includes(target);

/** Blocks that take the same credentials today stay one identity: such a block goes where the one goes that has the name of a tag. */
function tagOfIdentity(root: Root, provider: ProviderBlock, tags: readonly string[]): string | undefined {
  const { all } = identitiesOf(root);
  const own = all.find(i => i.provider?.block === provider.block);
  if (own === undefined || own.source === 'run') return undefined;
  const same = all.filter(i => i.credentials === own.credentials).flatMap(i => i.provider ?? []);
  if (same.some(p => p.alias === undefined)) return undefined;
  return same.map(p => tagOfName(tags, p.alias ?? '')).find(tag => tag !== undefined);
}

/** A tag holds no hyphen: alias `us-east-1` is written `us_east_1` as a tag. */
const spelling = (name: string): string => name.toLowerCase().replaceAll('-', '_');

/** The tag that a block's alias is the name of: letter by letter, else as far as a tag can be written so. */
function tagOfName(tags: readonly string[], alias: string): string | undefined {
  const same = tags.find(t => t === alias);
  const like = tags.filter(t => spelling(t) === spelling(alias));
  return same ?? (like.length === 1 ? like[0] : undefined);
}

/** Did a person say, on the command line or in the code, that a block uses the default configuration? */
const isSaid = (root: Root, provider: ProviderBlock, { aliases }: MappingChoice): boolean =>
  provider.alias === undefined || aliases?.[provider.alias] !== undefined || isMappedTo(root, provider, 'default');

/** What was decided for one block. A block that only keeps what it has today is told as such: it may be meant for another account. */
function noteOf(root: Root, provider: ProviderBlock, target: string, choice: MappingChoice): string {
  if (isStrange(target, choice)) {
    const alias = provider.alias ?? 'default';
    return `${nameOf(provider)} uses tag ${target}, which is none of the tags here, and is left as it is. If it is a tag of the workspace, name it (--tag ${target}); if not, say which one the block uses (--map ${alias}=TAG).`;
  }
  if (target !== 'default') return `${nameOf(provider)} uses tag ${target}.`;
  return isSaid(root, provider, choice)
    ? `${nameOf(provider)} uses the default configuration.`
    : `${nameOf(provider)} fits no tag and keeps the default configuration, the account that it uses today. If it belongs to another account, name the tag (--map ${provider.alias ?? ''}=TAG); if not, say so (--map ${provider.alias ?? ''}=default).`;
}

/** Files of child modules: each of them once. */
function textsOfChildren(root: Root, edits: readonly TextEdit[]): readonly NewText[] {
  const files = root.modules.filter(m => m.dir !== root.dir).flatMap(m => m.files);
  return files.flatMap(file => {
    const own = edits.filter(e => e.file === file.path);
    return own.length === 0 ? [] : [{ file, text: applyToFile(file, own) }];
  });
}

function isMappedTo(root: Root, provider: ProviderBlock, target: string): boolean {
  const uses = mappedUses(root, root.module, provider);
  return (
    uses.length === 1 &&
    uses.every(({ part }) =>
      target === 'default' ? part.kind === 'default' : part.kind === 'alias' && part.tag === target,
    )
  );
}

/** Does anything use the provider that no block declares? */
const usesDefault = (root: Root): boolean =>
  root.module.resources.some(r => r.type.startsWith('aws_') && attributeOf(r.body, 'provider') === undefined);

/** Where new blocks go: behind the provider blocks that are there, else where they are looked for. */
function hostFile(root: Root, blocks: readonly ProviderBlock[]): SourceFile | undefined {
  const files = root.module.files.filter(f => !f.override && f.role === 'config');
  const named = (name: string): SourceFile | undefined =>
    files.find(f => new RegExp(`(?:^|[\\\\/])${name}\\.(?:tf|tofu)$`).test(f.path));
  return (
    blocks.find(b => b.file.syntax === 'hcl')?.file ??
    named('providers') ??
    named('main') ??
    files.find(f => f.syntax === 'hcl') ??
    files[0]
  );
}

/** The region of the first block that has one, as it is written. `each` and `count` mean something in their own block only. */
function regionLine(blocks: readonly ProviderBlock[]): string | undefined {
  for (const { body, file } of blocks) {
    const region = attributeOf(body, 'region');
    const own =
      region !== undefined && pathsIn(region.value).some(({ steps: [head] }) => head === 'each' || head === 'count');
    if (region !== undefined && !own && file.syntax === 'hcl')
      return file.text.slice(region.value.start, region.value.end);
  }
  return undefined;
}

function blockLines(target: string, region: string | undefined): readonly string[] {
  const pairs: (readonly [string, string])[] = [
    ...(target === 'default' ? [] : [['alias', `"${/^\d/.test(target) ? `tag_${target}` : target}"`] as const]),
    ...(region === undefined || /[\r\n]/.test(region) ? [] : [['region', region] as const]),
    ['shared_config_files', `[var.${dynamicVariable}.${partOf(target)}.shared_config_file]`],
  ];
  const width = Math.max(...pairs.map(([name]) => name.length));
  return ['provider "aws" {', ...pairs.map(([name, value]) => `  ${name.padEnd(width)} = ${value}`), '}'];
}

/** A provider block of a JSON file. Its path stays right while others are edited; offsets would not. */
interface JsonMapping {
  readonly file: SourceFile;
  readonly path: NonNullable<ReturnType<typeof pathInJson>>;
  readonly target: string;
  /** The file argument that goes. */
  readonly old: string | undefined;
}

function mapInJson(text: string, { path, target, old }: JsonMapping): string {
  const set = (current: string, name: string, value: unknown): string =>
    applyEdits(current, setInJson(current, undefined, [...path, name], value));
  const without = old === undefined || old === 'shared_config_files' ? text : set(text, old, undefined);
  return set(without, 'shared_config_files', [`\${var.${dynamicVariable}.${partOf(target)}.shared_config_file}`]);
}

/** Each changed file once: edits of blocks, then new blocks, then the variable. */
function textsOf(
  root: Root,
  host: SourceFile,
  edits: readonly TextEdit[],
  json: readonly JsonMapping[],
  lines: readonly string[],
  declared: readonly TextEdit[],
): readonly NewText[] {
  return root.module.files.flatMap(file => {
    const mapped = json.filter(m => m.file.path === file.path);
    const blocks = file.path === host.path ? lines : [];
    const variable = declared.filter(e => e.file === file.path);
    const edited = edits.some(e => e.file === file.path);
    if (!edited && mapped.length + blocks.length + variable.length === 0) return [];
    let text = mapped.reduce(mapInJson, applyToFile(file, edits));
    if (blocks.length > 0) text = appended(file, text, blocks);
    if (variable.length > 0) {
      // Declared anew for the text as it is by now.
      const now = { ...file, text, parsed: parseSource(file, text) };
      text = applyToFile(now, declareVariable({ ...root.module, files: [now] }, now));
    }
    return [{ file, text }];
  });
}

const appended = (file: SourceFile, text: string, lines: readonly string[]): string =>
  applyToFile({ path: file.path, text }, appendLines({ ...file, text }, lines));
