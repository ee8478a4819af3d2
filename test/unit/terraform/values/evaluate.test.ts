import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Root } from '../../../../src/terraform/model';
import {
  assumedVariables,
  evaluate,
  isList,
  isMap,
  isShowable,
  type RootValues,
  rootValues,
  textOf,
  type Value,
  type ValueOptions,
} from '../../../../src/terraform/values';
import { rootOf } from '../../../support/root';

/** A value as plain data; what is not known is `{ unknown: how it begins }`. */
function plain(value: Value): unknown {
  if (isList(value)) return value.items.map(plain);
  if (isMap(value)) return Object.fromEntries([...value.entries].map(([key, item]) => [key, plain(item)]));
  if (value.kind === 'null') return null;
  if (value.kind === 'unknown') return { unknown: textOf(value)?.starts ?? '' };
  return value.value;
}

async function open(code: string, options: ValueOptions = {}, more: Record<string, string> = {}): Promise<RootValues> {
  const root: Root = await rootOf({ 'main.tf': code, ...more });
  return rootValues(root, options);
}

function local(values: RootValues, name: string): Value {
  const found = values.scope.module.locals.get(name);
  assert.ok(found, `local.${name} is declared`);
  return evaluate(found.attribute.value, values.scope.frame);
}

async function valueOf(expression: string, code = '', options: ValueOptions = {}): Promise<unknown> {
  return plain(local(await open(`locals {\n  it = ${expression}\n}\n${code}`, options), 'it'));
}

