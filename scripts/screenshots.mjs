// npm run screenshots: plays the scenarios of the product in every theme, leaves a picture of each step in test/screenshots, and copies
// those that the README and the tour show to docs/images.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { makePackage } from './package.mjs';
import { root } from './install.mjs';

process.env.TFC_OIDC_ALL_THEMES = '1';
const { register } = await import('tsx/esm/api');
const { register: registerCommonJs } = await import('tsx/cjs/api');
register();
registerCommonJs();
const { runScenario } = await import('../test/host/scenario.mjs');
const shots = path.join(root, 'test/screenshots');
const images = path.join(root, 'docs/images');

/** Screenshot → picture of the documents. */
const shown = {
  'editor-lightbulb': 'findings',
  'whole-1-status-dark': 'sidebar',
  'whole-4-needs-dark': 'permissions',
  'whole-3-plan-dark': 'preview',
  'whole-5-removals-dark': 'removals',
  'whole-6-proof-dark': 'proof',
  'whole-8-run-light': 'run',
  'doctor-2-causes-dark': 'doctor',
  'hover-subject': 'hover',
};

const vsix = await makePackage(path.join(root, '.cache/host-tests/extension.vsix'));
const wanted = process.argv.slice(2);
let failed = 0;
for (const file of ['main-job', 'whole', 'doctor', 'welcome', 'aws', 'organization']) {
  if (wanted.length > 0 && !wanted.includes(file)) continue;
  const { default: scenarios } = await import(`../test/host/ui/${file}.ui.mjs`);
  for (const scenario of scenarios) {
    // One that fails takes no picture from the others.
    try {
      await runScenario(scenario, vsix, shots);
      console.log(`✔ ${scenario.name}`);
    } catch (error) {
      failed++;
      console.error(`✘ ${scenario.name}: ${error.stack}`);
    }
  }
}
mkdirSync(images, { recursive: true });
for (const [shot, image] of Object.entries(shown)) {
  const picture = path.join(shots, `${shot}.png`);
  // Where only some files were played, the others' pictures stay as they are.
  if (wanted.length === 0 || existsSync(picture)) copyFileSync(picture, path.join(images, `${image}.png`));
}
console.log(`The pictures of the documents are in ${path.relative(process.cwd(), images)}.`);
process.exit(failed === 0 ? 0 : 1);
