// Prints the manual page tfc-oidc(1). Run through tsx: node --import tsx scripts/man.mjs
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { commands } from '../src/cli/commands.ts';
import { manPage } from '../src/cli/reference.ts';

const { version } = JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../package.json'), 'utf8'));
process.stdout.write(manPage(commands, version));
