// Pictures of a page while a scenario runs, and what changed from one to the next, compressed by the browser that drew them.

/** Times of a frame in milliseconds: a person has to see it, and nobody waits for a machine. */
const shortest = 100;
const longest = 900;
const held = 2200;
/** A blinking cursor is no news. */
const fewestPixels = 400;

/** Starts to take every picture that the page draws. `hold()` marks the one that is there as worth a look. */
export async function startCapture(page) {
  const session = await page.context().newCDPSession(page);
  const shots = [];
  session.on('Page.screencastFrame', ({ data, sessionId, metadata }) => {
    shots.push({ png: data, at: metadata.timestamp * 1000, held: false });
    session.send('Page.screencastFrameAck', { sessionId }).catch(() => {});
  });
  await session.send('Page.startScreencast', { format: 'png', everyNthFrame: 1 });
  return {
    async hold() {
      const png = (await page.screenshot()).toString('base64');
      shots.push({ png, at: Date.now(), held: true });
    },
    async stop() {
      await session.send('Page.stopScreencast');
      await session.detach();
      return shots.sort((a, b) => a.at - b.at);
    },
  };
}

/**
 * What each picture changed of the one before, as a WebP of that rectangle. Pictures that change next to nothing are left out, and their
 * time is that of the one before.
 */
export async function compressed(context, shots, { width, height, quality }) {
  const page = await context.newPage();
  await page.evaluate(
    ({ width, height }) => {
      const canvas = () => new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
      globalThis.now = canvas();
      globalThis.before = undefined;
    },
    { width, height },
  );
  const frames = [];
  for (const [i, shot] of shots.entries()) {
    const next = shots[i + 1];
    const time = shot.held ? held : Math.min(longest, Math.max(shortest, (next?.at ?? shot.at + longest) - shot.at));
    const frame = await page.evaluate(difference, { png: shot.png, width, height, quality, fewestPixels });
    const last = frames.at(-1);
    if (frame !== undefined)
      frames.push({ ...frame, webp: Buffer.from(frame.webp, 'base64'), milliseconds: Math.round(time) });
    else if (last !== undefined && shot.held) last.milliseconds = held;
  }
  await page.close();
  return frames;
}

/** In the page. */
async function difference({ png, width, height, quality, fewestPixels }) {
  const { now } = globalThis;
  const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  now.drawImage(bitmap, 0, 0, width, height);
  const pixels = new Uint32Array(now.getImageData(0, 0, width, height).data.buffer);
  const before = globalThis.before;
  let [left, top, right, bottom, count] = [width, height, -1, -1, 0];
  for (let i = 0; i < pixels.length; i++) {
    if (before !== undefined && pixels[i] === before[i]) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
    count++;
  }
  if (count < fewestPixels) return undefined;
  globalThis.before = pixels;
  left -= left % 2;
  top -= top % 2;
  const size = { width: right - left + 1, height: bottom - top + 1 };
  const part = new OffscreenCanvas(size.width, size.height);
  part.getContext('2d').drawImage(now.canvas, -left, -top);
  const bytes = new Uint8Array(await (await part.convertToBlob({ type: 'image/webp', quality })).arrayBuffer());
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return { webp: btoa(text), x: left, y: top, ...size };
}
