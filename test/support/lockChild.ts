import * as fs from 'node:fs/promises';
import path from 'node:path';
import { withLock } from '../../src/binding/journal/lock';
import { thisProcess } from '../../src/node/thisProcess';

/**
 * A process that wants a lock, for test/unit/binding/journalLockProcesses.test.ts: says before each use of the disk what it is about to do
 * and waits for a word, then works until it is told to end.
 */
const [folder, subject] = process.argv.slice(2);
if (folder === undefined || subject === undefined) throw new Error('usage: lockChild FOLDER SUBJECT');

const words: (() => void)[] = [];
let ready = 0;
process.on('message', () => {
  const next = words.shift();
  if (next === undefined) ready++;
  else next();
});
const word = (): Promise<void> => {
  if (ready === 0) return new Promise(resolve => words.push(resolve));
  ready--;
  return Promise.resolve();
};
const say = (what: string): void => void process.send?.(what);
const step = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  say(what);
  await word();
  return work();
};

const stepping = {
  mkdir: fs.mkdir,
  open: (...args: Parameters<typeof fs.open>) => step('open', () => fs.open(...args)),
  readdir: ((name: string) => step('readdir', () => fs.readdir(name))) as typeof fs.readdir,
  rm: (...args: Parameters<typeof fs.rm>) => step('rm', () => fs.rm(...args)),
};

void withLock(stepping, folder, path.join, subject, { ...thisProcess(), wait: () => Promise.resolve() }, () =>
  step('inside', () => Promise.resolve()),
).then(result => {
  say(result.ok ? 'done' : result.problem.code);
  process.disconnect();
});
