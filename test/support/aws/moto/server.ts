import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';

/** moto (https://github.com/getmoto/moto): an independent imitation of IAM, as a second opinion on our own server. */
export interface Moto {
  readonly url: string;
  /** Where its Python has its packages: botocore's models are beside moto. */
  readonly packages: string;
  /** Forgets everything. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

const iamAlone = path.join(__dirname, 'requirements.txt');
const cache = path.join(__dirname, '..', '..', '..', '..', '.cache', 'moto');

/** Makes the virtual environment once for each list of requirements. Gives the Python in it, or why there is none. */
function environment(requirements: string): { python: string } | { missing: string } {
  const found = ['python3', 'python'].find(
    name => spawnSync(name, ['-c', 'import sys; assert sys.version_info >= (3, 9)']).status === 0,
  );
  if (found === undefined) return { missing: 'Python 3.9 or later is not there' };
  const key = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const venv = path.join(cache, key);
  const bin = (root: string): string =>
    process.platform === 'win32' ? path.join(root, 'Scripts', 'python.exe') : path.join(root, 'bin', 'python');
  const done = path.join(venv, '.complete');
  if (existsSync(done)) return { python: bin(venv) };
  rmSync(venv, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  if (spawnSync(found, ['-m', 'venv', venv]).status !== 0)
    return { missing: 'python3 -m venv does not work (Debian: python3-venv)' };
  const pip = spawnSync(
    bin(venv),
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:', '-r', requirements],
    {
      encoding: 'utf8',
      timeout: 240_000,
    },
  );
  if (pip.status !== 0) return { missing: `PyPI gave no moto: ${(pip.stderr ?? '').trim().split('\n').at(-1) ?? ''}` };
  mkdirSync(`${done}.new`);
  renameSync(`${done}.new`, done);
  return { python: bin(venv) };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

function running(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const read = (chunk: Buffer): void => {
      text += chunk.toString();
      if (text.includes('Running on')) resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', code => reject(new Error(`moto ended with ${code}: ${text}`)));
  });
}

/** Starts moto, or says why it can't. By default it has IAM and STS alone; `requirements`: a list of other packages. */
export async function startMoto(requirements = iamAlone): Promise<Moto | { readonly missing: string }> {
  const found = environment(requirements);
  if ('missing' in found) return found;
  const port = await freePort();
  const child = spawn(found.python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' },
  });
  await running(child);
  const url = `http://127.0.0.1:${port}`;
  const asked = spawnSync(found.python, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'], {
    encoding: 'utf8',
  });
  return {
    url,
    packages: asked.stdout.trim(),
    async reset() {
      await fetch(`${url}/moto-api/reset`, { method: 'POST' });
    },
    stop: () =>
      new Promise(resolve => {
        child.once('exit', () => resolve());
        child.kill();
      }),
  };
}
