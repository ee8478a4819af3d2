import { isCode } from './fileKinds';
import {
  at,
  attributeOf,
  blocksOf,
  type Module,
  type ModuleCall,
  type NamedBlock,
  type ProviderBlock,
  type ResourceBlock,
  type SourceFile,
  type Stack,
  type StackDeployment,
  type StackStore,
  type Value,
  type VariableBlock,
} from './model';
import type { Attribute, Block, Expression } from './syntax/ast';
import { codeBlocks } from './terragrunt';

/** Local names that mean an AWS provider: the usual ones, and those that required_providers gives to hashicorp/aws(cc). */
function awsNames(files: readonly SourceFile[]): ReadonlyMap<string, ProviderBlock['kind']> {
  const names = new Map<string, ProviderBlock['kind']>([
    ['aws', 'aws'],
    ['awscc', 'awscc'],
  ]);
  for (const file of files) {
    for (const block of codeBlocks(file)) {
      const required =
        block.type === 'terraform'
          ? blocksOf(block.body, 'required_providers')
          : block.type === 'required_providers'
            ? [block]
            : [];
      for (const attribute of required.flatMap(b => b.body.attributes)) {
        const { value } = attribute;
        const source = value.kind === 'object' ? value.items.find(item => item.keyText === 'source')?.value : value;
        const type = source?.kind === 'string' ? /(?:^|\/)hashicorp\/(aws|awscc)$/i.exec(source.value)?.[1] : undefined;
        if (type !== undefined) names.set(attribute.name, type.toLowerCase() === 'aws' ? 'aws' : 'awscc');
      }
    }
  }
  return names;
}

/**
 * Override files replace arguments one by one, and nested blocks by their type: what they replace is not in force any more.
 * https://developer.hashicorp.com/terraform/language/files/override#merging-behavior
 */
function withoutReplaced(providers: readonly ProviderBlock[]): readonly ProviderBlock[] {
  return providers.map((provider, i) => {
    const later = providers
      .slice(i + 1)
      .filter(p => p.file.override && p.name === provider.name && p.alias === provider.alias);
    if (later.length === 0) return provider;
    const arguments_ = new Set(later.flatMap(p => p.body.attributes.map(a => a.name)));
    const blocks = new Set(later.flatMap(p => p.body.blocks.map(nestedType)));
    const { body } = provider;
    return {
      ...provider,
      body: {
        ...body,
        // The alias says which block it is; it is never replaced.
        attributes: body.attributes.filter(a => a.name === 'alias' || !arguments_.has(a.name)),
        blocks: body.blocks.filter(b => !blocks.has(nestedType(b))),
      },
    };
  });
}

/** `dynamic "assume_role"` makes blocks of type assume_role, and override files treat it as one. */
function nestedType(block: Block): string {
  return block.type === 'dynamic' ? (block.labels[0]?.value ?? 'dynamic') : block.type;
}

/** Terraform compares names in Unicode's form C (NFC). Most have nothing to compose, and asking ICU costs more than the parsing. */
function normalized(name: string | undefined): string | undefined {
  return name !== undefined && /[^\x00-\x7f]/.test(name) ? name.normalize() : name;
}

/** Sorts the blocks of a folder's files. Source of the block types: hashicorp/terraform internal/configs. */
export function buildModule(dir: string, files: readonly SourceFile[]): Module {
  const code = files.filter(f => isCode(f.role));
  const parts: Parts = {
    providers: [],
    resources: [],
    variables: new Map(),
    locals: new Map(),
    calls: [],
    terraformBlocks: [],
  };
  const aws = awsNames(files);
  for (const file of code) for (const block of codeBlocks(file)) sort(parts, file, block, aws);
  return { dir, files: code, ...parts, providers: withoutReplaced(parts.providers) };
}

interface Parts {
  readonly providers: ProviderBlock[];
  readonly resources: ResourceBlock[];
  readonly variables: Map<string, VariableBlock>;
  readonly locals: Map<string, { file: SourceFile; attribute: Attribute }>;
  readonly calls: ModuleCall[];
  readonly terraformBlocks: NamedBlock[];
}

function sort(parts: Parts, file: SourceFile, block: Block, aws: ReturnType<typeof awsNames>): void {
  const named = { file, block, body: block.body };
  switch (block.type) {
    case 'terraform':
      parts.terraformBlocks.push(named);
      break;
    case 'locals':
      for (const attribute of block.body.attributes) parts.locals.set(attribute.name, { file, attribute });
      break;
    // A data source in a check is read in every plan and apply.
    case 'check':
      parts.resources.push(...dataIn(block, file));
      break;
    default: {
      const first = normalized(block.labels[0]?.value);
      if (first !== undefined) sortNamed(parts, named, first, aws);
    }
  }
}