/** Expression, and what `terraform console` prints for it (v1.17). */
const expressions: readonly (readonly [string, unknown])[] = [
  ['1 + 2 * 3', 7],
  ['7 % 3', 1],
  ['"${1 == 1 ? "a" : "b"}-${2}"', 'a-2'],
  ['true ? 1 : "a"', '1'],
  ['[1, "a"] == ["1", "a"]', false],
  ['1 == "1"', false],
  ['null == null', true],
  ['length([1, 2]) > 1 && contains(["a"], "a")', true],
  ['[for k, v in { b = 1, a = 2 } : "${k}${v}"]', ['a2', 'b1']],
  ['{ for v in ["a", "b"] : v => upper(v) if v != "b" }', { a: 'A' }],
  ['{ for v in ["a", "ab", "b"] : substr(v, 0, 1) => v... }', { a: ['a', 'ab'], b: ['b'] }],
  ['[{ a = [1, 2] }, { a = [3] }][*].a', [[1, 2], [3]]],
  ['[{ a = [1, 2] }, { a = [3] }][*].a[0]', [1, 3]],
  ['[{ a = [1, 2] }, { a = [3] }].*.a[0]', [1, 2]],
  ['null[*]', []],
  ['"x"[*]', ['x']],
  ['try({}.a, "none")', 'none'],
  ['can({}.a)', false],
  ['coalesce("", null, "b")', 'b'],
  ['coalesce(1, "b")', '1'],
  ['compact(["a", "", null])', ['a']],
  ['chomp("a\\r\\n\\r\\n\\n\\r")', 'a'],
  ['chomp("\\na\\nb")', '\na\nb'],
  ['chomp("\\r\\n")', ''],
  // As many ways to read it as there are sums: an expression of three alternatives never came to an end.
  [`chomp("${'\\r\\n'.repeat(200)}x")`, `${'\r\n'.repeat(200)}x`],
  ['concat([1], tolist(["a"]))', [1, 'a']],
  ['flatten([[1, [2]], [], 3])', [1, 2, 3]],
  ['merge({ a = 1 }, null, { b = 2, a = 3 })', { a: 3, b: 2 }],
  ['toset(["b", "a", "b"])', ['a', 'b']],
  ['distinct(["b", "a", "b"])', ['b', 'a']],
  // One value at two places.
  ['[for x in ["a"] : distinct([x, x])]', [['a']]],
  // Versions differ: 1.11 refuses the first and has another network.
  ['element(["a", "b"], -1)', { unknown: '' }],
  ['cidrsubnet("10.0.0.0/16", 8, -1)', { unknown: '' }],
  ['distinct([]) == tolist([for x in [] : "a"])', { unknown: '' }],
  ['setunion(["a"], ["b", "a"])', ['a', 'b']],
  ['setsubtract(["a", "b"], ["b"])', ['a']],
  [
    'setproduct(["a", "b"], [1])',
    [
      ['a', 1],
      ['b', 1],
    ],
  ],
  ['lookup({ a = 1 }, "b", 2)', 2],
  ['element(["a", "b"], 3)', 'b'],
  ['slice(["a", "b", "c"], 1, 2)', ['b']],
  ['zipmap(["a", "b"], [1, 2])', { a: 1, b: 2 }],
  ['format("%s-%03d-%v-%q", "a", 7, [1], "b")', 'a-007-[1]-"b"'],
  ['format("%5.1f|%-4s|%t|%%", 3.14159, "ab", true)', '  3.1|ab  |true|%'],
  ['formatlist("%s-%s", "x", ["a", "b"])', ['x-a', 'x-b']],
  ['join(",", ["a", 1, true])', 'a,1,true'],
  ['split(",", "a,b")', ['a', 'b']],
  ['replace("a-b-c", "-", "")', 'abc'],
  ['replace("a1b22", "/[0-9]+/", "#")', 'a#b#'],
  ['replace("ab", "/(a)(b)/", "$2$${1}")', 'ba'],
  ['regex("^([a-z]+)-(\\\\d+)$", "ab-12")', ['ab', '12']],
  ['regexall("[a-z]", "a1b")', ['a', 'b']],
  ['can(regex("^x", "a"))', false],
  ['title("hello world")', 'Hello World'],
  ['trim("--a--", "-")', 'a'],
  ['trimprefix("ab", "a")', 'b'],
  ['trimsuffix("ab", "b")', 'a'],
  ['jsonencode({ b = [1, null], a = "<x>" })', '{"a":"\\u003cx\\u003e","b":[1,null]}'],
  ['jsondecode("{\\"a\\":[1]}").a[0]', 1],
  ['base64decode(base64encode("hé"))', 'hé'],
  ['cidrsubnet("10.0.0.0/16", 8, 2)', '10.0.2.0/24'],
  ['cidrsubnet("fd00::/48", 16, 5)', 'fd00:0:0:5::/64'],
  ['cidrhost("10.0.0.0/24", -2)', '10.0.0.254'],
  ['cidrsubnets("10.0.0.0/16", 4, 8)', ['10.0.0.0/20', '10.0.16.0/24']],
  ['range(3)', [0, 1, 2]],
  ['range(5, 0, -2)', [5, 3, 1]],
  ['sum([1, 2.5])', 3.5],
  ['max(1, 3, 2)', 3],
  ['signum(-3)', -1],
  ['ceil(1.2) + floor(1.8)', 3],
  ['parseint("ff", 16)', 255],
  ['alltrue([true, "true"])', true],
  ['anytrue([])', false],
  ['one([])', null],
  ['keys({ b = 1, a = 2 })', ['a', 'b']],
  ['values({ b = 1, a = 2 })', [2, 1]],
  ['transpose({ a = ["x", "y"], b = ["y"] })', { x: ['a'], y: ['a', 'b'] }],
  ['index(["a", "b"], "b")', 1],
  ['reverse([1, 2])', [2, 1]],
  ['sort(["b", "a", "b"])', ['a', 'b', 'b']],
  ['chunklist([1, 2, 3], 2)', [[1, 2], [3]]],
  ['strrev("abc")', 'cba'],
  ['length("h\\u00e9")', 2],
  ['startswith("abc", "ab") && endswith("abc", "bc")', true],
  ['tostring(5)', '5'],
  ['tonumber("5") + 1', 6],
  ['tobool("true")', true],
  ['"%{ if true }yes%{ else }no%{ endif }"', 'yes'],
  ['"%{ for x in ["a", "b"] }${x};%{ endfor }"', 'a;b;'],
  ['"a ${~ "b" ~} c"', 'abc'],
  ['max([1, 2]...)', 2],
  ['!true || false', false],
  ['-5 + 2', -3],
  ['{ "a.b" = 1 }["a.b"]', 1],
  ['urlencode("a b/c")', 'a+b%2Fc'],
];

