import { trustQuota } from '../../../iam/policy/document';
import { strangersOf } from '../../../iam/policy/prove';
import { oidcProviderArn } from '../../../oidc/arns';
import { type AccountFacts, phases, type RoleFacts } from '../../facts';
import type { Exchange } from '../../stack/wiring';
import { accountReadable, providerExists, roleExists } from '../account';
import { parseRoleArn } from '../arn';
import { providerAudience } from '../audience';
import { issuerStatements } from '../policyParts';
import type { CheckResult } from '../row';
import { roleTrustsRun, strangersRefused, trustAcceptable, trustSize } from '../trust';
import { identityOf, stackRow, type StackUnderCheck, subjectsIn } from './underCheck';
import { audiencesOf } from './wired';

/** Checks of the AWS accounts behind the providers of one deployment: the same rows as of a workspace. */

/** A role as the providers of a deployment use it. */
interface Use {
  readonly arn: string;
  readonly accountId: string;
  /** Which providers assume it. */
  readonly by: readonly string[];
  /** The audiences of the tokens that are exchanged for it; empty where they are not known. */
  readonly audiences: readonly string[];
  readonly account: AccountFacts | undefined;
}

/** Every role of the deployment whose ARN is known, once. */
function usesOf(stack: StackUnderCheck): readonly Use[] {
  const byArn = new Map<string, Exchange[]>();
  for (const exchange of stack.wiring.exchanges)
    if (exchange.exchanges && exchange.role.state === 'known')
      byArn.set(exchange.role.value, [...(byArn.get(exchange.role.value) ?? []), exchange]);
  const accounts = stack.accounts.state === 'known' ? stack.accounts.value : [];
  return [...byArn].flatMap(([arn, exchanges]) => {
    const parts = parseRoleArn(arn);
    if (parts === undefined) return [];
    const audiences = exchanges.flatMap(e =>
      e.token.state === 'known' ? (audiencesOf(stack, e.token.value) ?? []) : [],
    );
    return [
      {
        arn,
        accountId: parts.accountId,
        by: exchanges.map(e => e.name),
        audiences: [...new Set(stack.audience === undefined ? audiences : [stack.audience])],
        account: accounts.find(a => a.accountId === parts.accountId),
      },
    ];
  });
}

const nameOf = (arn: string): string => parseRoleArn(arn)?.name ?? arn;

/** Each account that roles of the deployment are in, with the audiences that its provider has to accept. */
function accountsOf(
  stack: StackUnderCheck,
): readonly { readonly account: AccountFacts; readonly audiences: readonly string[] }[] {
  const found = new Map<AccountFacts, Set<string>>();
  for (const { account, audiences } of usesOf(stack)) {
    if (account === undefined) continue;
    const all = found.get(account) ?? new Set();
    for (const audience of audiences) all.add(audience);
    found.set(account, all);
  }
  return [...found].map(([account, audiences]) => ({ account, audiences: [...audiences] }));
}

/** The results of a row, all of the deployment at hand. */
const ofDeployment = <Result extends CheckResult>(
  stack: StackUnderCheck,
  results: readonly Result[],
): readonly Result[] => results.map(result => ({ ...result, configuration: stack.wiring.deployment.name }));

export const stackAccountReadable = stackRow({
  ...accountReadable,
  run: stack => {
    const missing = [...new Set(usesOf(stack).flatMap(use => (use.account === undefined ? [use.accountId] : [])))];
    const { accounts } = stack;
    return ofDeployment(
      stack,
      missing.map((accountId): CheckResult<never> => ({
        state: 'unknown',
        title: `AWS account ${accountId}`,
        evidence:
          accounts.state === 'known'
            ? [
                `Roles of this deployment are in account ${accountId}; the chosen profile is for account ${accounts.value.map(a => a.accountId).join(', ')}.`,
              ]
            : [],
        why: accounts.state === 'unknown' ? accounts.why : 'Only a profile of the account can read its roles.',
        nextStep:
          (accounts.state === 'unknown' ? accounts.nextStep : undefined) ??
          `Choose an AWS profile for account ${accountId} (--profile; it can be given several times).`,
      })),
    );
  },
});

export const stackProviderExists = stackRow({
  ...providerExists,
  run: stack =>
    ofDeployment(
      stack,
      accountsOf(stack).map(({ account, audiences }): CheckResult<'provider-missing'> => {
        const { provider, accountId } = account;
        if (provider.state === 'unknown')
          return {
            state: 'unknown',
            evidence: [],
            why: provider.why,
            nextStep: provider.nextStep ?? 'Use a profile that may read OIDC providers (iam:GetOpenIDConnectProvider).',
          };
        if (provider.value !== undefined) return { state: 'ok', evidence: [provider.value.arn] };
        const audience = audiences[0] ?? 'aws.workload.identity';
        return {
          state: 'wrong',
          evidence: [`Account ${accountId} has no OIDC provider for https://${stack.issuer}.`],
          nextStep: `Create the OIDC provider in account ${accountId}, with the audience "${audience}".`,
          failureModes: ['provider-missing'],
        };
      }),
    ),
});

