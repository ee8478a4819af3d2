// npm run recording: plays the scenario "from static keys to a proven binding" of the tests in the workbench, and leaves what was to be
// seen as docs/images/recording.webp.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './install.mjs';
import { makePackage } from './package.mjs';
import { compressed, startCapture } from './recording/frames.mjs';
import { animatedWebp } from './recording/webp.mjs';

const { register } = await import('tsx/esm/api');
const { register: registerCommonJs } = await import('tsx/cjs/api');
register();
registerCommonJs();
const { runScenario } = await import('../test/host/scenario.mjs');
const { default: scenarios } = await import('../test/host/ui/whole.ui.mjs');

/** Bytes that a page of documents may cost its reader. */
const most = 2 * 1024 * 1024;
const size = { width: 1050, height: 712 };
const file = path.join(root, 'docs/images/recording.webp');
const vsix = await makePackage(path.join(root, '.cache/host-tests/extension.vsix'));

let frames = [];
const [scenario] = scenarios;
await runScenario(
  {
    ...scenario,
    async run(host, prepared) {
      const capture = await startCapture(host.page);
      await scenario.run({ ...host, shot: () => capture.hold() }, prepared);
      const shots = await capture.stop();
      for (const quality of [0.8, 0.7, 0.6, 0.5]) {
        frames = await compressed(host.page.context(), shots, { ...size, quality });
        if (animatedWebp(size.width, size.height, frames).length <= most) break;
      }
    },
  },
  vsix,
  path.join(root, '.cache/host-tests/recording'),
);
const recording = animatedWebp(size.width, size.height, frames);
if (recording.length > most) throw new Error(`The recording has ${recording.length} bytes; ${most} may be.`);
writeFileSync(file, recording);
const seconds = frames.reduce((sum, f) => sum + f.milliseconds, 0) / 1000;
console.log(
  `${path.relative(process.cwd(), file)}: ${frames.length} pictures, ${seconds.toFixed(0)} s, ${(recording.length / 1024).toFixed(0)} KB.`,
);
process.exit(0);
