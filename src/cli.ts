import { main } from './cli/main';
import { colored } from './cli/output/colors';
import { printable } from './cli/output/printable';

const abort = new AbortController();
process.once('SIGINT', () => abort.abort());
process.once('SIGTERM', () => abort.abort());
// A closed pipe (`tfc-oidc check | head`) is the reader's choice, not an error of ours; a closed standard error changes no exit code.
process.stderr.on('error', () => undefined);
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));

main(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  signal: abort.signal,
  out: chunk => process.stdout.write(colored(printable(chunk), process.stdout, process.env)),
  err: chunk => process.stderr.write(printable(chunk)),
  raw: chunk => process.stdout.write(chunk),
  progress: chunk => process.stderr.write(printable(chunk)),
  interactive: process.stderr.isTTY === true,
}).then(
  code => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(
      `tfc-oidc: a bug, please report it: ${error instanceof Error ? error.stack : String(error)}\n`,
    );
    process.exitCode = 2;
  },
);
