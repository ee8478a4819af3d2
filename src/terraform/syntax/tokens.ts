/** Tokens of HCL's native syntax and the character classes of its scanner. */

export const enum Token {
  End,
  Newline,
  Identifier,
  Number,
  Quote,
  Heredoc,
  LeftBrace,
  RightBrace,
  LeftBracket,
  RightBracket,
  LeftParen,
  RightParen,
  Equals,
  EqualEqual,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  And,
  Or,
  Not,
  Plus,
  Minus,
  Star,
  Slash,
  Percent,
  Question,
  Colon,
  ColonColon,
  Dot,
  Comma,
  Ellipsis,
  Arrow,
  Tilde,
  Bad,
}

/** The UTF-16 codes that the readers look for. */
export const enum Code {
  Tab = 9,
  LineFeed = 10,
  CarriageReturn = 13,
  Space = 32,
  Quote = 34,
  Hash = 35,
  Dollar = 36,
  Percent = 37,
  Star = 42,
  Plus = 43,
  Minus = 45,
  Dot = 46,
  Slash = 47,
  Less = 60,
  Backslash = 92,
  LeftBrace = 123,
  RightBrace = 125,
  Tilde = 126,
}

const identifierStartBit = 1;
const identifierPartBit = 2;
const digitBit = 4;

/** Bits by ASCII code: 1 starts an identifier, 2 continues one (adds digits and "-"), 4 is a digit. */
const classes = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  if (/[A-Za-z_]/.test(character)) classes[code] = identifierStartBit | identifierPartBit;
  else if (/[0-9]/.test(character)) classes[code] = digitBit | identifierPartBit;
  else if (character === '-') classes[code] = identifierPartBit;
}

/** The class bits of a UTF-16 code; 0 outside of ASCII and behind the end of a text (NaN). */
function charClass(code: number): number {
  return classes[code] ?? 0;
}

export function isBlank(code: number): boolean {
  return code === Code.Space || code === Code.Tab;
}

export function isDigit(code: number): boolean {
  return (charClass(code) & digitBit) !== 0;
}

export function mayStartIdentifier(code: number): boolean {
  return code >= 128 || (charClass(code) & identifierStartBit) !== 0;
}

/** HCL compares names and strings after Unicode's normalisation (NFC); see `cty.NormalizeString`. */
export function normalized(text: string): string {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x2ff) return text.normalize('NFC');
  return text;
}

const startPattern = /\p{ID_Start}/uy;
const partPattern = /[\p{ID_Continue}-]/uy;

/** The end of the identifier that starts at `start`, or `start` where none does. */
export function identifierEnd(text: string, start: number, limit: number): number {
  let i = start;
  const first = text.charCodeAt(i);
  if (first < 128) {
    if (!(charClass(first) & identifierStartBit)) return start;
    i++;
  } else {
    startPattern.lastIndex = i;
    if (!startPattern.test(text)) return start;
    i = startPattern.lastIndex;
  }
  while (i < limit) {
    const code = text.charCodeAt(i);
    if (code < 128) {
      if (!(charClass(code) & identifierPartBit)) break;
      i++;
    } else {
      partPattern.lastIndex = i;
      if (!partPattern.test(text)) break;
      i = partPattern.lastIndex;
    }
  }
  return i > limit ? start : i;
}

/**
 * The end of the number that starts at `start` with a digit. As HashiCorp's scanner does it takes in every dot and exponent
 * that digits follow somewhere: `1.2.3` is one token (and no number).
 */
export function numberEnd(text: string, start: number, limit: number): number {
  let end = start;
  for (let i = start; i < limit;) {
    const code = text.charCodeAt(i);
    if (isDigit(code)) end = ++i;
    else if (code === Code.Dot) i++;
    else {
      const digits = exponentDigits(text, i);
      if (digits < 0 || digits >= limit) break;
      i = digits;
    }
  }
  return end;
}

/** Where the digits of the exponent at `i` start, or -1 where there is none. */
function exponentDigits(text: string, i: number): number {
  if (text[i] !== 'e' && text[i] !== 'E') return -1;
  const sign = text.charCodeAt(i + 1);
  const digits = sign === Code.Plus || sign === Code.Minus ? i + 2 : i + 1;
  return isDigit(text.charCodeAt(digits)) ? digits : -1;
}

export interface HeredocStart {
  readonly marker: string;
  /** `<<-`: the smallest indent of the lines is taken away. */
  readonly dedents: boolean;
  /** Where the first line of the content starts. */
  readonly contentStart: number;
}

/** The heredoc whose `<<` stands at `start`; undefined where the text is not one (`a << b`). */
export function heredocStart(text: string, start: number, limit: number): HeredocStart | undefined {
  const dedents = text.charCodeAt(start + 2) === Code.Minus;
  const markerStart = start + (dedents ? 3 : 2);
  const markerEnd = identifierEnd(text, markerStart, limit);
  if (markerEnd === markerStart) return undefined;
  const lineEnd = text.charCodeAt(markerEnd) === Code.CarriageReturn ? markerEnd + 1 : markerEnd;
  if (text.charCodeAt(lineEnd) !== Code.LineFeed || lineEnd >= limit) return undefined;
  return { marker: text.slice(markerStart, markerEnd), dedents, contentStart: lineEnd + 1 };
}

/** The token of a punctuation mark by its code, and of two marks together by their text. */
const singles: readonly (readonly [string, Token])[] = [
  ['"', Token.Quote],
  ['{', Token.LeftBrace],
  ['}', Token.RightBrace],
  ['[', Token.LeftBracket],
  [']', Token.RightBracket],
  ['(', Token.LeftParen],
  [')', Token.RightParen],
  [',', Token.Comma],
  ['=', Token.Equals],
  ['!', Token.Not],
  ['>', Token.Greater],
  ['<', Token.Less],
  ['+', Token.Plus],
  ['-', Token.Minus],
  ['*', Token.Star],
  ['/', Token.Slash],
  ['%', Token.Percent],
  ['?', Token.Question],
  [':', Token.Colon],
  ['.', Token.Dot],
  ['~', Token.Tilde],
];
const singleByCode = new Uint8Array(128).fill(Token.Bad);
for (const [mark, token] of singles) singleByCode[mark.charCodeAt(0)] = token;

const doubles: readonly (readonly [string, Token])[] = [
  ['==', Token.EqualEqual],
  ['=>', Token.Arrow],
  ['!=', Token.NotEqual],
  ['>=', Token.GreaterEqual],
  ['<=', Token.LessEqual],
  ['&&', Token.And],
  ['||', Token.Or],
  ['::', Token.ColonColon],
];
const doubleByCodes = new Map(
  doubles.map(([marks, token]) => [marks.charCodeAt(0) * 128 + marks.charCodeAt(1), token]),
);

export function singleMark(code: number): Token {
  return singleByCode[code] ?? Token.Bad;
}

/** The token of two marks that belong together, as in `==`. */
export function doubleMark(first: number, second: number): Token | undefined {
  return second < 128 ? doubleByCodes.get(first * 128 + second) : undefined;
}
