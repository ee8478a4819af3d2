import { accountReadable, issuerReadable, providerExists, roleArnValid, roleExists } from './account';
import { providerAudience } from './audience';
import type { BindingUnderCheck } from './bindingRow';
import { backingConfigured } from './backed';
import { dynamicCredentialsInjected } from './code';
import { lastRun } from './lastRun';
import { testsTable, type TestsUnderCheck } from './moduleTests';
import { roleAllowsRefused, rolePermissions, stackRoleAllowsRefused, stackRolePermissions } from './permissions';
import { awsReceived } from './received';
import { oldKey } from './oldKey';
import type { CheckRow } from './row';
import {
  stackAccountReadable,
  stackProviderAudience,
  stackProviderExists,
  stackRoleExists,
  stackStrangersRefused,
  stackTrust,
  stackTrustAcceptable,
  stackTrustSize,
} from './stack/account';
import type { StackUnderCheck } from './stack/underCheck';
import { stackIdentityToken, stackInputs, stackProvider, stackStaticCredentials, stackSubject } from './stack/wired';
import { stackLastRun } from './stack/run';
import { tagsAndAliases } from './tags';
import { roleUse } from './roleUse';
import { roleTrustsRun, roleUnchanged, strangersRefused, trustAcceptable, trustSize } from './trust';
import {
  enabled,
  noStaticCredentials,
  regionKnown,
  rolesNamed,
  variablesReadable,
  variablesWellFormed,
} from './variables';
import { agentVersions, executionMode, namesUnchanged, workspaceReadable } from './workspace';

/**
 * Every check of a workspace, in the order in which a run meets what they look at, which is also the order in which surfaces show
 * them. A new check is one row here and one heading in docs/doctor.md.
 */
const bindingTable = [
  workspaceReadable,
  executionMode,
  namesUnchanged,
  agentVersions,
  variablesReadable,
  noStaticCredentials,
  variablesWellFormed,
  enabled,
  rolesNamed,
  backingConfigured,
  regionKnown,
  tagsAndAliases,
  dynamicCredentialsInjected,
  roleArnValid,
  accountReadable,
  providerExists,
  providerAudience,
  roleExists,
  roleTrustsRun,
  strangersRefused,
  trustAcceptable,
  trustSize,
  roleUnchanged,
  issuerReadable,
  rolePermissions,
  roleAllowsRefused,
  roleUse,
  lastRun,
  awsReceived,
  oldKey,
] as const;

/** Every check of a deployment of a Stack. */
const stackTable = [
  stackInputs,
  stackIdentityToken,
  stackProvider,
  stackStaticCredentials,
  stackSubject,
  stackAccountReadable,
  stackProviderExists,
  stackProviderAudience,
  stackRoleExists,
  stackTrust,
  stackStrangersRefused,
  stackTrustAcceptable,
  stackTrustSize,
  stackRolePermissions,
  stackRoleAllowsRefused,
  stackLastRun,
] as const;

export type CheckId =
  (typeof bindingTable)[number]['id'] | (typeof stackTable)[number]['id'] | (typeof testsTable)[number]['id'];

export const bindingRows: readonly CheckRow<BindingUnderCheck, CheckId>[] = bindingTable;
export const stackRows: readonly CheckRow<StackUnderCheck, CheckId>[] = stackTable;
export const testsRows: readonly CheckRow<TestsUnderCheck, CheckId>[] = testsTable;

const byId = new Map([...testsRows, ...stackRows, ...bindingRows].map(row => [row.id, row]));

/** What the table says of a check, whatever it looks at. */
export function checkRow(id: CheckId): Omit<CheckRow<never, CheckId>, 'run'> {
  const row = byId.get(id);
  if (row === undefined) throw new Error(`no check ${id}`);
  return row;
}
