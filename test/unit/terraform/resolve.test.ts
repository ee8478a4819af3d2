import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Root } from '../../../src/terraform/model';
import { readProject } from '../../../src/terraform/read';
import { type Known, type Resolution, resolve } from '../../../src/terraform/resolve';
import { memoryFiles } from '../../support/memoryFiles';

async function read(files: Readonly<Record<string, string>>): Promise<Root> {
  const { roots } = await readProject(memoryFiles(files), {}, '/r', '/r');
  const [root] = roots;
  assert.ok(root);
  return root;
}

function local(root: Root, name: string, module = root.module): Resolution {
  const found = module.locals.get(name);
  assert.ok(found, name);
  return resolve(found.attribute.value, module, root);
}

/** The value of `local.out` in a main.tf with these lines. */
async function out(
  expression: string,
  more = '',
  files: Readonly<Record<string, string>> = {},
): Promise<Known | Error> {
  const done = local(await read({ '/r/main.tf': `locals {\n  out = ${expression}\n}\n${more}\n`, ...files }), 'out');
  return done.known ? done.value : new Error(done.why);
}

const unknown = async (expression: string, why: RegExp, more = '', files = {}): Promise<void> => {
  const done = await out(expression, more, files);
  assert.ok(done instanceof Error, `${expression} is ${JSON.stringify(done)}`);
  assert.match(done.message, why);
};

test('literals, lists, maps and parentheses', async () => {
  assert.equal(await out('"a"'), 'a');
  assert.equal(await out('((-1.5))'), -1.5);
  assert.equal(await out('true'), true);
  assert.equal(await out('null'), null);
  assert.deepEqual(await out('["a", 1, [false]]'), ['a', 1, [false]]);
  assert.deepEqual(await out('{ a = 1, "b" = 2, ("c") = 3 }'), new Map([['a', 1], ['b', 2], ['c', 3]])); // prettier-ignore
});

test('locals, members and interpolation', async () => {
  const more = 'locals {\n  m = { a = ["x", "y"], __proto__ = "p" }\n  n = 3\n}';
  assert.equal(await out('"${local.m.a[1]}-${local.n}"', more), 'y-3');
  assert.equal(await out('local.m["__proto__"]', more), 'p');
  assert.equal(await out('"${local.n}"', more), 3);
  await unknown('local.m.b', /no such element/, more);
  await unknown('local.m["constructor"]', /no such element/, more);
  await unknown('local.m.a[2]', /no such element/, more);
  await unknown('"${local.m}x"', /into a text/, more);
  await unknown('local.nothing', /not declared/);
});

test('variables: default, then automatic tfvars in their order, converted to the type', async () => {
  const more = 'variable "v" {\n  type = string\n  default = 1\n}';
  assert.equal(await out('var.v', more), '1');
  assert.equal(await out('var.v', more, { '/r/terraform.tfvars': 'v = 2' }), '2');
  assert.equal(
    await out('var.v', more, {
      '/r/z.auto.tfvars': 'v = 4',
      '/r/a.auto.tfvars': 'v = 3',
      '/r/terraform.tfvars': 'v = 2',
    }),
    '4',
  );
  await unknown('var.v', /only where it is named/, more, { '/r/prod.tfvars': 'v = 9' });
  assert.deepEqual(await out('var.l', 'variable "l" {\n  type = list(number)\n  default = ["1", 2]\n}'), [1, 2]);
  await unknown('var.s', /converts/, 'variable "s" {\n  type = set(string)\n  default = ["b", "a"]\n}');
  await unknown('var.v', /no default/, 'variable "v" {}');
  await unknown('var.v', /sensitive/, 'variable "v" {\n  default = "x"\n  sensitive = true\n}');
});

test('the answer names the variables that it took from files', async () => {
  const root = await read({
    '/r/main.tf': 'variable "b" {\n  default = "x"\n}\nlocals {\n  a = "y"\n  c = "${local.a}${var.b}"\n}\n',
  });
  assert.deepEqual(local(root, 'c'), { known: true, value: 'yx', assumes: ['b'] });
  assert.deepEqual(local(root, 'a'), { known: true, value: 'y', assumes: [] });
});

test('what only Terraform knows is unknown', async () => {
  for (const expression of [
    'upper("a")',
    '1 + 1',
    'true ? 1 : 2',
    'aws_x.y.arn',
    'terraform.workspace',
    'path.module',
    '[for x in ["a"] : x]',
    '"%{ if true }a%{ endif }"',
    '["a"][*]',
    '12345678901234567890',
    '1e999',
    '"${1e-9}x"',
    '"${null}x"',
  ])
    // prettier-ignore
    await unknown(expression, /./);
});

test('marks that remove blanks leave the text unknown', async () => {
  await unknown('"a ${~ local.b } c"', /blanks/, 'locals {\n  b = "x"\n}');
  await unknown('"a ${ local.b ~} c"', /blanks/, 'locals {\n  b = "x"\n}');
  assert.equal(await out('"a ${ local.b } c"', 'locals {\n  b = "x"\n}'), 'a x c');
});

test('a child module has no variables of its own', async () => {
  const root = await read({
    '/r/main.tf': 'module "m" {\n  source = "./m"\n}\n',
    '/r/m/main.tf': 'variable "v" {\n  default = 1\n}\nlocals {\n  out = var.v\n  own = "x"\n}\n',
  });
  const child = root.modules.find(m => m.dir === '/r/m');
  assert.ok(child);
  assert.equal(local(root, 'out', child).known, false);
  assert.equal(local(root, 'own', child).known, true);
});

test('property: any graph of locals ends; those that reach a circle are unknown, all others known', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.nat(11), { maxLength: 3 }), { minLength: 12, maxLength: 12 }),
      async edges => {
        const lines = edges.map((to, i) => `  l${i} = "t${to.map(t => `\${local.l${t}}`).join('')}"`);
        const root = await read({ '/r/main.tf': `locals {\n${lines.join('\n')}\n}\n` });
        const circular = (i: number, above: readonly number[]): boolean =>
          above.includes(i) || (edges[i] ?? []).some(t => circular(t, [...above, i]));
        edges.forEach((_, i) => {
          assert.equal(local(root, `l${i}`).known, !circular(i, []), lines.join('\n'));
        });
      },
    ),
    { numRuns: 60 },
  );
});

test('property: JSON values come back as they are', async () => {
  const leaf = fc.oneof(fc.string({ maxLength: 8 }), fc.integer(), fc.boolean());
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(leaf, fc.array(leaf, { maxLength: 3 })), { maxLength: 4 }), async value => {
      const written = JSON.stringify(value).replaceAll(/[$%](?=\{)/g, '$&$&');
      const root = await read({ '/r/main.tf.json': `{"locals":{"out":${written}}}` });
      const done = local(root, 'out');
      assert.ok(done.known);
      assert.equal(JSON.stringify(done.value), JSON.stringify(value).normalize());
    }),
    { numRuns: 100 },
  );
});
