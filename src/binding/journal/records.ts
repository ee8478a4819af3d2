import type { Problem } from '../../core/problem';
import { type Change, iamActionNames, type Json } from '../change';

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
  if (!isObject(value) || !isTime(value['at'])) return false;
  const { type, change, changes } = value;
  switch (type) {
    case 'begin':
      return (
        (value['sequence'] === undefined || Number.isSafeInteger(value['sequence'])) &&
        typeof value['title'] === 'string' &&
        typeof value['subject'] === 'string' &&
        Array.isArray(changes) &&
        changes.every(isChange)
      );
    case 'intent':
      return typeof change === 'string' && value['prepared'] !== undefined;
    case 'done':
      return typeof change === 'string' && typeof value['ours'] === 'boolean' && value['outcome'] !== undefined;
    case 'stopped':
      return (
        typeof change === 'string' &&
        (value['effect'] === 'none' || value['effect'] === 'unknown') &&
        isObject(value['problem']) &&
        typeof value['problem']['message'] === 'string'
      );
    case 'end':
      return ['complete', 'stopped', 'cancelled'].includes(String(value['state']));
    case 'undo-intent':
      return typeof change === 'string';
    case 'undo-done':
      return typeof change === 'string' && ['undone', 'nothing', 'kept'].includes(String(value['state']));
    case 'undo-end':
      return typeof value['complete'] === 'boolean';
    default:
      return false;
  }
}

const iamActions: ReadonlySet<string> = new Set(iamActionNames);

/** All that an undo relies on without looking. */
function isChange(value: unknown): value is Change {
  if (!isObject(value) || typeof value['id'] !== 'string' || typeof value['title'] !== 'string') return false;
  if (typeof value['undoable'] !== 'boolean') return false;
  switch (value['kind']) {
    case 'iam':
      return (
        typeof value['accountId'] === 'string' &&
        iamActions.has(String(value['action'])) &&
        isObject(value['input']) &&
        value['expected'] !== undefined &&
        value['wanted'] !== undefined
      );
    case 'variable':
      return (
        typeof value['hostname'] === 'string' &&
        typeof value['key'] === 'string' &&
        isObject(value['scope']) &&
        typeof value['scope']['id'] === 'string' &&
        ['create', 'update', 'delete'].includes(String(value['action'])) &&
        (value['expected'] === undefined || isObject(value['expected']))
      );
    case 'code':
      return typeof value['file'] === 'string' && Array.isArray(value['edits']);
    default:
      return false;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A time that a Date can hold. */
const isTime = (value: unknown): boolean => typeof value === 'number' && Math.abs(value) <= 8.64e15;

export function parseLine(line: string): readonly JournalRecord[] {
  if (line === '') return [];
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? [value] : [];
  } catch {
    return [];
  }
}
