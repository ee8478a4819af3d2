import { l10n } from './l10n';
import type { BoardState } from './model';

/** A state in words: it never stands in a colour or an icon alone. */
export function wordOf(state: BoardState): string {
  switch (state) {
    case 'ok':
      return l10n.t('ok');
    case 'warning':
      return l10n.t('warning');
    case 'wrong':
      return l10n.t('wrong');
    case 'unknown':
      return l10n.t('unknown');
    case 'unchecked':
      return l10n.t('not checked');
    case 'aside':
      return l10n.t('not on HCP Terraform');
  }
}

/** How long ago something was, in its largest unit: "5 min ago", "3 d ago". Both in milliseconds. */
export function ago(at: number, now: number): string {
  const minutes = Math.max(0, Math.floor((now - at) / 60_000));
  if (minutes < 1) return l10n.t('just now');
  if (minutes < 60) return l10n.t('{0} min ago', minutes);
  if (minutes < 48 * 60) return l10n.t('{0} h ago', Math.floor(minutes / 60));
  return l10n.t('{0} d ago', Math.floor(minutes / 60 / 24));
}

/** A number with its noun. */
export function checksHold(count: number): string {
  return count === 1 ? l10n.t('1 check holds') : l10n.t('{0} checks hold', count);
}

export function checksWait(count: number): string {
  return count === 1 ? l10n.t('1 check waits') : l10n.t('{0} checks wait', count);
}

export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
