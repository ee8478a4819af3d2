import { posix } from 'node:path';
import type { FileEntry, FileReader } from '../../src/core/host';

/** A FileReader over texts by absolute POSIX path. */
export function memoryFiles(files: Readonly<Record<string, string>>): FileReader {
  return {
    read(path, maxBytes) {
      const text = files[path];
      if (text !== undefined && maxBytes !== undefined && Buffer.byteLength(text) > maxBytes)
        return Promise.reject(new Error('it is too large'));
      return Promise.resolve(text);
    },
    list(dir) {
      const prefix = dir === '/' ? '/' : `${dir}/`;
      const entries = new Map<string, FileEntry>();
      for (const path of Object.keys(files)) {
        if (!path.startsWith(prefix)) continue;
        const [name = '', ...rest] = path.slice(prefix.length).split('/');
        entries.set(name, { name, kind: rest.length > 0 ? 'directory' : 'file' });
      }
      return Promise.resolve(entries.size === 0 ? undefined : [...entries.values()]);
    },
    canonical: path => Promise.resolve(path),
    join: (base, ...parts) => posix.resolve(base, ...parts),
    dirname: path => posix.dirname(path),
    basename: path => posix.basename(path),
    relative: (from, to) => posix.relative(from, to),
  };
}