describe('values: expressions', () => {
  for (const [expression, expected] of expressions)
    it(expression, async () => assert.deepEqual(await valueOf(expression), expected));
});

describe('values: what is known in part', () => {
  const code = 'variable "name" {\n  type = string\n}\nresource "aws_s3_bucket" "b" {\n  bucket = "logs"\n}\n';
  const cases: readonly (readonly [string, unknown])[] = [
    ['"ex-${var.name}"', { unknown: 'ex-' }],
    ['upper("ex-${var.name}")', { unknown: 'EX-' }],
    ['startswith("ex-${var.name}", "ex")', true],
    ['startswith("ex-${var.name}", "a")', false],
    ['"ex-${var.name}" == "a"', false],
    ['length([var.name, var.name])', 2],
    ['keys({ a = var.name })', ['a']],
    ['aws_s3_bucket.b.bucket', 'logs'],
    ['"${aws_s3_bucket.b.bucket}-${aws_s3_bucket.b.id}"', { unknown: 'logs-' }],
    ['aws_s3_bucket.b.arn == null', { unknown: '' }],
    ['var.name == "x" ? "app-a" : "app-b"', { unknown: 'app-' }],
    ['format("%s-%s", "a", var.name)', { unknown: 'a-' }],
    ['join("-", ["a", var.name])', { unknown: 'a-' }],
    ['try(aws_s3_bucket.b.bucket, "none")', 'logs'],
    ['contains(["a", var.name], "a")', true],
    ['contains(["a"], var.name)', { unknown: '' }],
    ['false && var.name == "x"', false],
    ['coalesce(var.name == "x" ? null : null, "b")', 'b'],
    ['jsondecode(jsonencode({ a = "b", c = var.name })).a', 'b'],
    ['merge({ a = 1 }, { b = var.name }).a', 1],
    ['substr("abc-${var.name}", 0, 2)', 'ab'],
  ];
  for (const [expression, expected] of cases)
    it(expression, async () => assert.deepEqual(await valueOf(expression, code), expected));
});

describe('values: variables', () => {
  it('takes tfvars in the order of Terraform, then what is given', async () => {
    const code = 'variable "a" { default = 1 }\nlocals { it = var.a }\n';
    const more = { 'terraform.tfvars': 'a = 2\n', 'z.auto.tfvars': 'a = 3\n', 'prod.tfvars': 'a = 4\n' };
    assert.equal(plain(local(await open(code, {}, more), 'it')), 3);
    assert.equal(plain(local(await open(code, { tfvars: 'none' }, more), 'it')), 1);
  });

  it('applies types, defaults of optional attributes, and nullable', async () => {
    const code = `variable "o" {
  type    = map(object({ n = optional(number, 5), s = string, b = optional(bool) }))
  default = { a = { s = 1 } }
}
variable "n" {
  type     = string
  default  = "d"
  nullable = false
}
module "m" {
  source = "./m"
  n      = null
}
`;
    const values = await open(
      `locals { it = [var.o, module.m.n] }\n${code}`,
      {},
      {
        'm/main.tf': 'variable "n" {\n  default  = "inner"\n  nullable = false\n}\noutput "n" { value = var.n }\n',
      },
    );
    assert.deepEqual(plain(local(values, 'it')), [{ a: { b: null, n: 5, s: '1' } }, 'inner']);
  });

  it('says which variables of the root a value depends on, and only those', async () => {
    const values = await open(
      'variable "a" { default = 1 }\nvariable "b" { default = 2 }\nlocals {\n  o = { a = var.a, b = var.b }\n  it = local.o.a + 1\n}\n',
    );
    assert.deepEqual(assumedVariables(local(values, 'it')), ['a']);
  });

  it('keeps apart what must not be shown', async () => {
    const values = await open('variable "a" {\n  default = "x"\n  sensitive = true\n}\nlocals { it = upper(var.a) }\n');
    assert.equal(isShowable(local(values, 'it')), false);
  });
});

