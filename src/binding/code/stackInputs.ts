import { fail, ok, type Problem, type Result } from '../../core/problem';
import { applyEdits } from '../../core/text';
import type { Span } from '../../core/text';
import { addArgument, applyToFile } from '../../lint/edits/fixes';
import { indentAt, lineBreakOf, lineEnd } from '../../lint/edits/lines';
import { pathOf, pathsIn } from '../../lint/expressions';
import { attributeOf, blocksOf, type Root, type SourceFile, type StackDeployment } from '../../terraform/model';
import type { Expression } from '../../terraform/syntax/ast';
import { isMap, StackValues, stringOf } from '../../terraform/values';
import { storeOf } from '../stack/wiring';
import type { NewText } from './draft';

/** An input that a deployment should give. */
export interface WantedInput {
  readonly name: string;
  /** As it is written. */
  readonly text: string;
  /** A text that it must come to; `undefined`: whatever is given counts. */
  readonly value?: string;
}

export type InputStep = NewText & { readonly what: string };

/**
 * Gives a deployment its inputs: what is missing is added, and a role that is another one is written where it stands: in the object, in
 * an argument of `merge`, or in a local that nothing else uses. Where that can't be done, the problem says what to write by hand.
 */
export function inputsStep(
  root: Root,
  deployment: StackDeployment,
  wanted: readonly WantedInput[],
): Result<InputStep | undefined> {
  const { file } = deployment;
  const what = `inputs of deployment "${deployment.name}"`;
  if (blocksOf(deployment.body, 'inputs').length > 0)
    return fail(
      problem(
        'inputs-block',
        `Deployment "${deployment.name}" has a block "inputs"; inputs is an argument, and Terraform refuses the block.`,
        'Write inputs = { … }, with an equals sign, then try again.',
      ),
    );
  const attribute = attributeOf(deployment.body, 'inputs');
  if (attribute === undefined) {
    const inner = aligned(wanted.map(lineOf)).map(line => `    ${line}`);
    const text = ['inputs = {', ...inner, '  }'].join(lineBreakOf(file.text));
    const edits = addArgument(file, deployment.block, deployment.body, text);
    return ok(edits.length === 0 ? undefined : { file, text: applyToFile(file, edits), what });
  }
  const open = openInputs(root, deployment, wanted);
  const [first] = open;
  if (first === undefined) return ok(undefined);
  const objects = objectsIn(attribute.value);
  if (objects === undefined)
    return fail(
      problem(
        'inputs-shape',
        `The inputs of deployment "${deployment.name}" are an expression, so ${open.map(w => w.name).join(' and ')} cannot be written into it.`,
        `Write ${open.map(lineOf).join(' and ')} where the expression takes its values from.`,
      ),
    );
  const written = open.flatMap(want => {
    const item = objects.flatMap(o => o.items).findLast(i => i.keyText === want.name);
    return item === undefined ? [] : [{ want, item }];
  });
  const [replaced] = written;
  if (replaced !== undefined) {
    const { want, item } = replaced;
    const step = replace(root, deployment, item.value, want);
    const store = storeBehind(root, deployment, want.name);
    const instead = store === undefined ? '' : `, in place of a value of ${store}`;
    return ok({ ...step, what: `the ${want.name} of deployment "${deployment.name}"${instead}` });
  }
  const lines = open.map(lineOf);
  const last = objects.at(-1);
  if (last !== undefined && (attribute.value.kind === 'object' || isLastArgument(attribute.value, last))) {
    const inside = { start: last.start + 1, end: last.end - 1 };
    return ok({ file, text: insertAtEnd(file, inside, lines, last.items.at(-1)), what });
  }
  // merge(a, b): what stands behind wins.
  const end = attribute.value.end - 1;
  const newText = `, { ${lines.join(', ')} }`;
  return ok({ file, text: applyEdits(file.text, [{ span: { start: end, end }, newText }]), what });
}

const problem = (code: string, message: string, nextStep: string): Problem => ({ code, message, nextStep });
const lineOf = ({ name, text }: WantedInput): string => `${name} = ${text}`;

/** The inputs that are not given, or come to something else. */
function openInputs(root: Root, deployment: StackDeployment, wanted: readonly WantedInput[]): readonly WantedInput[] {
  const given = new StackValues(root).inputs(deployment);
  return wanted.filter(want => {
    const value = given !== undefined && isMap(given) ? given.entries.get(want.name) : undefined;
    if (value === undefined) return true;
    return want.value !== undefined && stringOf(value) !== want.value;
  });
}

/** From where a deployment takes an input that is not written down: a store. */
function storeBehind(root: Root, deployment: StackDeployment, name: string): string | undefined {
  const given = new StackValues(root).inputs(deployment);
  const value = given !== undefined && isMap(given) ? given.entries.get(name) : undefined;
  return value && storeOf(value);
}

type ObjectExpression = Extract<Expression, { kind: 'object' }>;

/** The objects that inputs are written in: one, or those among the arguments of `merge`. `undefined`: another expression. */
function objectsIn(value: Expression): readonly ObjectExpression[] | undefined {
  if (value.kind === 'object') return [value];
  if (value.kind !== 'call' || value.name !== 'merge' || value.expand) return undefined;
  return value.args.filter((a): a is ObjectExpression => a.kind === 'object');
}

const isLastArgument = (value: Expression, object: ObjectExpression): boolean =>
  value.kind === 'call' && value.args.at(-1) === object;

/** Writes the value where it stands: in a local of its own where the input is one, else in the input. */
function replace(root: Root, deployment: StackDeployment, value: Expression, want: WantedInput): NewText {
  const local = ownLocal(root, value);
  const { file, span } = local ?? { file: deployment.file, span: value };
  const edit = { span: { start: span.start, end: span.end }, newText: want.text };
  return { file, text: applyEdits(file.text, [edit]) };
}

/** The text of a local that nothing but this one expression uses. */
function ownLocal(root: Root, value: Expression): { readonly file: SourceFile; readonly span: Span } | undefined {
  const steps = pathOf(value)?.steps ?? [];
  const [head, name] = steps;
  if (head !== 'local' || typeof name !== 'string' || steps.length !== 2) return undefined;
  const files = root.module.files.filter(f => f.role === 'deployment');
  const declared = files.flatMap(file =>
    file.parsed.body.blocks
      .filter(b => b.type === 'locals')
      .flatMap(b => b.body.attributes.filter(a => a.name === name).map(a => ({ file, span: a.value }))),
  );
  const [only] = declared;
  if (only?.span.kind !== 'string' || declared.length > 1) return undefined;
  return files.reduce((sum, file) => sum + usesOf(file, name), 0) === 1 ? only : undefined;
}

/** How often a file names a local. */
function usesOf(file: SourceFile, local: string): number {
  const visit = (body: SourceFile['parsed']['body']): number =>
    body.attributes.reduce((sum, a) => sum + count(a.value, local), 0) +
    body.blocks.reduce((sum, block) => sum + visit(block.body), 0);
  return visit(file.parsed.body);
}

const count = (expression: Expression, local: string): number =>
  pathsIn(expression).filter(({ steps: [head, name] }) => head === 'local' && name === local).length;

function aligned(lines: readonly string[]): readonly string[] {
  const pairs = lines.map(line => line.split(/ = (.*)/s));
  const width = Math.max(...pairs.map(([name = '']) => name.length));
  return pairs.map(([name = '', value = '']) => `${name.padEnd(width)} = ${value}`);
}

/** Lines behind the last thing between two braces, as a group of their own. */
export function insertAtEnd(file: SourceFile, inside: Span, lines: readonly string[], last: Span | undefined): string {
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
