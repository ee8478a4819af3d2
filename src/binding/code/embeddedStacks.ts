import { fail, ok, type Problem, type Result } from '../../core/problem';
import { addArgument, applyToFile } from '../../lint/edits/fixes';
import {
  attributeOf,
  type Module,
  type ModuleCall,
  type ProviderBlock,
  type Root,
  type SourceFile,
} from '../../terraform/model';
import type { Expression } from '../../terraform/syntax/ast';
import { awsProvidersIn } from '../stack/wiring';
import { exchangeOf, variableOf } from '../stack/written';
import type { NewText } from './draft';
import { insertAtEnd } from './stackInputs';

/** The components of a Stack, or of a Stack that is embedded in it (https://developer.hashicorp.com/terraform/language/block/stack/tfcomponent/stack). */
export interface StackLevel {
  readonly module: Module;
  readonly providers: readonly ProviderBlock[];
  /** The block by which it is embedded, and where that is; `undefined`: the Stack itself. */
  readonly embedded: { readonly call: ModuleCall; readonly parent: StackLevel } | undefined;
}

/** The Stack itself, and every Stack in the repository that is embedded in it; one that embeds itself is not followed. */
export function levelsOf(root: Root): readonly StackLevel[] {
  const visit = (level: StackLevel, above: readonly string[]): readonly StackLevel[] => [
    level,
    ...level.module.calls.flatMap(call => {
      const module = call.block.type === 'stack' ? root.modules.find(m => m.dir === call.dir) : undefined;
      if (module === undefined || above.includes(module.dir)) return [];
      const embedded = { call, parent: level };
      return visit({ module, providers: awsProvidersIn(module), embedded }, [...above, module.dir]);
    }),
  ];
  return visit({ module: root.module, providers: awsProvidersIn(root.module), embedded: undefined }, [root.module.dir]);
}

/** What carries a credential: the role, or the token. */
export type Carried = 'role' | 'token';

/** Names of variables, by what they carry. */
export type CarriedBy = Readonly<Record<Carried, string>>;

const standardNames: CarriedBy = { role: 'role_arn', token: 'identity_token' };

/** The variables by which role and token reach the providers of a level: those that are in use, else HashiCorp's own. */
export function namesIn(level: StackLevel, levels: readonly StackLevel[]): CarriedBy {
  const used = neededBy(level, levels);
  const first = (what: Carried): string => used.find(u => u.what === what)?.name ?? standardNames[what];
  return { role: first('role'), token: first('token') };
}

interface Needed {
  readonly name: string;
  readonly what: Carried;
}

/** The variables of a level that its providers, and those of the Stacks embedded in it, take role and token from. */
function neededBy(level: StackLevel, levels: readonly StackLevel[]): readonly Needed[] {
  const own = level.providers.flatMap(provider => {
    const exchange = exchangeOf(provider);
    return [
      ...(exchange?.roleVariable === undefined ? [] : [{ name: exchange.roleVariable, what: 'role' as const }]),
      ...(exchange?.tokenVariable === undefined ? [] : [{ name: exchange.tokenVariable, what: 'token' as const }]),
    ];
  });
  const below = levels
    .filter(child => child.embedded?.parent === level)
    .flatMap(child =>
      neededBy(child, levels).flatMap(({ name, what }) => {
        const given = givenTo(child, name);
        const variable = given.state === 'given' ? variableOf(given.value) : undefined;
        return variable === undefined ? [] : [{ name: variable, what }];
      }),
    );
  return [...own, ...below];
}

type GivenInput =
  | { readonly state: 'given'; readonly value: Expression }
  | { readonly state: 'absent' }
  /** The inputs are an expression. */
  | { readonly state: 'shape'; readonly value: Expression };

/** What the block that embeds a level gives to a variable of it. */
function givenTo({ embedded }: StackLevel, name: string): GivenInput {
  const inputs = embedded && attributeOf(embedded.call.body, 'inputs')?.value;
  if (inputs === undefined) return { state: 'absent' };
  if (inputs.kind !== 'object') return { state: 'shape', value: inputs };
  const item = inputs.items.findLast(i => i.keyText === name);
  return item === undefined ? { state: 'absent' } : { state: 'given', value: item.value };
}

/** Where a variable of a level gets its value: a variable of the Stack itself, or an expression on the way. */
export type Origin =
  | { readonly kind: 'variable'; readonly name: string }
  /** Nothing is handed on yet. */
  | { readonly kind: 'open' }
  | { readonly kind: 'expression'; readonly value: Expression; readonly file: SourceFile };

export function originOf(level: StackLevel, name: string): Origin {
  if (level.embedded === undefined) return { kind: 'variable', name };
  const given = givenTo(level, name);
  if (given.state === 'absent') return { kind: 'open' };
  const variable = given.state === 'given' ? variableOf(given.value) : undefined;
  const { call, parent } = level.embedded;
  return variable === undefined
    ? { kind: 'expression', value: given.value, file: call.file }
    : originOf(parent, variable);
}

/** Hands role and token on to an embedded Stack where its block does not yet. */
export function handOnStep(
  level: StackLevel,
  levels: readonly StackLevel[],
  namesOf: (level: StackLevel) => CarriedBy,
): Result<(NewText & { readonly what: string }) | undefined> {
  const { embedded } = level;
  if (embedded === undefined) return ok(undefined);
  const { call, parent } = embedded;
  const { file } = call;
  const open = unique(neededBy(level, levels)).filter(({ name }) => givenTo(level, name).state !== 'given');
  if (open.length === 0) return ok(undefined);
  const names = namesOf(parent);
  const lines = open.map(({ name, what }) => `${name} = var.${names[what]}`);
  const what = `inputs of stack "${call.name}"`;
  const inputs = attributeOf(call.body, 'inputs');
  if (inputs === undefined) {
    const text = `inputs = { ${lines.join(', ')} }`;
    const edits = addArgument(file, call.block, call.body, text);
    return edits.length === 0 ? ok(undefined) : ok({ file, text: applyToFile(file, edits), what });
  }
  if (inputs.value.kind !== 'object') return fail(shape(call, lines));
  const inside = { start: inputs.value.start + 1, end: inputs.value.end - 1 };
  return ok({ file, text: insertAtEnd(file, inside, lines, inputs.value.items.at(-1)), what });
}

const shape = (call: ModuleCall, lines: readonly string[]): Problem => ({
  code: 'inputs-shape',
  message: `The inputs of stack "${call.name}" are an expression, so ${lines.join(' and ')} cannot be written into it.`,
  nextStep: `Write ${lines.join(' and ')} where the expression takes its values from.`,
});

const unique = (all: readonly Needed[]): readonly Needed[] => [
  ...new Map(all.map(needed => [needed.name, needed])).values(),
];
