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

/** Every theme for `npm run screenshots`; one of them where only behaviour is tested. */
export const themes = process.env.TFC_OIDC_ALL_THEMES
  ? [
      ['Default Dark Modern', 'dark'],
      ['Default Light Modern', 'light'],
      ['Default High Contrast', 'hc-dark'],
      ['Default High Contrast Light', 'hc-light'],
    ]
  : [['Default Dark Modern', 'dark']];
