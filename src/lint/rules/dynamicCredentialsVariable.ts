import { at, attributeOf, type Module, type ProviderBlock, type Root, type VariableBlock } from '../../terraform/model';
import type { Expression } from '../../terraform/syntax/ast';
import { parseHcl } from '../../terraform/syntax/hcl';
import { removal } from '../edits/fixes';
import { attributesIn, pathsIn } from '../expressions';
import {
  injectedUse,
  injectedUses,
  injectedVariable,
  injectedVariables,
  type InjectedVariable,
  meantVariable,
} from '../injected';
import { declareVariable, dynamicVariable, fixType, isTag, mappedUses, mapProvider, tagsInUse } from '../mapping';
import { isLocalMock } from '../mock';
import { blockHeader, providerName, sameConfiguration, setArguments } from '../providers';
import type { Rule, RuleContext, RuleFinding } from '../rule';
import { fileArguments } from '../arguments';

export const dynamicCredentialsVariable: Rule = {
  code: 'dynamic-credentials-variable',
  severity: 'error',
  title: 'tfc_aws_dynamic_credentials and the providers that use it',
  explanation:
    'HCP Terraform fills this variable in a run; its type must be the documented one. Once one provider uses a tag (an entry of aliases), every provider block must say which configuration it uses, the default one included. A tag has letters, digits and underscores.',
  fix: 'Gives the variable the documented type, declares it, and maps the provider blocks.',
  check: context => [
    ...context.root.modules.flatMap(module => [
      ...declarations(module),
      ...undeclared(context, module),
      ...uses(context.root, module),
    ]),
    ...unmapped(context.root),
    ...implicitDefault(context.root),
  ],
};

/** The variable with another type than the documented one. */
function declarations(module: Module): readonly RuleFinding[] {
  return [...module.variables.values()].flatMap(variable => {
    const name = injectedVariable(variable.name);
    if (variable.file.role === 'component') return name === undefined ? [] : inStack(variable);
    if (name === undefined) return misspelt(variable);
    const type = attributeOf(variable.body, 'type');
    const wrong = type === undefined ? 'has no type' : typeProblem(typeExpression(type.value, variable), name);
    if (wrong === undefined) return [];
    const { file, block } = variable;
    const edits = name === dynamicVariable ? fixType(file, block) : [];
    return [
      {
        location: at(file, type ?? blockHeader(block, file)),
        statement: block,
        message: `Variable "${name}" ${wrong}. HCP Terraform fills it with object({ default = object({ ${injectedVariables[name].field} = string }), aliases = map(object({ ${injectedVariables[name].field} = string })) }).`,
        fixes: edits.length === 0 ? [] : [{ id: 'set-type', title: 'Use the documented type', preferred: true, edits }],
      },
    ];
  });
}

/** Only runs of workspaces get these variables. */
function inStack({ name, file, block }: VariableBlock): readonly RuleFinding[] {
  return [
    {
      location: at(file, blockHeader(block, file)),
      statement: block,
      message: `Variable "${name}" gets no value in a Stack: HCP Terraform fills it in runs of workspaces only. Hand an identity_token to the provider instead, and remove the variable.`,
      fixes: removal(file, block, { title: 'Remove the variable', preferred: true }),
    },
  ];
}

/** A name that is nearly right is as good as none. */
function misspelt({ name, file, block }: VariableBlock): readonly RuleFinding[] {
  const meant = meantVariable(name);
  if (meant === undefined) return [];
  return [
    {
      location: at(file, blockHeader(block, file)),
      statement: block,
      message: `Variable "${name}" looks like "${meant}". HCP Terraform fills a variable of exactly that name; this one gets no value. Rename it, here and where it is used.`,
    },
  ];
}

/** In JSON (and in the quoted style of Terraform 0.11) a type is written as a string. */
function typeExpression(value: Expression, variable: VariableBlock): Expression | undefined {
  if (value.kind !== 'string') return value;
  return variable.file.syntax === 'json' ? parseHcl(`type = ${value.value}`).body.attributes[0]?.value : undefined;
}

function typeProblem(type: Expression | undefined, name: InjectedVariable): string | undefined {
  const { field } = injectedVariables[name];
  const outer = objectType(type);
  if (outer === undefined) return 'has another type than the documented object';
  const extra = outer.items.find(i => i.keyText !== 'default' && i.keyText !== 'aliases' && !isOptional(i.value));
  if (extra !== undefined) return `has a type with the unknown attribute ${extra.keyText ?? ''}`;
  const entry = (key: string): Expression | undefined => outer.items.find(i => i.keyText === key)?.value;
  if (entry('default') === undefined) return 'has a type without default';
  if (!isFileObject(unwrapped(entry('default')), field))
    return `has a type whose default is not an object with ${field}`;
  if (entry('aliases') === undefined) return 'has a type without aliases';
  const aliases = unwrapped(entry('aliases'));
  if (aliases?.kind !== 'call' || aliases.name !== 'map' || !isFileObject(aliases.args[0], field)) {
    return `has a type whose aliases are not a map of objects with ${field}`;
  }
  return undefined;
}

