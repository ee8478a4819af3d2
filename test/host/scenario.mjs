// One scenario in the workbench: what it brings with it, a host of its own, its screenshots, and everything closed again.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { versions } from '../support/vscode/setup.mjs';
import { startHost } from '../support/vscode/host.mjs';

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const company = path.resolve(here, '../fixtures/company');

/** @param {{ prepare?: Function, options?: object, name: string, run: Function }} scenario @param {string} vsix @param {string} shots */
export async function runScenario(scenario, vsix, shots) {
  mkdirSync(shots, { recursive: true });
  // A scenario may bring servers of its own, and the options that lead to them.
  const prepared = await scenario.prepare?.();
  try {
    const host = await startHost({
      version: versions.current,
      vsix,
      ws: company,
      ...scenario.options,
      ...prepared?.options,
    });
    const shot = name => host.page.screenshot({ path: path.join(shots, `${name}.png`) });
    try {
      await scenario.run({ ...host, shot }, prepared);
    } catch (error) {
      await shot(`failed-${scenario.name.replace(/\W+/g, '-')}`).catch(() => {});
      throw error;
    } finally {
      await host.close();
    }
  } finally {
    await prepared?.close();
  }
}
