// How long the board takes to show many roots: in VS Code, with the view open, from unread files to the rows.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inHosts } from './inHosts.mjs';
import { makeTree } from './tree.mjs';

/** Milliseconds in each of so many hosts; undefined where there is no Chromium. */
export async function boardTimes(shape, count) {
  const found = await inHosts('test/bench/board.ts', count, folder => {
    const one = path.join(folder, 'one/app');
    mkdirSync(one, { recursive: true });
    writeFileSync(
      path.join(one, 'main.tf'),
      'terraform {\n  cloud {\n    organization = "acme"\n    workspaces { name = "app" }\n  }\n}\n',
    );
    const tree = path.join(folder, 'tree');
    makeTree(tree, shape);
    return {
      ws: path.dirname(one),
      // The roots are read because they are asked for, not a second time because they came.
      settings: { 'files.watcherExclude': { '**': true } },
      asked: { tree, roots: shape.roots },
    };
  });
  return found?.measured.map(m => m.milliseconds);
}