function sortNamed(parts: Parts, named: NamedBlock, first: string, aws: ReturnType<typeof awsNames>): void {
  const { file, block, body } = named;
  const second = normalized(block.labels[1]?.value);
  switch (block.type) {
    case 'provider': {
      const kind = aws.get(first);
      const inStack = file.role === 'component' || file.role === 'deployment';
      if (kind !== undefined) parts.providers.push({ ...provider(file, block, first, second, inStack), kind });
      break;
    }
    case 'resource':
    case 'data':
    case 'ephemeral':
      if (second !== undefined) parts.resources.push({ ...named, mode: block.type, type: first, name: second });
      break;
    case 'variable': {
      // Override files are merged argument by argument: one that sets no default keeps the earlier one.
      const kept = file.override ? parts.variables.get(first)?.default : undefined;
      parts.variables.set(first, { ...named, name: first, default: attributeOf(body, 'default')?.value ?? kept });
      break;
    }
    case 'module':
    case 'component':
    case 'stack':
      parts.calls.push({ ...named, name: first, source: sourceOf(block, file), dir: undefined });
      break;
    default:
      break;
  }
}

function provider(
  file: SourceFile,
  block: Block,
  name: string,
  second: string | undefined,
  inStack: boolean,
): Omit<ProviderBlock, 'kind'> {
  const [config] = inStack ? blocksOf(block.body, 'config') : [];
  const alias = attributeOf(block.body, 'alias')?.value;
  return {
    name,
    alias: inStack
      ? second
      : alias?.kind === 'string'
        ? alias.value
        : alias?.kind === 'reference'
          ? alias.path
          : undefined,
    file,
    block,
    body: config?.body ?? block.body,
    inStack,
  };
}

function sourceOf(block: Block, file: SourceFile): Value<string> {
  const source = attributeOf(block.body, 'source');
  if (source === undefined) return { state: 'absent' };
  const location = at(file, source.value);
  if (source.value.kind === 'string')
    return { state: 'known', value: source.value.value, source: { kind: 'config' }, location };
  return { state: 'unknown', why: 'The source of the module is an expression.', location };
}

function dataIn(check: Block, file: SourceFile): readonly ResourceBlock[] {
  return blocksOf(check.body, 'data').flatMap(block => {
    const [type, name] = block.labels.map(label => normalized(label.value));
    if (type === undefined || name === undefined) return [];
    return [{ file, block, body: block.body, mode: 'data' as const, type, name }];
  });
}

/** The deployments and identity tokens of a Stack (https://developer.hashicorp.com/terraform/language/stacks). */
export function buildStack(files: readonly SourceFile[]): Stack | undefined {
  const stackFiles = files.filter(f => f.role === 'component' || f.role === 'deployment');
  if (stackFiles.length === 0) return undefined;
  const deployments: StackDeployment[] = [];
  const stores: StackStore[] = [];
  const identityTokens: (NamedBlock & { name: string; audience: Value<readonly string[]> })[] = [];
  for (const file of stackFiles) {
    for (const block of file.parsed.body.blocks) {
      const name = block.labels[0]?.value;
      if (name === undefined) continue;
      const named = { file, block, body: block.body, name };
      if (block.type === 'deployment') deployments.push(named);
      if (block.type === 'store' && block.labels[1] !== undefined)
        stores.push({ ...named, type: name, name: block.labels[1].value });
      if (block.type === 'identity_token') identityTokens.push({ ...named, audience: audienceOf(block, file) });
    }
  }
  return { deployments, identityTokens, stores };
}

function audienceOf(block: Block, file: SourceFile): Value<readonly string[]> {
  const audience = attributeOf(block.body, 'audience');
  if (audience === undefined) return { state: 'absent' };
  const location = at(file, audience.value);
  const items: readonly Expression[] = audience.value.kind === 'tuple' ? audience.value.items : [audience.value];
  const texts = items.map(item => (item.kind === 'string' ? item.value : undefined));
  if (texts.some(text => text === undefined))
    return { state: 'unknown', why: 'The audience is an expression.', location };
  return { state: 'known', value: texts.filter(text => text !== undefined), source: { kind: 'config' }, location };
}
