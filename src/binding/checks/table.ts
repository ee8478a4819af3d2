import type { Check } from '../check';
import type { BindingFacts } from '../facts';
import { accountChecks } from './account';
import { awsReceived } from './received';
import { permissionChecks } from './permissions';
import { lastRun } from './run';
import type { TrustJudge } from './trust';
import { dynamicCredentialsInjected, tagsAndAliases } from './code';
import {
  configurationsComplete,
  noStaticCredentials,
  regionKnown,
  variablesReadable,
  variablesWellFormed,
} from './variables';
import { agentVersions, executionMode, namesUnchanged, workspaceReadable } from './workspace';

/** Every check there is, in the order in which surfaces show them. A new rule is one entry here and one heading in docs/doctor.md. */
const table: readonly ((facts: BindingFacts, judge: TrustJudge) => readonly Check[])[] = [
  workspaceReadable,
  executionMode,
  namesUnchanged,
  agentVersions,
  variablesReadable,
  noStaticCredentials,
  variablesWellFormed,
  configurationsComplete,
  regionKnown,
  tagsAndAliases,
  dynamicCredentialsInjected,
  accountChecks,
  permissionChecks,
  lastRun,
  awsReceived,
];

/** All checks of one binding. Pure: the same facts give the same checks. */
export function runChecks(facts: BindingFacts, judge: TrustJudge): readonly Check[] {
  return table.flatMap(check => check(facts, judge));
}
