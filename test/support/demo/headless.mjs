// The whole story by itself: on the terminal with the CLI, then in a real VS Code, which leaves a screenshot of each step.
import { createRequire } from 'node:module';
import path from 'node:path';
import { makePackage } from '../../../scripts/package.mjs';
import { runScenario } from '../../host/scenario.mjs';
import tours from '../../host/ui/whole.ui.mjs';
import { chromium } from '../vscode/setup.mjs';

// Through require, since tsx gives no __dirname to TypeScript that an ES module imports.
const require = createRequire(import.meta.url);
const { startCompany } = require('./company.ts');
const { tellStory } = require('./story.ts');
const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../../..');
const base = path.join(root, '.cache/demo');

const company = await startCompany(base);
try {
  await tellStory(company);
} finally {
  await company.close();
}
console.log(`\nThat was the main job. The project it worked on is in ${path.relative(process.cwd(), company.folder)}.`);
if (chromium() === undefined) {
  console.log(
    'The same in VS Code, with screenshots, needs Chromium: it is not installed here, and could not be installed.',
  );
} else {
  const shots = path.join(base, 'screenshots');
  console.log('\n── The same in VS Code, as a person does it.');
  const vsix = await makePackage(path.join(base, 'extension.vsix'));
  for (const tour of tours) {
    await runScenario(tour, vsix, shots);
    console.log(`  ✔ ${tour.name}`);
  }
  console.log(`The screenshots are in ${path.relative(process.cwd(), shots)}.`);
}
process.exit(0);
