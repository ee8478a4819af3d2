// npm run watch: builds, and builds again after each change below src/.
import { watch } from 'node:fs';
import path from 'node:path';
import { build } from './build.mjs';
import { root } from './install.mjs';

let running = false;
let again = false;

async function run() {
  if (running) {
    again = true;
    return;
  }
  running = true;
  do {
    again = false;
    console.log('Building …');
    try {
      await build();
      console.log('Built.');
    } catch {
      // esbuild has said what is wrong; the next change is another try.
      console.log('Built with errors.');
    }
  } while (again);
  running = false;
}

// An editor writes several files at once: one build for all of them.
let timer;
watch(path.join(root, 'src'), { recursive: true }, () => {
  clearTimeout(timer);
  timer = setTimeout(() => void run(), 100);
});
await run();
