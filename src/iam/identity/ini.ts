/** One section: its settings, and those that stand indented below a setting without a value (`sts =` of a services section). */
export interface IniSection {
  readonly values: Readonly<Record<string, string>>;
  readonly nested: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Why a reader does not take the file. The text of the line may hold a secret and is not kept. */
export interface Refusal {
  /** 1-based. */
  readonly line: number;
  readonly why: string;
}

export interface IniFile {
  /** By the text between the brackets, in the order of the file. */
  readonly sections: ReadonlyMap<string, IniSection>;
  /** The first reason for which the AWS CLI refuses the whole file. What is read all the same is in `sections`. */
  readonly refusal: Refusal | undefined;
}

const linesOf = (text: string): readonly string[] => text.split(/\r\n|\n|\r/);
const isComment = (line: string): boolean => /^\s*[#;]/.test(line);

/**
 * Reads a file as the AWS CLI does: botocore's `raw_config_parse`, which is Python's RawConfigParser
 * (https://docs.python.org/3/library/configparser.html#supported-ini-file-structure): names of settings in lower case, `=` or `:`,
 * quotes and `#` after a value belong to the value, a line that is indented deeper goes on with the value. It refuses a section or
 * a setting that stands twice; those are merged here, the last one winning, as aws-sdk-go-v2 does.
 */
export function parseAsCli(text: string): IniFile {
  const reader = new ConfigParser();
  if (text.startsWith('\uFEFF')) reader.refuse(1, 'a byte order mark');
  linesOf(text.replace(/^\uFEFF/, '')).forEach((line, index) => reader.take(line, index + 1));
  return reader.end();
}

class ConfigParser {
  private readonly sections = new Map<string, Map<string, string[]>>();
  private readonly defaults = new Map<string, string[]>();
  private section: Map<string, string[]> | undefined;
  private value: string[] | undefined;
  private indent = 0;
  private refusal: Refusal | undefined;

  take(line: string, number: number): void {
    if (isComment(line)) return;
    const text = line.trim();
    if (text === '') {
      this.value?.push('');
      return;
    }
    const indent = line.search(/\S/);
    if (this.value !== undefined && indent > this.indent) {
      this.value.push(text);
      return;
    }
    this.indent = indent;
    const header = /^\[(.+)\]/.exec(text)?.[1];
    if (header !== undefined) this.open(header, number);
    else this.set(text, number);
  }

  private open(header: string, line: number): void {
    this.value = undefined;
    // Python's name for what counts in every section.
    if (header === 'DEFAULT') {
      this.section = this.defaults;
      return;
    }
    const known = this.sections.get(header);
    if (known !== undefined) this.refuse(line, 'a section that stands twice');
    this.section = known ?? new Map();
    this.sections.set(header, this.section);
  }

  private set(text: string, line: number): void {
    const sign = text.search(/[=:]/);
    const name = sign === -1 ? undefined : text.slice(0, sign).trimEnd();
    const value = sign === -1 ? undefined : text.slice(sign + 1).trimStart();
    if (this.section === undefined) {
      this.refuse(line, 'a line before the first section');
    } else if (name === undefined || value === undefined || name === '') {
      this.refuse(line, 'a line that is neither a section nor a setting');
    } else {
      const key = name.toLowerCase();
      if (this.section.has(key)) this.refuse(line, 'a setting that stands twice in its section');
      this.value = [value];
      this.section.set(key, this.value);
    }
  }

  refuse(line: number, why: string): void {
    this.refusal ??= { line, why };
  }

  end(): IniFile {
    const sections = new Map<string, IniSection>();
    for (const [name, own] of this.sections) {
      const values: Record<string, string> = {};
      const nested: Record<string, Record<string, string>> = {};
      for (const [key, lines] of [...this.defaults, ...own]) {
        const value = lines.join('\n').trimEnd();
        if (value.startsWith('\n')) nested[key] = settingsBelow(value);
        else values[key] = value;
      }
      sections.set(name, { values, nested });
    }
    return { sections, refusal: this.refusal };
  }
}

function settingsBelow(value: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const line of value.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) found[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  return found;
}

/**
 * Reads a file as aws-sdk-go-v2 does, and with it Terraform's AWS provider and S3 backend (config/internal/ini): quotes around a
 * value are taken off, ` #` and ` ;` end it, a section that stands twice is merged, and a line that it does not know is no error.
 */
export function parseAsGo(text: string): IniFile {
  const sections = new Map<
    string,
    { values: Record<string, string>; nested: Record<string, Record<string, string>> }
  >();
  let section: { values: Record<string, string>; nested: Record<string, Record<string, string>> } | undefined;
  let key = '';
  const set = (name: string, value: string): void => {
    if (section === undefined) return;
    key = name;
    section.values[name] = value;
  };
  for (const line of linesOf(text)) {
    if (line.trim() === '' || isComment(line)) continue;
    const header = goHeader(line);
    if (header !== undefined) {
      section = sections.get(header) ?? { values: {}, nested: {} };
      sections.set(header, section);
      key = '';
      continue;
    }
    const indented = /^[ \t]/.test(line);
    const setting = goSetting(indented ? line.trimStart() : withoutComment(line));
    if (setting === undefined || section === undefined) continue;
    const [name, value] = setting;
    if (!indented) set(name, value);
    else if (key === '' || section.values[key] !== '') set(name, withoutComment(value).trim());
    else section.nested[key] = { ...section.nested[key], [name]: value };
  }
  return { sections, refusal: undefined };
}

/** `[ type name ] # comment`. A comment begins at any `#` or `;`, inside of the brackets, too. */
function goHeader(line: string): string | undefined {
  const [, inner] = /^\[(.*)\]$/.exec(line.replace(/[#;].*$/, '').trim()) ?? [];
  if (inner === undefined) return undefined;
  const [, type, name] = /^(\S+)[ \t]+(\S.*)$/.exec(inner.trim()) ?? [];
  return type === undefined || name === undefined ? inner.trim() : `${type} ${name}`;
}

function goSetting(text: string): readonly [string, string] | undefined {
  const [, name, value] = /^([^=:]*)[=:](.*)$/.exec(text) ?? [];
  return name === undefined || value === undefined
    ? undefined
    : [name.trim().toLowerCase(), value.trim().replace(/^(["'])(.*)\1$/, '$2')];
}

const withoutComment = (text: string): string => text.replace(/[ \t][#;].*$/, '');
