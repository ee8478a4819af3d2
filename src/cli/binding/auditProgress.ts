import type { CliContext } from '../command';

/** A line that is redrawn on a terminal; elsewhere one for each hundred. */
export function auditProgress(context: CliContext): (done: number, total: number) => void {
  return (done, total) => {
    const line = `${done} of ${total} workspaces`;
    if (context.interactive) context.progress(`\r${line}${done === total ? '\n' : ''}`);
    else if (done % 100 === 0 || done === total) context.progress(`${line}\n`);
  };
}
