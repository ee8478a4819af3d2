import { isRandom } from '../core/redact';
import type { Span } from '../core/text';
import type { Module, ProviderBlock, Root, SourceFile } from '../terraform/model';
import { at, headerSpan } from '../terraform/model';
import type { Attribute, Block, Body } from '../terraform/syntax/ast';
import type { Finding } from './finding';
import { isUnset, pathsIn, type Path } from './expressions';
import type { Expression } from '../terraform/syntax/ast';
import { isUnsetInRun } from './values';

/** Provider blocks as rules look at them. */

export function allProviders(root: Root): readonly { readonly module: Module; readonly provider: ProviderBlock }[] {
  return root.modules.flatMap(module => module.providers.map(provider => ({ module, provider })));
}

/** A block of a child module that holds nothing but its alias only names a provider that the caller passes (Terraform before 0.15). */
export const configuresItself = ({ body }: ProviderBlock): boolean =>
  body.blocks.length > 0 || body.attributes.some(a => a.name !== 'alias' && a.name !== 'version');

/** `provider "aws"`, with its alias where it has one. */
export function providerName(provider: ProviderBlock): string {
  return `provider "${provider.name}"${aliasText(provider.alias)}`;
}

/** An alias is quoted where it is a name. What stands in its place otherwise may be anything, a key too. */
function aliasText(alias: string | undefined): string {
  if (alias === undefined) return '';
  const isName = /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(alias) && !(alias.length >= 20 && isRandom(alias));
  return isName ? ` (alias "${alias}")` : ' (its alias is not a name)';
}

/**
 * The header of a block. In JSON its last label, because type and labels may be far apart; in an array of blocks, which
 * share their label, the block's brace.
 */
export function blockHeader(block: Block, file: SourceFile): Span {
  if (file.syntax === 'hcl') return headerSpan(block);
  const header = block.labels.at(-1) ?? block.typeSpan;
  const own = block.open === undefined || /^"?\s*:\s*$/.test(file.text.slice(header.end, block.open.start));
  return own ? { start: header.start, end: header.end } : { start: block.open.start, end: block.open.end };
}

/** Every argument of one of these names that is written and not plainly empty. */
export function setArguments(body: Body, names: readonly string[]): readonly Attribute[] {
  return body.attributes.filter(a => names.includes(a.name) && !isUnset(a.value));
}

/** Every argument of one of these names that has a value in a run. */
export function setInRun(root: Root, module: Module, body: Body, names: readonly string[]): readonly Attribute[] {
  return body.attributes.filter(a => names.includes(a.name) && !isUnsetInRun(root, module, a.value));
}

/** A nested block as written: `assume_role { }`, `dynamic "assume_role" { }`, or (awscc) `assume_role = { }`. */
export type Nested =
  | { readonly kind: 'block'; readonly node: Block; readonly arguments: Body }
  | { readonly kind: 'attribute'; readonly node: Attribute; readonly value: Expression };

export function nested(body: Body, name: string): readonly Nested[] {
  const blocks = body.blocks.flatMap((block): Nested[] => {
    if (block.type === name) return [{ kind: 'block', node: block, arguments: block.body }];
    if (block.type !== 'dynamic' || block.labels[0]?.value !== name) return [];
    const content = block.body.blocks.find(b => b.type === 'content');
    return [{ kind: 'block', node: block, arguments: content?.body ?? block.body }];
  });
  const attributes = body.attributes
    .filter(a => a.name === name && !isUnset(a.value))
    .map((node): Nested => ({ kind: 'attribute', node, value: node.value }));
  return [...blocks, ...attributes].sort((a, b) => a.node.start - b.node.start);
}

/** The value of an argument of a nested block or object. */
export function nestedValue(item: Nested, name: string): Expression | undefined {
  if (item.kind === 'block') return item.arguments.attributes.find(a => a.name === name)?.value;
  const objects = item.value.kind === 'tuple' ? item.value.items : [item.value];
  for (const object of objects) {
    if (object.kind !== 'object') continue;
    const found = object.items.find(i => i.keyText === name);
    if (found !== undefined) return found.value;
  }
  return undefined;
}

