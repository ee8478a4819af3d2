import type { Files } from './phases';

const network = JSON.stringify({
  version: 4,
  terraform_version: '1.11.4',
  serial: 1,
  lineage: 'a0000000-0000-4000-8000-000000000000',
  outputs: { vpc_id: { value: 'vpc-0123456789abcdef0', type: 'string' } },
  resources: [],
});

/** Makes what stands before a configuration's first run: the bucket of its backend, and another root's state where it reads one. */
export async function seed(emulator: string, files: Files): Promise<void> {
  const code = Object.values(files).join('\n');
  const [, bucket] = /backend\s*=?\s*"s3"[\s\S]*?bucket\s*=\s*"([^"]+)"/.exec(code) ?? [];
  if (bucket === undefined) return;
  await put(`${emulator}/${bucket}`, '');
  const [, key] = /terraform_remote_state[\s\S]*?key\s*=\s*"([^"]+)"/.exec(code) ?? [];
  if (key !== undefined) await put(`${emulator}/${bucket}/${key}`, network);
}

async function put(url: string, body: string): Promise<void> {
  const reply = await fetch(url, { method: 'PUT', body });
  if (!reply.ok) throw new Error(`${url}: ${reply.status}`);
}
