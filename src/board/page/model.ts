import type { BoardState } from '../model';

/**
 * A page of the editor: setup, proof or doctor, as data. Every text in it may come from anywhere; the renderer makes HTML of it that
 * can't do anything.
 */
export interface Page {
  readonly title: string;
  /** What is true, or will be true afterwards, in a sentence or two. */
  readonly lead: readonly string[];
  readonly state?: BoardState;
  /** What is being done right now; the page says so while it stays usable. */
  readonly busy?: string;
  readonly sections: readonly Section[];
  /** Buttons at the end of the page, which stay in sight. The first one is the main one, unless one in a section is. */
  readonly actions: readonly PageAction[];
}

/** A button. Its id comes back in a message, and means something only to the page that was drawn. */
export interface PageAction {
  readonly id: string;
  readonly label: string;
  readonly disabled?: boolean;
  /** The main one of the page, beside what it is about. */
  readonly main?: boolean;
}

export type Section =
  | { readonly kind: 'text'; readonly heading?: string; readonly lines: readonly string[] }
  | {
      readonly kind: 'fields';
      readonly heading?: string;
      readonly fields: readonly Field[];
      /** Fields that few people need: shown when the line with this name is opened. */
      readonly folded?: string;
    }
  | { readonly kind: 'segments'; readonly heading: string; readonly lead?: string; readonly rows: readonly Segment[] }
  | {
      readonly kind: 'proof';
      readonly heading: string;
      readonly lead?: string;
      readonly rows: readonly ProofLine[];
      /** Rows that are as they should be and need no look: shown when the line with this name is opened. */
      readonly folded?: { readonly name: string; readonly rows: readonly ProofLine[] };
    }
  | { readonly kind: 'comparison'; readonly heading: string; readonly rows: readonly ComparedSegment[] }
  | {
      readonly kind: 'changes';
      readonly heading?: string;
      readonly lead?: string;
      readonly rows: readonly ChangeLine[];
      /** Many of them: shown when the line with this name is opened. */
      readonly folded?: string;
    }
  | {
      readonly kind: 'checks';
      readonly heading: string;
      readonly rows: readonly CheckLine[];
      /** Rows that need no look: shown when the line with this name is opened. */
      readonly folded?: { readonly name: string; readonly rows: readonly CheckLine[] };
    }
  | { readonly kind: 'ticks'; readonly heading: string; readonly lead?: string; readonly rows: readonly Tick[] };

/** An inferred answer that can be changed. A change comes back as a message, and the page follows. */
export interface Field {
  readonly id: string;
  readonly label: string;
  /** Where the answer comes from. */
  readonly note?: string;
  readonly value: string;
  /** What there is to choose from; without it the value is typed. */
  readonly options?: readonly { readonly value: string; readonly label: string }[];
  readonly lines?: number;
  readonly problem?: string;
  readonly placeholder?: string;
}

/** Who asks, and what AWS answers. */
export interface ProofLine {
  readonly who: string;
  readonly answer: string;
  readonly holds: boolean;
}

/** One part of a subject, as the trust policy has it and as AWS received it. */
export interface ComparedSegment {
  readonly name: string;
  readonly trusted: string;
  readonly received: string;
  /** What was received is what is trusted; a wildcard stands for anything. */
  readonly fits: boolean;
}

/** One part of a subject. */
export interface Segment {
  readonly name: string;
  readonly value: string;
  /** Where it comes from. */
  readonly note?: string;
}

export interface ChangeLine {
  readonly title: string;
  readonly why?: string;
  /** Whether it can be taken back. */
  readonly undo?: string;
  /** Where it stands, and for how long it took in seconds. */
  readonly progress?: 'waits' | 'runs' | 'done' | 'failed' | 'kept';
  readonly seconds?: number;
  /** Lines of a difference, each with its sign. */
  readonly difference?: readonly string[];
  /** For each permission the resource and line that needs it. */
  readonly needs?: readonly string[];
}

export interface CheckLine {
  readonly state: BoardState;
  readonly title: string;
  readonly details: readonly string[];
  readonly next?: string;
  readonly actions?: readonly PageAction[];
}

/** Something that may be done besides, each with its own yes. */
export interface Tick {
  readonly id: string;
  readonly label: string;
  /** What can't be taken back. */
  readonly note?: string;
  readonly ticked: boolean;
}
