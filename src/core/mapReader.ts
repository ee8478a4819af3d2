import type { FileEntry, FileReader } from './host';

/** Files that are nowhere but in memory, by paths with forward slashes below "/". */
export function mapReader(files: ReadonlyMap<string, string>): FileReader {
  const texts = new Map([...files].map(([name, text]) => [whole(name), text]));
  const folders = new Map<string, Map<string, FileEntry>>([['/', new Map()]]);
  for (const path of texts.keys()) {
    let at = '/';
    const parts = path.slice(1).split('/');
    for (const [index, name] of parts.entries()) {
      const kind = index === parts.length - 1 ? 'file' : 'directory';
      folders.get(at)?.set(name, { name, kind });
      at = at === '/' ? `/${name}` : `${at}/${name}`;
      if (kind === 'directory' && !folders.has(at)) folders.set(at, new Map());
    }
  }
  return {
    read: (path, maxBytes) => {
      const text = texts.get(whole(path));
      return text !== undefined && maxBytes !== undefined && text.length > maxBytes
        ? Promise.reject(new Error('it is too large'))
        : Promise.resolve(text);
    },
    list: path => Promise.resolve(folders.get(whole(path)) && [...(folders.get(whole(path))?.values() ?? [])]),
    canonical: path => Promise.resolve(whole(path)),
    join: (base, ...parts) => whole([base, ...parts].join('/')),
    dirname: path => whole(`${path}/..`),
    basename: path => path.slice(path.lastIndexOf('/') + 1),
    relative: (from, to) => relative(whole(from), whole(to)),
  };
}

/** With one slash in front, none at the end, and without `.` and `..`. */
function whole(path: string): string {
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') out.pop();
    else if (part !== '' && part !== '.') out.push(part);
  }
  return `/${out.join('/')}`;
}

function relative(from: string, to: string): string {
  const [a, b] = [from, to].map(path => path.split('/').filter(part => part !== ''));
  if (a === undefined || b === undefined) return to;
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same += 1;
  return [...a.slice(same).map(() => '..'), ...b.slice(same)].join('/');
}
