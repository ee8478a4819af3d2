/** As much of CBOR (RFC 8949) as the SDK's rpc-v2-cbor requests hold: numbers, texts, lists, maps, tags of times, simple values. */
export function decodeCbor(bytes: Buffer): unknown {
  if (bytes.length === 0) return {};
  let at = 0;
  const size = (info: number): number => {
    if (info < 24) return info;
    const length = 2 ** (info - 24);
    const value = length === 8 ? Number(bytes.readBigUInt64BE(at)) : bytes.readUIntBE(at, length);
    at += length;
    return value;
  };
  const ended = (): boolean => {
    if (bytes[at] !== 0xff) return false;
    at += 1;
    return true;
  };
  const text = (length: number): string => {
    at += length;
    return bytes.toString('utf8', at - length, at);
  };
  const item = (): unknown => {
    const head = bytes.readUInt8(at);
    at += 1;
    const [major, info] = [head >> 5, head & 31];
    if (major === 7) return simple(info);
    if (info === 31) return open(major);
    const count = size(info);
    switch (major) {
      case 0:
        return count;
      case 1:
        return -1 - count;
      case 2:
      case 3:
        return text(count);
      case 4:
        return Array.from({ length: count }, item);
      case 5:
        return Object.fromEntries(Array.from({ length: count }, () => [String(item()), item()]));
      default:
        return item();
    }
  };
  /** Of no given length: a text in pieces, a list or a map, up to the mark of the end. */
  const open = (major: number): unknown => {
    const parts: unknown[] = [];
    while (!ended()) parts.push(item());
    if (major === 4) return parts;
    if (major !== 5) return parts.join('');
    return Object.fromEntries(parts.flatMap((key, i) => (i % 2 === 0 ? [[String(key), parts[i + 1]]] : [])));
  };
  const simple = (info: number): unknown => {
    const lengths: Readonly<Record<number, number>> = { 24: 1, 25: 2, 26: 4, 27: 8 };
    const start = at;
    at += lengths[info] ?? 0;
    if (info === 26) return bytes.readFloatBE(start);
    if (info === 27) return bytes.readDoubleBE(start);
    return info === 20 ? false : info === 21 ? true : null;
  };
  return item();
}
