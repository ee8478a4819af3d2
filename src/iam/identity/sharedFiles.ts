import path from 'node:path';
import type { Environment } from '../../core/host';
import { type IniFile, parseAsCli, parseAsGo, type Refusal } from './ini';

export type Settings = Readonly<Record<string, string>>;

export interface Profile {
  readonly name: string;
  /** Of both files, those of the credentials file winning. */
  readonly settings: Settings;
  /** What the config file says of it; `undefined`: nothing. */
  readonly config: Settings | undefined;
  readonly credentials: Settings | undefined;
}

/** What one reader makes of the two files. */
export interface ProfileSet {
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly ssoSessions: ReadonlyMap<string, Settings>;
  /** By name, then by service (`sts`): its settings. */
  readonly services: ReadonlyMap<string, Readonly<Record<string, Settings>>>;
}

/** `~/.aws/config` and `~/.aws/credentials`, as the AWS CLI reads them and as Terraform does. Holds secrets: nothing prints it. */
export interface SharedFiles {
  readonly configFile: string;
  readonly credentialsFile: string;
  readonly cli: ProfileSet;
  readonly terraform: ProfileSet;
  /** Why the AWS CLI stops at a file that others read. */
  readonly refusals: readonly (Refusal & { readonly file: string })[];
}

export interface FileSource {
  /** `undefined`: there is none, or it may not be read; both readers take that for an empty file. */
  read(file: string): Promise<string | undefined>;
  readonly home: string;
}

/** Reads what AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name, else the two files in `~/.aws`. */
export async function readSharedFiles(env: Environment, source: FileSource): Promise<SharedFiles> {
  const home = env['HOME'] ?? env['USERPROFILE'] ?? source.home;
  const place = async (variable: string, usual: string) => {
    const given = env[variable];
    const file = given === undefined ? path.join(home, '.aws', usual) : expanded(given, env, home);
    const text = (await source.read(file)) ?? '';
    // Go opens the name as it is written.
    return { file, text, forGo: given === undefined || given === file ? text : '' };
  };
  const [config, credentials] = await Promise.all([
    place('AWS_CONFIG_FILE', 'config'),
    place('AWS_SHARED_CREDENTIALS_FILE', 'credentials'),
  ]);
  const cli = { config: parseAsCli(config.text), credentials: parseAsCli(credentials.text) };
  const refusal = (file: string, ini: IniFile) => (ini.refusal === undefined ? [] : [{ file, ...ini.refusal }]);
  return {
    configFile: config.file,
    credentialsFile: credentials.file,
    cli: cliProfiles(cli.config, cli.credentials),
    terraform: goProfiles(parseAsGo(config.forGo), parseAsGo(credentials.forGo)),
    refusals: [...refusal(config.file, cli.config), ...refusal(credentials.file, cli.credentials)],
  };
}

/** `~`, `$NAME` and `${NAME}`, as Python's expandvars and expanduser put them in. */
function expanded(file: string, env: Environment, home: string): string {
  const filled = file.replace(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (whole, braced: string | undefined, bare: string | undefined) => {
      return env[braced ?? bare ?? ''] ?? whole;
    },
  );
  return filled === '~' ? home : /^~[/\\]/.test(filled) ? path.join(home, filled.slice(2)) : filled;
}

/** botocore's `build_profile_map` and `full_config`: a later section of the same name replaces an earlier one as a whole. */
function cliProfiles(config: IniFile, credentials: IniFile): ProfileSet {
  const own = new Map<string, Settings>();
  const ssoSessions = new Map<string, Settings>();
  const services = new Map<string, Readonly<Record<string, Settings>>>();
  for (const [header, section] of config.sections) {
    const words = shellWords(header);
    const name = words?.length === 2 ? words[1] : undefined;
    if (header === 'default') own.set('default', section.values);
    else if (name === undefined) continue;
    else if (header.startsWith('profile')) own.set(name, section.values);
    else if (header.startsWith('sso-session')) ssoSessions.set(name, section.values);
    else if (header.startsWith('services')) services.set(name, section.nested);
  }
  // In the credentials file the text between the brackets is the name, blanks and quotes and all.
  const secret = new Map([...credentials.sections].map(([name, section]) => [name, section.values]));
  return { profiles: merged(own, secret, (a, b) => ({ ...a, ...b })), ssoSessions, services };
}

/**
 * Of aws-sdk-go-v2 config/shared_config.go: processConfigSections, processCredentialsSections, mergeSections. Quotes belong to the
 * name: Terraform does not find `[profile "my work"]`.
 */
function goProfiles(config: IniFile, credentials: IniFile): ProfileSet {
  const own = new Map<string, Settings>();
  const ssoSessions = new Map<string, Settings>();
  const services = new Map<string, Readonly<Record<string, Settings>>>();
  for (const [header, section] of config.sections) {
    if (header === 'default' && !own.has('default')) own.set('default', section.values);
    const [, type, name] = /^(profile|sso-session|services) (.+)$/.exec(header) ?? [];
    if (name === undefined) continue;
    if (type === 'profile') own.set(name, section.values);
    else if (type === 'sso-session') ssoSessions.set(name, section.values);
    else services.set(name, section.nested);
  }
  const secret = new Map<string, Settings>();
  for (const [name, section] of credentials.sections) {
    if (!name.startsWith('profile ')) secret.set(name, section.values);
  }
  return { profiles: merged(own, secret, goMerged), ssoSessions, services };
}

/** A key of the credentials file counts with its secret only. */
function goMerged(config: Settings, credentials: Settings): Settings {
  const { aws_access_key_id: id, aws_secret_access_key: secret, ...others } = credentials;
  return { ...config, ...others, ...(id && secret && { aws_access_key_id: id, aws_secret_access_key: secret }) };
}

function merged(
  config: ReadonlyMap<string, Settings>,
  credentials: ReadonlyMap<string, Settings>,
  both: (config: Settings, credentials: Settings) => Settings,
): ReadonlyMap<string, Profile> {
  const names = new Set([...config.keys(), ...credentials.keys()]);
  return new Map(
    [...names].map(name => {
      const [a, b] = [config.get(name), credentials.get(name)];
      const settings = a !== undefined && b !== undefined ? both(a, b) : (a ?? b ?? {});
      return [name, { name, settings, config: a, credentials: b }];
    }),
  );
}

/** Python's shlex.split; `undefined` where a quote is not closed. */
function shellWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const c = text.charAt(at);
    if (/\s/.test(c)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (c === '"' || c === "'") {
      const end = text.indexOf(c, at + 1);
      if (end < 0) return undefined;
      const inner = text.slice(at + 1, end);
      word = (word ?? '') + (c === '"' ? inner.replace(/\\(["\\])/g, '$1') : inner);
      at = end;
    } else if (c === '\\') {
      if (at + 1 >= text.length) return undefined;
      word = (word ?? '') + text.charAt(++at);
    } else {
      word = (word ?? '') + c;
    }
  }
  return word === undefined ? words : [...words, word];
}
