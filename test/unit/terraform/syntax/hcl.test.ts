import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Expression } from '../../../../src/terraform/syntax/ast';
import { parseHcl } from '../../../../src/terraform/syntax/hcl';

function value(text: string): Expression {
  const { body, problems } = parseHcl(`a = ${text}\n`);
  assert.deepEqual(problems, [], text);
  const [attribute] = body.attributes;
  assert.ok(attribute);
  return attribute.value;
}

function source(expression: Expression, text: string): string {
  return `a = ${text}\n`.slice(expression.start, expression.end);
}

function stringValue(text: string): string {
  const expression = value(text);
  assert.ok(expression.kind === 'string', expression.kind);
  return expression.value;
}

test('spans are UTF-16 offsets', () => {
  const text = '\ufeffa = "😀"\r\nb "é" {\r\n}\r\n';
  const { body, problems } = parseHcl(text);
  assert.deepEqual(problems, []);
  assert.equal(body.start, 1);
  assert.deepEqual([body.attributes[0]?.value.start, body.attributes[0]?.value.end], [5, 9]);
  const [block] = body.blocks;
  assert.ok(block);
  assert.equal(text.slice(block.start, block.end), 'b "é" {\r\n}');
  assert.deepEqual(block.labels, [{ value: 'é', quoted: true, start: 13, end: 16 }]);
  assert.deepEqual(
    [block.open, block.close],
    [
      { start: 17, end: 18 },
      { start: 20, end: 21 },
    ],
  );
});

test('escapes and what only looks like a sequence', () => {
  assert.equal(stringValue('"a\\n\\"\\\\\\u00e9\\U0001F600"'), 'a\n"\\é😀');
  assert.equal(stringValue('"$${a} %%{b} $$ %% $5 100%"'), '${a} %{b} $$ %% $5 100%');
  assert.equal(stringValue('"e\u0301"'), '\u00e9');
});

test('heredocs: indent, CRLF, markers', () => {
  assert.equal(stringValue('<<A\n  x\n   y\n  A'), '  x\n   y\n');
  assert.equal(stringValue('<<-A\n  x\n\n   y\n  A'), 'x\n\n y\n');
  assert.equal(stringValue('<<-A\r\n  x\r\n   y\r\n  A\r'), 'x\r\n y\r\n');
  const template = value('<<-A\n    x ${y}\n  z\n  A');
  assert.ok(template.kind === 'template');
  assert.deepEqual(
    template.parts.map(part => (part.kind === 'text' ? part.value : part.kind)),
    ['  x ', 'interpolation', '\nz\n'],
  );
  const atEnd = parseHcl('a = <<A\nx\nA');
  assert.equal(atEnd.body.attributes.length, 1);
  assert.deepEqual(
    atEnd.problems.map(problem => problem.code),
    ['heredoc-eof'],
  );
});

test('a function of a provider, a splat, an old index, a for', () => {
  const call = value('provider::aws::arn_parse(x, y...)');
  assert.ok(call.kind === 'call');
  assert.deepEqual([call.name, call.args.length, call.expand], ['provider::aws::arn_parse', 2, true]);
  assert.equal(value('a.b[*].c').kind, 'attribute');
  const index = value('a.b.0');
  assert.ok(index.kind === 'index' && index.on.kind === 'reference');
  assert.equal(index.on.path, 'a.b');
  const loop = value('{ for k, v in var.m : k => v... if v.on }');
  assert.ok(loop.kind === 'for');
  assert.deepEqual([loop.names, loop.parts.length], [['k', 'v'], 4]);
});

test('precedence, and a conditional over lines in parentheses', () => {
  const text = '1 + 2 * 3 == 7 && !x ? a : b ? c : d';
  const conditional = value(text);
  assert.ok(conditional.kind === 'conditional' && conditional.whenFalse.kind === 'conditional');
  assert.equal(source(conditional.condition, text), '1 + 2 * 3 == 7 && !x');
  assert.ok(conditional.condition.kind === 'binary');
  assert.equal(source(conditional.condition.left, text), '1 + 2 * 3 == 7');
  assert.equal(value('(\n  x\n  ? 1\n  : 2\n)').kind, 'parentheses');
});

test('newlines end an argument', () => {
  const { body, problems } = parseHcl('region =\nprofile = "x"\n');
  assert.deepEqual(
    body.attributes.map(attribute => [attribute.name, attribute.value.kind]),
    [
      ['region', 'missing'],
      ['profile', 'string'],
    ],
  );
  assert.deepEqual(
    problems.map(problem => problem.code),
    ['missing-value'],
  );
});

