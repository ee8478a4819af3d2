import type { Span } from '../../../core/text';
import type { Block, Body, Expression, ParsedFile } from '../../../terraform/syntax/ast';
import { lintTrust } from './lintTrust';
import type { TrustExpectation, TrustFinding, TrustVerdict } from './trustFinding';
import { Holes } from '../../policy/patterns/holes';
import {
  fromExpression,
  listOf,
  type PolicyEntry,
  type PolicyNode,
  readPolicyText,
  withHoles,
} from '../../policy/node';

/** A trust policy that stands in Terraform code: its address, and what was found. Spans are offsets into the file. */
export interface TrustInCode {
  /** `aws_iam_role.ci` or `data.aws_iam_policy_document.trust`. */
  readonly address: string;
  readonly verdict: TrustVerdict;
  readonly findings: readonly TrustFinding[];
}

/**
 * Lints the trust policies for HCP Terraform in one file: `assume_role_policy` of `aws_iam_role` (jsonencode, heredoc, string) and
 * `aws_iam_policy_document`. Policies for other issuers, and those whose structure is known only when Terraform runs, are left out.
 */
export function lintTrustInCode(file: ParsedFile, source: string, expected: TrustExpectation): readonly TrustInCode[] {
  const lint = new CodeLint(file, source, expected);
  return file.body.blocks.flatMap((block): readonly TrustInCode[] => {
    const [type, name] = block.labels.map(label => label.value);
    if (block.type === 'resource' && type === 'aws_iam_role') {
      const value = block.body.attributes.find(a => a.name === 'assume_role_policy')?.value;
      return value === undefined ? [] : lint.expression(`${type}.${name ?? ''}`, value);
    }
    if (block.type === 'data' && type === 'aws_iam_policy_document') {
      const root = lint.document(block);
      return root === undefined ? [] : lint.judge(`data.${type}.${name ?? ''}`, root);
    }
    return [];
  });
}

/** The policies of one file. What a template leaves open is marked (`Holes`), so that the rest of it is judged. */
class CodeLint {
  private readonly holes = new Holes();

  constructor(
    private readonly file: ParsedFile,
    private readonly source: string,
    private readonly expected: TrustExpectation,
  ) {}

  expression(address: string, value: Expression, throughLocal = false): readonly TrustInCode[] {
    if (value.kind === 'parentheses') return this.expression(address, value.inner, throughLocal);
    if (value.kind === 'reference') {
      const local = throughLocal ? undefined : this.localOf(value.path);
      return local === undefined ? [] : this.expression(address, local, true);
    }
    if (value.kind === 'call' && value.name === 'jsonencode') {
      const [argument] = value.args;
      if (argument === undefined || !structureKnown(argument)) return [];
      return this.judge(address, this.node(argument));
    }
    const text =
      value.kind === 'string'
        ? value.value
        : value.kind === 'template'
          ? this.holes.textOf(value, this.source)
          : undefined;
    return text === undefined ? [] : this.text(address, text, value, value.kind === 'template');
  }

  /** A policy as a string. Its own offsets are not the file's (escapes, indent): findings point at all of it and have no fix. */
  private text(address: string, text: string, at: Span, isTemplate: boolean): readonly TrustInCode[] {
    const read = readPolicyText(text);
    // With a value in the place of an interpolation it may well be JSON.
    if (isTemplate && (read.syntax.length > 0 || read.root === undefined)) return [];
    const report = lintTrust(
      isTemplate && read.root !== undefined ? { ...read, root: withHoles(read.root) } : read,
      this.expected,
    );
    const findings = report.findings.map(({ code, weight, message }) => ({
      code,
      weight,
      message: this.holes.written(message),
      start: at.start,
      end: at.end,
    }));
    return concerns(findings) ? [{ address, verdict: report.verdict, findings }] : [];
  }

  judge(address: string, root: PolicyNode): readonly TrustInCode[] {
    const report = lintTrust({ root, syntax: [], comments: [], text: this.source }, this.expected);
    const findings = report.findings.map(f => ({
      ...f,
      message: this.holes.written(f.message),
      ...(f.fix && {
        fix: {
          title: this.holes.written(f.fix.title),
          edits: f.fix.edits.map(e => ({ ...e, newText: this.holes.written(e.newText) })),
        },
      }),
    }));
    return concerns(findings) ? [{ address, verdict: report.verdict, findings }] : [];
  }

  /** `local.trust`, where this file says what it is. */
  private localOf(path: string): Expression | undefined {
    const name = /^local\.([^.]+)$/.exec(path)?.[1];
    return this.file.body.blocks
      .filter(block => block.type === 'locals')
      .flatMap(block => block.body.attributes)
      .find(attribute => attribute.name === name)?.value;
  }

  private node(expression: Expression): PolicyNode {
    return fromExpression(expression, this.source, this.holes);
  }

