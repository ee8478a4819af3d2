import { issuerProblem } from '../../oidc/names';
import { phases } from '../facts';
import { parseRoleArn, issuerOfWorkspace } from './arn';
import { bindingRow } from './bindingRow';
import { type AccountOfConfiguration, accountsOf, type ReadAccount, type RoleUse } from './configurations';
import { byPhase, type CheckResult } from './row';
import { label } from './variables';

/** Checks of the AWS account behind each native configuration. */

export const roleArnValid = bindingRow({
  id: 'role-arn-valid',
  title: 'Role ARN',
  reason: 'role ARN is malformed',
  why: 'HCP Terraform passes the text to AWS as it is.',
  failureModes: ['not-enabled'],
  inProof: 'counts',
  refutes: [],
  run: ({ facts }) =>
    accountsOf(facts).flatMap(a =>
      a.state !== 'malformed'
        ? []
        : a.malformed.map((use): CheckResult<'not-enabled'> => {
            const role = use.configuration.roles[use.phase];
            const variable = role.state === 'set' ? role.variable : 'the variable';
            return {
              configuration: label(use.configuration),
              phase: use.phase,
              state: 'wrong',
              evidence: [`"${use.arn}" is not an ARN of an IAM role.`],
              nextStep: `Set ${variable} to the ARN of the role, as in arn:PARTITION:iam::ACCOUNT:role/NAME.`,
              failureModes: ['not-enabled'],
            };
          }),
    ),
});

export const accountReadable = bindingRow({
  id: 'account-readable',
  title: 'AWS account',
  reason: 'account could not be read',
  why: 'Provider and roles are in the account that the role ARNs name.',
  failureModes: [],
  inProof: 'needed',
  refutes: [],
  run: ({ facts }) =>
    accountsOf(facts).flatMap((a): readonly CheckResult<never>[] =>
      a.state !== 'unread' || a.roles.length === 0
        ? []
        : [
            {
              configuration: label(a.configuration),
              state: 'unknown',
              evidence: a.evidence,
              why: a.why,
              nextStep: a.nextStep,
              remedy: { kind: 'choose-profile', accountId: a.accountId },
            },
          ],
    ),
});

const readAccounts = (found: readonly AccountOfConfiguration[]): readonly ReadAccount[] =>
  found.filter((a): a is ReadAccount => a.state === 'read');

export const providerExists = bindingRow({
  id: 'provider-exists',
  title: 'OIDC provider',
  reason: 'OIDC provider is missing',
  why: 'AWS accepts tokens only from issuers that the account knows.',
  failureModes: ['provider-missing'],
  inProof: 'needed',
  refutes: ['provider-missing'],
  run: ({ facts }) =>
    readAccounts(accountsOf(facts)).map(({ account, workspace, configuration: c }) => {
      const base = { configuration: label(c) };
      if (account.provider.state === 'unknown') {
        const nextStep =
          account.provider.nextStep ?? 'Use a profile that may read OIDC providers (iam:GetOpenIDConnectProvider).';
        return { ...base, state: 'unknown', evidence: [], why: account.provider.why, nextStep };
      }
      const provider = account.provider.value;
      if (provider !== undefined) return { ...base, state: 'ok', evidence: [provider.arn] };
      return {
        ...base,
        state: 'wrong',
        evidence: [`Account ${account.accountId} has no OIDC provider for https://${issuerOfWorkspace(workspace)}.`],
        nextStep: `Create the OIDC provider in account ${account.accountId}, with the audience "${c.audience}".`,
        remedy: { kind: 'create-provider', tag: c.tag, audience: c.audience },
        failureModes: ['provider-missing'],
      };
    }),
});

export const roleExists = bindingRow({
  id: 'role-exists',
  title: 'Role of the runs',
  reason: byPhase('plan role is missing', 'apply role is missing', 'role is missing'),
  why: 'The variable names this role.',
  failureModes: ['subject-mismatch', 'just-created'],
  inProof: 'needed',
  refutes: [],
  run: ({ facts }) => readAccounts(accountsOf(facts)).flatMap(a => a.roles.map(use => roleThere(a, use))),
});

