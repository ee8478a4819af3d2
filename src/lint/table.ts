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

/** Every rule, once. Diagnostics, settings, SARIF, `fix --code` and docs/rules.md all follow this table. */
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
