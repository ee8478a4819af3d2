import { hasFailed, type TestConfiguration, type TestRun } from '../../hcp/registry/tests';
import { oidcProviderArn } from '../../oidc/arns';
import { readErrorText } from '../doctor/errorText';
import { failureMode } from '../failureModes';
import type { AccountFacts, Fact } from '../facts';
import { accountReadable, providerExists, roleExists } from './account';
import { providerUrlHost } from './arn';
import { providerAudience } from './audience';
import type { TrustJudge } from './judge';
import { lastRun } from './lastRun';
import { type CheckResult, rowOf } from './row';
import { roleTrustsRun } from './trust';

/** What the checks of the tests of one registry module look at. */
export interface TestsUnderCheck {
  readonly configuration: Fact<TestConfiguration>;
  readonly run: Fact<TestRun | undefined>;
  /** The account of the role, or why it was not read. */
  readonly account: Fact<AccountFacts>;
  /** The host that issues the tokens. */
  readonly issuer: string;
  /** What is set in the test configuration; HCP Terraform does not tell it. */
  readonly role: Fact<TestsRole>;
  readonly subject: string;
  readonly judge: TrustJudge;
}

/** The role of a module's tests, and the audience that their tokens carry. */
export interface TestsRole {
  readonly arn: string;
  readonly audience: string;
}

const testsRow = rowOf<TestsUnderCheck>();

const testsEnabled = testsRow({
  id: 'tests-enabled',
  title: 'Test configuration of the module',
  reason: 'tests get no token',
  why: 'Tests get a token only where dynamic credentials are enabled in the test configuration of the module.',
  failureModes: ['not-enabled'],
  inProof: 'needed',
  refutes: [],
  run: ({ configuration }) => {
    if (configuration.state === 'unknown')
      return [
        {
          state: 'unknown',
          evidence: [],
          why: configuration.why,
          nextStep: configuration.nextStep ?? 'Use a token of a user who may manage the modules of the registry.',
        },
      ];
    const { enabled, oidcProvider } = configuration.value;
    if (enabled && oidcProvider === 'aws')
      return [{ state: 'ok', evidence: ['oidc-enabled is true, for aws. Which role is set cannot be read.'] }];
    return [
      {
        state: 'wrong',
        evidence: [
          enabled ? `Dynamic credentials are for ${oidcProvider ?? 'no provider'}.` : 'oidc-enabled is false.',
        ],
        nextStep: 'Enable it with the role (tfc-oidc configure --module).',
        failureModes: ['not-enabled'],
      },
    ];
  },
});

const testsAccount = testsRow({
  ...accountReadable,
  run: ({ account }): readonly CheckResult<never>[] =>
    account.state === 'known'
      ? []
      : [
          {
            state: 'unknown',
            evidence: [],
            why: account.why,
            nextStep: account.nextStep ?? 'Choose an AWS profile for the account of the role (--profile).',
          },
        ],
});

const testsProvider = testsRow({
  ...providerExists,
  run: ({ account, issuer }): readonly CheckResult<'provider-missing'>[] => {
    if (account.state === 'unknown') return [];
    const { provider, accountId } = account.value;
    if (provider.state === 'unknown')
      return [
        {
          state: 'unknown',
          evidence: [],
          why: provider.why,
          nextStep: provider.nextStep ?? 'Use a profile that may read OIDC providers (iam:GetOpenIDConnectProvider).',
        },
      ];
    if (provider.value !== undefined) return [{ state: 'ok', evidence: [provider.value.arn] }];
    return [
      {
        state: 'wrong',
        evidence: [`Account ${accountId} has no OIDC provider for https://${issuer}.`],
        nextStep: `Create the OIDC provider in account ${accountId}.`,
        failureModes: ['provider-missing'],
      },
    ];
  },
});

const testsAudience = testsRow({
  ...providerAudience,
  run: ({ account, role }): readonly CheckResult<'audience-missing'>[] => {
    if (account.state === 'unknown' || role.state === 'unknown') return [];
    const { provider, accountId } = account.value;
    const { audience } = role.value;
    if (provider.state === 'unknown' || provider.value === undefined) return [];
    if (provider.value.audiences.includes(audience))
      return [{ state: 'ok', evidence: [`The OIDC provider of account ${accountId} accepts "${audience}".`] }];
    return [
      {
        state: 'wrong',
        evidence: [`The OIDC provider of account ${accountId} does not accept "${audience}", which the tokens carry.`],
        nextStep: 'Add the audience to the OIDC provider.',
        failureModes: ['audience-missing'],
      },
    ];
  },
});

