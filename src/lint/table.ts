import type { Rule } from './rule';
import { assumeRole } from './rules/assumeRole';
import { backendCredentials } from './rules/backendCredentials';
import { cloudToken } from './rules/cloudToken';
import { dynamicCredentialsVariable } from './rules/dynamicCredentialsVariable';
import { hardCodedKey } from './rules/hardCodedKey';
import { missingRegion } from './rules/missingRegion';
import { providerProfile } from './rules/providerProfile';
import { sharedFiles } from './rules/sharedFiles';
import { skipValidation } from './rules/skipValidation';
import { staticCredentials } from './rules/staticCredentials';
import { webIdentity } from './rules/webIdentity';

/** Every rule there is. A new rule is one file and one entry here; documentation and settings are made from this table. */
export const rules: readonly Rule[] = [
  staticCredentials,
  providerProfile,
  sharedFiles,
  webIdentity,
  assumeRole,
  hardCodedKey,
  backendCredentials,
  cloudToken,
  dynamicCredentialsVariable,
  skipValidation,
  missingRegion,
];

/** Where the pages of the rules are. */
export const rulesPage = 'https://github.com/tfc-oidc/vscode-configure-tfc-oidc/blob/main/docs/rules.md';
