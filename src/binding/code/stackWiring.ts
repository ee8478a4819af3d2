import { fail, ok, type Problem, type Result } from '../../core/problem';
import { applyEdits } from '../../core/text';
import { addArgument, appendLines, applyToFile } from '../../lint/edits/fixes';
import { indentAt, lineBreakOf, lineEnd } from '../../lint/edits/lines';
import { attributeOf, blocksOf, type Root, type SourceFile, type StackDeployment } from '../../terraform/model';
import type { Span } from '../../core/text';
import { stackProviders } from '../stack/wiring';
import { exchangeOf, inputsOf, tokenInputsOf } from '../stack/written';
import type { NewText } from './draft';

/** What a deployment should use. */
export interface StackChoice {
  readonly audience: string;
  /** The role's ARN, by the deployment's name; a deployment without one is left as it is. */
  readonly roles: Readonly<Record<string, string>>;
}

const roleVariable = 'role_arn';
const tokenVariable = 'identity_token';

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
  const broken = root.module.files.find(f => f.parsed.problems.length > 0 || f.parsed.recovered);
  if (broken !== undefined)
    return fail(
      problem('syntax', `${broken.path} has a syntax error.`, 'Correct it ("terraform fmt" names the place) first.'),
    );
  const wanted = stack.deployments.filter(d => choice.roles[d.name] !== undefined);
  const missing = Object.keys(choice.roles).find(name => !stack.deployments.some(d => d.name === name));
  if (missing !== undefined)
    return fail(
      problem(
        'no-deployment',
        `There is no deployment "${missing}".`,
        `Use one of: ${stack.deployments.map(d => d.name).join(', ') || '(there is none)'}.`,
      ),
    );
  const providers = stackProviders(root);
  if (providers.length === 0)
    return fail(
      problem('no-provider', 'The Stack has no provider "aws".', 'Write the provider block with its region first.'),
    );
  const json = root.module.files.find(f => f.syntax === 'json' && f.role !== 'config');
  if (json !== undefined)
    return fail(problem('json-shape', `${json.path} is JSON, which is not edited here.`, 'Write the blocks by hand.'));
  for (const deployment of wanted) {
    const step = deploymentStep(root, deployment, choice);
    if (step !== undefined) return ok(step);
  }
  for (const provider of providers) {
    const step = providerStep(root, provider);
    if (!step.ok) return step;
    if (step.value !== undefined) return step;
  }
  return ok(variableStep(root, wanted));
}

const problem = (code: string, message: string, nextStep: string): Problem => ({ code, message, nextStep });

type Step = NewText & { readonly what: string };

/** The names under which role and token reach the providers: those that are in use, else HashiCorp's own. */
function variablesInUse(root: Root): { readonly role: string; readonly token: string } {
  const exchanges = stackProviders(root).map(exchangeOf);
  return {
    role: exchanges.flatMap(e => e?.roleVariable ?? [])[0] ?? roleVariable,
    token: exchanges.flatMap(e => e?.tokenVariable ?? [])[0] ?? tokenVariable,
  };
}

function deploymentStep(root: Root, deployment: StackDeployment, choice: StackChoice): Step | undefined {
  const { file } = deployment;
  const tokens = root.stack?.identityTokens ?? [];
  const tokenInputs = tokenInputsOf(deployment);
  const names = variablesInUse(root);
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
    return { file, text, what: `identity_token "${name}"` };
  }
  const inputs = inputsOf(deployment);
  const lines = [
    ...(inputs.has(names.role) ? [] : [`${names.role} = ${JSON.stringify(choice.roles[deployment.name] ?? '')}`]),
    ...(tokenInputs.some(t => t.input === names.token) || inputs.has(names.token)
      ? []
      : [`${names.token} = identity_token.${token}.jwt`]),
  ];
  const role = choice.roles[deployment.name];
  const given = inputs.get(names.role);
  if (given?.kind === 'string' && role !== undefined && given.value !== role) {
    const newText = JSON.stringify(role);
    const text = applyEdits(file.text, [{ span: { start: given.start, end: given.end }, newText }]);
    return { file, text, what: `the role of deployment "${deployment.name}"` };
  }
  if (lines.length === 0) return undefined;
  const what = `inputs of deployment "${deployment.name}"`;
  const attribute = attributeOf(deployment.body, 'inputs');
  if (attribute === undefined) {
    const inner = aligned(lines).map(line => `    ${line}`);
    const edits = addArgument(
      file,
      deployment.block,
      deployment.body,
      ['inputs = {', ...inner, '  }'].join(lineBreakOf(file.text)),
    );
    return edits.length === 0 ? undefined : { file, text: applyToFile(file, edits), what };
  }
  const { value } = attribute;
  if (value.kind !== 'object') return undefined;
  const text = insertAtEnd(file, { start: value.start + 1, end: value.end - 1 }, lines, value.items.at(-1));
  return { file, text, what };
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

function aligned(lines: readonly string[]): readonly string[] {
  const pairs = lines.map(line => line.split(/ = (.*)/s));
  const width = Math.max(...pairs.map(([name = '']) => name.length));
  return pairs.map(([name = '', value = '']) => `${name.padEnd(width)} = ${value}`);
}

/** Lines behind the last thing between two braces, as a group of their own. */
function insertAtEnd(file: SourceFile, inside: Span, lines: readonly string[], last: Span | undefined): string {
  const { text } = file;
  const eol = lineBreakOf(text);
  const outer = indentAt(text, inside.start);
  const indent =
    last === undefined || lineEnd(text, inside.start) >= inside.end ? `${outer}  ` : indentAt(text, last.start);
  const written = aligned(lines).map(line => indent + line);
  if (lineEnd(text, inside.start) >= inside.end) {
    // On one line: what is there gets a line of its own, without the comma at its end.
    const kept = text.slice(inside.start, inside.end).trim().replace(/,$/, '');
    const items = kept === '' ? [] : [`${indent}${kept}`, ''];
    return applyEdits(text, [{ span: inside, newText: `${eol}${[...items, ...written].join(eol)}${eol}${outer}` }]);
  }
  const end = text.slice(0, inside.end).trimEnd().length;
  return applyEdits(text, [
    {
      span: { start: end, end: inside.end },
      newText: `${last === undefined ? '' : eol}${eol}${written.join(eol)}${eol}${outer}`,
    },
  ]);
}

function providerStep(root: Root, provider: ReturnType<typeof stackProviders>[number]): Result<Step | undefined> {
  const names = variablesInUse(root);
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
function variableStep(root: Root, wanted: readonly StackDeployment[]): Step | undefined {
  if (wanted.length === 0) return undefined;
  const names = variablesInUse(root);
  const declared = root.module.variables;
  const host =
    [...declared.values()].find(v => v.file.role === 'component')?.file ??
    root.module.files.find(f => f.role === 'component' && f.syntax === 'hcl');
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