/** The blocks that make one provider configuration: an override file adds to the block of the same name and alias. */
export const sameConfiguration = (module: Module, provider: ProviderBlock): readonly ProviderBlock[] =>
  configurations(module).get(aliasKey(provider)) ?? [];

/** The blocks of a provider that have no alias. */
export const defaultConfiguration = (module: Module, provider: ProviderBlock): readonly ProviderBlock[] =>
  configurations(module).get(aliasKey({ name: provider.name, alias: undefined })) ?? [];

/** Many rules ask for each block: looked through once for all of them, so that the time grows with the blocks and not with their square. */
const known = new WeakMap<readonly ProviderBlock[], ReadonlyMap<string, readonly ProviderBlock[]>>();

function configurations({ providers }: Module): ReadonlyMap<string, readonly ProviderBlock[]> {
  const found = known.get(providers);
  if (found !== undefined) return found;
  const byAlias = new Map<string, ProviderBlock[]>();
  for (const provider of providers) {
    const same = byAlias.get(aliasKey(provider));
    if (same === undefined) byAlias.set(aliasKey(provider), [provider]);
    else same.push(provider);
  }
  known.set(providers, byAlias);
  return byAlias;
}

const aliasKey = ({ name, alias }: Pick<ProviderBlock, 'name' | 'alias'>): string => `${name}\0${alias ?? '\0'}`;

/** Where the parts of a value come from: variables (and what tfvars files give them), locals, data sources. */
export function originsOf(root: Root, module: Module, value: Expression): Finding['related'] {
  const out: { location: Finding['location']; message: string }[] = [];
  const seen = new Set<string>();
  // A list of what is still to be followed: chains of locals may be of any length.
  const left: Path[] = [...pathsIn(value)].reverse();
  const follow = ({ steps }: Path): void => {
    const names = steps.map(step => (typeof step === 'string' ? step : '*'));
    const key = names.slice(0, 3).join('.');
    const [head, name] = names;
    if (seen.has(key) || name === undefined) return;
    seen.add(key);
    const local = head === 'local' ? module.locals.get(name) : undefined;
    if (head === 'var') out.push(...variablePlaces(root, module, name));
    else if (head !== 'local') out.push(...resourcePlaces(module, names));
    else if (local !== undefined) {
      out.push({ location: at(local.file, local.attribute.nameSpan), message: `Local "${name}" is defined here.` });
      left.push(...[...pathsIn(local.attribute.value)].reverse());
    }
  };
  for (let path = left.pop(); path !== undefined; path = left.pop()) follow(path);
  return out;
}

/** Where a variable is declared, and where files give it a value. */
function variablePlaces(root: Root, module: Module, name: string): Finding['related'] {
  const variable = module.variables.get(name);
  if (variable === undefined) return [];
  const { file, block } = variable;
  const declared = { location: at(file, blockHeader(block, file)), message: `Variable "${name}" is declared here.` };
  if (module.dir !== root.dir) return [declared];
  const given = root.tfvars.filter(tfvars => tfvars.name === name);
  return [
    declared,
    ...given.map(tfvars => ({
      location: at(tfvars.file, tfvars.attribute.nameSpan),
      message: `Variable "${name}" gets a value here.`,
    })),
  ];
}

function resourcePlaces(module: Module, [head, name, third]: readonly string[]): Finding['related'] {
  const isSource = head === 'data' || head === 'ephemeral';
  const [mode, type, label] = isSource ? [head, name, third] : ['resource', head, name];
  const resource = module.resources.find(r => r.mode === mode && r.type === type && r.name === label);
  if (resource === undefined) return [];
  const location = at(resource.file, blockHeader(resource.block, resource.file));
  const source = isSource ? `${mode ?? ''} source ` : '';
  return [{ location, message: `The value comes from ${source}${type ?? ''}.${label ?? ''}.` }];
}
