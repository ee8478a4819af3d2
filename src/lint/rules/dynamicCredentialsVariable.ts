import type { TextEdit } from '../../core/text';
import {
  headerSpan,
  type Module,
  type ProviderBlock,
  type SourceFile,
  type VariableBlock,
  attributeOf,
} from '../../terraform/model';
import type { Expression } from '../../terraform/syntax/ast';
import { visitBody, visitExpression } from '../../terraform/syntax/walk';
import type { Fix } from '../finding';
import { describe, dynamicVariables, mappingOf, sameProvider } from '../provider';
import { indentOf, lineEnding } from '../removal';
import type { Rule, RuleFinding } from '../rule';

export const dynamicCredentialsVariable: Rule = {
  code: 'dynamic-credentials-variable',
  severity: 'error',
  summary: '`tfc_aws_dynamic_credentials` declared wrongly, or providers that map no configuration',
  explanation:
    'HCP Terraform fills this variable with one shared config file for the default configuration and one for each tag. It must be declared with exactly the documented type. Once one provider takes its file from a tag, every other provider has to say which one it takes, the default provider included: https://developer.hashicorp.com/terraform/cloud-docs/dynamic-provider-credentials/specifying-multiple-configurations.',
  run: context =>
    context.modules.flatMap(module => [
      ...dynamicVariables.flatMap(name => declaration(module, name)),
      ...(module === context.root.module ? mapping(module) : []),
    ]),
};

/** `shared_config_file`, or `shared_credentials_file` for the Vault- and HVS-backed twins. */
function fileName(variable: string): string {
  return variable === 'tfc_aws_dynamic_credentials' ? 'shared_config_file' : 'shared_credentials_file';
}

export function variableText(variable: string, indent: string, eol: string): string {
  const file = fileName(variable);
  return [
    'object({',
    '  default = object({',
    `    ${file} = string`,
    '  })',
    '  aliases = map(object({',
    `    ${file} = string`,
    '  }))',
    '})',
  ]
    .map((line, i) => (i === 0 ? line : indent + line))
    .join(eol);
}

function declaration(module: Module, name: string): readonly RuleFinding[] {
  const variable = module.variables.get(name);
  if (variable === undefined) return undeclared(module, name);
  if (variable.file.role !== 'config') return [];
  const type = attributeOf(variable.body, 'type')?.value;
  if (type !== undefined && isDocumentedType(type, fileName(name))) return [];
  return [
    {
      file: variable.file,
      span: type ?? headerSpan(variable.block),
      anchor: variable.block.start,
      message: `The type of variable "${name}" is not the documented one, so HCP Terraform's value does not fit, or not all of it.`,
      fixes: typeFix(variable, type, name),
    },
  ];
}

function typeFix(variable: VariableBlock, type: Expression | undefined, name: string): readonly Fix[] {
  const { file, block } = variable;
  if (file.syntax === 'json') return [];
  const eol = lineEnding(file.text);
  const indent = indentOf(file.text, block.start);
  const unit = '  ';
  if (type !== undefined && type.kind !== 'missing') {
    const edit: TextEdit = {
      file: file.path,
      span: { start: type.start, end: type.end },
      newText: variableText(name, indentOf(file.text, type.start), eol),
    };
    return [{ id: 'rewrite-type', title: 'Write the documented type', edits: [edit], preferred: true }];
  }
  if (type !== undefined || block.open === undefined || block.close === undefined) return [];
  const oneLine = !file.text.slice(block.open.end, block.close.start).includes('\n');
  if (oneLine && block.body.attributes.length + block.body.blocks.length > 0) return [];
  const line = `${eol}${indent}${unit}type = ${variableText(name, indent + unit, eol)}${oneLine ? eol + indent : ''}`;
  const span = oneLine
    ? { start: block.open.end, end: block.close.start }
    : { start: block.open.end, end: block.open.end };
  return [
    {
      id: 'rewrite-type',
      title: 'Write the documented type',
      edits: [{ file: file.path, span, newText: line }],
      preferred: true,
    },
  ];
}

/** The variable is used, and nobody declares it. */
function undeclared(module: Module, name: string): readonly RuleFinding[] {
  for (const file of module.files) {
    if (file.role !== 'config') continue;
    const found: Expression[] = [];
    visitBody(file.parsed.body, expression => {
      visitExpression(expression, e => {
        if (e.kind === 'reference' && new RegExp(`^var\\.${name}(?:\\.|$)`).test(e.path)) found.push(e);
      });
    });
    const [first] = found;
    if (first === undefined) continue;
    const eol = lineEnding(file.text);
    const gap = file.text.endsWith('\n') || file.text === '' ? eol : eol + eol;
    const text = `${gap}variable "${name}" {${eol}  type = ${variableText(name, '  ', eol)}${eol}}${eol}`;
    const fixes: Fix[] =
      file.syntax === 'json'
        ? []
        : [
            {
              id: 'insert-variable',
              title: `Declare variable "${name}"`,
              edits: [{ file: file.path, span: { start: file.text.length, end: file.text.length }, newText: text }],
              preferred: true,
            },
          ];
    return [
      {
        file,
        span: first,
        message: `The variable "${name}" is used here, and not declared. HCP Terraform gives it a value only where it is.`,
        fixes,
      },
    ];
  }
  return [];
}

