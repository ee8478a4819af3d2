#!/usr/bin/env node
// Stands where @vscode/test-electron expects the VS Code program: the same arguments, the same exit code.
import path from 'node:path';
import { startHost } from './host.mjs';
import { versions } from './setup.mjs';

const args = process.argv.slice(2);
const value = name => args.find(a => a.startsWith(`--${name}=`))?.slice(name.length + 3);
const ws = args.find(a => !a.startsWith('-'));
const version = versions[process.env.TFC_OIDC_HOST ?? 'current'];
const host = await startHost({
  version,
  ext: value('extensionDevelopmentPath'),
  tests: value('extensionTestsPath'),
  ...(ws && { ws: path.resolve(ws) }),
});
const result = await host.done(240_000);
await host.close();
process.exit(result.ok ? 0 : 1);