const testsRole = testsRow({
  ...roleExists,
  title: 'Role of the tests',
  run: ({ account, role: named }): readonly CheckResult<'subject-mismatch'>[] => {
    if (named.state === 'unknown')
      return [
        {
          state: 'unknown',
          evidence: [],
          why: named.why,
          nextStep: named.nextStep ?? 'Name the role that is set (--role).',
        },
      ];
    if (account.state === 'unknown') return [];
    const roleArn = named.value.arn;
    const role = account.value.roles.get(roleArn);
    if (role === undefined || role.state === 'unknown')
      return [
        {
          state: 'unknown',
          evidence: [],
          why: role?.why ?? `Role ${roleArn} is in another account than the profile.`,
          nextStep: role?.nextStep ?? 'Use a profile that may read roles (iam:GetRole).',
        },
      ];
    if (role.value !== undefined) return [{ state: 'ok', evidence: [roleArn] }];
    return [
      {
        state: 'wrong',
        evidence: [`There is no role ${roleArn}.`],
        nextStep: 'Create the role, or correct the ARN.',
        failureModes: ['subject-mismatch'],
      },
    ];
  },
});

const testsTrust = testsRow({
  ...roleTrustsRun,
  failureModes: ['subject-mismatch'],
  run: ({ account, role: named, issuer, subject, judge }): readonly CheckResult<'subject-mismatch'>[] => {
    if (account.state === 'unknown' || named.state === 'unknown') return [];
    const { audience } = named.value;
    const fact = account.value.roles.get(named.value.arn);
    const role = fact?.state === 'known' ? fact.value : undefined;
    if (role === undefined) return [];
    const hostname = providerUrlHost(issuer);
    const providerArn = oidcProviderArn(account.value.partition, account.value.accountId, hostname);
    const verdict = judge.judge(role.trustPolicy, { hostname, providerArn, subject, audience });
    const title = `Trust for tests (role ${role.name})`;
    switch (verdict.decision) {
      case 'allow':
        return [{ title, state: 'ok', evidence: [`${role.name} trusts "${subject}".`] }];
      case 'undecided':
        return [
          {
            title,
            state: 'unknown',
            evidence: [],
            why: verdict.why.join(' '),
            nextStep: `Name the subject itself in the trust policy of ${role.name}.`,
          },
        ];
      case 'deny':
        return [
          {
            title,
            state: 'wrong',
            evidence: [`Tokens carry the subject "${subject}"; ${role.name} refuses it.`, ...verdict.why],
            nextStep: `Add "${subject}" to the trust policy of ${role.name}.`,
            failureModes: ['subject-mismatch'],
          },
        ];
    }
  },
});

const testsLastRun = testsRow({
  ...lastRun,
  run: ({ run }): readonly CheckResult<never>[] => {
    if (run.state === 'unknown')
      return [
        {
          state: 'unknown',
          evidence: [],
          why: run.why,
          nextStep: run.nextStep ?? 'Use a token that may read the tests of the module.',
        },
      ];
    if (run.value === undefined) return [{ state: 'ok', evidence: ['No test run yet.'] }];
    const { id, status, result, token, errors } = run.value;
    const got = token ? 'It got a token.' : 'It got no token.';
    const evidence = [`Test run ${id}: ${status}${result === undefined ? '' : `, ${result}`}. ${got}`];
    if (!hasFailed(run.value)) return [{ state: 'ok', evidence }];
    const reading = readErrorText(errors)[0];
    const mode = reading?.modes[0];
    if (reading === undefined || mode === undefined)
      return [{ state: 'warning', evidence, nextStep: 'Read the log of the test run.', failureModes: [] }];
    return [
      {
        state: 'warning',
        evidence: [...evidence, `${failureMode(mode).title}: ${reading.line}`],
        nextStep: 'Ask the doctor.',
        failureModes: [],
      },
    ];
  },
});

export const testsTable = [
  testsEnabled,
  testsAccount,
  testsProvider,
  testsAudience,
  testsRole,
  testsTrust,
  testsLastRun,
] as const;
