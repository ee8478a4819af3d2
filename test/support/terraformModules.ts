/** Random modules in which everything is decided by the code: what Terraform makes of them is what the evaluator must say. */

export interface GeneratedModule {
  /** `main.tf`. */
  readonly text: string;
  /** Arguments of the call. */
  readonly call: string;
}

/** A small generator of numbers that a seed repeats (mulberry32). */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

type Kind = 'bool' | 'number' | 'string' | 'strings' | 'map' | 'objects';

const variables = `variable "b" {
  type    = bool
  default = false
}
variable "n" {
  type    = number
  default = 2
}
variable "s" {
  type     = string
  default  = "app"
  nullable = false
}
variable "none" {
  type    = string
  default = null
}
variable "l" {
  type    = list(string)
  default = ["api", "web"]
}
variable "m" {
  type    = map(string)
  default = { k = "v", z = "w" }
}
variable "o" {
  type = map(object({
    on   = optional(bool, true)
    name = string
    n    = optional(number)
  }))
  default = {}
}
variable "q" {
  type = object({
    enabled = optional(bool, false)
    names   = optional(list(string), ["q"])
    deep    = optional(object({ size = optional(number, 3) }), {})
  })
  default = {}
}
`;

class Generator {
  private readonly locals: { readonly name: string; readonly kind: Kind }[] = [];

