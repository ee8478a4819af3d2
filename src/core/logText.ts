/** Logs and pasted error texts: what a terminal, a browser or a chat did to them is taken away, and they are cut into messages. */

/** One message of a log. */
export interface LogMessage {
  readonly severity: 'error' | 'warning' | 'none';
  readonly lines: readonly LogLine[];
}

interface LogLine {
  /** Without frame and indentation; an empty line ends a paragraph. */
  readonly text: string;
  /** May have been cut by a terminal at its width, in the middle of a word. */
  readonly cut: boolean;
}

/** Longest text that is read; a run log's end is what matters, so the last part is kept. */
const maximum = 2_000_000;
const escape = String.fromCharCode(27);
/** Colours and cursor movements, and the titles and links that terminals take (OSC). */
const terminal = new RegExp(
  `${escape}(?:\\[[0-9;?]*[ -/]*[A-Za-z]|\\][^\\u0007${escape}]{0,2000}(?:\\u0007|${escape}\\\\))`,
  'g',
);
const replacements: readonly (readonly [RegExp, string])[] = [
  // UTF-8 that was read as Windows-1252.
  [/â”‚/g, '│'],
  [/â•·/g, '╷'],
  [/â•µ/g, '╵'],
  // The same of Windows consoles (code pages 437 and 850), and what was lost on the way.
  [/Γöé|Ôöé/g, '│'],
  [/Γò╖|ÔòÀ/g, '╷'],
  [/Γò╡|ÔòÁ/g, '╵'],
  [/^(?:\ufffd{1,3}|\?{1,3}(?= |\r?$))/gm, '│'],
  [/â€™|â€˜/g, "'"],
  [/â€œ|â€\u009d/g, '"'],
  [/[\u2018\u2019]/g, "'"],
  [/[\u201c\u201d]/g, '"'],
  [/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, ' '],
  [/[\u00ad\u200b-\u200f\u2060\ufeff]/g, ''],
  [/\u2011/g, '-'],
  [/&quot;|&#34;/g, '"'],
  [/&#0?39;|&#x27;|&apos;/gi, "'"],
  [/&nbsp;/g, ' '],
  [/&lt;/g, '<'],
  [/&gt;/g, '>'],
  [/&amp;/g, '&'],
];

/** A terminal's, browser's or chat's additions removed; lines end in `\n`. */
function plainLog(text: string): string {
  let out = text.slice(-maximum).replace(terminal, '');
  for (const [pattern, by] of replacements) out = out.replace(pattern, by);
  return out.replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
}

/** Terraform's frame, a quote's mark, a time stamp that a CI puts before each line. */
const frame = /^(?:\d{4}-\d\d-\d\d[T ][\d:.,]+(?:Z|[+-]\d\d:?\d\d)? ?)?[\s│╷╵┃║|>]*/;
const begins =
  /^(?:Error|Warning): |^╷|^An error occurred \(|^\[?(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR)\]?[ :]|^##\[(?:error|warning)\]/;

/**
 * The messages of a log, in its order. Lines may be framed, quoted, coloured, or JSON (`terraform plan -json`, structured run output,
 * an error document of an API, an event of CloudTrail); a text that is one JSON document is read as such.
 */
export function readLog(text: string): readonly LogMessage[] {
  const clean = plainLog(text);
  const whole = /^\s*[[{]/.test(clean) ? parsed(clean) : undefined;
  if (whole !== undefined) return jsonMessages(whole, 0);
  const out: LogMessage[] = [];
  let lines: RawLine[] = [];
  const finish = (): void => {
    const message = messageOf(lines);
    if (message !== undefined) out.push(message);
    lines = [];
  };
  for (const raw of clean.split('\n').flatMap(unescaped)) {
    const prefix = frame.exec(raw)?.[0] ?? '';
    const line = raw.slice(prefix.length).trimEnd();
    const json = line.endsWith('}') && line.includes('{"') ? parsed(line.slice(line.indexOf('{'))) : undefined;
    if (json !== undefined) {
      finish();
      out.push(...jsonMessages(json, 0));
      continue;
    }
    if (/[╷╵]/.test(prefix) || begins.test(line)) finish();
    lines.push({ text: line, width: /\s$/.test(raw) ? 0 : raw.length, bare: prefix === '' });
  }
  finish();
  return out;
}

interface RawLine {
  readonly text: string;
  /** Of the line as it was; 0 where a blank ends it, since no word can be cut there. */
  readonly width: number;
  readonly bare: boolean;
}

function messageOf(raw: readonly RawLine[]): LogMessage | undefined {
  const first = raw.find(line => line.text !== '')?.text;
  if (first === undefined) return undefined;
  const widest = raw.reduce((width, line) => Math.max(width, line.width), 0);
  const cuts = widest >= 40 && widest <= 260;
  const lines = raw.map(({ text, width }, i) => {
    const next = raw[i + 1];
    return { text, cut: cuts && width === widest && next !== undefined && next.bare && next.text !== '' };
  });
  return { severity: severityOf(first), lines };
}

function severityOf(first: string): LogMessage['severity'] {
  if (/^(?:##\[error\])?Error\b/.test(first)) return 'error';
  return /^Warning: /.test(first) ? 'warning' : 'none';
}

/** A message that was copied out of JSON still has JSON's escapes. */
function unescaped(line: string): readonly string[] {
  if (!line.includes('\\"') || /^\s*[[{]/.test(line)) return [line];
  return line.replace(/\\"/g, '"').replace(/\\t/g, ' ').split('\\n');
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A diagnostic is a message; of what is no diagnostic, all texts together are one. */
function jsonMessages(value: unknown, depth: number): readonly LogMessage[] {
  if (typeof value !== 'object' || value === null || depth > 4) return [];
  if (Array.isArray(value)) return value.flatMap(v => jsonMessages(v, depth + 1));
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key of ['diagnostic', 'diagnostics', 'Records', 'Events', 'errors']) {
    const inner = fields[key];
    if (typeof inner === 'object' && inner !== null) return jsonMessages(inner, depth + 1);
  }
  const level = fields['severity'] ?? fields['@level'];
  const severity = level === 'error' ? 'error' : level === 'warning' || level === 'warn' ? 'warning' : 'none';
  const lines = texts(value, '', 0)
    .flatMap(text => [...text.split('\n').map(l => l.trim()), ''])
    .map(text => ({ text, cut: false }));
  return lines.length === 0 ? [] : [{ severity, lines }];
}

const wordy: ReadonlySet<string> = new Set(['summary', 'detail', 'title', 'message', 'code', '@message', 'context']);

function texts(value: unknown, key: string, depth: number): readonly string[] {
  if (typeof value === 'string') {
    // CloudTrail's lookup-events prints an event as a text.
    const inner = /^\s*\{/.test(value) ? parsed(value) : undefined;
    if (inner !== undefined && depth < 4) return texts(inner, key, depth + 1);
    return [wordy.has(key) || key === '' ? value : `${key}: ${value}`];
  }
  if (typeof value !== 'object' || value === null || depth > 8) return [];
  if (Array.isArray(value)) return value.flatMap(v => texts(v, key, depth + 1));
  return Object.entries(value).flatMap(([k, v]) => texts(v, k, depth + 1));
}

/** A message on one line, with the place of each of its lines. */
export interface FlatMessage {
  readonly text: string;
  /** Start of each line in `text`, and whether a paragraph begins there. */
  readonly starts: readonly { readonly at: number; readonly paragraph: boolean }[];
}

/**
 * A message with its wrapped lines joined. A terminal that cuts at its width cuts through words, one that wraps does so between
 * them; which of both it was can't be told, so a message that may have been cut has two readings.
 */
export function flatMessages(message: LogMessage): readonly FlatMessage[] {
  const spaced = joinLines(message.lines, false);
  return message.lines.some(line => line.cut) ? [spaced, joinLines(message.lines, true)] : [spaced];
}

/** The messages of a log on one line. Words that a terminal has cut are mended where most lines are as long as the longest. */
export function flatLog(text: string): string {
  return readLog(text)
    .map(message => {
      const cuts = message.lines.filter(line => line.cut).length;
      const written = message.lines.filter(line => line.text !== '').length;
      return joinLines(message.lines, cuts > 1 || (cuts > 0 && written < 4)).text;
    })
    .join(' ');
}

function joinLines(lines: readonly LogLine[], mend: boolean): FlatMessage {
  const starts: { at: number; paragraph: boolean }[] = [];
  let text = '';
  let before: LogLine = { text: '', cut: false };
  for (const line of lines) {
    if (line.text !== '') {
      if (text !== '' && !(mend && before.cut)) text += ' ';
      starts.push({ at: text.length, paragraph: before.text === '' });
      text += line.text;
    }
    before = line;
  }
  return { text, starts };
}
