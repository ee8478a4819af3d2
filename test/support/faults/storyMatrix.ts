import assert from 'node:assert/strict';
import { startCli } from '../aws/cliProcess';
import type { ServerPair } from '../binding/serverWorlds';
import { type FaultAt, faultsAt, isKill, meeting } from './kinds';
import { type Story, storyLine, type StoryName, storyOf } from './stories';
import { type Call, Watch } from './watch';
import { killedAt, watched } from './watched';
import { FaultWorld, type Ran, type Snapshot, type World } from './world';

export interface StoryCell extends FaultAt {
  readonly story: StoryName;
}

export interface StoryResult extends StoryCell {
  readonly end: 'done' | 'stopped' | 'killed';
  readonly broken: readonly string[];
}

interface Known {
  readonly story: Story;
  readonly initial: Snapshot;
  readonly blank: World;
  /** What a run without a fault leaves. */
  readonly clean: World;
  readonly calls: readonly Call[];
}

/** The fault matrix over what is written after a setup. `cli`: the bundled CLI, for the processes that are killed. */
export class StoryMatrix {
  private readonly world: FaultWorld;
  private readonly stories = new Map<StoryName, Known>();

  constructor(
    private readonly pair: ServerPair,
    private readonly cli: string,
  ) {
    this.world = new FaultWorld(pair);
  }

  async cells(story: StoryName): Promise<readonly StoryCell[]> {
    const { calls } = await this.known(story);
    return faultsAt(calls).map(at => ({ story, ...at }));
  }

  /** The fault, then a re-run with an undo of that, then an undo straight from where the fault left it. */
  async run(cell: StoryCell): Promise<StoryResult> {
    const { world } = this;
    const { story, initial, clean } = await this.known(cell.story);
    world.restore(initial);
    const watch = new Watch(world, false);
    const ran = await this.faulted(cell, story, watch);
    watch.judge();
    const broken = [...watch.broken];
    if (ran?.crash !== undefined) broken.push(`it crashed: ${ran.crash}`);
    if (ran !== undefined && ran.code !== 0 && `${ran.err}${ran.out}`.trim() === '')
      broken.push('it stopped and said nothing');
    const end = isKill(cell.kind) ? 'killed' : ran?.code === 0 ? 'done' : 'stopped';
    const note = async (what: string, check: () => Promise<void>): Promise<void> => {
      try {
        await check();
      } catch (error) {
        broken.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      }
    };
    if (end === 'done') await note('done was said', () => Promise.resolve(assert.deepEqual(world.dump(), clean)));
    const after = world.snapshot();
    await note('a re-run', async () => {
      const said = await this.again(story, clean);
      assert.deepEqual(world.dump(), clean, said);
    });
    await note('undo after the re-run', () => this.takeBack(cell.story));
    world.restore(after);
    await note('undo', () => this.takeBack(cell.story));
    return { ...cell, end, broken };
  }

  private async faulted(cell: StoryCell, story: Story, watch: Watch): Promise<Ran | undefined> {
    const { pair, world } = this;
    if (isKill(cell.kind)) {
      await killedAt(pair, watch, cell, startCli(this.cli, storyLine(story), pair.env, pair.aws.home));
      return undefined;
    }
    return watched(
      pair,
      watch,
      meeting(cell, () => world.setClockBack()),
      () => world.run(story.command, ...story.args),
    );
  }

  private async known(name: StoryName): Promise<Known> {
    const made = this.stories.get(name);
    if (made !== undefined) return made;
    const { world } = this;
    const story = storyOf(name, world);
    const blank = await story.seed();
    const initial = world.snapshot();
    const calls: Call[] = [];
    const watch = new Watch(world, false);
    const count = (call: Call): undefined => {
      calls.push(call);
      return undefined;
    };
    const ran = await watched(this.pair, watch, count, () => world.run(story.command, ...story.args));
    assert.ok(ran.code < 2 && ran.crash === undefined, ran.err + ran.out + (ran.crash ?? ''));
    watch.judge();
    assert.deepEqual(watch.broken, []);
    assert.ok(watch.writes.length > 0, `${name} wrote nothing: ${ran.out}${ran.err}`);
    const fresh = { story, initial, blank, clean: world.dump(), calls };
    this.stories.set(name, fresh);
    return fresh;
  }

  /** The same call again, until it is at its end. */
  private async again(story: Story, clean: World): Promise<string> {
    const said: string[] = [];
    for (let n = 0; n < 4; n++) {
      const ran = await this.world.run(story.command, ...story.args);
      said.push(`${ran.code} ${ran.out}${ran.err}${ran.crash ?? ''}`);
      if (JSON.stringify(this.world.dump()) === JSON.stringify(clean)) break;
    }
    return said.join('\n---\n');
  }

  /** Undo after undo, until there is nothing more. */
  private async takeBack(name: StoryName): Promise<void> {
    const { world } = this;
    const { story, blank } = await this.known(name);
    const said: string[] = [];
    for (let n = 0; n < 16; n++) {
      const ran = await world.undo();
      said.push(`${ran.code} ${ran.out}${ran.err}${ran.crash ?? ''}`);
      if (ran.out.startsWith('There is nothing to undo')) break;
    }
    const now = world.dump();
    assert.deepEqual(now, story.back(blank, now), said.join('\n---\n'));
  }
}
