import type { TextEdit } from '../core/text';
import { attributeOf, type Module, type ProviderBlock, type Root } from '../terraform/model';
import type { Attribute } from '../terraform/syntax/ast';
import { fileArguments, keyArguments } from './arguments';
import { addArgument, appendLines, combineEdits, removal, toEdits } from './edits/fixes';
import { lineBreakOf, lineEnd, lineStart } from './edits/lines';
import type { Fix } from './finding';
import { type Identities, identitiesOf } from './identities';
import { nested, sameConfiguration, setArguments } from './providers';
import { declareVariable, dynamicVariable, isTag, tagsInUse } from './mapping';

const filesArgument = 'shared_config_files';
const maximumBlocks = 20;

/**
 * The fix that keeps a profile for runs on one's own machine: a run of HCP Terraform gives the variable of its configurations a value,
 * a laptop does not. Where the workspace has the default configuration alone, nothing says that the variable is filled: then the name of
 * the profile comes from a variable that is null where nobody sets it.
 */
export function worksEverywhere(
  { root, identities }: { readonly root: Root; readonly identities: Identities },
  module: Module,
  provider: ProviderBlock,
  argument: Attribute,
): readonly Fix[] {
  if (!isWritable(provider) || module.dir !== root.dir) return [];
  // The first tag makes every block need one.
  if (!tagsInUse(root) && identities.all.length > 1) return wholeRoot(root, identities);
  if (argument.name !== 'profile' || isConditional(argument)) return [];
  const { alias } = provider;
  const isTagged = (alias !== undefined && isTag(alias)) || tagsInUse(root);
  const part = alias !== undefined && isTag(alias) ? `aliases["${alias}"]` : 'default';
  const edits = isTagged
    ? [...byConfiguration(provider, argument, part), ...withDefault(module, provider)]
    : byVariable(module, provider, argument);
  const isDone = isTagged
    ? edits.some(e => e.file === provider.file.path && e.span.start === argument.start)
    : edits.length > 0;
  if (!isDone) return [];
  const title = isTagged
    ? 'Make profile work in HCP Terraform and on my laptop'
    : 'Take profile from var.aws_profile, which is null in HCP Terraform (TF_VAR_aws_profile sets it on my laptop)';
  // Without a tag the name of the profile is in the code no more.
  return [
    { id: 'works-everywhere', title, preferred: false, edits, ...(!isTagged && { takesCredentials: true as const }) },
  ];
}

const isWritable = ({ file, kind, inStack }: ProviderBlock): boolean =>
  file.syntax === 'hcl' && file.role === 'config' && kind === 'aws' && !inStack;

const whole = new WeakMap<Identities, readonly Fix[]>();

/** Every provider block mapped to a configuration of its own, blocks of the same credentials to the same one; profiles stay on a laptop. */
function wholeRoot(root: Root, identities: Identities): readonly Fix[] {
  const known = whole.get(identities);
  if (known !== undefined) return known;
  const parts = configurationParts(root, identities);
  const byBlock = parts?.map(([provider, part]) => mapped(provider, part));
  const [first] = parts ?? [];
  const fixes: Fix[] = [];
  if (byBlock !== undefined && first !== undefined && byBlock.every(edits => edits.length > 0)) {
    const keys = (parts ?? []).some(([{ body }]) => setArguments(body, keyArguments).length > 0);
    const profiles = (parts ?? []).some(([{ body }]) => setArguments(body, ['profile']).length > 0);
    fixes.push({
      id: 'map-every-provider',
      title: `Map the provider blocks to tagged configurations${profiles ? '; profiles stay for my laptop' : ''}`,
      preferred: false,
      edits: [...byBlock.flat(), ...withDefault(root.module, first[0])],
      ...(keys && { takesCredentials: true as const }),
    });
  }
  whole.set(identities, fixes);
  return fixes;
}

/** Which configuration each provider block of a root takes; `undefined`: a person has to say. */
function configurationParts(
  root: Root,
  { all }: Identities,
): readonly (readonly [ProviderBlock, string])[] | undefined {
  const blocks = all.flatMap(({ provider, credentials }) =>
    provider === undefined ? [] : [{ provider, credentials }],
  );
  const own = new Set(root.module.providers);
  const fits = ({ provider }: (typeof blocks)[number]): boolean =>
    own.has(provider) &&
    isWritable(provider) &&
    sameConfiguration(root.module, provider).length === 1 &&
    attributeOf(provider.body, 'for_each') === undefined &&
    nested(provider.body, 'assume_role_with_web_identity').length === 0 &&
    setArguments(provider.body, fileArguments).length === 0;
  const isImplicit = all.some(i => i.provider === undefined && i.source === 'run');
  // Each finding carries the fix: of very many blocks that would be their square.
  if (isImplicit || blocks.length > maximumBlocks || !blocks.every(fits)) return undefined;
  const byCredentials = new Map<string, string>();
  const first = blocks.find(b => b.provider.alias === undefined);
  if (first !== undefined) byCredentials.set(first.credentials, 'default');
  const out: (readonly [ProviderBlock, string])[] = [];
  for (const { provider, credentials } of blocks) {
    const { alias } = provider;
    let part = byCredentials.get(credentials);
    if (part === undefined) {
      if (alias === undefined || !isTag(alias)) return undefined;
      byCredentials.set(credentials, (part = `aliases["${alias}"]`));
    }
    out.push([provider, part]);
  }
  return out;
}

