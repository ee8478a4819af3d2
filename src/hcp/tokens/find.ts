import type { FileReader } from '../../core/host';
import { attributeOf, type CloudSettings } from '../../terraform/model';
import { fieldsOf } from '../client/document';
import { Secret } from '../client/secret';
import { parsed } from '../client/transport';
import { type CliConfigFile, type CredentialsHelper, readCliConfigFile } from './cliConfig';
import { comparable, meansHost } from './hosts';
import { configLocations, type ConfigPlaces, tofuMainFile } from './locations';

/** Runs a credentials helper. Rejects when it can't be started, does not end in time, or the signal aborts. */
export type RunHelper = (
  program: string,
  args: readonly string[],
  timeoutMilliseconds: number,
  signal: AbortSignal,
) => Promise<{ readonly code: number; readonly stdout: string }>;

export interface TokenSearch extends ConfigPlaces {
  readonly hostname: string;
  readonly files: FileReader;
  /** The `cloud` block or `backend "remote"` whose `token` comes first. */
  readonly cloud: CloudSettings | undefined;
  /** `undefined`: helpers are not run (an untrusted folder). */
  readonly runHelper: RunHelper | undefined;
  readonly signal: AbortSignal;
}

/** A place where a token was looked for. Never holds a token. */
export interface CheckedSource {
  readonly kind: 'block' | 'environment' | 'cli-config' | 'helper';
  /** "the token argument of the cloud block", a variable's name, a path, a helper's name. */
  readonly where: string;
  /**
   * `used`: this is the token. `also`: has one too, but an earlier source comes first. `empty`: names the host without a token;
   * Terraform takes the first that names it. `skipped`: Terraform does not look there.
   */
  readonly state: 'used' | 'also' | 'none' | 'missing' | 'unreadable' | 'empty' | 'skipped';
  readonly detail: string | undefined;
}

export interface FoundToken {
  readonly token: Secret | undefined;
  /** The place of the token in words, for "where does my token come from". */
  readonly source: string | undefined;
  readonly checked: readonly CheckedSource[];
  /** `tfe.v2` of a `host` block for this host in what Terraform itself reads; "": the block has none. */
  readonly serviceUrl: string | undefined;
}

const helperTimeout = 15_000;

/**
 * Finds the token for a host in Terraform's own order: the block, TF_TOKEN_*, the CLI configuration, the credentials helper
 * (hashicorp/terraform internal/command/cliconfig/credentials.go; internal/cloud/backend.go for the block).
 */
export async function findToken(search: TokenSearch): Promise<FoundToken> {
  const host = comparable(search.hostname) ?? search.hostname;
  const checked: CheckedSource[] = [];
  let token: Secret | undefined;
  let source: string | undefined;
  // Terraform asks no further place once one names the host, with a token or not (CredentialsSource.ForHost).
  let decided = false;
  const look = (kind: CheckedSource['kind'], where: string, value: Secret | undefined, detail?: string): void => {
    if (value === undefined) {
      checked.push({ kind, where, state: 'none', detail });
    } else if (value.reveal().trim() === '') {
      checked.push({
        kind,
        where,
        state: 'empty',
        detail: decided ? detail : (detail ?? 'no other place is looked at'),
      });
      decided = true;
    } else {
      checked.push({ kind, where, state: decided ? 'also' : 'used', detail });
      if (!decided) {
        token = new Secret(value.reveal().trim());
        source = where;
      }
      decided = true;
    }
  };

  look('block', `the token argument of the ${blockName(search.cloud)}`, blockToken(search.cloud, host));
  const variables = Object.keys(search.env).filter(name => meansHost(name, host));
  if (variables.length === 0) look('environment', `TF_TOKEN_${encodedHost(host)}`, undefined);
  // Of several spellings the last one of the environment wins, as in Terraform's map of them.
  for (const name of variables.reverse()) look('environment', name, new Secret(search.env[name] ?? ''));

  const locations = await configLocations(search.files, search);
  const configs = [await readCliConfigFile(search.files, locations.main)];
  if (locations.override === undefined) {
    const entries = (await search.files.list(locations.folder)) ?? [];
    const names = entries.filter(e => e.kind === 'file' && /\.tfrc(?:\.json)?$/.test(e.name)).map(e => e.name);
    for (const name of names.sort()) {
      configs.push(await readCliConfigFile(search.files, search.files.join(locations.folder, name)));
    }
  } else {
    checked.push({
      kind: 'cli-config',
      where: locations.folder,
      state: 'skipped',
      detail: `${locations.override.variable} is set`,
    });
  }
  // Files are merged and the last one wins, so it is looked at first.
  for (const config of [...configs].reverse()) lookAtFile(config, host, look, checked);
  const serviceUrl = configs.map(config => config.services.get(host)).findLast(url => url !== undefined);
  // Not Terraform's: it may give a token of the host, and say nothing of where that goes.
  if (!search.opentofu && locations.override === undefined) {
    const tofu = await readCliConfigFile(search.files, tofuMainFile(search.files, search));
    if (tofu.state === 'read') lookAtFile(tofu, host, look, checked);
    configs.unshift(tofu);
  }

  const helper = configs.findLast(config => config.helper !== undefined)?.helper;
  if (helper !== undefined && !decided) {
    const where = `credentials helper ${helper.type}`;
    const answer = await askHelper(search, helper, locations.pluginFolders, host);
    if (answer instanceof Secret) look('helper', where, answer);
    else if (answer === undefined) look('helper', where, undefined);
    else checked.push({ kind: 'helper', where, state: 'unreadable', detail: answer });
  }
  return { token, source, checked, serviceUrl };
}

