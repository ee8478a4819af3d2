import { oidcProviderArn } from '../../oidc/arns';
import { comparisonLines, nearestTrusted, trustedSubjects } from '../doctor/received';
import type { BindingFacts, Phase } from '../facts';
import { phases } from '../facts';
import type { Remedy } from '../remedy';
import { issuerOfWorkspace } from './arn';
import type { ReadRole } from './configurations';
import type { TrustJudge, TrustRequest } from './judge';
import { type ClaimKey, issuerStatements } from './policyParts';

/** Causes that a refusal by a trust policy has. */
export type RefusalMode = 'subject-mismatch' | 'renamed' | 'phase-mismatch' | 'provider-mismatch' | 'audience-missing';

/** Why a trust policy refuses the runs of a phase, and the smallest change that lets them in. */
export interface Refusal {
  readonly mode: RefusalMode;
  readonly evidence: readonly string[];
  readonly nextStep: string;
  readonly remedy: Remedy;
}

export type TrustVerdict =
  | { readonly decision: 'allow'; readonly subject: string }
  | { readonly decision: 'undecided'; readonly why: readonly string[] }
  | { readonly decision: 'deny'; readonly refusal: Refusal };

/** What a role's policy is asked about: one token, as AWS would see it. */
interface Question {
  readonly read: ReadRole;
  readonly request: TrustRequest;
  readonly ask: (change: Partial<TrustRequest>) => ReturnType<TrustJudge['judge']>;
  readonly subjectOf: (names: Parameters<TrustJudge['subject']>[0], phase: Phase) => string;
}

/** The names that a workspace's subject is made of. */
export const namesOf = (workspace: ReadRole['workspace']): Parameters<TrustJudge['subject']>[0] => ({
  organization: workspace.organization,
  project: workspace.project.name,
  workspace: workspace.name,
});

function question(read: ReadRole, judge: TrustJudge): Question {
  const hostname = issuerOfWorkspace(read.workspace);
  const request = {
    hostname,
    providerArn: oidcProviderArn(read.account.partition, read.account.accountId, hostname),
    subject: judge.subject(namesOf(read.workspace), read.phase),
    audience: read.configuration.audience,
  };
  return {
    read,
    request,
    ask: change => judge.judge(read.role.trustPolicy, { ...request, ...change }),
    subjectOf: (names, phase) => judge.subject(names, phase),
  };
}

/** Does the role let the runs of its phase in? Where not, why: each reason is found by asking again with one thing changed. */
export function trustVerdict(facts: BindingFacts, read: ReadRole, judge: TrustJudge): TrustVerdict {
  const q = question(read, judge);
  const { decision, why } = q.ask({});
  if (decision === 'allow') return { decision, subject: q.request.subject };
  if (decision === 'undecided') return { decision, why };
  const refusal = renamed(facts, q) ?? otherPhase(q) ?? otherAudience(q) ?? otherProvider(q) ?? otherSubject(q);
  return { decision, refusal: { ...refusal, evidence: [...refusal.evidence, ...why] } };
}

/** Would the role let the runs of its phase in if their tokens had this audience? */
export const letsIn = (read: ReadRole, audience: string, judge: TrustJudge): boolean =>
  question(read, judge).ask({ audience }).decision === 'allow';

const addRun = (q: Question): Remedy => ({
  kind: 'update-trust',
  change: 'add',
  roleArn: q.read.arn,
  phases: phases.filter(phase => {
    const role = q.read.configuration.roles[phase];
    return role.state === 'set' && role.arn === q.read.arn;
  }),
  tag: q.read.configuration.tag,
});

function renamed(facts: BindingFacts, q: Question): Refusal | undefined {
  if (facts.remembered === undefined) return undefined;
  const old = q.subjectOf(facts.remembered, q.read.phase);
  const { subject } = q.request;
  if (old === subject || q.ask({ subject: old }).decision !== 'allow') return undefined;
  return {
    mode: 'renamed',
    evidence: [`${q.read.role.name} trusts "${old}", from before a rename; tokens now carry "${subject}".`],
    nextStep: `Add "${subject}" to the trust policy of ${q.read.role.name}, and remove the old name once runs get in.`,
    remedy: addRun(q),
  };
}

function otherPhase(q: Question): Refusal | undefined {
  const { phase, role, workspace } = q.read;
  const other = phases.find(p => p !== phase) ?? phase;
  if (q.ask({ subject: q.subjectOf(namesOf(workspace), other) }).decision !== 'allow') return undefined;
  return {
    mode: 'phase-mismatch',
    evidence: [`${role.name} trusts ${other} runs of this workspace, and is used for ${phase} runs.`],
    nextStep: `Let ${role.name} trust ${phase} runs too, or name another role for ${phase} runs.`,
    remedy: addRun(q),
  };
}

