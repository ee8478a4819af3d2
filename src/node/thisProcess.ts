import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';

/** This process, as a lock names it. */
export const thisProcess = () => ({
  pid: process.pid,
  host: hostname(),
  alive: isAlive,
  now: Date.now,
  wait: (milliseconds: number): Promise<void> => setTimeout(milliseconds),
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of somebody else may not be asked, but it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
