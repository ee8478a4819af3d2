import type { Check } from '../check';
import type { AccountFacts, BindingFacts, ConfigurationFacts, Phase, WorkspaceFacts } from '../facts';
import { phases } from '../facts';
import { parseRoleArn, providerUrlHost } from './arn';
import { acceptable, owned, strangers, type TrustJudge, trusts } from './trust';
import { label } from './variables';

/** All checks of the AWS account behind each native configuration. */
export function accountChecks(facts: BindingFacts, judge: TrustJudge): readonly Check[] {
  if (facts.variables.state === 'unknown' || facts.workspace.state === 'unknown') return [];
  const workspace = facts.workspace.value;
  return facts.variables.value.configurations
    .filter(c => c.backing === 'native' && c.enabled !== 'no')
    .flatMap(c => configurationChecks(facts, workspace, c, judge));
}

function configurationChecks(
  facts: BindingFacts,
  workspace: WorkspaceFacts,
  c: ConfigurationFacts,
  judge: TrustJudge,
): readonly Check[] {
  const roles = phases.flatMap(phase => {
    const role = c.roles[phase];
    return role.state === 'set' ? [{ phase, arn: role.arn }] : [];
  });
  const malformed = roles.filter(role => parseRoleArn(role.arn) === undefined);
  if (malformed.length > 0) {
    return malformed.map(role => ({
      id: 'role-arn-valid',
      configuration: label(c),
      phase: role.phase,
      title: 'Role ARN',
      state: 'wrong' as const,
      evidence: [`"${role.arn}" is no ARN of an IAM role.`],
      why: 'HCP Terraform passes the text to AWS as it is.',
      nextStep: 'Configure the workspace.',
      remedy: { kind: 'configure' as const, tag: c.tag },
      failureModes: [9] as const,
    }));
  }
  if (facts.account.state === 'unknown') {
    if (roles.length === 0) return [];
    return [
      {
        id: 'account-readable',
        configuration: label(c),
        title: 'AWS account',
        state: 'unknown',
        evidence: [],
        why: facts.account.why,
        nextStep: 'Choose an AWS profile.',
        failureModes: [],
      },
    ];
  }
  const account = facts.account.value;
  const elsewhere = roles.filter(role => parseRoleArn(role.arn)?.accountId !== account.accountId);
  if (roles.length > 0 && elsewhere.length === roles.length) {
    const other = parseRoleArn(elsewhere[0]?.arn ?? '')?.accountId ?? 'another account';
    return [
      {
        id: 'account-readable',
        configuration: label(c),
        title: 'AWS account',
        state: 'unknown',
        evidence: [`The roles are in account ${other}; the chosen profile is for account ${account.accountId}.`],
        why: 'Only a profile of the account can read its roles.',
        nextStep: `Choose a profile for account ${other}.`,
        failureModes: [],
      },
    ];
  }
  return [
    ...providerChecks(account, workspace, c),
    ...roles.flatMap(role => roleChecks(facts, account, workspace, c, role.phase, role.arn, judge)),
    ...issuerChecks(facts, workspace, c),
  ];
}

function providerChecks(account: AccountFacts, workspace: WorkspaceFacts, c: ConfigurationFacts): readonly Check[] {
  const exists = {
    id: 'provider-exists',
    configuration: label(c),
    title: 'OIDC provider',
    why: 'AWS accepts tokens only from issuers that the account knows.',
  } as const;
  if (account.provider.state === 'unknown')
    return [{ ...exists, state: 'unknown', evidence: [], why: account.provider.why, failureModes: [] }];
  const provider = account.provider.value;
  const host = providerUrlHost(workspace.hostname);
  if (provider === undefined) {
    return [
      {
        ...exists,
        state: 'wrong',
        evidence: [`Account ${account.accountId} has no OIDC provider for https://${host}.`],
        nextStep: 'Create the OIDC provider.',
        remedy: { kind: 'configure', tag: c.tag },
        failureModes: [5],
      },
    ];
  }
  const audience = {
    id: 'provider-audience',
    configuration: label(c),
    title: 'Audience',
    why: 'The audience of the token must be in the list of the OIDC provider.',
  } as const;
  const accepted = provider.audiences.includes(c.audience);
  return [
    { ...exists, state: 'ok', evidence: [provider.arn], failureModes: [] },
    accepted
      ? { ...audience, state: 'ok', evidence: [`The OIDC provider accepts "${c.audience}".`], failureModes: [] }
      : {
          ...audience,
          state: 'wrong',
          evidence: [
            `The OIDC provider accepts ${provider.audiences.map(a => `"${a}"`).join(', ') || 'no audience'}; tokens carry "${c.audience}".`,
          ],
          nextStep: 'Add the audience to the OIDC provider.',
          remedy: { kind: 'configure', tag: c.tag },
          failureModes: [6],
        },
  ];
}

function roleChecks(
  facts: BindingFacts,
  account: AccountFacts,
  workspace: WorkspaceFacts,
  c: ConfigurationFacts,
  phase: Phase,
  arn: string,
  judge: TrustJudge,
): readonly Check[] {
  const exists = {
    id: 'role-exists',
    configuration: label(c),
    phase,
    title: `Role for ${phase} runs`,
    why: 'The variable names this role.',
  } as const;
  const fact = account.roles.get(arn);
  if (fact === undefined)
    return [
      {
        ...exists,
        state: 'unknown',
        evidence: [],
        why: `${arn} is in another account than the chosen profile.`,
        failureModes: [],
      },
    ];
  if (fact.state === 'unknown') return [{ ...exists, state: 'unknown', evidence: [], why: fact.why, failureModes: [] }];
  const role = fact.value;
  if (role === undefined) {
    return [
      {
        ...exists,
        state: 'wrong',
        evidence: [`Account ${account.accountId} has no role ${arn}.`],
        why: 'AWS answers "Not authorized" for a role that does not exist.',
        nextStep: 'Configure the workspace, or correct the ARN.',
        remedy: { kind: 'configure', tag: c.tag },
        failureModes: [1, 18],
      },
    ];
  }
  return [
    { ...exists, state: 'ok', evidence: [arn], failureModes: [] },
    trusts(facts, account, workspace, c, phase, role, judge),
    ...strangers(account, workspace, c, phase, role, judge),
    ...acceptable(workspace, c, phase, role, judge),
    ...owned(facts, c, phase, role),
  ];
}

function issuerChecks(facts: BindingFacts, workspace: WorkspaceFacts, c: ConfigurationFacts): readonly Check[] {
  if (facts.issuer.state === 'unknown') return [];
  const base = {
    id: 'issuer-readable',
    configuration: label(c),
    title: 'Signing keys of the host',
    why: 'AWS reads them over the public internet to verify tokens.',
  } as const;
  const { issuer, keys, problem } = facts.issuer.value;
  const expected = `https://${providerUrlHost(workspace.hostname)}`;
  const evidence = [
    ...(problem === undefined ? [] : [problem]),
    ...(issuer !== undefined && issuer !== expected
      ? [`The discovery document says "${issuer}"; AWS expects "${expected}".`]
      : []),
    ...(problem === undefined && keys === 0 ? ['The JWKS holds no key.'] : []),
  ];
  if (evidence.length === 0)
    return [
      {
        ...base,
        state: 'ok',
        evidence: [`${expected} publishes ${keys} ${keys === 1 ? 'key' : 'keys'}.`],
        failureModes: [],
      },
    ];
  return [
    {
      ...base,
      state: 'wrong',
      evidence,
      nextStep: 'Let AWS reach /.well-known/openid-configuration and the JWKS of the host.',
      failureModes: [7],
    },
  ];
}