/** Tags for the identities of a root that need a configuration of their own; none where the code maps them already. */
export function proposedTags(root: Root, identities: Identities = identitiesOf(root)): readonly string[] {
  if (identities.survive || tagsInUse(root)) return [];
  const parts = (configurationParts(root, identities) ?? []).map(([, part]) => /^aliases\["(\w+)"\]$/.exec(part)?.[1]);
  return [...new Set(parts.flatMap(tag => tag ?? []))];
}

function mapped(provider: ProviderBlock, part: string): readonly TextEdit[] {
  const { file, block, body } = provider;
  const [profile] = setArguments(body, ['profile']);
  const keys = setArguments(body, keyArguments);
  if (profile !== undefined && keys.length === 0)
    return isConditional(profile) ? [] : byConfiguration(provider, profile, part);
  const gone = profile === undefined ? keys : [...keys, profile];
  const value = `try([var.${dynamicVariable}.${part}.shared_config_file], null)`;
  const [first, ...others] = gone;
  if (first === undefined) return addArgument(file, block, body, `${filesArgument} = ${value}`);
  const removed = combineEdits(
    file,
    others.flatMap(a => removal(file, a, { title: '', preferred: false }).flatMap(fix => fix.edits)),
  );
  return [
    // Where the lines are aligned anew, this one is written anew.
    ...removed.filter(e => e.span.end <= first.start || first.end <= e.span.start),
    ...toEdits(file, [{ span: { start: first.start, end: first.end }, newText: `${filesArgument} = ${value}` }]),
  ];
}

/** Somebody has thought of both already. */
const isConditional = ({ value }: Attribute): boolean => value.kind === 'conditional';

function byConfiguration(provider: ProviderBlock, argument: Attribute, part: string): readonly TextEdit[] {
  const { file, body } = provider;
  if (attributeOf(body, filesArgument) !== undefined) return [];
  const reference = `var.${dynamicVariable}.${part}`;
  const written = file.text.slice(argument.value.start, argument.value.end);
  const line = lineStart(file.text, argument.start);
  const indent = file.text.slice(line, argument.start);
  const eol = lineBreakOf(file.text);
  // Two arguments need a line each.
  if (indent.trim() !== '' || written.includes('\n') || argument.end > lineEnd(file.text, argument.start)) return [];
  const name = 'profile'.padEnd(filesArgument.length);
  const lines = [
    `${name} = !can(${reference}) ? ${written} : null`,
    `${indent}${filesArgument} = try([${reference}.shared_config_file], null)`,
  ].join(eol);
  return [
    ...toEdits(file, [{ span: { start: argument.start, end: argument.end }, newText: lines }]),
    ...aligned(provider, argument),
  ];
}

/** The arguments on the lines right above and below, aligned as `terraform fmt` does. */
function aligned({ file, body }: ProviderBlock, argument: Attribute): readonly TextEdit[] {
  const { text } = file;
  const lineOf = (a: Attribute): number => text.slice(0, a.start).split('\n').length;
  const single = body.attributes.filter(a => a.end <= lineEnd(text, a.start));
  const at = single.indexOf(argument);
  const group: Attribute[] = [];
  for (const step of [-1, 1])
    for (let i = at + step, next = single[i]; next !== undefined; i += step, next = single[i]) {
      const neighbour = single[i - step];
      if (neighbour === undefined || Math.abs(lineOf(next) - lineOf(neighbour)) !== 1) break;
      group.push(next);
    }
  return group.flatMap(a => {
    const equals = text.indexOf('=', a.nameSpan.end);
    const pad = ' '.repeat(Math.max(1, filesArgument.length - a.name.length + 1));
    return toEdits(file, [{ span: { start: a.nameSpan.end, end: equals }, newText: pad }]);
  });
}

/** Without a default a run on a laptop asks for the variable. */
function withDefault(module: Module, provider: ProviderBlock): readonly TextEdit[] {
  const declared = module.variables.get(dynamicVariable);
  if (declared === undefined) return declareVariable(module, provider.file, true);
  if (declared.default !== undefined || declared.file.syntax === 'json') return [];
  return addArgument(declared.file, declared.block, declared.body, 'default = null');
}

function byVariable(module: Module, provider: ProviderBlock, argument: Attribute): readonly TextEdit[] {
  const { file } = provider;
  const declared = module.variables.get('aws_profile');
  if (declared !== undefined) return [];
  const native = module.files.filter(f => f.syntax === 'hcl' && !f.override && f.role === 'config');
  const target = native.find(f => /(?:^|[\\/])variables\.(?:tf|tofu)$/.test(f.path)) ?? file;
  return [
    ...toEdits(file, [{ span: { start: argument.value.start, end: argument.value.end }, newText: 'var.aws_profile' }]),
    ...appendLines(target, [
      'variable "aws_profile" {',
      '  description = "AWS profile of runs on your own machine; null in HCP Terraform."',
      '  type        = string',
      '  default     = null',
      '}',
    ]),
  ];
}
