import type { TextEdit } from '../../core/text';
import { addArgument } from '../../lint/edits/fixes';
import { fileArguments } from '../../lint/arguments';
import { declareVariable, dynamicVariable, mappedUses, providerTo } from '../../lint/mapping';
import { configuresItself } from '../../lint/providers';
import { attributeOf, type Module, type ModuleCall, type ProviderBlock, type Root } from '../../terraform/model';

/** The mapping of provider blocks that stand in child modules. */
export interface ChildMapping {
  /** Also of the root's files: the calls that hand the variable on. */
  readonly edits: readonly TextEdit[];
  readonly notes: readonly string[];
}

/** What a block is mapped to, as it stands in the variable: `default`, or `aliases["TAG"]`. */
type PartOf = (provider: ProviderBlock) => string;

/**
 * A block of a child module has to be mapped too, and reads the variable of its own module: that is declared there, and each call on the
 * way from the root hands it on. Where other roots may call the module, or its code is not of this repository, it is left alone and the
 * note says why.
 */
export function mapChildModules(root: Root, partOf: PartOf, nameOf: (provider: ProviderBlock) => string): ChildMapping {
  const edits: TextEdit[] = [];
  const notes: string[] = [];
  const handedTo = new Set<Module>();
  for (const module of root.modules.filter(m => m.dir !== root.dir)) {
    const open = module.providers.filter(
      p => p.kind === 'aws' && configuresItself(p) && mappedUses(root, module, p).length === 0,
    );
    if (open.length === 0) continue;
    const way = wayTo(root, module);
    const found = open.map(provider => ({ provider, made: 'why' in way ? [] : editsOf(provider, partOf(provider)) }));
    for (const { provider, made } of found) {
      const why = 'why' in way ? way.why : made.length === 0 ? 'it has a form that is not edited here' : undefined;
      notes.push(
        why === undefined
          ? `${nameOf(provider)} in ${provider.file.path} belongs to a child module: it uses ${partOf(provider)}, and the calls of the module hand the variable on.`
          : `${nameOf(provider)} in ${provider.file.path} belongs to a child module and is not mapped: ${why}. Move the block to the root and pass it with providers = { … }, or hand the module the file of its configuration as a variable.`,
      );
      edits.push(...made);
    }
    if ('why' in way || found.every(f => f.made.length === 0)) continue;
    for (const { caller, call } of way.calls) {
      if (attributeOf(call.body, dynamicVariable) === undefined && !isHanded(edits, call))
        edits.push(...addArgument(call.file, call.block, call.body, `${dynamicVariable} = var.${dynamicVariable}`));
      if (caller.dir !== root.dir) handedTo.add(caller);
    }
    handedTo.add(module);
  }
  for (const module of handedTo) {
    const [near] = module.files.filter(f => f.role === 'config' && !f.override);
    if (!module.variables.has(dynamicVariable) && near !== undefined) edits.push(...declareVariable(module, near));
  }
  return { edits, notes };
}

/** The same call is met once for each module behind it. */
const isHanded = (edits: readonly TextEdit[], { file, block }: ModuleCall): boolean =>
  edits.some(
    e =>
      e.file === file.path &&
      e.span.start >= block.start &&
      e.span.end <= block.end &&
      e.newText.includes(dynamicVariable),
  );

function editsOf(provider: ProviderBlock, part: string): readonly TextEdit[] {
  const names: readonly string[] = fileArguments;
  const [old, ...others] = provider.body.attributes.filter(a => names.includes(a.name));
  return others.length > 0 ? [] : providerTo(provider, part, old);
}

type Way =
  | { readonly calls: readonly { readonly caller: Module; readonly call: ModuleCall }[] }
  /** Why the variable cannot be handed on from here. */
  | { readonly why: string };

/** Every call on the way from the root to a module, where all of its code is the root's own. */
function wayTo(root: Root, module: Module): Way {
  const calls: { readonly caller: Module; readonly call: ModuleCall }[] = [];
  const asked = [module];
  for (const one of asked) {
    const why = whyNot(root, one);
    if (why !== undefined) return { why };
    const own = root.modules.flatMap(caller =>
      caller.calls.filter(call => call.dir === one.dir).map(call => ({ caller, call })),
    );
    if (own.some(({ call }) => call.file.syntax === 'json')) return { why: 'a call of it is in a JSON file' };
    calls.push(...own);
    asked.push(...own.map(o => o.caller).filter(m => m.dir !== root.dir && !asked.includes(m)));
  }
  return { calls };
}

function whyNot(root: Root, { dir, files, providers }: Module): string | undefined {
  if (!['/', '\\'].some(separator => dir.startsWith(`${root.dir}${separator}`)))
    return 'its folder is outside of the root, and another root may call it';
  if (/[\\/]\.terraform[\\/]/.test(dir)) return 'its code was downloaded, and the next terraform init writes it anew';
  const broken = files.find(f => f.parsed.problems.length > 0 || f.parsed.recovered);
  if (broken !== undefined) return `${broken.path} has a syntax error`;
  return providers.some(p => p.file.syntax === 'json') || files.every(f => f.syntax === 'json')
    ? 'its code is JSON'
    : undefined;
}
