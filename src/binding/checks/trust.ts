import type { Check } from '../check';
import type { AccountFacts, BindingFacts, ConfigurationFacts, Phase, RoleFacts, WorkspaceFacts } from '../facts';
import { phases } from '../facts';
import { trustQuota } from '../../iam/policy/document';
import { oidcProviderArn } from '../../oidc/partition';
import { providerUrlHost } from './arn';
import { label } from './variables';

/** Evaluates trust policies; the evaluator of src/iam/policy in the product. */
export interface TrustJudge {
  /** May a token with this subject and audience assume a role with this trust policy? `why` explains a refusal, clause by clause. */
  judge(
    policy: string,
    request: TrustRequest,
  ): { readonly decision: 'allow' | 'deny' | 'undecided'; readonly why: readonly string[] };
  /** The subject of a workspace's run (https://developer.hashicorp.com/terraform/cloud-docs/dynamic-provider-credentials/workload-identity-tokens). */
  subject(names: { organization: string; project: string; workspace: string }, phase: Phase): string;
  /** Strangers who must be refused, with a name for each. */
  strangers(names: {
    organization: string;
    project: string;
    workspace: string;
  }): readonly { readonly name: string; readonly subject: string }[];
  /** Does the policy meet AWS's rule for shared providers (the subject is evaluated, not by a bare `*`)? */
  meetsSharedProviderRule(policy: string, hostname: string): boolean;
  /** Characters that count against the trust policy quota of 2,048. */
  size(policy: string): number;
}

export interface TrustRequest {
  readonly hostname: string;
  readonly providerArn: string;
  readonly subject: string;
  readonly audience: string;
}

export function trusts(
  facts: BindingFacts,
  account: AccountFacts,
  workspace: WorkspaceFacts,
  c: ConfigurationFacts,
  phase: Phase,
  role: RoleFacts,
  judge: TrustJudge,
): Check {
  const base = {
    id: 'role-trusts-run',
    configuration: label(c),
    phase,
    title: `Trust for ${phase} runs`,
    why: 'AWS compares the subject of the token with the trust policy, letter by letter.',
  } as const;
  const names = { organization: workspace.organization, project: workspace.project.name, workspace: workspace.name };
  const host = providerUrlHost(workspace.hostname);
  const providerArn = oidcProviderArn(account.partition, account.accountId, host);
  const subject = judge.subject(names, phase);
  const ask = (s: string): ReturnType<TrustJudge['judge']> =>
    judge.judge(role.trustPolicy, { hostname: host, providerArn, subject: s, audience: c.audience });
  const verdict = ask(subject);
  if (verdict.decision === 'allow')
    return { ...base, state: 'ok', evidence: [`${role.name} trusts "${subject}".`], failureModes: [] };
  if (verdict.decision === 'undecided') {
    return {
      ...base,
      state: 'unknown',
      evidence: verdict.why,
      why: 'The policy uses something whose value is known only to AWS at run time.',
      failureModes: [],
    };
  }
  const fix = {
    nextStep: 'Update the trust policy.',
    remedy: { kind: 'update-trust', roleArn: role.arn, phase },
  } as const;
  // Why is it refused? Ask again with one thing changed: what then is allowed was the reason.
  const renamed = facts.remembered;
  const old = renamed === undefined ? undefined : judge.subject(renamed, phase);
  if (renamed !== undefined && old !== undefined && old !== subject && ask(old).decision === 'allow') {
    return {
      ...base,
      state: 'wrong',
      evidence: [`${role.name} trusts "${old}", from before a rename; tokens now carry "${subject}".`, ...verdict.why],
      ...fix,
      failureModes: [2],
    };
  }
  const other = phases.find(p => p !== phase) ?? phase;
  if (ask(judge.subject(names, other)).decision === 'allow') {
    return {
      ...base,
      state: 'wrong',
      evidence: [`${role.name} trusts ${other} runs of this workspace, and is used for ${phase} runs.`, ...verdict.why],
      ...fix,
      failureModes: [3],
    };
  }
  const foreign = principals(role.trustPolicy).filter(p => p !== providerArn);
  const keys = conditionHosts(role.trustPolicy).filter(h => h !== host);
  const own = principals(role.trustPolicy).includes(providerArn);
  if ((foreign.length > 0 && !own) || (keys.length > 0 && !conditionHosts(role.trustPolicy).includes(host))) {
    return {
      ...base,
      state: 'wrong',
      evidence: [
        ...(own
          ? []
          : foreign.map(p => `The trust policy names ${p}; tokens of this workspace come from ${providerArn}.`)),
        ...keys.map(k => `Conditions look at ${k}:…, tokens of this workspace have keys of ${host}.`),
        ...verdict.why,
      ],
      ...fix,
      failureModes: [4],
    };
  }
  return {
    ...base,
    state: 'wrong',
    evidence: [`Tokens carry the subject "${subject}".`, ...verdict.why],
    ...fix,
    failureModes: [1],
  };
}