/** The policy would let the run in with another audience: the variable, or the policy, has the wrong one. */
function otherAudience(q: Question): Refusal | undefined {
  const { account, configuration, role } = q.read;
  const provider = account.provider.state === 'known' ? account.provider.value : undefined;
  const wanted = [
    ...new Set([
      ...(provider?.audiences ?? []),
      ...issuerStatements(role.trustPolicy)
        .flatMap(s => s.keys)
        .filter(k => k.claim === 'aud' && k.host === q.request.hostname)
        .flatMap(k => k.values),
    ]),
  ].find(audience => audience !== q.request.audience && q.ask({ audience }).decision === 'allow');
  if (wanted === undefined) return undefined;
  const evidence = [`${role.name} trusts the audience "${wanted}"; tokens carry "${q.request.audience}".`];
  const key = audienceVariable(configuration.tag);
  if (provider?.audiences.includes(wanted) === true && !provider.audiences.includes(q.request.audience))
    return {
      mode: 'audience-missing',
      evidence: [...evidence, `The OIDC provider accepts "${wanted}" too: provider and role agree.`],
      nextStep: `Set ${key} to ${wanted}.`,
      remedy: { kind: 'set-variable', key, value: wanted },
    };
  return {
    mode: 'audience-missing',
    evidence,
    nextStep: `Add the audience "${q.request.audience}" to the trust policy of ${role.name}, or set ${key} to ${wanted}.`,
    remedy: addRun(q),
  };
}

/** The variable that gives the tokens of a configuration their audience. */
export const audienceVariable = (tag: string | undefined): string =>
  `TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE${tag === undefined ? '' : `_${tag}`}`;

function otherProvider(q: Question): Refusal | undefined {
  const { trustPolicy, name } = q.read.role;
  const { hostname, providerArn } = q.request;
  const statements = issuerStatements(trustPolicy);
  const own = statements.filter(s => s.principals.includes(providerArn));
  const foreign = (keys: readonly ClaimKey[]): readonly ClaimKey[] => keys.filter(k => k.host !== hostname);
  // A policy may trust other issuers beside ours, with keys of theirs: it is our own statements that refuse.
  if (own.some(s => foreign(s.keys).length === 0)) return undefined;
  const principals = own.length > 0 ? [] : [...new Set(statements.flatMap(s => s.principals))];
  const keys = [...new Set(foreign((own.length > 0 ? own : statements).flatMap(s => s.keys)).map(k => k.key))];
  if (principals.length === 0 && keys.length === 0) return undefined;
  const replaced = keys.map(key => `${key} by ${hostname}${key.slice(key.lastIndexOf(':'))}`).join(' and ');
  const steps = [
    ...(principals.length > 0 ? [`name ${providerArn} as the principal`] : []),
    ...(keys.length > 0 ? [`replace ${replaced}`] : []),
  ];
  return {
    mode: 'provider-mismatch',
    evidence: [
      ...principals.map(p => `The trust policy names ${p}; tokens of this workspace come from ${providerArn}.`),
      ...keys.map(
        key =>
          `A condition looks at ${key}, a key of another issuer; tokens of this workspace have keys of ${hostname}.`,
      ),
    ],
    nextStep: `In the trust policy of ${name}, ${steps.join(', and ')}.`,
    remedy: addRun(q),
  };
}

function otherSubject(q: Question): Refusal {
  const { subject, hostname } = q.request;
  const nearest = nearestTrusted(subject, trustedSubjects(q.read.role.trustPolicy, hostname));
  return {
    mode: 'subject-mismatch',
    evidence: [
      `Tokens carry the subject "${subject}".`,
      ...(nearest === undefined ? [] : [...comparisonLines(nearest, 'sent'), ...blankProject(nearest.trusted)]),
    ],
    nextStep: `Add "${subject}" to the trust policy of ${q.read.role.name}, and keep the others that it trusts.`,
    remedy: addRun(q),
  };
}

/** The popular "project::": https://developer.hashicorp.com/terraform/cloud-docs/projects says that every workspace has a project. */
const blankProject = (trusted: readonly string[]): readonly string[] =>
  trusted.some((part, i) => part === 'project' && trusted[i + 1] === '')
    ? [
        'The trust policy leaves the project empty (project::), which no workspace does: the first project is called "Default Project".',
      ]
    : [];
