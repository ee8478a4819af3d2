import { fail, ok, type Problem, type Result } from '../../core/problem';
import { applyEdits } from '../../core/text';
import { addArgument, appendLines, applyToFile } from '../../lint/edits/fixes';
import { indentAt, lineBreakOf, lineEnd } from '../../lint/edits/lines';
import {
  attributeOf,
  blocksOf,
  type Module,
  type ProviderBlock,
  type Root,
  type SourceFile,
  type StackDeployment,
} from '../../terraform/model';
import type { Span } from '../../core/text';
import { exchangeOf, tokenInputsOf } from '../stack/written';
import type { NewText } from './draft';
import {
  type CarriedBy,
  handOnStep,
  levelsOf,
  namesIn,
  type Origin,
  originOf,
  type StackLevel,
} from './embeddedStacks';
import { inputsStep } from './stackInputs';

/** What a deployment should use. */
export interface StackChoice {
  readonly audience: string;
  /** The role's ARN, by the deployment's name; a deployment without one is left as it is. */
  readonly roles: Readonly<Record<string, string>>;
  /** Roles by the variable that takes them, where the providers of a deployment have several: deployment, variable, ARN. */
  readonly variables?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * One step towards credentials for the deployments: the new text of one file, or nothing where all is wired. A caller reads the root
 * again and asks for the next step, so that every step works on what is really written.
 */
export function nextStackStep(
  root: Root,
  choice: StackChoice,
): Result<(NewText & { readonly what: string }) | undefined> {
  const { stack } = root;
  if (stack === undefined)
    return fail(problem('no-stack', 'There are no Stack files here.', 'Name the folder of a Stack.'));
  const levels = levelsOf(root);
  const files = [...new Set(levels.flatMap(level => level.module.files))];
  const broken = files.find(f => f.parsed.problems.length > 0 || f.parsed.recovered);
  if (broken !== undefined)
    return fail(
      problem('syntax', `${broken.path} has a syntax error.`, 'Correct it ("terraform fmt" names the place) first.'),
    );
  const asked = [...Object.keys(choice.roles), ...Object.keys(choice.variables ?? {})];
  const wanted = stack.deployments.filter(d => asked.includes(d.name));
  const missing = asked.find(name => !stack.deployments.some(d => d.name === name));
  if (missing !== undefined)
    return fail(
      problem(
        'no-deployment',
        `There is no deployment "${missing}".`,
        `Use one of: ${stack.deployments.map(d => d.name).join(', ') || '(there is none)'}.`,
      ),
    );
  const wired = levels.filter(level => level.providers.length > 0);
  if (wired.length === 0)
    return fail(
      problem('no-provider', 'The Stack has no provider "aws".', 'Write the provider block with its region first.'),
    );
  const json = files.find(f => f.syntax === 'json' && f.role !== 'config');
  if (json !== undefined)
    return fail(problem('json-shape', `${json.path} is JSON, which is not edited here.`, 'Write the blocks by hand.'));
  return openStep(root, wanted, choice, { levels, wired });
}

/** The first thing that is not written yet: in a deployment, a provider, the block of an embedded Stack, or the variables. */
function openStep(
  root: Root,
  wanted: readonly StackDeployment[],
  choice: StackChoice,
  { levels, wired }: { readonly levels: readonly StackLevel[]; readonly wired: readonly StackLevel[] },
): Result<Step | undefined> {
  const [own] = levels;
  const namesOf = (level: StackLevel): CarriedBy => namesIn(level, levels);
  const names = own === undefined ? undefined : namesOf(own);
  if (names === undefined || wanted.length === 0) return ok(undefined);
  for (const deployment of wanted) {
    const step = deploymentStep(root, deployment, choice, { levels, names });
    if (!step.ok || step.value !== undefined) return step;
  }
  for (const level of wired)
    for (const provider of level.providers) {
      const step = providerStep(provider, namesOf(level));
      if (!step.ok || step.value !== undefined) return step;
    }
  for (const level of levels) {
    const step = handOnStep(level, levels, namesOf);
    if (!step.ok || step.value !== undefined) return step;
  }
  for (const level of levels.filter(l => l === own || isOnTheWay(l, wired))) {
    const step = variableStep(level.module, namesOf(level));
    if (step !== undefined) return ok(step);
  }
  return ok(undefined);
}

/** Has the level providers, or one of the Stacks embedded in it? */
const isOnTheWay = (level: StackLevel, wired: readonly StackLevel[]): boolean =>
  wired.some(l => {
    for (let at: StackLevel | undefined = l; at !== undefined; at = at.embedded?.parent) if (at === level) return true;
    return false;
  });

const problem = (code: string, message: string, nextStep: string): Problem => ({ code, message, nextStep });

type Step = NewText & { readonly what: string };

/** The Stacks that the providers are in, and the variables of the Stack itself by which they get role and token. */
interface Ways {
  readonly levels: readonly StackLevel[];
  readonly names: CarriedBy;
}

function deploymentStep(
  root: Root,
  deployment: StackDeployment,
  choice: StackChoice,
  ways: Ways,
): Result<Step | undefined> {
  const { file } = deployment;
  const tokens = root.stack?.identityTokens ?? [];
  const tokenInputs = tokenInputsOf(deployment);
  const { names } = ways;
  const token =
    tokens.find(t => t.audience.state === 'known' && t.audience.value.includes(choice.audience))?.name ??
    tokens.find(t => t.audience.state === 'unknown')?.name;
  if (token === undefined) {
    const name = tokens.some(t => t.name === 'aws') ? 'aws_oidc' : 'aws';
    const lines = [`identity_token "${name}" {`, `  audience = [${JSON.stringify(choice.audience)}]`, '}', ''];
    const first = root.stack?.deployments.find(d => d.file.path === file.path)?.block ?? deployment.block;
    const eol = lineBreakOf(file.text);
    const start = commentsAbove(file, first.start);
    const text = applyEdits(file.text, [{ span: { start, end: start }, newText: lines.join(eol) + eol }]);
    return ok({ file, text, what: `identity_token "${name}"` });
  }
  const wanted = rolesWanted(deployment, choice, ways);
  if (!wanted.ok) return wanted;
  const hasToken = tokenInputs.some(t => t.input === names.token);
  return inputsStep(root, deployment, [
    ...wanted.value.map(({ variable, arn }) => ({ name: variable, text: JSON.stringify(arn), value: arn })),
    ...(hasToken ? [] : [{ name: names.token, text: `identity_token.${token}.jwt` }]),
  ]);
}

/** The inputs by which the providers get their roles in a deployment, with the ARNs that were asked for. */
function rolesWanted(
  deployment: StackDeployment,
  choice: StackChoice,
  { levels, names }: Ways,
): Result<readonly { readonly variable: string; readonly arn: string }[]> {
  const arn = choice.roles[deployment.name];
  const named = Object.entries(choice.variables?.[deployment.name] ?? {});
  const roles = levels.flatMap(level => level.providers.flatMap(provider => roleOf(provider, level)));
  const used = [...new Set(roles.flatMap(({ origin }) => (origin.kind === 'variable' ? origin.name : [])))];
  const strange = named.find(([variable]) => !used.includes(variable));
  if (strange !== undefined)
    return fail(
      problem(
        'no-role-variable',
        `No provider takes its role from var.${strange[0]}.`,
        `Use one of: ${used.join(', ') || '(there is none)'}.`,
      ),
    );
  if (arn === undefined) return ok(named.map(([variable, value]) => ({ variable, arn: value })));
  for (const { provider, origin } of roles) {
    if (origin.kind !== 'expression') continue;
    const { value, file } = origin;
    if (value.kind === 'string' && value.value === arn) continue;
    return fail(
      problem(
        'role-shape',
        `provider "aws" "${provider.alias ?? ''}" takes its role from ${file.text.slice(value.start, value.end)}, which is not an input of its own.`,
        value.kind === 'string'
          ? 'Set its role_arn to var.role_arn, then try again; until then all deployments share this role.'
          : 'Write the ARN by hand where that value comes from, such as the map of for_each in the inputs of the deployment.',
      ),
    );
  }
  const open = used.filter(variable => !named.some(([name]) => name === variable));
  if (open.length > 1)
    return fail(
      problem(
        'several-roles',
        `The providers of deployment "${deployment.name}" take several roles: ${open.map(name => `var.${name}`).join(', ')}.`,
        `Name the role of each (${open.map(name => `--role-arn ${deployment.name}.${name}=ARN`).join(' ')}).`,
      ),
    );
  return ok([
    ...named.map(([variable, value]) => ({ variable, arn: value })),
    { variable: open[0] ?? used[0] ?? names.role, arn },
  ]);
}

/** Where a provider takes its role from; nothing where it has none yet. */
function roleOf(
  provider: ProviderBlock,
  level: StackLevel,
): readonly { readonly provider: ProviderBlock; readonly origin: Origin }[] {
  const exchange = exchangeOf(provider);
  if (exchange?.role === undefined) return [];
  const origin: Origin =
    exchange.roleVariable === undefined
      ? { kind: 'expression', value: exchange.role, file: provider.file }
      : originOf(level, exchange.roleVariable);
  return [{ provider, origin }];
}

/** Comments that stand right above a block belong to it. */
function commentsAbove(file: SourceFile, start: number): number {
  let at = file.text.lastIndexOf('\n', start - 1) + 1;
  for (;;) {
    const before = file.text.lastIndexOf('\n', at - 2) + 1;
    if (before >= at || !/^\s*(?:#|\/\/)/.test(file.text.slice(before, at))) return at;
    at = before;
  }
}

function providerStep(provider: ProviderBlock, names: CarriedBy): Result<Step | undefined> {
  const what = `assume_role_with_web_identity of provider "aws" "${provider.alias ?? ''}"`;
  if (exchangeOf(provider) !== undefined) return ok(undefined);
  const { file, block } = provider;
  const lines = (indent: string): readonly string[] => [
    `${indent}assume_role_with_web_identity {`,
    `${indent}  role_arn           = var.${names.role}`,
    `${indent}  web_identity_token = var.${names.token}`,
    `${indent}}`,
  ];
  const [config] = blocksOf(block.body, 'config');
  const holder = config ?? block;
  if (holder.open === undefined || holder.close === undefined)
    return fail(problem('syntax', `${file.path} has a block that never closes.`, 'Close it first.'));
  const eol = lineBreakOf(file.text);
  const outer = indentAt(file.text, holder.typeSpan.start);
  const inner = `${outer}  `;
  const made = config === undefined ? [`${inner}config {`, ...lines(`${inner}  `), `${inner}}`] : lines(inner);
  const inside = file.text.slice(holder.open.end, holder.close.start);
  const oneLine = lineEnd(file.text, holder.open.end) >= holder.close.start;
  const kept = inside.trim();
  const before = kept === '' ? '' : oneLine ? `${eol}${inner}${kept}${eol}` : `${inside.trimEnd()}${eol}`;
  const newText = `${before}${eol}${made.join(eol)}${eol}${outer}`;
  return ok({
    file,
    text: applyEdits(file.text, [{ span: { start: holder.open.end, end: holder.close.start }, newText }]),
    what,
  });
}

/** Declares the variables by which role and token reach the providers, and makes the token's ephemeral. */
function variableStep(module: Module, names: CarriedBy): Step | undefined {
  const declared = module.variables;
  const host =
    [...declared.values()].find(v => v.file.role === 'component')?.file ??
    module.files.find(f => f.role === 'component' && f.syntax === 'hcl');
  if (host === undefined) return undefined;
  const blocks = [
    ...(declared.has(names.role) ? [] : [[`variable "${names.role}" {`, '  type = string', '}']]),
    ...(declared.has(names.token)
      ? []
      : [[`variable "${names.token}" {`, '  type      = string', '  ephemeral = true', '}']]),
  ];
  if (blocks.length > 0) {
    const lines = blocks.flatMap((block, i) => (i === 0 ? block : ['', ...block]));
    return { file: host, text: applyToFile(host, appendLines(host, lines)), what: 'variables of the components' };
  }
  const token = declared.get(names.token);
  if (token === undefined || attributeOf(token.body, 'ephemeral') !== undefined) return undefined;
  const type = attributeOf(token.body, 'type');
  const edits =
    type === undefined || lineEnd(token.file.text, type.end) >= (token.block.close?.start ?? 0)
      ? addArgument(token.file, token.block, token.body, 'ephemeral = true')
      : ephemeralBehind(token.file, type);
  if (edits.length === 0) return undefined;
  return { file: token.file, text: applyToFile(token.file, edits), what: `variable "${names.token}"` };
}

/** On the line below the type, the equals signs aligned. */
function ephemeralBehind(
  file: SourceFile,
  type: Span & { readonly nameSpan: Span; readonly value: Span },
): ReturnType<typeof addArgument> {
  const { text } = file;
  const indent = indentAt(text, type.start);
  const end = lineEnd(text, type.end);
  const alone = /^type\s*=\s*$/.test(text.slice(type.start, type.value.start));
  return [
    ...(alone
      ? [{ file: file.path, span: { start: type.start, end: type.value.start }, newText: 'type      = ' }]
      : []),
    { file: file.path, span: { start: end, end }, newText: `${lineBreakOf(text)}${indent}ephemeral = true` },
  ];
}
