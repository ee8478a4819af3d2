import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exampleKey, staticProfile, writeProfiles } from '../support/aws/profiles';
import { AwsServer } from '../support/aws/server';
import { memberRole, seedOrganization } from '../support/company/organization';
import { HcpServer } from '../support/hcp/server';

/**
 * `migrate` of a thousand workspaces in forty accounts on the test servers: once whole, and once killed at ten random moments and gone on
 * with. Prints JSON for scripts/bench.mjs.
 */
interface Organization {
  readonly aws: AwsServer;
  readonly hcp: HcpServer;
  readonly env: Readonly<Record<string, string>>;
  readonly home: string;
  /** What the accounts and workspaces hold in the end, without ids and dates. */
  end(): string;
  close(): Promise<void>;
}

async function open(workspaces: number, accounts: number): Promise<Organization> {
  const aws = await new AwsServer().start();
  const hcp = await HcpServer.start();
  aws.issuers.set(hcp.issuer.url, hcp.origin);
  aws.addAccount('123456789012', { accessKeyId: exampleKey });
  hcp.state.organization('acme');
  const many = seedOrganization(aws, hcp.state, { organization: 'acme', workspaces, accounts });
  const home = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-bench-'));
  const { config, credentials } = staticProfile(aws.url);
  const env = {
    ...writeProfiles(home, config, credentials),
    ...hcp.environment,
    HOME: home,
    XDG_STATE_HOME: path.join(home, 'state'),
    PATH: process.env['PATH'] ?? '',
  };
  return {
    aws,
    hcp,
    env,
    home,
    end: () =>
      JSON.stringify([
        many.accounts.map(a => [
          a.id,
          [...a.providers.keys()].sort(),
          [...a.roles.values()]
            .map(r => [r.name, r.trust.replaceAll(hcp.issuer.url.replace('https://', ''), 'HOST')])
            .sort(),
        ]),
        many.workspaces.map(w => [w.name, w.vars.map(v => [v.key, v.value]).sort()]),
      ]).replaceAll(hcp.hostname, 'HOST'),
    close: async () => {
      await aws.stop();
      await hcp.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

interface Run {
  readonly code: number | null;
  readonly milliseconds: number;
  /** Kilobytes of the process at its largest. */
  readonly memory: number;
  readonly out: string;
}

/** One call of the built CLI; killed after `kill` milliseconds. */
function call({ hcp, env }: Organization, kill?: number): Promise<Run> {
  const args = ['migrate', '--organization', 'acme', '--hostname', hcp.hostname, '--profile', 'default', '--yes'];
  args.push(
    '--assume-role-in-accounts',
    memberRole,
    '--remove-static-keys',
    '--policy-arn',
    'ReadOnlyAccess',
    '--format',
    'json',
  );
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, [path.join(__dirname, '../../dist/cli.js'), ...args], { env });
    let out = '';
    let memory = 0;
    child.stdout.on('data', chunk => (out += String(chunk)));
    child.stderr.resume();
    const watch = setInterval(() => (memory = Math.max(memory, residentOf(child.pid))), 250);
    const timer = kill === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), kill);
    child.on('error', reject);
    child.on('close', code => {
      clearInterval(watch);
      clearTimeout(timer);
      resolve({ code, milliseconds: performance.now() - start, memory, out });
    });
  });
}

function residentOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0; // It has ended, or this is no Linux.
  }
}

const units = (run: Run): readonly { readonly state: string }[] =>
  (JSON.parse(run.out) as { readonly result: { readonly units: readonly { readonly state: string }[] } }).result.units;

interface Whole {
  readonly workspaces: number;
  readonly accounts: number;
  readonly requests: number;
  readonly milliseconds: number;
  /** Kilobytes. */
  readonly memory: number;
}

/** A run that nobody disturbs, and what it leaves. */
async function whole(workspaces: number, accounts: number): Promise<{ readonly run: Whole; readonly end: string }> {
  const organization = await open(workspaces, accounts);
  const run = await call(organization);
  const done = units(run).filter(u => u.state === 'done').length;
  const requests = organization.hcp.apiRequests.length;
  if (done !== workspaces) throw new Error(`${done} of ${workspaces} moved`);
  const end = organization.end();
  await organization.close();
  return { run: { workspaces, accounts, requests, milliseconds: run.milliseconds, memory: run.memory }, end };
}

/** Killed ten times at moments that a fixed seed chooses, gone on with each time, and held to the end of a run that nobody killed. */
async function killed({ workspaces, accounts, milliseconds }: Whole, end: string) {
  const hunted = await open(workspaces, accounts);
  let seed = 20;
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  // The audit, a tenth of the whole, is made anew each time: from its middle on, so that each run comes on by some workspaces or dies in it.
  const [earliest, span] = [milliseconds * 0.05, milliseconds * 0.25];
  let kills = 0;
  for (let i = 0; i < 10; i++) {
    const run = await call(hunted, earliest + random() * span);
    if (run.code === null) kills += 1;
  }
  const last = await call(hunted);
  const same = hunted.end() === end;
  await hunted.close();
  return { workspaces, accounts, kills, same, left: units(last).filter(u => u.state !== 'done').length };
}

/** `migrate.ts [WORKSPACES [ACCOUNTS]]`. */
async function main(): Promise<void> {
  const [count = 1000, accounts = 40] = process.argv.slice(2).map(Number);
  const { run, end } = await whole(count, accounts);
  process.stderr.write(`${JSON.stringify(run)}\n`);
  console.log(JSON.stringify({ whole: run, killed: await killed(run, end) }));
}

void main();