  constructor(private readonly next: () => number) {}

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.next() * items.length)] as T;
  }

  private text(): string {
    return this.pick(['"a"', '"api"', '"web-1"', '"App"', '""', '"k"', '"x_y"', '"é"']);
  }

  /** An expression of a kind, in brackets: operators inside of it stay together. */
  make(kind: Kind, depth: number): string {
    const made = this.made(kind, depth);
    return /^[\w."\[\]{}]*$/.test(made) ? made : `(${made})`;
  }

  private made(kind: Kind, depth: number): string {
    const known = this.locals.filter(l => l.kind === kind);
    if (known.length > 0 && this.next() < 0.25) return `local.${this.pick(known).name}`;
    const g = (k: Kind): string => this.make(k, depth - 1);
    const leaves: Record<Kind, readonly string[]> = {
      bool: ['true', 'false', 'var.b', 'var.q.enabled', 'var.none == null'],
      number: ['0', '1', '2', '3', 'var.n', 'var.q.deep.size', 'length(var.l)', 'length(var.o)'],
      string: [this.text(), this.text(), 'var.s', '"${var.s}-x"'],
      strings: ['[]', '["a"]', '["b", "a", "b"]', 'var.l', 'var.q.names'],
      map: ['{}', '{ k = "1" }', '{ a = "x", b = "y" }', 'var.m'],
      objects: ['var.o', '{ o1 = { on = true, name = "one", n = 1 } }'],
    };
    if (depth <= 0) return this.pick(leaves[kind]);
    switch (kind) {
      case 'bool':
        return this.pick([
          () => this.pick(leaves.bool),
          () => `!${this.make('bool', 0)}`,
          () => `(${g('bool')} && ${g('bool')})`,
          () => `(${g('bool')} || ${g('bool')})`,
          () => `${g('number')} ${this.pick(['>', '<', '>=', '<=', '==', '!='])} ${g('number')}`,
          () => `(${g('string')} ${this.pick(['==', '!='])} ${g('string')})`,
          () => `contains(${g('strings')}, ${g('string')})`,
          () => `anytrue([${g('bool')}, ${g('bool')}])`,
          () => `alltrue([for x in ${g('strings')} : x != ${g('string')}])`,
          () => `can(regex("^[a-z]+$", ${g('string')}))`,
          () => `startswith(${g('string')}, "a")`,
          () => `endswith(${g('string')}, "b")`,
          () => `try(${g('objects')}["o1"].on, false)`,
          () => `length(${g('strings')}) > 0 ? ${g('bool')} : false`,
          () => `(var.none == null ? true : ${g('bool')})`,
          () => `tobool(${this.pick(['"true"', '"false"'])})`,
          () => `(${g('strings')} == ${g('strings')})`,
        ])();
      case 'number':
        return this.pick([
          () => this.pick(leaves.number),
          () => `length(${g(this.pick(['strings', 'map', 'objects', 'string']))})`,
          () => `(${g('bool')} ? 1 : 0)`,
          () => `(${g('number')} + ${g('number')})`,
          () => `${this.pick(['max', 'min'])}(${g('number')}, ${g('number')})`,
          () => `signum(${g('number')} - 1)`,
          () => `abs(${g('number')} - 2)`,
          () => `floor(${g('number')} / 2)`,
          () => `ceil(${g('number')} / 3)`,
          () => `(${g('number')} % 3)`,
          () => `length(compact(${g('strings')}))`,
          () => `sum(concat([${g('number')}], [1]))`,
          () => `tonumber("${Math.floor(this.next() * 4)}")`,
          () => `try(${g('objects')}["o1"].n, 2) == null ? 0 : 1`,
          () => `length(range(${g('number')}))`,
        ])();
      case 'string':
        return this.pick([
          () => this.pick(leaves.string),
          () => `"${'${'}${g('string')}}-${'${'}${g('number')}}"`,
          () => `"%{ if ${g('bool')} }${'${'}${g('string')}}%{ else }no%{ endif }"`,
          () => `"%{ for x in ${g('strings')} ~} ${'${x}'}; %{ endfor ~}"`,
          () => `${this.pick(['lower', 'upper', 'title', 'trimspace', 'strrev'])}(${g('string')})`,
          () => `join(${this.pick(['"-"', '","', '""'])}, ${g('strings')})`,
          () => `format("%s-%02d-%v", ${g('string')}, ${g('number')}, ${g('bool')})`,
          () => `replace(${g('string')}, "a", "o")`,
          () => `replace(${g('string')}, "/[^a-z]/", "")`,
          () => `substr(${g('string')}, ${this.pick(['0', '1', '-2'])}, ${this.pick(['1', '2', '-1'])})`,
          () => `trimprefix(${g('string')}, "a")`,
          () => `trimsuffix(${g('string')}, "b")`,
          () => `trim(${g('string')}, "a-")`,
          () => `try(element(${g('strings')}, ${g('number')}), "none")`,
          () => `try(coalesce(${g('string')}, var.none, "x"), "e")`,
          () => `(${g('bool')} ? ${g('string')} : ${g('string')})`,
          () => `lookup(${g('map')}, ${g('string')}, "d")`,
          () => `try(${g('map')}["k"], ${g('string')})`,
          () => `tostring(${g('number')})`,
          () => `jsonencode(${g(this.pick(['strings', 'map', 'objects', 'bool']))})`,
          () => `try(jsondecode(jsonencode(${g('objects')}))["o1"].name, "j")`,
          () => `cidrsubnet("10.0.0.0/16", 8, min(${g('number')}, 9))`,
          () => `try(regex("[a-z]+", ${g('string')}), "r")`,
          () => `try(one(${g('strings')}), "many") == null ? "zero" : "some"`,
          () => `base64encode(${g('string')})`,
        ])();
      case 'strings':
        return this.pick([
          () => this.pick(leaves.strings),
          () => `[${g('string')}, ${g('string')}]`,
          () => `concat(${g('strings')}, ${g('strings')})`,
          () => `distinct(${g('strings')})`,
          () => `compact(${g('strings')})`,
          () => `${this.pick(['keys', 'values'])}(${g('map')})`,
          () => `split("-", ${g('string')})`,
          () => `[for x in ${g('strings')} : "${'${x}'}-${'${'}${g('number')}}"]`,
          () => `[for k, v in ${g('map')} : k if v != ${g('string')}]`,
          () => `[for i, x in ${g('strings')} : x if i < ${g('number')}]`,
          () => `sort(${g('strings')})`,
          () => `reverse(${g('strings')})`,
          () => `flatten([${g('strings')}, [${g('strings')}], []])`,
          () => `tolist(toset(${g('strings')}))`,
          () => `(${g('bool')} ? ${g('strings')} : [])`,
          () =>
            `tolist(${this.pick(['setunion', 'setintersection', 'setsubtract'])}(toset(${g('strings')}), toset(${g('strings')})))`,
          () => `formatlist("%s!", ${g('strings')})`,
          () => `[for k, o in ${g('objects')} : o.name if o.on]`,
          () => `values(${g('objects')})[*].name`,
          () => `try(slice(${g('strings')}, 0, 1), [])`,
          () => `[for p in setproduct(${g('strings')}, ["1", "2"]) : join("/", p)]`,
          () => `matchkeys(["x", "y"], ["a", "b"], concat(${g('strings')}, ["zz"]))`,
          () => `coalescelist(${g('strings')}, ["fallback"])`,
        ])();
      case 'map':
        return this.pick([
          () => this.pick(leaves.map),
          () => `{ k = ${g('string')}, (${this.text() === '""' ? '"e"' : '"dyn"'}) = ${g('string')} }`,
          () => `merge(${g('map')}, ${g('map')})`,
          () => `{ for x in distinct(${g('strings')}) : x => upper(x) }`,
          () => `{ for i, x in distinct(${g('strings')}) : x => tostring(i) }`,
          () => `(${g('bool')} ? ${g('map')} : {})`,
          () => `{ for k, o in ${g('objects')} : k => o.name }`,
          () => `{ for k, v in ${g('map')} : "p-${'${k}'}" => v if ${g('bool')} }`,
          () => `tomap(${g('map')})`,
          () => `{ for k, v in { for x in ${g('strings')} : substr(x, 0, 1) => x... } : k => join("+", v) }`,
          () => `zipmap(["a", "b"], [${g('string')}, ${g('string')}])`,
        ])();
      case 'objects':
        return this.pick([
          () => this.pick(leaves.objects),
          () => `{ for k, o in ${g('objects')} : k => o if o.on }`,
          () => `merge(${g('objects')}, { o2 = { on = ${g('bool')}, name = ${g('string')}, n = ${g('number')} } })`,
          () => `{ for k, o in ${g('objects')} : k => merge(o, { name = upper(o.name) }) }`,
        ])();
    }
  }

  module(): GeneratedModule {
    const kinds: readonly Kind[] = ['bool', 'number', 'string', 'strings', 'map', 'objects'];
    const lines: string[] = [];
    for (let i = 0; i < 5; i++) {
      const kind = this.pick(kinds);
      lines.push(`  l${i} = try(${this.make(kind, 2)}, ${this.make(kind, 0)})`);
      this.locals.push({ name: `l${i}`, kind });
    }
    const depth = (): number => 1 + Math.floor(this.next() * 2);
    const resources = [
      `resource "terraform_data" "counted" {\n  count = try(max(0, min(floor(${this.make('number', depth())}), 5)), 0)\n}`,
      `resource "terraform_data" "switched" {\n  count = try(${this.make('bool', depth())}, false) ? 1 : 0\n}`,
      `resource "terraform_data" "set" {\n  for_each = toset(try(${this.make('strings', depth())}, []))\n}`,
      `resource "terraform_data" "map" {\n  for_each = try(${this.make(this.pick(['map', 'objects']), depth())}, {})\n}`,
    ];
    const outputs = Array.from({ length: 4 }, (_, i) => {
      const kind: Kind = i === 0 ? 'string' : this.pick(kinds);
      return `output "e${i}" {\n  value = try(jsonencode(${this.make(kind, 3)}), "!refused")\n}`;
    });
    const arguments_: readonly (readonly [string, readonly string[]])[] = [
      ['b', ['true', 'false', 'null']],
      ['n', ['0', '1', '4']],
      ['s', ['"Prod"', '"dev-1"', 'null']],
      ['none', ['"some"', 'null']],
      ['l', ['[]', '["x"]', '["c", "a", ""]']],
      ['m', ['{}', '{ a = "b" }', '{ k = 1, l = true }']],
      ['o', ['{}', '{ o1 = { name = "n1" } }', '{ o1 = { name = "n1", on = false, n = 2 }, "o-2" = { name = "n2" } }']],
      ['q', ['{}', '{ enabled = true }', '{ names = null, deep = { size = 1 } }']],
    ];
    const call = arguments_
      .filter(() => this.next() < 0.5)
      .map(([name, values]) => `  ${name} = ${this.pick(values)}`)
      .join('\n');
    const text = `${variables}\nlocals {\n${lines.join('\n')}\n}\n\n${[...resources, ...outputs].join('\n\n')}\n`;
    return { text, call };
  }
}

/** The module of a seed. */
export function moduleOf(seed: number): GeneratedModule {
  return new Generator(random(seed)).module();
}
