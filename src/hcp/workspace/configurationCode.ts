import { unpackTar } from 'modern-tar';
import { fail, isAbort, ok, type Problem, type Result } from '../../core/problem';
import { uriPart } from '../../core/text';
import type { HcpClient } from '../client/client';
import { fieldsOf, findIncluded, relatedOne, type Resource, stringOf } from '../client/document';

/**
 * The code that a run uses: the archive of its configuration version
 * (https://developer.hashicorp.com/terraform/cloud-docs/api-docs/configuration-versions#download-configuration-files). It is read in memory
 * and written nowhere.
 */
export interface ConfigurationCode {
  /** Texts of Terraform files by their path in the archive, forward slashes, no leading one. */
  readonly files: ReadonlyMap<string, string>;
  /** Of a version that came from a repository. */
  readonly commit: string | undefined;
  readonly branch: string | undefined;
  /** Milliseconds since the epoch at which it came to HCP Terraform; undefined where the host does not say. */
  readonly at: number | undefined;
  /** Files were left out because there are too many, or they are too long. */
  readonly incomplete: boolean;
}

const limits = {
  /** Bytes of the archive. */
  packed: 64 * 1024 * 1024,
  /** Bytes of all that is in it. */
  unpacked: 256 * 1024 * 1024,
  entries: 20_000,
  /** Bytes of one file, and of all that are kept. */
  file: 1024 * 1024,
  kept: 32 * 1024 * 1024,
};
const terraformFile = /\.(?:tf|tf\.json|tfvars|tfvars\.json)$/;

export async function readConfigurationCode(
  client: HcpClient,
  versionId: string,
  signal: AbortSignal,
): Promise<Result<ConfigurationCode>> {
  const path = `/configuration-versions/${uriPart(versionId)}`;
  const version = await client.one(path, { include: 'ingress_attributes' }, signal);
  if (!version.ok) return version;
  const { resource, included } = version.value;
  if (stringOf(resource, 'status') === 'archived') return fail(archived(versionId));
  const ingress = await ingressOf(client, path, resource, included, signal);
  const archive = await client.bytes(`${path}/download`, limits.packed, signal);
  if (!archive.ok) return archive;
  if (archive.value === undefined) return fail(unreadable(versionId, 'is empty'));
  try {
    const unpacked = await unpack(archive.value, signal);
    return ok({
      ...unpacked,
      commit: ingress && stringOf(ingress, 'commit-sha'),
      branch: ingress && stringOf(ingress, 'branch'),
      at: versionTime(resource),
    });
  } catch (error) {
    if (isAbort(error) || signal.aborted) throw error;
    return fail(
      unreadable(versionId, error instanceof TooLongError ? 'is too long' : 'is not an archive that can be read'),
    );
  }
}

class TooLongError extends Error {}

/** Files alone: links, devices and names that lead out of the archive are passed over. */
async function unpack(
  archive: Uint8Array,
  signal: AbortSignal,
): Promise<Pick<ConfigurationCode, 'files' | 'incomplete'>> {
  const files = new Map<string, string>();
  let entries = 0;
  let kept = 0;
  let incomplete = false;
  const found = await unpackTar(plain(archive, signal), {
    filter: header => {
      entries += 1;
      if (header.type !== undefined && header.type !== 'file') return false;
      const name = pathInside(header.name);
      if (name === undefined || !terraformFile.test(name)) return false;
      kept += header.size;
      const fits = entries <= limits.entries && header.size <= limits.file && kept <= limits.kept;
      if (!fits) incomplete = true;
      return fits;
    },
  });
  for (const { header, data } of found) {
    const name = pathInside(header.name);
    if (name !== undefined && data !== undefined) files.set(name, new TextDecoder().decode(data));
  }
  return { files, incomplete };
}

/** The archive without its compression, ended where it gets too long. */
function plain(archive: Uint8Array, signal: AbortSignal): ReadableStream<Uint8Array> {
  const bytes = new Blob([archive as Uint8Array<ArrayBuffer>]).stream();
  const isGzip = archive[0] === 0x1f && archive[1] === 0x8b;
  let length = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      length += chunk.length;
      if (signal.aborted) controller.error(signal.reason);
      else if (length > limits.unpacked) controller.error(new TooLongError());
      else controller.enqueue(chunk);
    },
  });
  return (isGzip ? bytes.pipeThrough(new DecompressionStream('gzip')) : bytes).pipeThrough(counted);
}

/** `./a/main.tf` → `a/main.tf`; `undefined`: it leads elsewhere. */
function pathInside(name: string): string | undefined {
  if (/^[/\\]|^[A-Za-z]:|\\|\0/.test(name)) return undefined;
  const parts = name.split('/').filter(part => part !== '' && part !== '.');
  return parts.length === 0 || parts.includes('..') ? undefined : parts.join('/');
}

/** Versions of a repository alone have them: any failure means that there are none. */
async function ingressOf(
  client: HcpClient,
  path: string,
  version: Resource,
  included: readonly Resource[],
  signal: AbortSignal,
): Promise<Resource | undefined> {
  const related = relatedOne(version, 'ingress-attributes');
  const there = findIncluded(included, related);
  if (there !== undefined || related === undefined) return there;
  const read = await client.one(`${path}/ingress-attributes`, {}, signal);
  return read.ok ? read.value.resource : undefined;
}

/** Milliseconds since the epoch at which a version came to the host, as far as that tells: OTF gives the time of its queue alone. */
export function versionTime(version: Resource): number | undefined {
  const stamps = fieldsOf(version.attributes['status-timestamps']);
  for (const value of [stamps['uploaded-at'], stamps['queued-at'], version.attributes['created-at']]) {
    const time = typeof value === 'string' ? Date.parse(value) : NaN;
    if (!Number.isNaN(time)) return time;
  }
  return undefined;
}

const archived = (versionId: string): Problem => ({
  code: 'hcp-code-archived',
  message: `The code of configuration ${versionId} was discarded by HCP Terraform, as uploads of the command line are after a while.`,
  nextStep: 'Upload it again: run "terraform apply" in the project and answer "no", or push a commit.',
});

const unreadable = (versionId: string, what: string): Problem => ({
  code: 'hcp-code-unreadable',
  message: `The archive of configuration ${versionId} ${what}, so the code that runs use is not known.`,
  nextStep: 'Look at the configuration in HCP Terraform.',
});