export const stackProviderAudience = stackRow({
  ...providerAudience,
  run: stack =>
    ofDeployment(
      stack,
      accountsOf(stack).flatMap(({ account, audiences }): readonly CheckResult<'audience-missing'>[] => {
        if (account.provider.state === 'unknown' || account.provider.value === undefined) return [];
        const { audiences: accepted } = account.provider.value;
        return audiences.map((audience): CheckResult<'audience-missing'> => {
          if (accepted.includes(audience))
            return {
              state: 'ok',
              evidence: [`The OIDC provider of account ${account.accountId} accepts "${audience}".`],
            };
          const accepts = accepted.map(x => `"${x}"`).join(', ') || 'no audience';
          return {
            state: 'wrong',
            evidence: [
              `The OIDC provider of account ${account.accountId} accepts ${accepts}; tokens carry "${audience}".`,
            ],
            nextStep: 'Add the audience to the OIDC provider.',
            failureModes: ['audience-missing'],
          };
        });
      }),
    ),
});

export const stackRoleExists = stackRow({
  ...roleExists,
  run: stack =>
    ofDeployment(
      stack,
      usesOf(stack).flatMap((use): readonly CheckResult<'subject-mismatch'>[] => {
        const fact = use.account?.roles.get(use.arn);
        if (use.account === undefined || fact === undefined) return [];
        const title = `Role ${nameOf(use.arn)}`;
        if (fact.state === 'unknown') {
          const nextStep = fact.nextStep ?? 'Use a profile that may read roles (iam:GetRole).';
          return [{ title, state: 'unknown', evidence: [], why: fact.why, nextStep }];
        }
        if (fact.value !== undefined)
          return [{ title, state: 'ok', evidence: [`${use.arn} is assumed by ${use.by.join(', ')}.`] }];
        return [
          {
            title,
            state: 'wrong',
            evidence: [`Account ${use.accountId} has no role ${use.arn}.`],
            why: 'AWS answers "Not authorized" for a role that does not exist.',
            nextStep: 'Create the role, or correct the ARN.',
            failureModes: ['subject-mismatch'],
          },
        ];
      }),
    ),
});

/** A role that was read, with what is asked of its trust policy. */
interface Asked {
  readonly use: Use;
  readonly role: RoleFacts;
  readonly ask: (
    subject: string,
    audience?: string,
  ) => { readonly decision: 'allow' | 'deny' | 'undecided'; readonly why: readonly string[] };
}

function rolesAsked(stack: StackUnderCheck): readonly Asked[] {
  return usesOf(stack).flatMap(use => {
    const fact = use.account?.roles.get(use.arn);
    const role = fact?.state === 'known' ? fact.value : undefined;
    const [audience] = use.audiences;
    if (role === undefined || use.account === undefined || audience === undefined) return [];
    const providerArn = oidcProviderArn(use.account.partition, use.account.accountId, stack.issuer);
    const ask: Asked['ask'] = (subject, other = audience) =>
      stack.judge.judge(role.trustPolicy, { hostname: stack.issuer, providerArn, subject, audience: other });
    return [{ use, role, ask }];
  });
}

/** The same check as of a workspace, for the operations of a deployment. */
export const stackTrust = stackRow({
  ...roleTrustsRun,
  failureModes: ['subject-mismatch', 'phase-mismatch', 'audience-missing'],
  run: stack => {
    const subjects = subjectsIn(stack);
    if (subjects?.ok !== true) return [];
    return ofDeployment(
      stack,
      rolesAsked(stack).flatMap(asked =>
        phases.map((phase, i) => ({
          ...trustFor(asked, subjects.value[i] ?? '', subjects.value[1 - i] ?? ''),
          phase,
          title: `Trust for ${phase} operations (role ${asked.role.name})`,
        })),
      ),
    );
  },
});

