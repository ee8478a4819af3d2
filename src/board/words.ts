import type { BoardState } from './model';

/** A state in words: it never stands in a colour or an icon alone. */
export function wordOf(state: BoardState): string {
  switch (state) {
    case 'ok':
      return 'ok';
    case 'warning':
      return 'warning';
    case 'wrong':
      return 'wrong';
    case 'unknown':
      return 'unknown';
    case 'unchecked':
      return 'not checked';
    case 'aside':
      return 'not on HCP Terraform';
  }
}

/** How long ago something was, in its largest unit: "5 min ago", "3 d ago". Both in milliseconds. */
export function ago(at: number, now: number): string {
  const minutes = Math.max(0, Math.floor((now - at) / 60_000));
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return `${Math.floor(minutes / 60 / 24)} d ago`;
}

/** A number with its noun. */
export function checksHold(count: number): string {
  return count === 1 ? '1 check holds' : `${count} checks hold`;
}

export function checksWait(count: number): string {
  return count === 1 ? '1 check waits' : `${count} checks wait`;
}

export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const changesOf = (count: number): string => (count === 1 ? '1 change' : `${count} changes`);

/** Parts one behind the other, as a screen reader speaks them: each ends in one full stop at most. */
export const sentences = (parts: readonly string[]): string =>
  parts.map((part, i) => (i < parts.length - 1 && !/[.!?]$/.test(part) ? `${part}.` : part)).join(' ');
