/** The parts of a reply of `fetch` that hold its text. */
export interface TextReply {
  /** Decompressed; read piece by piece, so that its length can be limited. */
  readonly body?: {
    getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>; cancel(): Promise<void> };
  } | null;
  text(): Promise<string>;
}

/**
 * The text of a reply of at most `longest` bytes (after decompression); `undefined`: it is longer. With `end`, a longer one of at most so
 * many bytes gives its end.
 */
export async function replyText(reply: TextReply, longest: number, end?: number): Promise<string | undefined> {
  const bytes = await replyBytes(reply, longest, end);
  return bytes && new TextDecoder().decode(bytes);
}

/** The same as bytes. */
export async function replyBytes(reply: TextReply, longest: number, end?: number): Promise<Uint8Array | undefined> {
  const reader = reply.body?.getReader();
  if (reader === undefined) return shortEnough(new TextEncoder().encode(await reply.text()), longest, end);
  const chunks: Uint8Array[] = [];
  let kept = 0;
  let read = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done || value === undefined) break;
    chunks.push(value);
    kept += value.length;
    read += value.length;
    if (read > (end ?? longest)) {
      await reader.cancel();
      return undefined;
    }
    while (kept - (chunks[0]?.length ?? 0) > longest) kept -= chunks.shift()?.length ?? 0;
  }
  const whole = new Uint8Array(kept);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function shortEnough(bytes: Uint8Array, longest: number, end: number | undefined): Uint8Array | undefined {
  if (bytes.length <= longest) return bytes;
  return end === undefined ? undefined : bytes.slice(-longest);
}
