import { latestEvents, phaseOfSubject } from '../doctor/received';
import type { AccountFacts, BindingFacts, ConfigurationFacts, Phase, RoleFacts, WorkspaceFacts } from '../facts';
import { phases } from '../facts';
import { parseRoleArn } from './arn';
import { receivedEvents } from './events';

/** One role as a configuration names it for one phase. */
export interface RoleUse {
  readonly arn: string;
  readonly phase: Phase;
  readonly configuration: ConfigurationFacts;
}

/** What is known of the AWS side of one native configuration that is switched on. */
export type AccountOfConfiguration = {
  readonly configuration: ConfigurationFacts;
  readonly workspace: WorkspaceFacts;
  readonly roles: readonly RoleUse[];
} & (
  | { readonly state: 'malformed'; readonly malformed: readonly RoleUse[] }
  | {
      readonly state: 'unread';
      readonly evidence: readonly string[];
      readonly why: string;
      readonly nextStep: string;
      /** The account that has to be read, where it is known. */
      readonly accountId: string | undefined;
    }
  | { readonly state: 'read'; readonly account: AccountFacts }
);

/** A configuration whose account was read. */
export type ReadAccount = Extract<AccountOfConfiguration, { state: 'read' }>;

/** The roles that a configuration names, once for each phase. */
export const rolesNamedBy = (configuration: ConfigurationFacts): readonly RoleUse[] =>
  phases.flatMap(phase => {
    const role = configuration.roles[phase];
    return role.state === 'set' ? [{ phase, arn: role.arn, configuration }] : [];
  });

/**
 * The same, and for a sensitive variable the role that AWS was asked for, where an event of CloudTrail tells it: the value of such a
 * variable can't be read, and what it leads to can.
 */
export function rolesOfRuns(facts: BindingFacts, configuration: ConfigurationFacts): readonly RoleUse[] {
  const seen = phases.flatMap(phase => {
    const arn = configuration.roles[phase].state === 'hidden' ? roleAskedFor(facts, phase) : undefined;
    return arn === undefined ? [] : [{ arn, phase, configuration }];
  });
  return [...rolesNamedBy(configuration), ...seen];
}

/** The role of the latest call of a phase. Several configurations with sensitive roles can't be told apart by it. */
function roleAskedFor(facts: BindingFacts, phase: Phase): string | undefined {
  if (facts.variables.state === 'unknown' || facts.workspace.state === 'unknown') return undefined;
  if (facts.variables.value.configurations.filter(c => c.roles[phase].state === 'hidden').length !== 1)
    return undefined;
  const { organization, name } = facts.workspace.value;
  return latestEvents(receivedEvents(facts), [{ organization, workspace: name }], new Set()).find(
    event => event.roleArn !== undefined && phaseOfSubject(event.subject) === phase,
  )?.roleArn;
}

/** Every native configuration that is switched on or may be, with what was read of its account. */
export function accountsOf(facts: BindingFacts): readonly AccountOfConfiguration[] {
  if (facts.variables.state === 'unknown' || facts.workspace.state === 'unknown') return [];
  const workspace = facts.workspace.value;
  return facts.variables.value.configurations
    .filter(c => c.backing === 'native' && c.enabled !== 'no')
    .map(configuration => accountOf(facts, workspace, configuration));
}

function accountOf(
  facts: BindingFacts,
  workspace: WorkspaceFacts,
  configuration: ConfigurationFacts,
): AccountOfConfiguration {
  const { account } = facts;
  const roles = rolesOfRuns(facts, configuration);
  const base = { configuration, workspace, roles };
  const malformed = roles.filter(role => parseRoleArn(role.arn) === undefined);
  if (malformed.length > 0) return { ...base, state: 'malformed', malformed };
  const accounts = [...new Set(roles.map(role => parseRoleArn(role.arn)?.accountId))];
  const [accountId] = accounts;
  if (account.state === 'unknown') {
    return {
      ...base,
      state: 'unread',
      evidence: [],
      why: account.why,
      nextStep: account.nextStep ?? profileStep(accountId),
      accountId,
    };
  }
  const chosen = account.value.accountId;
  if (roles.length > 0 && !accounts.includes(chosen)) {
    return {
      ...base,
      state: 'unread',
      evidence: [`The roles are in account ${accountId ?? 'another'}; the chosen profile is for account ${chosen}.`],
      why: 'Only a profile of the account can read its roles.',
      nextStep: profileStep(accountId),
      accountId,
    };
  }
  return { ...base, state: 'read', account: account.value };
}

const profileStep = (accountId: string | undefined): string =>
  accountId === undefined ? 'Choose an AWS profile.' : `Choose an AWS profile for account ${accountId}.`;

/** A role that was read, where a configuration names it. */
export interface ReadRole extends RoleUse {
  readonly workspace: WorkspaceFacts;
  readonly account: AccountFacts;
  readonly role: RoleFacts;
}

/** Every role that is there and was read, once for each configuration and phase that names it. */
export const rolesRead = (facts: BindingFacts): readonly ReadRole[] =>
  accountsOf(facts).flatMap(a =>
    a.state !== 'read'
      ? []
      : a.roles.flatMap(use => {
          const fact = a.account.roles.get(use.arn);
          const role = fact?.state === 'known' ? fact.value : undefined;
          return role === undefined ? [] : [{ ...use, workspace: a.workspace, account: a.account, role }];
        }),
  );
