import type { spawn as nodeSpawn } from 'node:child_process';
import type { RunHelper } from './find';

const maximumOutput = 64 * 1024;

/** Runs credentials helpers as child processes, without a shell, bounded in time and output. */
export function helperRunner(spawn: typeof nodeSpawn, env: NodeJS.ProcessEnv): RunHelper {
  return (program, args, timeoutMilliseconds, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const child = spawn(program, [...args], { env, stdio: ['ignore', 'pipe', 'ignore'], shell: false });
      let stdout = '';
      const end = (finish: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        child.stdout.destroy();
        finish();
      };
      const kill = (error: Error): void =>
        end(() => {
          child.kill('SIGKILL');
          reject(error);
        });
      const stop = (): void => kill(signal.reason as Error);
      const timer = setTimeout(
        () => kill(new Error(`it has not answered within ${timeoutMilliseconds / 1000} seconds`)),
        timeoutMilliseconds,
      );
      signal.addEventListener('abort', stop, { once: true });
      child.stdout.on('data', (chunk: Buffer) => {
        stdout += chunk.toString('utf8');
        if (stdout.length > maximumOutput) kill(new Error('it prints too much'));
      });
      child.on('error', (error: NodeJS.ErrnoException) =>
        end(() => reject(new Error(`it cannot be started (${error.code ?? 'unknown reason'})`))),
      );
      child.on('close', code => end(() => resolve({ code: code ?? 1, stdout })));
    });
}
