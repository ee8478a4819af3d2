// node scripts/release-version.mjs TAG [--notes]: the tag, package.json and the newest section of CHANGELOG.md must name one version;
// with --notes prints that section, as the notes of the release.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const [tag = '', ...rest] = process.argv.slice(2);
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const changelog = readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8');
const sections = changelog.split(/^## /m).slice(1);
const [heading = '', ...lines] = (sections[0] ?? '').split('\n');
const named = /\d+\.\d+\.\d+/.exec(heading)?.[0];
const problems = [
  ...(tag === `v${version}`
    ? []
    : [`the tag is ${tag}, and package.json has ${version}: tag v${version}, or change the manifest`]),
  ...(named === version ? [] : [`the newest section of CHANGELOG.md is "${heading}", not ${version}`]),
];
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exitCode = 1;
} else if (rest.includes('--notes')) console.log(lines.join('\n').trim());