describe('values: instances', () => {
  const keysOf = async (argument: string, code = ''): Promise<unknown> => {
    const values = await open(`resource "aws_sqs_queue" "q" {\n  ${argument}\n  name = "x"\n}\n${code}`);
    const [block] = values.scope.module.resources;
    assert.ok(block);
    const found = values.scope.instances(block);
    return found.state === 'unknown' ? 'unknown' : found.all.map(i => i.key);
  };
  it('are decided by the code', async () => {
    assert.deepEqual(await keysOf(''), [undefined]);
    assert.deepEqual(await keysOf('count = local.on ? 1 : 0', 'locals { on = false }'), []);
    assert.deepEqual(await keysOf('count = length(var.l)', 'variable "l" { default = ["a", "b"] }'), [0, 1]);
    assert.deepEqual(await keysOf('for_each = { for x in ["b", "a"] : x => x }'), ['a', 'b']);
    assert.deepEqual(await keysOf('for_each = toset([])'), []);
    assert.deepEqual(
      await keysOf('for_each = aws_sqs_queue.other', 'resource "aws_sqs_queue" "other" {\n for_each = toset(["x"])\n}'),
      ['x'],
    );
    assert.equal(await keysOf('count = var.n', 'variable "n" {}'), 'unknown');
    assert.deepEqual(await keysOf('lifecycle {\n enabled = false\n }'), []);
  });

  it('give each and count to their arguments, through modules', async () => {
    const values = await open(
      'module "m" {\n  for_each = { a = 1, b = 2 }\n  source = "./m"\n  name = "${each.key}-${each.value}"\n}\nlocals { it = [module.m["a"].q, [for m in module.m : m.q], values(module.m)[*].q] }\n',
      {},
      {
        'm/main.tf':
          'variable "name" {}\nresource "aws_sqs_queue" "q" {\n  count = 2\n  name = "${var.name}-${count.index}"\n}\noutput "q" { value = aws_sqs_queue.q[*].name }\n',
      },
    );
    const [a, b] = [
      ['a-1-0', 'a-1-1'],
      ['b-2-0', 'b-2-1'],
    ];
    assert.deepEqual(plain(local(values, 'it')), [a, [a, b], [a, b]]);
  });
});

describe('values: hostile code', () => {
  it('follows a chain of 100,000 locals, each named twice', async () => {
    const last = 99_999;
    const chain = Array.from({ length: last }, (_, i) => `  l${i} = local.l${i + 1} + local.l${i + 1} * 0`);
    const values = await open(`locals {\n${chain.join('\n')}\n  l${last} = 1\n}\n`);
    assert.equal(plain(local(values, 'l0')), 1);
  });

  it('ends on circles, doubling, deep brackets and endless modules', async () => {
    const doubling = Array.from({ length: 60 }, (_, i) => `  d${i + 1} = concat(local.d${i}, local.d${i})`).join('\n');
    const nested = Array.from({ length: 300 }, (_, i) => `  n${i + 1} = [local.n${i}, local.n${i}]`).join('\n');
    const values = await open(
      `locals {\n  a = local.b\n  b = local.a\n  d0 = [1]\n${doubling}\n  n0 = 1\n${nested}\n  brackets = ${'('.repeat(200)}1${')'.repeat(200)}\n  long = ${'1 + '.repeat(999)}1\n  m = module.m.o\n  same = local.n40 == local.n40\n}\nmodule "m" { source = "./m" }\n`,
      {},
      { 'm/main.tf': 'module "m" { source = "../m" }\noutput "o" { value = module.m.o }\n' },
    );
    for (const name of ['a', 'd60', 'm']) assert.equal(local(values, name).kind, 'unknown', name);
    assert.ok(JSON.stringify(plain(local(values, 'n300'))).length < 10_000_000);
    assert.equal(plain(local(values, 'brackets')), 1);
    assert.equal(plain(local(values, 'long')), 1000);
  });

  it('gives up on patterns that could take for ever', async () => {
    const started = performance.now();
    await valueOf(`replace("${'a'.repeat(60)}", "/(a+)+$b/", "")`);
    assert.ok(performance.now() - started < 10_000);
  });
});
