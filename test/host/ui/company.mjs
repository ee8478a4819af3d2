// The example company beside its own servers, as a scenario brings it along.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

// Through require, since tsx gives no __dirname to TypeScript that an ES module imports.
const { startCompany } = createRequire(import.meta.url)('../../support/demo/company.ts');

/** `prepare` of a scenario: the company, and the options with which VS Code finds its profiles and token. */
export const withCompany = theme => async () => {
  const base = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-company-'));
  const company = await startCompany(base);
  return {
    company,
    options: {
      ws: company.folder,
      settings: { 'workbench.colorTheme': theme },
      viewport: { width: 1400, height: 950 },
      env: company.env,
    },
    close: async () => {
      await company.close();
      rmSync(base, { recursive: true, force: true });
    },
  };
};