function objectType(type: Expression | undefined): Extract<Expression, { kind: 'object' }> | undefined {
  if (type?.kind !== 'call' || type.name !== 'object') return undefined;
  const [inner] = type.args;
  return inner?.kind === 'object' ? inner : undefined;
}

function isFileObject(type: Expression | undefined, field: string): boolean {
  const object = objectType(type);
  if (object === undefined) return false;
  const value = unwrapped(object.items.find(i => i.keyText === field)?.value);
  return (
    value?.kind === 'reference' &&
    value.path === 'string' &&
    object.items.every(i => i.keyText === field || isOptional(i.value))
  );
}

function isOptional(type: Expression): boolean {
  return type.kind === 'call' && type.name === 'optional';
}

function unwrapped(type: Expression | undefined): Expression | undefined {
  return type?.kind === 'call' && type.name === 'optional' ? type.args[0] : type;
}

const inWorkspace = (provider: ProviderBlock): boolean => !provider.inStack;

/** The variable used and not declared. */
function undeclared({ root }: RuleContext, module: Module): readonly RuleFinding[] {
  const seen = new Set<string>();
  return module.providers.filter(inWorkspace).flatMap(provider =>
    attributesIn(provider.body)
      .flatMap(argument => pathsIn(argument.value).map(path => ({ argument, use: injectedUse(path) })))
      .flatMap(({ argument, use }): RuleFinding[] => {
        if (use === undefined || module.variables.has(use.variable) || seen.has(use.variable)) return [];
        seen.add(use.variable);
        const edits = use.variable === dynamicVariable ? declareVariable(module, provider.file) : [];
        return [
          {
            location: at(provider.file, use.path.span),
            statement: argument,
            message: `${providerName(provider)} uses var.${use.variable}, and ${module.dir === root.dir ? 'the configuration' : 'the module'} does not declare it.`,
            fixes:
              edits.length === 0
                ? []
                : [{ id: 'insert-variable', title: `Declare ${use.variable}`, preferred: true, edits }],
          },
        ];
      }),
  );
}

/** Tags that can't be tags, and files handed to the wrong argument. */
function uses(root: Root, module: Module): readonly RuleFinding[] {
  return module.providers.filter(inWorkspace).flatMap(provider =>
    setArguments(provider.body, fileArguments).flatMap(argument => {
      const found = injectedUses(root, module, argument.value);
      const base = { location: at(provider.file, argument), statement: argument };
      const out: RuleFinding[] = [];
      for (const { part, variable } of found) {
        const { argument: wanted } = injectedVariables[variable];
        if (part.kind === 'alias' && part.tag !== undefined && !isTag(part.tag)) {
          out.push({
            ...base,
            message: `${providerName(provider)} uses the tag "${part.tag}". A tag has letters, digits and underscores, and TYPE is reserved; HCP Terraform cannot have such a configuration.`,
          });
        } else if (wanted.startsWith('shared_config') !== argument.name.startsWith('shared_config')) {
          out.push({
            ...base,
            message: `${providerName(provider)} gives ${argument.name} a file of var.${variable}, which belongs into ${wanted}.`,
          });
        }
      }
      return out.slice(0, 1);
    }),
  );
}

/** Provider blocks of the root that map nothing, although a tag is in use. */
function unmapped(root: Root): readonly RuleFinding[] {
  if (!tagsInUse(root)) return [];
  const { module } = root;
  const isPlain = (p: ProviderBlock): boolean => p.kind === 'aws' && !p.inStack && !isLocalMock(root, module, p);
  return module.providers
    .filter(isPlain)
    .filter(p => sameConfiguration(module, p).find(isPlain) === p)
    .filter(p => {
      const parts = sameConfiguration(module, p);
      // A block with files of its own has a finding of shared-files, whose fix maps it.
      return parts.every(
        o => mappedUses(root, module, o).length === 0 && setArguments(o.body, fileArguments).length === 0,
      );
    })
    .map(provider => ({
      location: at(provider.file, blockHeader(provider.block, provider.file)),
      statement: provider.block,
      message:
        provider.alias === undefined
          ? `${providerName(provider)} maps no configuration. Once a tag is in use, the default provider must be mapped too: to var.${dynamicVariable}.default.`
          : `${providerName(provider)} maps no configuration. Once a tag is in use, every alias must be mapped: to an entry of var.${dynamicVariable}.aliases, or to its default.`,
      fixes: mapProvider(module, provider, undefined),
    }));
}

/** A resource of the default provider, which has no block that could be mapped. One finding stands for all of them. */
function implicitDefault(root: Root): readonly RuleFinding[] {
  const { module } = root;
  if (!tagsInUse(root) || module.providers.some(p => p.kind === 'aws' && p.alias === undefined)) return [];
  const user = module.resources.find(r => r.type.startsWith('aws_') && attributeOf(r.body, 'provider') === undefined);
  if (user === undefined) return [];
  return [
    {
      location: at(user.file, blockHeader(user.block, user.file)),
      statement: user.block,
      message: `${user.mode === 'resource' ? '' : `${user.mode}.`}${user.type}.${user.name} uses the default provider "aws", which has no block. Once a tag is in use it must have one, mapped to var.${dynamicVariable}.default.`,
    },
  ];
}
