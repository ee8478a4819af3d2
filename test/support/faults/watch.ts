import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Change } from '../../../src/binding/change';
import { type JournalRun, readJournal } from '../../../src/binding/journal/journal';
import type { LogEntry } from '../aws/server';
import type { HcpCall } from '../hcp/server';
import type { FaultWorld } from './world';

/** A call to one of the servers, as the matrix counts them. */
export interface Call {
  readonly service: 'AWS' | 'HCP Terraform';
  /** `CreateRole`, or `POST /workspaces/:id/vars`. */
  readonly name: string;
  readonly write: boolean;
}

type JournalLine = { readonly type: string; readonly change?: string; readonly changes?: readonly Change[] };

const withoutIds = (p: string): string => p.replace(/\/(?:ws|varset|var|run|prj|plan|apply|cv)-\w+/g, '/:id');

export const awsCall = (entry: LogEntry): Call => ({
  service: 'AWS',
  name: entry.action,
  // GenerateServiceLastAccessedDetails makes a report, and changes nothing.
  write: !/^(?:Get|List|Assume|Simulate|Decode|Generate|Lookup)/.test(entry.action),
});
export const hcpCall = (call: HcpCall): Call => ({
  service: 'HCP Terraform',
  name: `${call.method} ${withoutIds(call.path)}`,
  write: call.method !== 'GET',
});

/**
 * Stands at the servers while a command runs: before each write the journal must have its intent, and after each one the workspace
 * must have credentials that work.
 */
export class Watch {
  readonly broken: string[] = [];
  readonly writes: string[] = [];
  private readonly effects = new Map<string, { readonly run: string; readonly undo: boolean }>();
  /** True while the watcher itself asks. */
  asking = false;

  constructor(
    private readonly world: FaultWorld,
    /**
     * Static keys are enough, although a role is named that refuses: they win over it. Only for an undo that can't bring back the
     * sensitive variables which name the role, as it says beforehand.
     */
    private readonly keysAreEnough: boolean,
  ) {}

  before(call: Call, at: { readonly aws?: LogEntry; readonly hcp?: HcpCall }): void {
    if (!call.write) return;
    const newest = this.newest();
    const last = newest?.lines.at(-1);
    const change = newest?.changes.get(last?.change ?? '');
    const isIntent = last?.type === 'intent' || last?.type === 'undo-intent';
    if (!isIntent || change === undefined) {
      this.broken.push(
        `${call.name} was sent without an intent in the journal (its last line: ${last?.type ?? 'none'})`,
      );
      return;
    }
    const fits =
      change.kind === 'iam' && at.aws !== undefined
        ? (last.type === 'undo-intent' || change.action === at.aws.action) &&
          (at.aws.params['RoleName'] === undefined || change.input['RoleName'] === at.aws.params['RoleName'])
        : change.kind === 'variable' && at.hcp !== undefined && this.keyOf(at.hcp) === change.key;
    if (!fits) this.broken.push(`${call.name} was sent while the journal's intent was "${change.title}"`);
  }

  async after(call: Call, effect: boolean): Promise<void> {
    if (!call.write || !effect) return;
    this.writes.push(call.name);
    const newest = this.newest();
    const last = newest?.lines.at(-1);
    if (newest !== undefined && last?.change !== undefined)
      this.effects.set(last.change, { run: newest.name, undo: last.type === 'undo-intent' });
    const why = await this.notWorking();
    if (why !== undefined) this.broken.push(`after ${call.name} the workspace has no working credentials: ${why}`);
  }

  /** What the journal says at the end of each change that had an effect. */
  judge(): void {
    const runs = new Map(this.journals().map(r => [r.name, r]));
    for (const [id, { run, undo }] of this.effects) {
      const step = runs.get(run)?.steps.find(s => s.change.id === id);
      const told = undo
        ? step?.undo !== undefined
        : step !== undefined && (step.state === 'intended' || step.state === 'done' || step.effect === 'unknown');
      if (!told) this.broken.push(`the journal does not tell of an effect: ${id} is ${step?.state ?? 'missing'}`);
    }
  }

  private keyOf(call: HcpCall): string | undefined {
    const id = /\/(var-\w+)$/.exec(call.path)?.[1];
    if (id === undefined)
      return (JSON.parse(call.body) as { data: { attributes: { key: string } } }).data.attributes.key;
    const { state } = this.world.pair.hcp;
    return [...state.workspaces, ...state.varsets].flatMap(o => o.vars).find(v => v.id === id)?.key;
  }

  /** Static keys that work, or roles that let both phases in. `undefined`: all is well. */
  async notWorking(): Promise<string | undefined> {
    const { pair } = this.world;
    const all = [...pair.varset.vars, ...pair.workspace.vars];
    const value = (key: string): string | undefined => all.findLast(v => v.key === key)?.value;
    const keys = value('AWS_ACCESS_KEY_ID') !== undefined && value('AWS_SECRET_ACCESS_KEY') !== undefined;
    if (value('TFC_AWS_PROVIDER_AUTH') !== 'true') return keys ? undefined : 'no keys, and no role in use';
    for (const phase of ['plan', 'apply'] as const) {
      const arn = value(`TFC_AWS_${phase.toUpperCase()}_ROLE_ARN`) ?? value('TFC_AWS_RUN_ROLE_ARN');
      if (arn === undefined) return `a role is asked for, but none is named for ${phase}`;
      this.asking = true;
      let reply: string;
      try {
        // A connection that was kept may be closed by the server just then: asked once more.
        reply = await pair.assumeArn(phase, arn).catch(() => pair.assumeArn(phase, arn));
      } finally {
        this.asking = false;
      }
      if (!reply.includes('<SecretAccessKey>') && !(keys && this.keysAreEnough))
        return `${arn} does not let ${phase} in`;
    }
    return undefined;
  }

  journals(): readonly JournalRun[] {
    return this.files().flatMap(file => readJournal(path.basename(file, '.jsonl'), readFileSync(file, 'utf8')) ?? []);
  }

  private files(): readonly string[] {
    const folder = this.world.journalFolder;
    try {
      return readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter(name => name.endsWith('.jsonl'))
        .sort()
        .map(name => path.join(folder, name));
    } catch {
      return [];
    }
  }

  /** The journal that was written to last, whatever the clock of the run says: an undo writes to an earlier one. */
  private newest():
    | { readonly name: string; readonly lines: readonly JournalLine[]; readonly changes: ReadonlyMap<string, Change> }
    | undefined {
    const read = this.files().map(file => {
      const lines = readFileSync(file, 'utf8')
        .split('\n')
        .filter(line => line !== '')
        .map(line => JSON.parse(line) as JournalLine);
      return { name: path.basename(file, '.jsonl'), lines, at: statSync(file, { bigint: true }).mtimeNs };
    });
    const newest = read.reduce<(typeof read)[number] | undefined>(
      (a, b) => (a === undefined || b.at >= a.at ? b : a),
      undefined,
    );
    if (newest === undefined) return undefined;
    return { ...newest, changes: new Map((newest.lines[0]?.changes ?? []).map(c => [c.id, c])) };
  }
}
