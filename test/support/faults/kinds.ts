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
  /** What the reply with status 200 holds in place of one, by name. */
  readonly body?: WrongBody | HcpBody;
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

/** Each of the bodies for what writes; in turn for what reads, where an effect before the fault makes no difference. */
export function bodiesFor(call: Call, kind: Kind, index: number): readonly (WrongBody | HcpBody)[] {
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

export function awsFault({ kind: named, lasting, body }: Cell): Met {
  const kind = aws[named];
  if (kind === undefined) return undefined;
  return { aws: { kind, lasting, ...(body !== undefined && { body: body as WrongBody }) } };
}

export function hcpFault({ kind, body }: Cell): Fault | undefined {
  if (body === undefined) return hcp[kind];
  return {
    path: everything,
    status: 200,
    text: hcpBodies[body as HcpBody],
    afterwards: kind === 'wrong body, after effect',
  };
}
