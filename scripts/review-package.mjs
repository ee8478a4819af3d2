// Looks into a .vsix: nothing of this machine, no source, no secret may be in it. npm run package ends with it.
import { readFileSync } from 'node:fs';
import { inflateRawSync, brotliDecompressSync, gunzipSync } from 'node:zlib';

/** AWS's own documentation examples, and forms to fill in, may stand in texts; nothing else that looks like a key. */
const examples = /AKIAX{16}|AKIAIOSFODNN7EXAMPLE|AKIAI44QH8DHBEXAMPLE|wJalrXUtnFEMI\/K7MDENG\/bPxRfiCYEXAMPLEKEY/g;

const forbidden = [
  [/(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/, 'an access key id'],
  [/[A-Za-z0-9]{14}\.atlasv1\.[\w-]{20,}/, 'a token of HCP Terraform'],
  [/\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20,}/, 'a JSON Web Token'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]/, 'a private key'],
  [/\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|npm_[A-Za-z0-9]{36})/, 'a token'],
  [
    /(?:file:\/\/)?\/(?:home|Users|root|tmp|work|build)\/[\w.-]+\/[\w.-]+\/(?:src|dist|test|node_modules)\//,
    'a path of this machine',
  ],
  [/[A-Z]:\\Users\\/, 'a path of this machine'],
  [/\/\/[#@] sourceMappingURL=/, 'a link to a source map'],
  [/"sourcesContent"\s*:/, 'a source map'],
];

/**
 * What must not be in a packed file of this name.
 * @param {string} name @param {string} text @param {string} root the folder that it was built in
 */
export function problemsOf(name, text, root) {
  const shown = text.replace(examples, '');
  const found = forbidden.filter(([pattern]) => pattern.test(shown)).map(([, what]) => `${name} holds ${what}`);
  if (root !== '/' && shown.includes(root)) found.push(`${name} holds the folder that it was built in`);
  if (/\.(?:map|meta\.json|ts|tsbuildinfo)$|(?:^|\/)(?:test|src|scripts|node_modules|\.env[^/]*)(?:\/|$)/.test(name))
    found.push(`${name} must not be packed`);
  return found;
}

/** The files of a ZIP archive without encryption: its central directory leads to each of them. */
export function* filesOf(archive) {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) throw new Error('this is no ZIP archive');
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  for (let n = 0; n < count; n++) {
    const method = archive.readUInt16LE(at + 10);
    const packed = archive.readUInt32LE(at + 20);
    const [nameLength, extra, comment] = [28, 30, 32].map(offset => archive.readUInt16LE(at + offset));
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    const local = archive.readUInt32LE(at + 42);
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const raw = archive.subarray(start, start + packed);
    if (!name.endsWith('/'))
      yield { name: name.replace(/^extension\//, ''), content: method === 0 ? raw : inflateRawSync(raw) };
    at += 46 + nameLength + extra + comment;
  }
}

/** All problems of a package, and how many files were looked at. */
export function reviewPackage(file, root) {
  const problems = [];
  let files = 0;
  for (const { name, content } of filesOf(readFileSync(file))) {
    files++;
    const plain = name.endsWith('.gz')
      ? gunzipSync(content)
      : name.endsWith('.br')
        ? brotliDecompressSync(content)
        : content;
    problems.push(...problemsOf(name, plain.toString('latin1'), root));
  }
  return { files, problems };
}
