import assert from 'node:assert/strict';
import { startCli } from '../aws/cliProcess';
import {
  type Cell,
  type CellResult,
  type CommandName,
  faultsAt,
  isKill,
  keysAreEnough,
  type KillResult,
  meeting,
} from './kinds';
import { type Call, Watch } from './watch';
import { killedAt, watched } from './watched';
import { configureArgs, FaultWorld, type Ran, type Snapshot, type Start, withoutLostValues, type World } from './world';

/** What runs without a fault left. */
interface Known {
  readonly initial: Snapshot;
  /** After `configure` without the removal of keys: from here undo leads back to the beginning. */
  readonly set: Snapshot;
  readonly clean: unknown;
  /** Where undo after undo leads: before anything of ours was there. */
  readonly blank: World;
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
    return (['configure', 'undo'] as const).flatMap(command =>
      faultsAt(calls[command]).map(at => ({ command, start, ...at })),
    );
  }

  /** Runs a cell: the fault, then each way out of it. */
  async run(cell: Cell): Promise<CellResult> {
    const { world } = this;
    const { initial, set, clean, blank: before } = await this.known(cell.start);
    world.restore(cell.command === 'configure' ? initial : set);
    const watch = new Watch(world, keysAreEnough(cell));
    const ran = await this.faulted(cell, watch);
    watch.judge();
    const broken = [...watch.broken];
    if (ran?.crash !== undefined) broken.push(`it crashed: ${ran.crash}`);
    if (ran?.code === 2 && ran.err.trim() === '') broken.push('it stopped and said nothing');
    broken.push(...(await this.waysOut(cell, clean, before)));
    const end = isKill(cell.kind) ? 'killed' : ran?.code === 2 ? 'stopped' : 'done';
    return { ...cell, end, writes: watch.writes.length, broken };
  }

  /** A re-run, an undo of that, and an undo straight from where it stands: what of them does not lead where it has to. */
  private async waysOut(
    { start, command }: Pick<Cell, 'start' | 'command'>,
    clean: unknown,
    before: World,
  ): Promise<readonly string[]> {
    const { world } = this;
    const broken: string[] = [];
    const after = world.snapshot();
    const note = async (what: string, check: () => Promise<void>): Promise<void> => {
      try {
        await check();
      } catch (error) {
        broken.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      }
    };
    if (command === 'configure') {
      await note('a re-run', async () => {
        const said = await this.converge(start);
        assert.deepEqual(world.dump(), clean, said);
      });
      await note('undo after the re-run', async () => {
        const said = await this.takeBack();
        assert.deepEqual(world.dump(), withoutLostValues(before, world.dump()), said);
      });
      world.restore(after);
    }
    await note('undo', async () => {
      const said = await this.takeBack();
      assert.deepEqual(world.dump(), withoutLostValues(before, world.dump()), said);
    });
    return broken;
  }

  /** A process that is killed somewhere in the time that it takes (`moment`: 0 to 1), whatever it does then. */
  async killedAtRandom(start: Start, command: CommandName, moment: number): Promise<KillResult> {
    const { world } = this;
    const { initial, set, clean, blank } = await this.known(start);
    const duration = await this.durationOf(start, command);
    world.restore(command === 'configure' ? initial : set);
    const watch = new Watch(world, keysAreEnough({ start, command }));
    const { child, ended } = this.started(start, command);
    const milliseconds = Math.round(moment * duration);
    let under = 0;
    const idle = async (): Promise<void> => {
      while (under > 0) await new Promise(resolve => setImmediate(resolve));
    };
    const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
    const ran = await watched(
      this.world.pair,
      watch,
      call => {
        if (call.write) under += 1;
        return undefined;
      },
      async () => {
        const end = await ended;
        // What was sent before is carried out all the same.
        await idle();
        return end;
      },
      call => {
        if (call.write) under -= 1;
        return Promise.resolve();
      },
    );
    clearTimeout(timer);
    watch.judge();
    const broken = [...watch.broken, ...(await this.waysOut({ start, command }, clean, blank))];
    return { start, command, milliseconds, killed: ran.signal === 'SIGKILL', writes: watch.writes.length, broken };
  }

  private readonly durations = new Map<string, number>();

  /** Milliseconds that the whole process takes. */
  private async durationOf(start: Start, command: CommandName): Promise<number> {
    const key = `${start} ${command}`;
    const measured = this.durations.get(key);
    if (measured !== undefined) return measured;
    const { initial, set } = await this.known(start);
    this.world.restore(command === 'configure' ? initial : set);
    const began = Date.now();
    await this.started(start, command).ended;
    const made = Date.now() - began;
    this.durations.set(key, made);
    return made;
  }

  private started(start: Start, command: CommandName): ReturnType<typeof startCli> {
    const { pair } = this.world;
    const args =
      command === 'undo'
        ? ['undo', '--yes', '--profile', 'default']
        : ['configure', ...configureArgs[start], '--remove-static-keys'];
    return startCli(this.cli, args, pair.env, pair.aws.home);
  }

  private async known(start: Start): Promise<Known> {
    const made = this.starts.get(start);
    if (made !== undefined) return made;
    const { world } = this;
    const initial = await world.seed(start);
    const { blank } = world;
    assert.ok(blank);
    const wanted = await this.counted(() => world.configure(start), false);
    const clean = world.dump();
    world.restore(initial);
    await this.counted(() => world.configure(start, false), false);
    const set = world.snapshot();
    const undone = await this.counted(() => world.undo(), keysAreEnough({ start, command: 'undo' }));
    const fresh = { initial, set, clean, blank, calls: { configure: wanted, undo: undone } };
    this.starts.set(start, fresh);
    return fresh;
  }

  private async counted(run: () => Promise<Ran>, keys: boolean): Promise<readonly Call[]> {
    const calls: Call[] = [];
    const watch = new Watch(this.world, keys);
    const ran = await watched(
      this.world.pair,
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

  private async faulted(cell: Cell, watch: Watch): Promise<Ran | undefined> {
    if (isKill(cell.kind)) {
      await killedAt(this.world.pair, watch, cell, this.started(cell.start, cell.command));
      return undefined;
    }
    return watched(
      this.world.pair,
      watch,
      meeting(cell, () => this.world.setClockBack()),
      () => (cell.command === 'undo' ? this.world.undo() : this.world.configure(cell.start)),
    );
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
    for (let n = 0; n < 8; n++) {
      const ran = await this.world.undo();
      said.push(`${ran.code} ${ran.out}${ran.err}${ran.crash ?? ''}`);
      if (ran.out.startsWith('There is nothing to undo')) break;
    }
    return said.join('\n---\n');
  }
}