function roleThere(a: ReadAccount, use: RoleUse): CheckResult<'subject-mismatch' | 'just-created'> {
  const base = {
    configuration: label(use.configuration),
    phase: use.phase,
    title: `Role for ${use.phase} runs`,
  };
  const fact = a.account.roles.get(use.arn);
  if (fact === undefined) {
    const accountId = parseRoleArn(use.arn)?.accountId;
    return {
      ...base,
      state: 'unknown',
      evidence: [],
      why: `${use.arn} is in another account than the chosen profile.`,
      nextStep: `Choose an AWS profile for account ${accountId ?? 'of the role'}.`,
      remedy: { kind: 'choose-profile', accountId },
    };
  }
  if (fact.state === 'unknown') {
    const nextStep = fact.nextStep ?? 'Use a profile that may read roles (iam:GetRole).';
    return { ...base, state: 'unknown', evidence: [], why: fact.why, nextStep };
  }
  if (fact.value !== undefined) return { ...base, state: 'ok', evidence: [use.arn] };
  const reference = use.configuration.roles[use.phase];
  const variable = reference.state === 'set' ? reference.variable : 'the variable';
  return {
    ...base,
    state: 'wrong',
    evidence: [`Account ${a.account.accountId} has no role ${use.arn}.`],
    why: 'AWS answers "Not authorized" for a role that does not exist.',
    nextStep: anyRole(a)
      ? `Set ${variable} to the ARN of a role that exists, or make this role.`
      : 'Configure the workspace, or correct the ARN.',
    // Another role of this configuration exists: a new pair of roles is not the smallest change.
    ...(!anyRole(a) && { remedy: { kind: 'configure' as const, tag: use.configuration.tag } }),
    failureModes: ['subject-mismatch', 'just-created'],
  };
}

/** Is there a role among those that the variables of this configuration name? Unread counts as there. */
const anyRole = (a: ReadAccount): boolean =>
  phases.some(phase => {
    const role = a.configuration.roles[phase];
    if (role.state !== 'set') return role.state === 'hidden';
    const fact = a.account.roles.get(role.arn);
    return fact === undefined || fact.state === 'unknown' || fact.value !== undefined;
  });

const unreachable = 'Let AWS reach /.well-known/openid-configuration and the JWKS of the host.';
const issuesAsAnother =
  'AWS reaches the host, but its tokens name another issuer. Name the same host in the cloud block and in the OIDC provider as the discovery document does; in Terraform Enterprise TFE_HOSTNAME says it, and TFE_OIDC_HOSTNAME_CHOICE where there is a second host name.';

export const issuerReadable = bindingRow({
  id: 'issuer-readable',
  title: 'Signing keys of the host',
  reason: 'AWS cannot read the keys',
  why: 'AWS reads them over the public internet to verify tokens.',
  failureModes: ['issuer-unreachable'],
  inProof: 'counts',
  refutes: ['issuer-unreachable'],
  run: ({ facts }) => {
    const found = readAccounts(accountsOf(facts));
    const { issuer: fact } = facts;
    if (fact.state === 'unknown') return [];
    return found.map(({ workspace, configuration }) => {
      const base = { configuration: label(configuration) };
      const { issuer, keys, problem } = fact.value;
      const expected = `https://${issuerOfWorkspace(workspace)}`;
      const port = issuerProblem(workspace.issuer ?? workspace.hostname);
      const otherName = issuer !== undefined && issuer !== expected;
      const evidence = [
        ...(port === undefined ? [] : [port.message]),
        ...(problem === undefined ? [] : [problem]),
        ...(otherName ? [`The discovery document says "${issuer}"; AWS expects "${expected}".`] : []),
        ...(problem === undefined && keys === 0 ? ['The JWKS holds no key.'] : []),
      ];
      if (evidence.length === 0)
        return { ...base, state: 'ok', evidence: [`${expected} publishes ${keys} ${keys === 1 ? 'key' : 'keys'}.`] };
      return {
        ...base,
        state: 'wrong',
        evidence,
        nextStep:
          port?.nextStep ??
          (problem !== undefined
            ? unreachable
            : otherName
              ? issuesAsAnother
              : 'Let the host publish its signing keys.'),
        failureModes: ['issuer-unreachable'],
      };
    });
  },
});
