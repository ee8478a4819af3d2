// npm start: the product on the example company, without any account. In a terminal (or with --open) a VS Code opens on it, beside
// the servers that it needs; elsewhere, or with --headless, the whole story plays by itself and leaves screenshots.
import { spawn } from 'node:child_process';
import { build } from './build.mjs';
import { root } from './install.mjs';

const args = process.argv.slice(2);
const interactive = process.stdout.isTTY === true && process.stdin.isTTY === true;
const open = args.includes('--open') || (interactive && !args.includes('--headless'));
await build();
const program = open ? 'test/support/demo/open.mjs' : 'test/support/demo/headless.mjs';
const child = spawn(process.execPath, ['--import', 'tsx', program], { cwd: root, stdio: 'inherit' });
// Ctrl+C reaches the child by itself; this process waits until it has cleaned up. A signal to this process alone is passed on.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('close', code => (process.exitCode = code ?? 1));