function trustFor(
  { use, role, ask }: Asked,
  subject: string,
  otherSubject: string,
): CheckResult<'subject-mismatch' | 'phase-mismatch' | 'audience-missing'> {
  const verdict = ask(subject);
  switch (verdict.decision) {
    case 'undecided':
      return {
        state: 'unknown',
        evidence: [],
        why: verdict.why.join(' '),
        nextStep: `Name the subject itself in the trust policy of ${role.name}.`,
      };
    case 'allow':
      return { state: 'ok', evidence: [`${role.name} trusts "${subject}".`] };
    case 'deny':
      break;
  }
  const evidence = [`Tokens carry the subject "${subject}"; ${role.name} refuses it.`, ...verdict.why];
  if (ask(otherSubject).decision === 'allow')
    return {
      state: 'wrong',
      evidence,
      nextStep: `Let ${role.name} trust both operations: add "${subject}" to its trust policy.`,
      failureModes: ['phase-mismatch'],
    };
  const carried = use.audiences.map(a => `"${a}"`).join(', ');
  const wanted = otherAudiences(role, use).find(audience => ask(subject, audience).decision === 'allow');
  if (wanted !== undefined)
    return {
      state: 'wrong',
      evidence: [`${role.name} trusts the audience "${wanted}"; tokens carry ${carried}.`, ...verdict.why],
      nextStep: `Add the audience ${carried} to the trust policy of ${role.name}, or set audience = ["${wanted}"] in the identity_token block.`,
      failureModes: ['audience-missing'],
    };
  return {
    state: 'wrong',
    evidence,
    nextStep: `Add "${subject}" to the trust policy of ${role.name} (tfc-oidc trust --stack NAME --deployment NAME prints it).`,
    failureModes: ['subject-mismatch'],
  };
}

/** Audiences that the trust policy or the OIDC provider names. */
function otherAudiences({ trustPolicy }: RoleFacts, { account, audiences }: Use): readonly string[] {
  const provider = account?.provider.state === 'known' ? account.provider.value : undefined;
  const inPolicy = issuerStatements(trustPolicy)
    .flatMap(statement => statement.keys)
    .filter(key => key.claim === 'aud')
    .flatMap(key => key.values);
  return [...new Set([...(provider?.audiences ?? []), ...inPolicy])].filter(a => !audiences.includes(a));
}

export const stackStrangersRefused = stackRow({
  ...strangersRefused,
  run: stack => {
    const identity = identityOf(stack);
    if (identity === undefined) return [];
    // Deployments of one Stack are one piece of code: HashiCorp's own example trusts all of them.
    const siblings = new Set(
      strangersOf(identity, ['plan'])
        .filter(s => s.who === 'another deployment')
        .map(s => s.subject),
    );
    return ofDeployment(
      stack,
      rolesAsked(stack).map(({ role, ask }): CheckResult<never> => {
        const title = `Strangers are refused (role ${role.name})`;
        const letIn = strangersOf(identity, ['plan']).filter(s => ask(s.subject).decision === 'allow');
        const strangers = letIn.filter(s => !siblings.has(s.subject));
        const others = letIn.length > strangers.length ? [`${role.name} trusts every deployment of this Stack.`] : [];
        if (strangers.length === 0)
          return { title, state: 'ok', evidence: [`${role.name} refuses every stranger that was tried.`, ...others] };
        return {
          title,
          state: 'wrong',
          evidence: strangers.map(s => `${role.name} can be assumed by ${s.who}: "${s.subject}".`),
          nextStep: 'Name exactly one organization, project and Stack.',
          failureModes: [],
        };
      }),
    );
  },
});

export const stackTrustAcceptable = stackRow({
  ...trustAcceptable,
  run: stack =>
    ofDeployment(
      stack,
      rolesAsked(stack).flatMap(({ role }): readonly CheckResult<'trust-policy-refused'>[] =>
        stack.judge.meetsSharedProviderRule(role.trustPolicy, stack.issuer)
          ? []
          : [
              {
                title: `IAM accepts the trust policy (role ${role.name})`,
                state: 'wrong',
                evidence: [`The trust policy of ${role.name} does not evaluate ${stack.issuer}:sub.`],
                nextStep: `Add a condition on ${stack.issuer}:sub to the trust policy of ${role.name}.`,
                failureModes: ['trust-policy-refused'],
              },
            ],
      ),
    ),
});

export const stackTrustSize = stackRow({
  ...trustSize,
  run: stack =>
    ofDeployment(
      stack,
      rolesAsked(stack).flatMap(({ role }): readonly CheckResult<'trust-policy-too-long'>[] => {
        const size = stack.judge.size(role.trustPolicy);
        if (size <= trustQuota * 0.93) return [];
        return [
          {
            title: `Length of the trust policy (role ${role.name})`,
            state: 'warning',
            evidence: [`The trust policy of ${role.name} has ${size} of ${trustQuota} characters.`],
            nextStep:
              'Name all deployments of the Stack by one pattern (stack:NAME:deployment:*:operation:…), or share them among several roles.',
            failureModes: ['trust-policy-too-long'],
          },
        ];
      }),
    ),
});
