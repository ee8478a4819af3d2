/** Fields of tfplugin's GetProviderSchema.Response that are maps from a type's name to its schema. */
const maps: ReadonlySet<number> = new Set([2, 3, 8]);
/** Functions of the provider: no configuration calls one. */
const functions = 7;

/** A provider's schema (protobuf) with some types only. */
export function schemaOf(message: Buffer, types: ReadonlySet<string>): Buffer {
  const kept: Buffer[] = [];
  for (let at = 0; at < message.length;) {
    const tag = varint(message, at);
    if ((tag.value & 7) !== 2) throw new Error(`the schema has a field that is not of a known kind (${tag.value})`);
    const length = varint(message, tag.next);
    const end = length.next + length.value;
    const field = tag.value >>> 3;
    const named = !maps.has(field) || types.has(keyOf(message.subarray(length.next, end)));
    if (named && field !== functions) kept.push(message.subarray(at, end));
    at = end;
  }
  return Buffer.concat(kept);
}

/** The key of an entry of a map: its first field. */
function keyOf(entry: Buffer): string {
  const length = varint(entry, 1);
  return entry.subarray(length.next, length.next + length.value).toString('utf8');
}

function varint(bytes: Buffer, at: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let next = at, factor = 1; ; next++, factor *= 128) {
    const byte = bytes[next];
    if (byte === undefined) throw new Error('the schema ends within a number');
    value += (byte & 127) * factor;
    if (byte < 128) return { value, next: next + 1 };
  }
}