/** Once one provider takes its file from a tag, all have to be mapped. */
function mapping(module: Module): readonly RuleFinding[] {
  const providers = module.providers.filter(p => !p.inStack && !p.file.override);
  const mappings = providers.map(p =>
    sameProvider(module, p)
      .map(mappingOf)
      .find(m => m !== undefined),
  );
  const tagged = mappings.find(m => m?.tag !== undefined);
  if (tagged === undefined) return [];
  return providers.flatMap((provider, i): RuleFinding[] => {
    if (mappings[i] !== undefined) return [];
    const isDefault = provider.alias === undefined;
    return [
      {
        file: provider.file,
        span: headerSpan(provider.block),
        anchor: provider.block.start,
        message: isDefault
          ? `${describe(provider)} takes no configuration of var.${tagged.variable}. Once another provider uses a tag, the default one has to be mapped too.`
          : `${describe(provider)} maps no tag of var.${tagged.variable}: it has no credentials of its own.`,
        fixes: mapFix(provider, tagged.variable, isDefault),
      },
    ];
  });
}

function mapFix(provider: ProviderBlock, variable: string, isDefault: boolean): readonly Fix[] {
  const { file, block } = provider;
  if (file.syntax === 'json' || block.open === undefined || block.close === undefined) return [];
  if (provider.body.attributes.some(a => a.name === 'shared_config_files' || a.name === 'shared_credentials_files'))
    return [];
  const argument = fileName(variable) === 'shared_config_file' ? 'shared_config_files' : 'shared_credentials_files';
  const tag = (provider.alias ?? '').toUpperCase().replace(/[^A-Z0-9_]/g, '_');
  const value = isDefault
    ? `var.${variable}.default.${fileName(variable)}`
    : `var.${variable}.aliases["${tag}"].${fileName(variable)}`;
  const title = isDefault ? 'Map the default configuration' : `Map the tag ${tag}`;
  return [
    {
      id: isDefault ? 'map-default' : 'map-tag',
      title,
      edits: [insertArgument(file, provider, `${argument} = [${value}]`)],
      preferred: isDefault,
    },
  ];
}

/** A new argument behind the last one of the block. */
function insertArgument(file: SourceFile, provider: ProviderBlock, argument: string): TextEdit {
  const { block } = provider;
  const eol = lineEnding(file.text);
  const open = block.open?.end ?? block.end;
  const close = block.close?.start ?? block.end;
  const indent = indentOf(file.text, block.start);
  const inside = file.text.slice(open, close);
  if (!inside.includes('\n')) {
    const existing = inside.trim();
    const body = [...(existing === '' ? [] : [existing]), argument].map(line => `${indent}  ${line}`).join(eol);
    return { file: file.path, span: { start: open, end: close }, newText: `${eol}${body}${eol}${indent}` };
  }
  const last = provider.body.attributes.at(-1);
  const after =
    last === undefined ? open : file.text.indexOf('\n', last.end) < 0 ? last.end : endOfLine(file.text, last.end);
  const own = last === undefined ? `${indent}  ` : indentOf(file.text, last.start);
  return { file: file.path, span: { start: after, end: after }, newText: `${eol}${own}${argument}` };
}

function endOfLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return text.charCodeAt(end - 1) === 13 ? end - 1 : end;
}

/** Compares with the documented type, whatever its layout. */
function isDocumentedType(type: Expression, file: string): boolean {
  const fields = objectFields(type);
  if (fields === undefined || fields.size !== 2) return false;
  const aliases = fields.get('aliases');
  const inner =
    aliases?.kind === 'call' && aliases.name === 'map' && aliases.args.length === 1 ? aliases.args[0] : undefined;
  return isFileObject(fields.get('default'), file) && isFileObject(inner, file);
}

function isFileObject(type: Expression | undefined, file: string): boolean {
  const fields = type === undefined ? undefined : objectFields(type);
  const value = fields?.get(file);
  return fields?.size === 1 && value?.kind === 'reference' && value.path === 'string';
}

/** The fields of `object({…})`. */
function objectFields(type: Expression): ReadonlyMap<string, Expression> | undefined {
  if (type.kind === 'parentheses') return objectFields(type.inner);
  if (type.kind !== 'call' || type.name !== 'object' || type.args.length !== 1) return undefined;
  const [argument] = type.args;
  if (argument?.kind !== 'object') return undefined;
  return new Map(argument.items.map(item => [item.keyText ?? '', item.value]));
}
