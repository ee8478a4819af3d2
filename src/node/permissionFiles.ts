import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { brotliDecompressSync, gzipSync } from 'node:zlib';

/**
 * Reads one file of the permission data: beside the bundle (dist/data), or in the sources when they run unbundled. What is packed
 * for users is compressed with brotli, which makes it a fifth smaller; readers get the same bytes, wrapped as they know them.
 */
export function permissionFile(name: string): Uint8Array {
  const bundled = path.join(__dirname, 'data', name);
  const packed = bundled.replace(/\.gz$/, '.br');
  if (existsSync(packed)) return gzipSync(brotliDecompressSync(readFileSync(packed)), { level: 0 });
  return readFileSync(existsSync(bundled) ? bundled : path.join(__dirname, '../iam/data', name));
}
