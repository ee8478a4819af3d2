import type { TextEdit } from '../core/text';
import { attributeOf, type Module, type ProviderBlock, type Root, type SourceFile } from '../terraform/model';
import type { Attribute } from '../terraform/syntax/ast';
import { addArgument, appendLines, toEdits } from './edits/fixes';
import { setInJson } from './edits/jsonEdits';
import { lineBreakOf } from './edits/lines';
import type { Fix } from './finding';
import { injectedUses, type InjectedUse } from './injected';
import { setArguments } from './providers';

/**
 * The mapping of provider blocks to dynamic credentials when a workspace has more than one configuration
 * (https://developer.hashicorp.com/terraform/cloud-docs/dynamic-provider-credentials/specifying-multiple-configurations).
 */
export const dynamicVariable = 'tfc_aws_dynamic_credentials';

/** The type that HashiCorp's page asks for, word for word. */
const documentedType = [
  'object({',
  '  default = object({ shared_config_file = string })',
  '  aliases = map(object({ shared_config_file = string }))',
  '})',
] as const;

const typeOnOneLine =
  'object({ default = object({ shared_config_file = string }), aliases = map(object({ shared_config_file = string })) })';

/** What a provider block maps, in its file arguments. */
export function mappedUses(root: Root, module: Module, provider: ProviderBlock): readonly InjectedUse[] {
  return setArguments(provider.body, [
    'shared_config_files',
    'shared_credentials_files',
    'shared_credentials_file',
  ]).flatMap(argument => injectedUses(root, module, argument.value));
}

/** Does any provider block of the root map a tag? Then every block must map something, the default one included. */
export function tagsInUse(root: Root): boolean {
  // Asked for each finding: looked through once.
  let tagged = inUse.get(root.modules);
  if (tagged === undefined) inUse.set(root.modules, (tagged = mapsTag(root)));
  return tagged;
}

const inUse = new WeakMap<Root['modules'], boolean>();

function mapsTag(root: Root): boolean {
  return root.modules.some(module =>
    module.providers.some(
      provider => !provider.inStack && mappedUses(root, module, provider).some(use => use.part.kind === 'alias'),
    ),
  );
}

/** Letters, digits and underscores; `TYPE` is reserved, because TFC_VAULT_BACKED_AWS_AUTH_TYPE exists. */
export function isTag(text: string): boolean {
  return /^[A-Za-z0-9_]+$/.test(text) && text !== 'TYPE';
}

/**
 * Fixes that map a provider block: the default one to `default`; an aliased one to the tag of its own name, or to `default`.
 * `replaced` is the file argument whose value goes. The variable is declared as well where it is missing.
 */
export function mapProvider(module: Module, provider: ProviderBlock, replaced: Attribute | undefined): readonly Fix[] {
  const declare = module.variables.has(dynamicVariable) ? [] : declareVariable(module, provider.file);
  const to = (part: string, preferred: boolean, title: string): readonly Fix[] => {
    const edits = providerTo(provider, part, replaced);
    if (edits.length === 0) return [];
    return [{ id: 'map-provider', title, preferred, edits: [...edits, ...declare] }];
  };
  if (provider.alias === undefined) return to('default', true, 'Map to the default configuration');
  return [
    ...(isTag(provider.alias)
      ? to(`aliases["${provider.alias}"]`, false, `Map to the configuration with tag ${provider.alias}`)
      : []),
    ...to('default', false, 'Map to the default configuration'),
  ];
}

/** The edits that map a provider block to a part of the variable: `default`, or `aliases["TAG"]`. `replaced` is the argument that goes. */
export function providerTo(
  provider: ProviderBlock,
  part: string,
  replaced: Attribute | undefined,
): readonly TextEdit[] {
  const reference = `var.${dynamicVariable}.${part}.shared_config_file`;
  const { file, block, body } = provider;
  if (file.syntax === 'json') {
    const value = JSON.stringify([`\${${reference}}`]).replace(/^\[|\]$/g, '');
    if (replaced !== undefined) {
      return toEdits(file, [
        { span: { start: replaced.start, end: replaced.end }, newText: `"shared_config_files": [${value}]` },
      ]);
    }
    return toEdits(file, setInJson(file.text, block.open?.start, ['shared_config_files'], [`\${${reference}}`]));
  }
  if (replaced !== undefined) {
    const equals = file.text.slice(replaced.nameSpan.end, replaced.value.start);
    const pad = Math.max(0, replaced.name.length - 'shared_config_files'.length);
    return toEdits(file, [
      {
        span: { start: replaced.start, end: replaced.end },
        newText: `shared_config_files${' '.repeat(pad)}${equals}[${reference}]`,
      },
    ]);
  }
  return addArgument(file, block, body, `shared_config_files = [${reference}]`);
}

/** Declares the variable: in variables.tf where the module has one, else in `near`. `optional`: runs elsewhere need no value for it. */
export function declareVariable(module: Module, near: SourceFile, optional = false): readonly TextEdit[] {
  const native = module.files.filter(f => f.syntax === 'hcl' && !f.override && f.role === 'config');
  const file =
    native.find(f => /(?:^|[\\/])variables\.(?:tf|tofu)$/.test(f.path)) ??
    (near.syntax === 'hcl' && near.role === 'config' ? near : native[0]);
  if (file !== undefined) {
    const [first, ...rest] = documentedType;
    return appendLines(file, [
      `variable "${dynamicVariable}" {`,
      `  type = ${first}`,
      ...rest.map(line => `  ${line}`),
      ...(optional ? ['  default = null'] : []),
      '}',
    ]);
  }
  const root = near.parsed.body;
  const existing = root.blocks.find(b => b.type === 'variable' && b.open !== undefined);
  const value = { type: typeOnOneLine };
  const arrays = existing !== undefined && near.text[existing.start] !== '{';
  if (arrays) return [];
  return toEdits(near, setInJson(near.text, undefined, ['variable', dynamicVariable], value));
}

/** Gives a declared variable the documented type. */
export function fixType(file: SourceFile, block: ProviderBlock['block']): readonly TextEdit[] {
  const type = attributeOf(block.body, 'type');
  if (file.syntax === 'json') {
    if (type !== undefined) {
      return toEdits(file, [
        { span: { start: type.value.start, end: type.value.end }, newText: JSON.stringify(typeOnOneLine) },
      ]);
    }
    return toEdits(file, setInJson(file.text, block.open?.start, ['type'], typeOnOneLine));
  }
  const eol = lineBreakOf(file.text);
  if (type !== undefined) {
    const column =
      file.text
        .slice(0, type.start)
        .split(/[\r\n]/)
        .at(-1) ?? '';
    const indent = /^[ \t]*/.exec(column)?.[0] ?? '';
    return toEdits(file, [
      { span: { start: type.value.start, end: type.value.end }, newText: documentedType.join(eol + indent) },
    ]);
  }
  return addArgument(file, block, block.body, `type = ${documentedType.join(`${eol}  `)}`);
}