test('each broken text has its problem', () => {
  const broken: readonly (readonly [string, string])[] = [
    ['a = "x\n', 'unclosed-string'],
    ['a = 1 2\n', 'missing-newline'],
    ['a = 1\na = 2\n', 'duplicate'],
    ['e\u0301 = 1\n\u00e9 = 2\n', 'duplicate'],
    ['b\n{\n}\n', 'brace'],
    ['b { x = 1, y = 2 }\n', 'missing-newline'],
    ['b {\n', 'unclosed-block'],
    ['}\n', 'stray-brace'],
    ['a = [1\n', 'unclosed-bracket'],
    ['a = <<A\nx\n', 'unclosed-heredoc'],
    ['/* x\n', 'unclosed-comment'],
    ['a = "\\q"\n', 'escape'],
    ['a = "${x"\n', 'sequence'],
    ['a = "%{ if x }y"\n', 'directive'],
    ['a = x.0.1\n', 'legacy-index'],
    ['a = x.*.y.*\n', 'splat'],
    ['a = 1.2.3\n', 'number'],
    ['stray\nb {\n}\n', 'item'],
    ['b "${x}" {\n}\n', 'label'],
  ];
  for (const [text, code] of broken) {
    const codes = parseHcl(text).problems.map(problem => problem.code);
    assert.ok(codes.includes(code), `${JSON.stringify(text)}: ${codes.join()}`);
  }
});

test('a block that was just opened leaves its siblings where they are', () => {
  const text =
    'provider "aws" {\n  assume_role {\n  region = "x"\n  endpoints {\n    s3 = "y"\n  }\n}\noutput "o" {\n}\n';
  const { body, recovered } = parseHcl(text);
  assert.equal(recovered, true);
  assert.deepEqual(
    body.blocks.map(block => block.type),
    ['provider', 'output'],
  );
  const provider = body.blocks[0]?.body;
  assert.deepEqual(
    provider?.attributes.map(attribute => attribute.name),
    ['region'],
  );
  assert.deepEqual(provider?.blocks.map(block => [block.type, block.close !== undefined]), [['assume_role', false], ['endpoints', true]]); // prettier-ignore
});

test('an argument out of line does not end its block when something else is broken', () => {
  const { body } = parseHcl('provider "aws" {\n  region = "x"\nprofile = "y"\n}\nresource "a" "b" {\n  c = [\n}\n');
  assert.deepEqual(
    body.blocks[0]?.body.attributes.map(attribute => attribute.name),
    ['region', 'profile'],
  );
  assert.deepEqual(body.attributes, []);
});

test('what is nested too deeply is passed over, and the rest is read', () => {
  for (const [open, close] of [
    ['[', ']'],
    ['(', ')'],
    ['{ a = ', '}'],
    ['f(', ')'],
    ['"${', '}"'],
    ['!', ''],
  ] as const) {
    const deep = `${open.repeat(5000)}1${close.repeat(5000)}`;
    const { body, problems, recovered } = parseHcl(`a = ${deep}\nb = 2\nc {\n}\n`);
    assert.deepEqual(
      problems.map(problem => problem.code),
      ['too-deep'],
      open,
    );
    assert.deepEqual([body.attributes.map(a => a.name), body.blocks.length, recovered], [['a', 'b'], 1, false], open);
  }
  const blocks = parseHcl(`${'b {\n'.repeat(5000)}${'}\n'.repeat(5000)}c = 1\n`);
  assert.deepEqual(
    blocks.problems.map(problem => problem.code),
    ['too-deep'],
  );
  assert.equal(blocks.body.attributes.length, 1);
});

test('200 levels are not too deep', () => {
  assert.deepEqual(parseHcl(`a = ${'['.repeat(200)}1${']'.repeat(200)}\n`).problems, []);
});

test('want leaves out the bodies of blocks that nobody asked for', () => {
  const text = 'resource "a" "b" {\n  c = "}" # }\n  d = <<E\n}\nE\n}\nprovider "aws" {\n  region = "x"\n}\n';
  const { body, problems } = parseHcl(text, { want: type => type === 'provider' });
  assert.deepEqual(problems, []);
  assert.deepEqual(body.blocks.map(block => [block.type, block.body.attributes.length]), [['resource', 0], ['provider', 1]]); // prettier-ignore
  const full = parseHcl(text);
  assert.deepEqual(
    body.blocks.map(block => block.end),
    full.body.blocks.map(block => block.end),
  );
});

test('comments have their spans, each once', () => {
  const text = '# a\r\nb = [ // c\n  1 /* d */\n]\n';
  assert.deepEqual(
    parseHcl(text).comments.map(c => text.slice(c.start, c.end)),
    ['# a', '// c', '/* d */'],
  );
});

test('several arguments on one line are an error that hides none of them', () => {
  const { body, problems } = parseHcl(
    'provider "aws" { region = "x", access_key = "a" }\nprovider "aws" "b" { config { token = "t" profile = "p" } region = "x" }\nc = 1 oops\nd = 2\n',
  );
  const names = (b: (typeof body)['blocks'][number]): unknown => [b.body.attributes.map(a => a.name), b.body.blocks.map(names)]; // prettier-ignore
  assert.deepEqual(body.blocks.map(names), [[['region', 'access_key'], []], [['region'], [[['token', 'profile'], []]]]]); // prettier-ignore
  assert.deepEqual(
    body.attributes.map(a => a.name),
    ['c', 'd'],
  );
  assert.deepEqual([...new Set(problems.map(p => p.code))], ['missing-newline']);
});
