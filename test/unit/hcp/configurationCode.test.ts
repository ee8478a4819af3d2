import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { packTar, type TarEntry } from 'modern-tar';
import { readConfigurationCode } from '../../../src/hcp/workspace/configurationCode';
import { connect } from '../../support/hcp/connect';
import { HcpServer } from '../../support/hcp/server';

let server: HcpServer;
let archive: Uint8Array = new Uint8Array();
const { signal } = new AbortController();
before(async () => {
  server = await HcpServer.start();
});
after(() => server.close());

const entry = (
  name: string,
  body: string,
  type: 'file' | 'symlink' | 'link' = 'file',
  linkname?: string,
): TarEntry => ({
  header: { name, size: type === 'file' ? body.length : 0, type, ...(linkname !== undefined && { linkname }) },
  ...(type === 'file' && { body }),
});

async function read(entries: readonly TarEntry[] | Uint8Array) {
  archive = entries instanceof Uint8Array ? entries : gzipSync(await packTar(entries));
  const { state } = server;
  state.organizations.clear();
  state.workspaces.length = 0;
  state.organization('acme');
  const { id } = state.configuration(state.workspace('acme', 'app'));
  const client = connect(server);
  // The archive comes from elsewhere; here in place of what the server would make.
  const bytes = client.bytes.bind(client);
  client.bytes = (path, longest, s) =>
    path.endsWith('/download') ? Promise.resolve({ ok: true, value: archive }) : bytes(path, longest, s);
  return readConfigurationCode(client, id, signal);
}

test('files of Terraform alone, by their paths; links, devices and names that lead out are passed over', async () => {
  const found = await read([
    entry('./main.tf', 'a'),
    entry('modules/x/main.tf', 'b'),
    entry('../outside.tf', 'no'),
    entry('/etc/absolute.tf', 'no'),
    entry('C:/windows.tf', 'no'),
    entry('a/../../up.tf', 'no'),
    entry('link.tf', '', 'symlink', '/etc/passwd'),
    entry('hard.tf', '', 'link', 'main.tf'),
    entry('README.md', 'no'),
    entry(`${'long/'.repeat(40)}main.tf`, 'c'),
  ]);
  assert.ok(found.ok);
  assert.deepEqual(
    [...found.value.files],
    [
      ['main.tf', 'a'],
      ['modules/x/main.tf', 'b'],
      [`${'long/'.repeat(40)}main.tf`, 'c'],
    ],
  );
  assert.equal(found.value.incomplete, false);
});

test('a link or device that brings a body is none of the files', async () => {
  for (const type of '12346') {
    const tar = await packTar([entry('main.tf', 'a'), entry('link.tf', 'no')]);
    // The second header: its type is at 156, the sum of its bytes at 148.
    const header = tar.subarray(1024, 1536);
    header[156] = type.charCodeAt(0);
    header.fill(0x20, 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    const found = await read(gzipSync(tar));
    assert.ok(found.ok);
    assert.deepEqual([...found.value.files], [['main.tf', 'a']], type);
  }
});

test('a file that is too long is left out, and that is told', async () => {
  const found = await read([entry('main.tf', 'a'), entry('big.tf', 'x'.repeat(1024 * 1024 + 1))]);
  assert.ok(found.ok);
  assert.deepEqual([[...found.value.files.keys()], found.value.incomplete], [['main.tf'], true]);
});

test('what is no archive, or unpacks to too much, is not known', async () => {
  for (const bytes of [new Uint8Array([1, 2, 3]), gzipSync('no tar'), gzipSync(Buffer.alloc(300 * 1024 * 1024))]) {
    const found = await read(bytes);
    assert.ok(!found.ok || found.value.files.size === 0);
  }
});