export function strangers(
  account: AccountFacts,
  workspace: WorkspaceFacts,
  c: ConfigurationFacts,
  phase: Phase,
  role: RoleFacts,
  judge: TrustJudge,
): readonly Check[] {
  const names = { organization: workspace.organization, project: workspace.project.name, workspace: workspace.name };
  const host = providerUrlHost(workspace.hostname);
  const providerArn = oidcProviderArn(account.partition, account.accountId, host);
  const base = {
    id: 'strangers-refused',
    configuration: label(c),
    phase,
    title: `Strangers are refused (${phase} role)`,
    why: 'Names of organizations are first come, first served: a pattern that is too wide lets others in.',
  } as const;
  const let_in = judge
    .strangers(names)
    .filter(
      s =>
        judge.judge(role.trustPolicy, { hostname: host, providerArn, subject: s.subject, audience: c.audience })
          .decision === 'allow',
    );
  if (let_in.length === 0)
    return [
      { ...base, state: 'ok', evidence: [`${role.name} refuses every stranger that was tried.`], failureModes: [] },
    ];
  return [
    {
      ...base,
      state: 'wrong',
      evidence: let_in.map(s => `${role.name} can be assumed by ${s.name}: "${s.subject}".`),
      nextStep: 'Name exactly one organization, project and workspace.',
      remedy: { kind: 'update-trust', roleArn: role.arn, phase },
      failureModes: [],
    },
  ];
}

export function acceptable(
  workspace: WorkspaceFacts,
  c: ConfigurationFacts,
  phase: Phase,
  role: RoleFacts,
  judge: TrustJudge,
): readonly Check[] {
  const host = providerUrlHost(workspace.hostname);
  const out: Check[] = [];
  if (!judge.meetsSharedProviderRule(role.trustPolicy, host)) {
    out.push({
      id: 'trust-acceptable',
      configuration: label(c),
      phase,
      title: `IAM accepts the trust policy (${phase} role)`,
      state: 'wrong',
      evidence: [`The trust policy of ${role.name} does not evaluate ${host}:sub.`],
      why: 'IAM refuses any change to such a policy, and until then anyone with a token of the host may fit.',
      nextStep: 'Update the trust policy.',
      remedy: { kind: 'update-trust', roleArn: role.arn, phase },
      failureModes: [14],
    });
  }
  const size = judge.size(role.trustPolicy);
  if (size > trustQuota * 0.93) {
    out.push({
      id: 'trust-size',
      configuration: label(c),
      phase,
      title: `Length of the trust policy (${phase} role)`,
      state: 'warning',
      evidence: [`The trust policy of ${role.name} has ${size} of ${trustQuota} characters.`],
      why: 'IAM refuses longer ones unless the quota was raised.',
      nextStep: 'Share the workspaces among several roles, or ask for a higher quota (L-C07B4B0D).',
      failureModes: [15],
    });
  }
  return out;
}

export function owned(facts: BindingFacts, c: ConfigurationFacts, phase: Phase, role: RoleFacts): readonly Check[] {
  const inCode = facts.code?.managedRoles.find(r => r.name === role.name);
  const owner = inCode?.address ?? role.managedBy;
  const base = {
    id: 'role-unchanged',
    configuration: label(c),
    phase,
    title: `Ownership of the ${phase} role`,
  } as const;
  if (owner !== undefined) {
    return [
      {
        ...base,
        state: role.drifted === true ? 'wrong' : 'ok',
        evidence: [
          `${role.name} is managed by ${owner}.`,
          ...(role.drifted === true ? ['Its policy differs from what was set up.'] : []),
        ],
        why: 'A change by hand is undone by the next deployment of its code. This tool does not write to it.',
        ...(role.drifted === true
          ? { nextStep: 'Change the code that owns the role, or export the setup as code.' }
          : {}),
        ...(inCode === undefined
          ? {}
          : { location: inCode.location, remedy: { kind: 'open-file' as const, location: inCode.location } }),
        failureModes: role.drifted === true ? [20] : [],
      },
    ];
  }
  if (role.drifted !== true) return [];
  return [
    {
      ...base,
      state: 'warning',
      evidence: [`The trust policy of ${role.name} was changed after we wrote it.`],
      why: 'Somebody else changes this role.',
      nextStep: 'Compare the policies, then keep theirs or write ours again.',
      remedy: { kind: 'update-trust', roleArn: role.arn, phase },
      failureModes: [20],
    },
  ];
}

/** Federated principals of a policy, whatever its shape. A policy that is no JSON has none. */
function principals(policy: string): readonly string[] {
  return statements(policy).flatMap(s => {
    const principal = s['Principal'];
    if (typeof principal !== 'object' || principal === null) return [];
    return strings((principal as Record<string, unknown>)['Federated']);
  });
}

/** Hosts of `<host>:sub` and `<host>:aud` condition keys. */
function conditionHosts(policy: string): readonly string[] {
  const keys = statements(policy).flatMap(s =>
    Object.values(s['Condition'] ?? {}).flatMap((c: unknown) =>
      typeof c === 'object' && c !== null ? Object.keys(c) : [],
    ),
  );
  return [
    ...new Set(keys.filter(k => /:(?:sub|aud)$/i.test(k)).map(k => k.slice(0, k.lastIndexOf(':')).toLowerCase())),
  ];
}

function statements(policy: string): readonly Record<string, unknown>[] {
  try {
    const parsed: unknown = JSON.parse(policy);
    const found: unknown =
      typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>)['Statement'] : undefined;
    const list: readonly unknown[] = Array.isArray(found) ? found : [found];
    return list.filter((s): s is Record<string, unknown> => typeof s === 'object' && s !== null);
  } catch {
    return [];
  }
}

function strings(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((v): v is string => typeof v === 'string');
}
