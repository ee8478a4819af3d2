import assert from 'node:assert/strict';
import { once } from 'node:events';
import { startCli } from '../aws/cliProcess';
import type { FaultKind } from '../aws/faults';
import type { Fault } from '../hcp/server';
import { awsCall, type Call, hcpCall, Watch } from './watch';
import { configureArgs, FaultWorld, type Ran, type Snapshot, type Start, withoutLostKeys } from './world';

export const faultKinds = [
  'refused',
  'throttled',
  '5xx',
  '5xx after effect',
  'malformed reply',
  'no reply, before effect',
  'no reply, after effect',
  'killed before effect',
  'killed after effect',
] as const;
export type Kind = (typeof faultKinds)[number];
export type CommandName = 'configure' | 'undo';

/** One run of the matrix: what is asked for, and the call that meets the fault. */
export interface Cell {
  readonly command: CommandName;
  readonly start: Start;
  readonly kind: Kind;
  /** 0-based among all calls of the command. */
  readonly index: number;
  /** The service answers so from this call to the command's end, not once. */
  readonly lasting: boolean;
  readonly call: Call;
}

export interface CellResult extends Cell {
  /** `done`: in spite of the fault. `stopped`: said so, with what to do. `killed`. */
  readonly end: 'done' | 'stopped' | 'killed';
  readonly writes: number;
  readonly broken: readonly string[];
}

const aws: Readonly<Partial<Record<Kind, FaultKind>>> = {
  refused: 'refuse',
  throttled: 'throttle',
  '5xx': 'error',
  '5xx after effect': 'error-after',
  'malformed reply': 'malformed',
  'no reply, before effect': 'drop-before',
  'no reply, after effect': 'drop-after',
  'killed before effect': 'drop-before',
};
const everything = /^/;
const errors = (status: number, title: string): object => ({ errors: [{ status: String(status), title }] });
const hcp: Readonly<Partial<Record<Kind, Fault>>> = {
  refused: { path: everything, status: 403, body: errors(403, 'forbidden') },
  throttled: {
    path: everything,
    status: 429,
    headers: { 'retry-after': '1' },
    body: errors(429, 'rate limit exceeded'),
  },
  '5xx': { path: everything, status: 503, body: errors(503, 'unavailable') },
  '5xx after effect': { path: everything, status: 502, text: '<html>Bad gateway</html>', afterwards: true },
  'malformed reply': { path: everything, status: 200, text: '{"data": [{"id": 7', afterwards: true },
  'no reply, before effect': { path: everything, status: 0, cut: true },
  'no reply, after effect': { path: everything, status: 0, cut: true, afterwards: true },
  'killed before effect': { path: everything, status: 0, cut: true },
};

/** The fault that a call meets. */
type Met =
  | { readonly aws?: { readonly kind: FaultKind; readonly lasting: boolean }; readonly hcp?: Fault | undefined }
  | undefined;

const isKill = (kind: Kind): boolean => kind.startsWith('killed');

/** What runs without a fault left. */
interface Known {
  readonly initial: Snapshot;
  /** After `configure` without the removal of keys: from here undo leads back to the beginning. */
  readonly set: Snapshot;
  readonly clean: unknown;
  readonly calls: Readonly<Record<CommandName, readonly Call[]>>;
}

/** The matrix over one world. `cli`: the bundled CLI, for the processes that are killed. */
export class Matrix {
  private readonly world: FaultWorld;
  private readonly starts = new Map<Start, Known>();

  constructor(
    pair: FaultWorld['pair'],
    private readonly cli: string,
  ) {
    this.world = new FaultWorld(pair);
  }

  /** All cells of a start: it runs both commands once without a fault, and counts their calls. */
  async cells(start: Start): Promise<readonly Cell[]> {
    const { calls } = await this.known(start);
    const out: Cell[] = [];
    for (const command of ['configure', 'undo'] as const) {
      for (const [index, call] of calls[command].entries()) {
        for (const kind of faultKinds) {
          // What only reads has no effect that could come before the fault.
          if (!call.write && (kind === '5xx after effect' || kind === 'killed after effect')) continue;
          for (const lasting of isKill(kind) ? [false] : [false, true])
            out.push({ command, start, kind, index, lasting, call });
        }
      }
    }
    return out;
  }

  /** Runs a cell: the fault, then each way out of it. */
  async run(cell: Cell): Promise<CellResult> {
    const { world } = this;
    const { initial, set, clean } = await this.known(cell.start);
    world.restore(initial);
    const before = world.dump();
    world.restore(cell.command === 'configure' ? initial : set);
    const watch = new Watch(world, false);
    const ran = await this.faulted(cell, watch);
    watch.judge();
    const broken = [...watch.broken];
    if (ran?.crash !== undefined) broken.push(`it crashed: ${ran.crash}`);
    if (ran?.code === 2 && ran.err.trim() === '') broken.push('it stopped and said nothing');
    const after = world.snapshot();
    const note = async (what: string, check: () => Promise<void>): Promise<void> => {
      try {
        await check();
      } catch (error) {
        broken.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      }
    };
    if (cell.command === 'configure') {
      await note('a re-run', async () => {
        const said = await this.converge(cell.start);
        assert.deepEqual(world.dump(), clean, said);
      });
      await note('undo after the re-run', async () => {
        const said = await this.takeBack();
        assert.deepEqual(world.dump(), withoutLostKeys(before, world.dump()), said);
      });
      world.restore(after);
    }
    await note('undo', async () => {
      const said = await this.takeBack();
      assert.deepEqual(world.dump(), withoutLostKeys(before, world.dump()), said);
    });
    const end = isKill(cell.kind) ? 'killed' : ran?.code === 2 ? 'stopped' : 'done';
    return { ...cell, end, writes: watch.writes.length, broken };
  }