function lookAtFile(
  config: CliConfigFile,
  host: string,
  look: (kind: 'cli-config', where: string, value: Secret | undefined, detail?: string) => void,
  checked: CheckedSource[],
): void {
  if (config.state === 'read') look('cli-config', config.file, config.credentials.get(host), config.why);
  else checked.push({ kind: 'cli-config', where: config.file, state: config.state, detail: config.why });
}

const blockName = (cloud: CloudSettings | undefined): string =>
  cloud?.kind === 'remote' ? 'backend "remote" block' : 'cloud block';

/** The token that is written down in the block, if it is a plain string. It is a finding of its own: it does not belong there. */
function blockToken(cloud: CloudSettings | undefined, host: string): Secret | undefined {
  // It is for the block's own host, and goes to no other one.
  if (cloud?.block === undefined || cloud.hostname.state !== 'known') return undefined;
  if ((comparable(cloud.hostname.value) ?? cloud.hostname.value) !== host) return undefined;
  const value = attributeOf(cloud.block.body, 'token')?.value;
  return value?.kind === 'string' && value.value !== '' ? new Secret(value.value) : undefined;
}

/** How TF_TOKEN_* is written for a host. */
export function encodedHost(host: string): string {
  return host.replaceAll('-', '__').replaceAll('.', '_').replace(':', '_');
}

/** The helper's token, nothing, or a sentence why it gave no answer. */
async function askHelper(
  search: TokenSearch,
  helper: CredentialsHelper,
  folders: readonly string[],
  host: string,
): Promise<Secret | string | undefined> {
  if (search.runHelper === undefined) return 'not run, because this folder is not trusted';
  if (!/^[\w-]+$/.test(helper.type)) return 'its name is not allowed';
  const program = await helperProgram(search, helper.type, folders);
  if (program === undefined) return `terraform-credentials-${helper.type} is not in ${folders.join(' or ')}`;
  try {
    const result = await search.runHelper(program, [...helper.args, 'get', host], helperTimeout, search.signal);
    // What it prints besides may hold the token: only the exit code is shown.
    if (result.code !== 0) return `it ended with exit code ${result.code}`;
    const json = parsed(result.stdout);
    if (json === undefined) return 'what it printed is not JSON';
    const { token } = fieldsOf(json);
    return typeof token === 'string' && token !== '' ? new Secret(token) : undefined;
  } catch (error) {
    search.signal.throwIfAborted();
    return error instanceof Error ? error.message : 'it could not be run';
  }
}

/** `terraform-credentials-NAME`, with a version and `.exe` as Terraform takes them; the highest version wins. */
async function helperProgram(
  search: TokenSearch,
  type: string,
  folders: readonly string[],
): Promise<string | undefined> {
  const pattern = new RegExp(`^terraform-credentials-${type}(?:_v?(\\d[\\w.-]*?))?(?:\\.exe)?$`);
  let best: { readonly path: string; readonly version: string } | undefined;
  for (const folder of folders) {
    for (const entry of (await search.files.list(folder)) ?? []) {
      const match = entry.kind === 'file' ? pattern.exec(entry.name) : null;
      if (match === null) continue;
      const version = match[1] ?? '0';
      if (best === undefined || version.localeCompare(best.version, 'en', { numeric: true }) > 0) {
        best = { path: search.files.join(folder, entry.name), version };
      }
    }
  }
  return best?.path;
}
