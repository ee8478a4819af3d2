import type { FileReader } from '../../core/host';
import { isFields } from '../client/document';
import { Secret } from '../client/secret';
import { parsed } from '../client/transport';
import { parseHcl1 } from './hcl1';
import { comparable } from './hosts';

/** What one CLI configuration file says about hosts (https://developer.hashicorp.com/terraform/cli/config/config-file). */
export interface CliConfigFile {
  readonly file: string;
  /** `missing`: no such file. */
  readonly state: 'read' | 'missing' | 'unreadable';
  readonly why: string | undefined;
  /** By comparable host name. */
  readonly credentials: ReadonlyMap<string, Secret>;
  readonly helper: CredentialsHelper | undefined;
  /** `tfe.v2` of `host` blocks, by comparable host name; "" where a block has none: it takes the place of discovery all the same. */
  readonly services: ReadonlyMap<string, string>;
}

export interface CredentialsHelper {
  readonly type: string;
  readonly args: readonly string[];
}

const maximumBytes = 1024 * 1024;

export async function readCliConfigFile(files: FileReader, file: string): Promise<CliConfigFile> {
  let text: string | undefined;
  try {
    text = await files.read(file, maximumBytes);
  } catch (error) {
    const why = error instanceof Error && !('code' in error) ? error.message : 'it cannot be read';
    return { ...nothing, file, state: 'unreadable', why };
  }
  if (text === undefined) return { ...nothing, file, state: 'missing', why: undefined };
  return { file, ...parseCliConfig(text) };
}

const nothing = {
  credentials: new Map<string, Secret>(),
  helper: undefined,
  services: new Map<string, string>(),
} as const;

/** HCL 1 or JSON: like HashiCorp's parser, the first character decides and not the file's name. */
export function parseCliConfig(text: string): Omit<CliConfigFile, 'file'> {
  const bare = text.replace(/^\uFEFF/, '');
  let root: unknown;
  let why: string | undefined;
  if (bare.trimStart().startsWith('{')) {
    root = parsed(bare);
    if (root === undefined) return { ...nothing, state: 'unreadable', why: 'it is not JSON' };
  } else {
    const hcl = parseHcl1(bare);
    root = hcl.value;
    if (!hcl.whole) why = 'it has a syntax error; what comes before it counts';
  }
  const credentials = new Map<string, Secret>();
  for (const [name, value] of entries(root, 'credentials')) {
    const host = comparable(name);
    const token = last(value, 'token');
    // A block without a token names the host all the same.
    if (host !== undefined) credentials.set(host, new Secret(typeof token === 'string' ? token : ''));
  }
  const services = new Map<string, string>();
  for (const [name, value] of entries(root, 'host')) {
    const host = comparable(name);
    const service = last(last(value, 'services'), 'tfe.v2');
    if (host !== undefined) services.set(host, typeof service === 'string' ? service : '');
  }
  const [helper] = entries(root, 'credentials_helper').map(([type, value]): CredentialsHelper => {
    const args = last(value, 'args');
    return { type, args: Array.isArray(args) ? args.filter((a): a is string => typeof a === 'string') : [] };
  });
  return { state: 'read', why, credentials, helper, services };
}

/** Name and value of every block `type "name" {}`, in order; JSON may have lists of objects at each level. */
function entries(root: unknown, type: string): readonly (readonly [string, unknown])[] {
  return objects(root).flatMap(object => objects(object[type]).flatMap(named => Object.entries(named)));
}

function objects(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(value)) return value.flatMap(objects);
  return isFields(value) ? [value] : [];
}

function last(value: unknown, name: string): unknown {
  return objects(value)
    .map(object => object[name])
    .findLast(found => found !== undefined);
}
