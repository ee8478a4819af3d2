import { spawn } from 'node:child_process';

/** Runs a program to its end; what it prints is not looked at. */
export function run(program, args, cwd, env) {
  return new Promise(resolve => {
    const child = spawn(program, args, { cwd, env, stdio: 'ignore', timeout: 60_000 });
    child.on('error', error => {
      console.error(`${program} cannot be started: ${error.message}`);
      process.exit(2);
    });
    child.on('close', resolve);
  });
}
