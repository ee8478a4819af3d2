import type { Problem } from '../../core/problem';
import { type Change, iamActionNames, type Json } from '../change';
import { type Fields, isObject, objectsIn } from './lines';

/** The lines of a journal, one JSON object each, and the reading of them. */
export type JournalRecord =
  | {
      readonly type: 'begin';
      readonly version: 1;
      readonly at: number;
      /** One more than that of every journal before it: runs are ordered by it, since clocks go back. Absent in journals of 0.1. */
      readonly sequence?: number;
      readonly title: string;
      /** What the journal is about: `aws:123456789012` …; a later run finds unfinished ones by it. */
      readonly subject: string;
      readonly changes: readonly Change[];
    }
  | { readonly type: 'intent'; readonly at: number; readonly change: string; readonly prepared: Json }
  | {
      readonly type: 'done';
      readonly at: number;
      readonly change: string;
      readonly ours: boolean;
      readonly outcome: Json;
    }
  | {
      readonly type: 'stopped';
      readonly at: number;
      readonly change: string;
      readonly effect: 'none' | 'unknown';
      readonly problem: Problem;
    }
  | { readonly type: 'end'; readonly at: number; readonly state: 'complete' | 'stopped' | 'cancelled' }
  | { readonly type: 'undo-intent'; readonly at: number; readonly change: string }
  | {
      readonly type: 'undo-done';
      readonly at: number;
      readonly change: string;
      readonly state: UndoState;
      readonly why?: string;
      readonly again?: true;
    }
  /** `complete`: every step was undone or, with its reason, kept. */
  | { readonly type: 'undo-end'; readonly at: number; readonly complete: boolean };

/** `undone`: restored. `nothing`: it was already as before. `kept`: left alone, with the reason. */
export type UndoState = 'undone' | 'nothing' | 'kept';

/** Is it a line that we wrote? What another version, another program or a defective disk left there is passed over. */
function isRecord(value: unknown): value is JournalRecord {
  if (!isObject(value) || !isTime(value['at']) || !isOneOf(value['type'], recordTypes)) return false;
  return recordShapes[value['type']](value);
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isOneOf = <T extends string>(value: unknown, of: readonly T[]): value is T => of.some(one => one === value);

/** What a record of each type has to hold, beside its time. */
const recordShapes: Readonly<Record<JournalRecord['type'], (fields: Fields) => boolean>> = {
  begin: f =>
    (f['sequence'] === undefined || Number.isSafeInteger(f['sequence'])) &&
    isText(f['title']) &&
    isText(f['subject']) &&
    Array.isArray(f['changes']) &&
    f['changes'].every(isChange),
  intent: f => isText(f['change']) && f['prepared'] !== undefined,
  done: f => isText(f['change']) && typeof f['ours'] === 'boolean' && f['outcome'] !== undefined,
  stopped: f =>
    isText(f['change']) &&
    isOneOf(f['effect'], ['none', 'unknown']) &&
    isObject(f['problem']) &&
    isText(f['problem']['message']),
  end: f => isOneOf(f['state'], ['complete', 'stopped', 'cancelled']),
  'undo-intent': f => isText(f['change']),
  'undo-done': f => isText(f['change']) && isOneOf(f['state'], ['undone', 'nothing', 'kept']),
  'undo-end': f => typeof f['complete'] === 'boolean',
};
const recordTypes = Object.keys(recordShapes) as readonly JournalRecord['type'][];

const iamActions: ReadonlySet<string> = new Set(iamActionNames);

/** All that an undo relies on without looking. */
function isChange(value: unknown): value is Change {
  if (!isObject(value) || !isText(value['id']) || !isText(value['title'])) return false;
  if (typeof value['undoable'] !== 'boolean' || !isOneOf(value['kind'], changeKinds)) return false;
  return changeShapes[value['kind']](value);
}

const changeShapes: Readonly<Record<Change['kind'], (fields: Fields) => boolean>> = {
  iam: f =>
    isText(f['accountId']) &&
    iamActions.has(String(f['action'])) &&
    isObject(f['input']) &&
    f['expected'] !== undefined &&
    f['wanted'] !== undefined,
  variable: f =>
    isText(f['hostname']) &&
    isText(f['key']) &&
    isObject(f['scope']) &&
    isText(f['scope']['id']) &&
    isOneOf(f['action'], ['create', 'update', 'delete']) &&
    (f['expected'] === undefined || isObject(f['expected'])),
  code: f => isText(f['file']) && Array.isArray(f['edits']),
  tests: f =>
    isText(f['hostname']) &&
    isText(f['roleArn']) &&
    isText(f['audience']) &&
    isObject(f['expected']) &&
    isObject(f['module']) &&
    ['organization', 'name', 'provider'].every(name => isText(isObject(f['module']) ? f['module'][name] : undefined)),
};
const changeKinds = Object.keys(changeShapes) as readonly Change['kind'][];

/** A time that a Date can hold. */
const isTime = (value: unknown): boolean => typeof value === 'number' && Math.abs(value) <= 8.64e15;

/** The records of a journal's text, in their order. */
export const recordsIn = (text: string): readonly JournalRecord[] => objectsIn(text).filter(isRecord);
