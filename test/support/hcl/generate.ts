import fc from 'fast-check';

const name = fc.constantFrom('a', 'b2', 'region', 'assume_role', 'x-y', 'été', '名前', 'for_each', 'null_x');
const space = fc.constantFrom('', ' ', '  ', '\t', ' /* c */ ');
const words = fc
  .array(
    fc.constantFrom(
      'x',
      ' ',
      '\\n',
      '\\"',
      '\\\\',
      '\\u00e9',
      '$',
      '%',
      '$${',
      '%%{',
      '}',
      '{',
      '#',
      '//',
      '😀',
      'é',
      '<<EOF',
    ),
  )
  .map(parts => parts.join('').replace(/([$%])(?=\{)(?<!\1\1)/g, 'x'));

/** Printed expressions. What a newline may stand in is in ( ) or [ ]. */
const { expression } = fc.letrec<{ expression: string; leaf: string }>(tie => ({
  leaf: fc.oneof(
    fc.constantFrom(
      '1',
      '0.5',
      '2e3',
      '-4',
      'true',
      'null',
      'var.x',
      'a.b[*].c',
      'a.0.b',
      'm["k"]',
      'local.l[0].y',
      'r.*.id',
      'f()',
    ),
    words.map(text => `"${text}"`),
  ),
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    fc.tuple(tie('expression'), tie('expression'), space).map(([a, b, s]) => `[${a},${s}${b}]`),
    fc.array(tie('expression'), { maxLength: 3 }).map(items => `[\n${items.map(item => `  ${item}, # c\n`).join('')}]`),
    fc.tuple(name, tie('expression'), tie('expression')).map(([k, a, b]) => `{\n  ${k} = ${a}\n\n  "q" : ${b},\n}`),
    fc.tuple(name, tie('expression')).map(([k, a]) => `{ ${k} = ${a}, (var.k) = 2 }`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `provider::p::f(${a}, ${b}...)`),
    fc.tuple(tie('expression'), tie('expression'), tie('expression')).map(([a, b, c]) => `(${a}\n? ${b} :\n${c})`),
    fc
      .tuple(tie('expression'), fc.constantFrom('+', '==', '&&', '>=', '%'), tie('expression'))
      .map(parts => parts.join(' ')),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `[for k, v in ${a} : ${b} if v != null]`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `{for v in ${a} : v => ${b}...}`),
    fc.tuple(words, tie('expression'), words).map(([a, b, c]) => `"${a.replace(/[$%]+$/, '')}\${${b}}${c}"`),
    tie('expression').map(inner => `"%{ if ${inner} ~}on%{ else }off%{ endif }"`),
    tie('expression').map(inner => `!(${inner})`),
  ),
}));

const heredoc = fc
  .tuple(
    fc.constantFrom('<<', '<<-'),
    fc.array(fc.constantFrom('x', '  y {', '    "z" }', '', ' ${var.x} w', '# no', 'EOF2', '  \\n')),
  ) // prettier-ignore
  .map(([start, lines]) => `${start}EOF\n${lines.map(line => `  ${line}\n`).join('')}  EOF`);

const { body } = fc.letrec<{ body: string }>(tie => ({
  body: fc
    .tuple(
      fc.uniqueArray(
        fc.tuple(name, space, fc.oneof({ weight: 4, arbitrary: expression }, { weight: 1, arbitrary: heredoc })),
        {
          selector: ([key]) => key,
          maxLength: 4,
        },
      ),
      fc.array(
        fc.tuple(
          fc.constantFrom('block "l"', 'plain', 'bare word "x"', 'block "m"'),
          fc.oneof({ depthSize: 'small' }, fc.constant(''), tie('body')),
        ),
        {
          maxLength: 2,
        },
      ),
      fc.constantFrom('', '# c\n', '\n', '/* a\n b */\n', '// { "\n'),
    )
    .map(([attributes, blocks, comment]) =>
      [
        ...attributes.map(([key, gap, value]) => `${key}${gap}=${gap}${value}\n`),
        comment,
        ...blocks.map(([header, inner]) => `${header} {\n${inner}}\n`),
      ].join(''),
    ),
}));

/** Random texts of valid HCL, with Unix or Windows line ends, with or without a byte order mark. */
export const validHcl: fc.Arbitrary<string> = fc
  .tuple(body, fc.boolean(), fc.boolean())
  .map(([text, windows, mark]) => (mark ? '\ufeff' : '') + (windows ? text.replaceAll('\n', '\r\n') : text));
