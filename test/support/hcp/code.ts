import { packTar, unpackTar } from 'modern-tar';
import { gunzipSync, gzipSync } from 'node:zlib';

/** What the runner and the archivist of the test server see in a configuration: enough of Terraform for one provider. */

type Files = Readonly<Record<string, string>>;

export async function archiveOf(files: Files): Promise<Buffer> {
  const entries = Object.entries(files).map(([name, body]) => ({
    header: { name, size: Buffer.byteLength(body), type: 'file' as const },
    body,
  }));
  return gzipSync(await packTar(entries));
}

/** The files of an archive that somebody uploads. */
export async function filesOf(archive: Uint8Array): Promise<Files> {
  const entries = await unpackTar(gunzipSync(archive));
  const files = entries.filter(({ header }) => header.type === 'file');
  return Object.fromEntries(files.map(({ header, data }) => [header.name, new TextDecoder().decode(data)]));
}

const withoutComments = (files: Files): string =>
  Object.entries(files)
    .filter(([name]) => name.endsWith('.tf'))
    .map(([, text]) => text.replace(/#.*|\/\/.*/g, ''))
    .join('\n');

/** Blocks of a kind with their bodies; bodies end at a brace at the start of a line, as terraform fmt writes them. */
const blocks = (code: string, head: RegExp): readonly string[] =>
  [...code.matchAll(new RegExp(`^${head.source}[^\\n]*\\{([^]*?)(?:^\\}|\\}$)`, 'gm'))].map(m => m.at(-1) ?? '');

/** Objects of AWS of which there is an instance: only then is the provider set up. */
export const usesAws = (files: Files): boolean =>
  blocks(withoutComments(files), /(?:resource|data) "aws_/).some(body => !/^\s*count\s*=\s*0\s*$/m.test(body));

/** Arguments of AWS provider blocks that win over the role. */
export const ownCredentials = (files: Files): readonly string[] =>
  blocks(withoutComments(files), /provider "aws"/).flatMap(body =>
    ['access_key', 'secret_key', 'token', 'profile'].filter(name => new RegExp(`^\\s*${name}\\s*=`, 'm').test(body)),
  );

const aws = 'registry.terraform.io/hashicorp/aws';

/** https://developer.hashicorp.com/terraform/internals/json-format, the parts that matter here. */
export function planJson(files: Files): object {
  const expressions = Object.fromEntries(ownCredentials(files).map(name => [name, {}]));
  const resource = { address: 'aws_s3_bucket.logs', mode: 'managed', type: 'aws_s3_bucket', provider_name: aws };
  return {
    format_version: '1.2',
    planned_values: { root_module: usesAws(files) ? { resources: [resource] } : {} },
    resource_changes: usesAws(files) ? [{ ...resource, change: { actions: ['create'] } }] : [],
    configuration: {
      provider_config: /provider "aws"/.test(withoutComments(files))
        ? { aws: { name: 'aws', full_name: aws, expressions } }
        : {},
      root_module: {},
    },
  };
}
