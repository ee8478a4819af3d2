import { type FaultKind, type WrongBody, wrongBodies } from '../aws/faults';
import type { Fault } from '../hcp/server';
import type { Call } from './watch';
import type { Start } from './world';

/** The faults of the matrix, and how each service answers by them. */

export const faultKinds = [
  'refused',
  'throttled',
  '5xx',
  '5xx after effect',
  'malformed reply',
  'wrong body, no effect',
  'wrong body, after effect',
  'clock set back',
  'no reply, before effect',
  'no reply, after effect',
  'killed before effect',
  'killed after effect',
] as const;
export type Kind = (typeof faultKinds)[number];
export type CommandName = 'configure' | 'undo';

/** The call that meets a fault, and which. */
export interface FaultAt {
  readonly kind: Kind;
  /** 0-based among all calls of the command. */
  readonly index: number;
  /** The service answers so from this call to the command's end, not once. */
  readonly lasting: boolean;
  readonly call: Call;
  /** What the reply with status 200 holds in place of one, by name. */
  readonly body?: WrongBody | HcpBody;
}

/** One run of the matrix: what is asked for, and the fault. */
export interface Cell extends FaultAt {
  readonly command: CommandName;
  readonly start: Start;
}

/** Replies with status 200 that are none of HCP Terraform. */
const hcpBodies = {
  empty: '',
  HTML: '<!DOCTYPE html><html><body><form action="/login"></form></body></html>',
  'other JSON': '{"status":"ok"}',
  'no data': '{"data":null}',
} as const;
type HcpBody = keyof typeof hcpBodies;

export interface CellResult extends Cell {
  /** `done`: in spite of the fault. `stopped`: said so, with what to do. `killed`. */
  readonly end: 'done' | 'stopped' | 'killed';
  readonly writes: number;
  readonly broken: readonly string[];
}

export interface KillResult {
  readonly start: Start;
  readonly command: CommandName;
  /** After its start. */
  readonly milliseconds: number;
  /** It may have come to its end before. */
  readonly killed: boolean;
  readonly writes: number;
  readonly broken: readonly string[];
}

const aws: Readonly<Partial<Record<Kind, FaultKind>>> = {
  refused: 'refuse',
  throttled: 'throttle',
  '5xx': 'error',
  '5xx after effect': 'error-after',
  'malformed reply': 'malformed',
  'wrong body, no effect': 'swallowed',
  'wrong body, after effect': 'malformed',
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
export type Met =
  | {
      readonly aws?: { readonly kind: FaultKind; readonly lasting: boolean; readonly body?: WrongBody };
      readonly hcp?: Fault | undefined;
    }
  | undefined;

/** Every fault at every call. */
export function faultsAt(calls: readonly Call[]): readonly FaultAt[] {
  const out: FaultAt[] = [];
  for (const [index, call] of calls.entries()) {
    for (const kind of faultKinds) {
      // What only reads has no effect that could come before the fault.
      if (!call.write && (kind === '5xx after effect' || kind === 'killed after effect')) continue;
      if (kind === 'wrong body, no effect' || kind === 'wrong body, after effect') {
        for (const body of bodiesFor(call, kind, index)) out.push({ kind, index, lasting: false, call, body });
        continue;
      }
      // A clock is looked at where something is written; it does not come back by itself.
      if (kind === 'clock set back' && !call.write) continue;
      for (const lasting of isKill(kind) || kind === 'clock set back' ? [false] : [false, true])
        out.push({ kind, index, lasting, call });
    }
  }
  return out;
}

/** Each of the bodies for what writes; in turn for what reads, where an effect before the fault makes no difference. */
function bodiesFor(call: Call, kind: Kind, index: number): readonly (WrongBody | HcpBody)[] {
  const all = Object.keys(call.service === 'AWS' ? wrongBodies : hcpBodies) as (WrongBody | HcpBody)[];
  // What an operation without output answers has no result, and is right so; a list that says it goes on is no reply to a write.
  const without = !/^(?:Get|List|Create)/.test(call.name);
  const own = all.filter(body => body !== 'truncated' && !(body === 'no result' && without));
  if (call.write) return own;
  return kind === 'wrong body, after effect' ? [] : own.slice(index % own.length, (index % own.length) + 1);
}

export const isKill = (kind: Kind): boolean => kind.startsWith('killed');

export const keysAreEnough = ({ start, command }: Pick<Cell, 'start' | 'command'>): boolean =>
  start === 'sensitive' && command === 'undo';

function awsFault({ kind: named, lasting, body }: FaultAt): Met {
  const kind = aws[named];
  if (kind === undefined) return undefined;
  return { aws: { kind, lasting, ...(body !== undefined && { body: body as WrongBody }) } };
}

export function hcpFault({ kind, body }: FaultAt): Fault | undefined {
  if (body === undefined) return hcp[kind];
  return {
    path: everything,
    status: 200,
    text: hcpBodies[body as HcpBody],
    afterwards: kind === 'wrong body, after effect',
  };
}

/** Answers the calls of a run in their order: at its call, and from there on where it lasts, a call of the same service meets the fault. */
export function meeting(at: FaultAt, setClockBack: () => void): (call: Call) => Met {
  let n = -1;
  return call => {
    n += 1;
    const hit = n === at.index || (at.lasting && n > at.index);
    if (!hit || call.service !== at.call.service) return undefined;
    if (at.kind === 'clock set back') {
      setClockBack();
      return undefined;
    }
    // The AWS server keeps a lasting fault by itself.
    return call.service === 'AWS' ? (n === at.index ? awsFault(at) : undefined) : { hcp: hcpFault(at) };
  };
}