  private async known(start: Start): Promise<Known> {
    const made = this.starts.get(start);
    if (made !== undefined) return made;
    const { world } = this;
    const initial = await world.seed(start);
    const wanted = await this.counted(() => world.configure(start));
    const clean = world.dump();
    world.restore(initial);
    await this.counted(() => world.configure(start, false));
    const set = world.snapshot();
    const undone = await this.counted(() => world.undo());
    const fresh = { initial, set, clean, calls: { configure: wanted, undo: undone } };
    this.starts.set(start, fresh);
    return fresh;
  }

  private async counted(run: () => Promise<Ran>): Promise<readonly Call[]> {
    const calls: Call[] = [];
    const watch = new Watch(this.world, false);
    const ran = await this.watched(
      watch,
      call => {
        calls.push(call);
        return undefined;
      },
      run,
    );
    assert.ok(ran.code < 2 && ran.crash === undefined, ran.err + (ran.crash ?? ''));
    watch.judge();
    assert.deepEqual(watch.broken, []);
    return calls;
  }

  /** Calls `met` at each call, before its effect; the fault that it returns, the call meets. */
  private async watched<T>(
    watch: Watch,
    met: (call: Call) => Met | Promise<Met>,
    run: () => Promise<T>,
    done?: (call: Call) => Promise<void>,
  ): Promise<T> {
    const { pair } = this.world;
    const { server } = pair.aws;
    server.onCall = async (entry, moment) => {
      if (watch.asking) return;
      const call = awsCall(entry);
      if (moment === 'before') {
        watch.before(call, { aws: entry });
        const fault = await met(call);
        if (fault?.aws !== undefined) {
          const { kind, lasting } = fault.aws;
          server.faults.add({ action: lasting ? '*' : entry.action, kind, times: lasting ? Infinity : 1 });
        }
        return;
      }
      // An error that comes after the effect has its status already.
      await watch.after(call, entry.status < 400 || entry.fault === 'error-after');
      await done?.(call);
    };
    pair.hcp.onCall = async (request, moment) => {
      if (watch.asking) return undefined;
      const call = hcpCall(request);
      if (moment === 'after') {
        await watch.after(call, true);
        await done?.(call);
        return undefined;
      }
      watch.before(call, { hcp: request });
      return (await met(call))?.hcp;
    };
    try {
      return await run();
    } finally {
      server.onCall = undefined;
      pair.hcp.onCall = undefined;
      server.faults.clear();
    }
  }

  private async faulted(cell: Cell, watch: Watch): Promise<Ran | undefined> {
    if (isKill(cell.kind)) {
      await this.killed(cell, watch);
      return undefined;
    }
    let n = -1;
    const { call: at, index, lasting } = cell;
    return this.watched(
      watch,
      call => {
        n += 1;
        const hit = n === index || (lasting && n > index);
        if (!hit || call.service !== at.service) return undefined;
        const kind = aws[cell.kind];
        if (call.service === 'AWS') return n === index && kind !== undefined ? { aws: { kind, lasting } } : undefined;
        return { hcp: hcp[cell.kind] };
      },
      () => (cell.command === 'undo' ? this.world.undo() : this.world.configure(cell.start)),
    );
  }

  private async killed(cell: Cell, watch: Watch): Promise<void> {
    const { pair } = this.world;
    const args =
      cell.command === 'undo'
        ? ['undo', '--yes', '--profile', 'default']
        : ['configure', ...configureArgs[cell.start], '--remove-static-keys'];
    const { child, ended } = startCli(this.cli, args, pair.env, pair.aws.home);
    let n = -1;
    let dead = false;
    const kill = async (): Promise<void> => {
      dead = true;
      child.kill('SIGKILL');
      await once(child, 'exit');
    };
    await this.watched(
      watch,
      async call => {
        n += 1;
        if (n !== cell.index || dead || cell.kind !== 'killed before effect') return undefined;
        await kill();
        if (call.service === 'AWS') return { aws: { kind: 'drop-before' as const, lasting: false } };
        return { hcp: hcp['killed before effect'] };
      },
      () => ended,
      async () => {
        if (n >= cell.index && !dead && cell.kind === 'killed after effect') await kill();
      },
    );
    assert.ok(dead, `the process was not killed: it made ${n + 1} calls`);
  }

  /** As the messages say: go on with the run that stopped, then configure again. */
  private async converge(start: Start): Promise<string> {
    const said: string[] = [];
    for (let n = 0; n < 4; n++) {
      const ran = await this.world.configure(start);
      said.push(`${ran.code} ${ran.err}${ran.crash ?? ''}`);
      if (ran.code < 2) break;
      if (!ran.err.includes('unfinished-run')) break;
      const resumed = await this.world.resume();
      said.push(`resume ${resumed.code} ${resumed.err}${resumed.crash ?? ''}`);
    }
    return said.join('\n---\n');
  }

  /** Undo after undo, until there is nothing more. */
  private async takeBack(): Promise<string> {
    const said: string[] = [];
    for (let n = 0; n < 5; n++) {
      const ran = await this.world.undo();
      said.push(`${ran.code} ${ran.out}${ran.err}${ran.crash ?? ''}`);
      if (ran.out.startsWith('There is nothing to undo')) break;
    }
    return said.join('\n---\n');
  }
}