  /** `aws_iam_policy_document` as the policy it makes; `undefined` where parts come from elsewhere or are made by `dynamic`. */
  document(block: Block): PolicyNode | undefined {
    const { attributes, blocks } = block.body;
    if (attributes.some(a => /^(?:source|override)_/.test(a.name)) || blocks.some(b => b.type === 'dynamic')) {
      return undefined;
    }
    const statements: PolicyNode[] = [];
    for (const b of blocks.filter(one => one.type === 'statement')) {
      const statement = this.statement(b);
      if (statement === undefined) return undefined;
      statements.push(statement);
    }
    const version: PolicyNode = { kind: 'string', value: '2012-10-17', ...at(block.typeSpan) };
    return object(block, [
      { key: 'Version', keySpan: at(block.typeSpan), value: version },
      { key: 'Statement', keySpan: at(block.typeSpan), value: { kind: 'array', items: statements, ...at(block) } },
    ]);
  }

  private statement(block: Block): PolicyNode | undefined {
    if (block.body.blocks.some(b => b.type === 'dynamic')) return undefined;
    const entries: PolicyEntry[] = [];
    for (const a of block.body.attributes) {
      const key = Object.hasOwn(names, a.name) ? names[a.name] : undefined;
      const value = fromExpression(a.value, this.source);
      if (key === undefined || value.kind === 'unknown') return undefined;
      entries.push({ key, keySpan: at(a.nameSpan), value });
    }
    if (!entries.some(e => e.key === 'Effect')) {
      const value: PolicyNode = { kind: 'string', value: 'Allow', ...at(block.typeSpan) };
      entries.push({ key: 'Effect', keySpan: at(block.typeSpan), value });
    }
    for (const kind of ['principals', 'not_principals'] as const) {
      const found = block.body.blocks.filter(b => b.type === kind);
      const [first] = found;
      if (first === undefined) continue;
      const inner: PolicyEntry[] = [];
      for (const b of found) {
        const type = literal(b.body, 'type');
        const identifiers = b.body.attributes.find(a => a.name === 'identifiers')?.value;
        if (type === undefined || identifiers === undefined) return undefined;
        addTo(inner, { key: type.value, keySpan: at(type), value: this.node(identifiers) });
      }
      const key = kind === 'principals' ? 'Principal' : 'NotPrincipal';
      entries.push({ key, keySpan: at(first.typeSpan), value: object(first, inner) });
    }
    const conditions: PolicyEntry[] = [];
    for (const b of block.body.blocks.filter(one => one.type === 'condition')) {
      const test = literal(b.body, 'test');
      const variable = this.variable(b.body);
      const values = b.body.attributes.find(a => a.name === 'values')?.value;
      if (test === undefined || variable === undefined || values === undefined) return undefined;
      const one = { key: variable.value, keySpan: at(variable), value: this.node(values) };
      addTo(conditions, { key: test.value, keySpan: at(test), value: object(b, [one]) });
    }
    if (conditions.length > 0) {
      entries.push({ key: 'Condition', keySpan: at(block.typeSpan), value: object(block, conditions) });
    }
    return object(block, entries);
  }

  /** `app.terraform.io:sub`, or `${var.hostname}:sub`. */
  private variable(body: Body): (Span & { readonly value: string }) | undefined {
    const value = body.attributes.find(a => a.name === 'variable')?.value;
    if (value?.kind !== 'template') return literal(body, 'variable');
    const text = this.holes.textOf(value, this.source);
    return text === undefined ? undefined : { value: text, start: value.start, end: value.end };
  }
}

/** Without a statement for HCP Terraform the policy is somebody else's. */
const concerns = (findings: readonly TrustFinding[]): boolean => !findings.some(f => f.code === 'no-statement');

/** Are all keys written out, and is only a value here and there left to Terraform? */
function structureKnown(expression: Expression, depth = 0): boolean {
  switch (expression.kind) {
    case 'object':
      return expression.items.every(
        item =>
          (item.keyText === undefined
            ? item.key.kind === 'template'
            : !['Statement', 'Condition', 'Action', 'NotAction', 'Effect', 'Version'].includes(item.keyText) ||
              ['object', 'tuple', 'string'].includes(item.value.kind)) && structureKnown(item.value, depth + 1),
      );
    case 'tuple':
      return expression.items.every(item => structureKnown(item, depth + 1));
    default:
      return depth > 0;
  }
}

const at = (span: Span): Span => ({ start: span.start, end: span.end });
const object = (span: Span, entries: readonly PolicyEntry[]): PolicyNode => ({ kind: 'object', entries, ...at(span) });

const names: Readonly<Record<string, string>> = {
  sid: 'Sid',
  effect: 'Effect',
  actions: 'Action',
  not_actions: 'NotAction',
  resources: 'Resource',
  not_resources: 'NotResource',
};

/** The AWS provider writes blocks of one test and variable, or of one principal type, as one entry with all their values. */
function addTo(entries: PolicyEntry[], added: PolicyEntry): void {
  const i = entries.findIndex(e => e.key === added.key);
  const known = entries[i];
  if (known === undefined) entries.push(added);
  else entries[i] = { ...known, value: merged(known.value, added.value) };
}

function merged(a: PolicyNode, b: PolicyNode): PolicyNode {
  if (a.kind === 'object' && b.kind === 'object') {
    const entries = [...a.entries];
    for (const e of b.entries) addTo(entries, e);
    return { ...a, entries };
  }
  return { kind: 'array', items: [...listOf(a), ...listOf(b)], ...at(a) };
}

function literal(body: Body, name: string): (Span & { readonly value: string }) | undefined {
  const value = body.attributes.find(a => a.name === name)?.value;
  return value?.kind === 'string' ? value : undefined;
}
