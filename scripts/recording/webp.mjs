// An animated WebP from still ones: the container alone (https://developers.google.com/speed/webp/docs/riff_container); whoever makes the
// pictures compresses them.

/** @typedef {{ webp: Uint8Array, x: number, y: number, width: number, height: number, milliseconds: number }} Frame x and y are even */

function chunk(name, ...parts) {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

function uint24(...values) {
  const out = Buffer.alloc(3 * values.length);
  values.forEach((value, i) => out.writeUIntLE(value, 3 * i, 3));
  return out;
}

/** The chunks of a file: names and bodies. */
export function chunksOf(file, from = 12) {
  const found = [];
  for (let at = from; at + 8 <= file.length;) {
    const length = file.readUInt32LE(at + 4);
    found.push({ name: file.toString('latin1', at, at + 4), body: file.subarray(at + 8, at + 8 + length) });
    at += 8 + length + (length % 2);
  }
  return found;
}

/** The compressed picture of a still file, with its transparency; what else a still one holds (its own size, metadata) is left out. */
function pictureOf(webp) {
  return chunksOf(Buffer.from(webp))
    .filter(c => ['ALPH', 'VP8 ', 'VP8L'].includes(c.name))
    .map(c => chunk(c.name, c.body));
}

/**
 * Each frame is drawn over the one before, at its place, and shown for its time. Begins anew for ever.
 * @param {number} width
 * @param {number} height
 * @param {readonly Frame[]} frames
 */
export function animatedWebp(width, height, frames) {
  const animation = 0x02;
  const withoutBlending = 0x02;
  const parts = [
    chunk('VP8X', Buffer.from([animation, 0, 0, 0]), uint24(width - 1, height - 1)),
    chunk('ANIM', Buffer.from([0, 0, 0, 255, 0, 0])),
    ...frames.map(f =>
      chunk(
        'ANMF',
        uint24(f.x / 2, f.y / 2, f.width - 1, f.height - 1, f.milliseconds),
        Buffer.from([withoutBlending]),
        ...pictureOf(f.webp),
      ),
    ),
  ];
  const body = Buffer.concat([Buffer.from('WEBP', 'latin1'), ...parts]);
  const head = Buffer.alloc(8);
  head.write('RIFF', 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}
