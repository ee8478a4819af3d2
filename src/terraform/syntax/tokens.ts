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

export const identifierStartBit = 1;
export const identifierPartBit = 2;
export const digitBit = 4;
const blankValue = 8;

/** Bits by ASCII code: 1 starts an identifier, 2 continues one (adds digits and "-"), 4 digit; 8 stands for a blank. */
const classes = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  if (/[A-Za-z_]/.test(character)) classes[code] = identifierStartBit | identifierPartBit;
  else if (/[0-9]/.test(character)) classes[code] = digitBit | identifierPartBit;
  else if (character === '-') classes[code] = identifierPartBit;
  else if (character === ' ' || character === '\t') classes[code] = blankValue;
}

/** The class bits of a UTF-16 code; 0 outside of ASCII and behind the end of a text (NaN). */
export function charClass(code: number): number {
  return classes[code] ?? 0;
}

export function isBlank(code: number): boolean {
  return code === 32 || code === 9;
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
