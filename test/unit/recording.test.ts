import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { listFiles, PackageManager } from '@vscode/vsce';

const root = path.resolve(__dirname, '../..');

interface Chunk {
  readonly name: string;
  readonly body: Buffer;
}
interface Webp {
  chunksOf(file: Buffer, from?: number): readonly Chunk[];
  animatedWebp(
    width: number,
    height: number,
    frames: readonly {
      readonly webp: Uint8Array;
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly milliseconds: number;
    }[],
  ): Buffer;
}
const load = async (): Promise<Webp> =>
  (await import(pathToFileURL(path.join(root, 'scripts/recording/webp.mjs')).href)) as Webp;

/** A still file with one chunk of a picture, of an odd length, and metadata. */
function still(picture: string): Buffer {
  const chunk = (name: string, body: string): Buffer => {
    const head = Buffer.alloc(8);
    head.write(name, 'latin1');
    head.writeUInt32LE(body.length, 4);
    return Buffer.concat([head, Buffer.from(body), Buffer.alloc(body.length % 2)]);
  };
  const body = Buffer.concat([Buffer.from('WEBP'), chunk('EXIF', 'who'), chunk('VP8 ', picture)]);
  const head = Buffer.alloc(8);
  head.write('RIFF', 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

test('frames become an animation: size, places, times, and the pictures alone', async () => {
  const { animatedWebp, chunksOf } = await load();
  const file = animatedWebp(640, 480, [
    { webp: still('first'), x: 0, y: 0, width: 640, height: 480, milliseconds: 100 },
    { webp: still('second'), x: 20, y: 4, width: 31, height: 7, milliseconds: 70_000 },
  ]);
  assert.equal(file.toString('latin1', 0, 4), 'RIFF');
  assert.equal(file.readUInt32LE(4), file.length - 8);
  const [head, loop, one, two, more] = chunksOf(file);
  assert.ok(head && loop && one && two);
  assert.equal(more, undefined);
  assert.deepEqual([head.name, loop.name, one.name, two.name], ['VP8X', 'ANIM', 'ANMF', 'ANMF']);
  assert.deepEqual([head.body.readUIntLE(4, 3), head.body.readUIntLE(7, 3)], [639, 479]);
  assert.equal(loop.body.readUInt16LE(4), 0, 'for ever');
  assert.deepEqual(
    [0, 3, 6, 9, 12].map(at => two.body.readUIntLE(at, 3)),
    [10, 2, 30, 6, 70_000],
  );
  assert.deepEqual(
    chunksOf(two.body, 16).map(c => [c.name, c.body.toString()]),
    [['VP8 ', 'second']],
  );
});

test('the recording of the README moves, is short enough for a page, and not in the package', async () => {
  const { chunksOf } = await load();
  const name = 'docs/images/recording.webp';
  assert.ok(readFileSync(path.join(root, 'README.md'), 'utf8').includes(`](${name})`));
  const file = readFileSync(path.join(root, name));
  assert.ok(file.length <= 2 * 1024 * 1024, `${file.length} bytes`);
  const frames = chunksOf(file).filter(c => c.name === 'ANMF');
  assert.ok(frames.length > 20, `${frames.length} pictures`);
  const seconds = frames.reduce((sum, f) => sum + f.body.readUIntLE(12, 3), 0) / 1000;
  assert.ok(seconds > 10 && seconds < 90, `${seconds} s`);
  const packed = await listFiles({ cwd: root, packageManager: PackageManager.None });
  assert.deepEqual(
    packed.filter(f => /\.webp$|^docs\/images\//.test(f)),
    [],
  );
});
