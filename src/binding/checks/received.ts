import type { WebIdentityEvent } from '../../iam/account/types';
import {
  comparisonLines,
  isLegacySubject,
  latestEvents,
  nearestTrusted,
  phaseOfSubject,
  type SubjectComparison,
  trustedSubjects,
} from '../doctor/received';
import { type FailureModeId, failureModes } from '../failureModes';
import type { BindingFacts, Phase, TrailFacts, WorkspaceFacts } from '../facts';
import type { Remedy } from '../remedy';
import { issuerOfWorkspace } from './arn';
import { bindingRow } from './bindingRow';
import { rolesOfRuns, type RoleUse } from './configurations';
import { pastedEvents, receivedEvents } from './events';
import type { TrustJudge } from './judge';
import { namesOf, trustVerdict } from './refusal';
import type { CheckResult } from './row';
import { label } from './variables';

const soon = 'Ask again in some minutes. If it stays so, look at the switch, the execution mode and the region.';

/** The latest call of each role and phase, as CloudTrail has it. Says nothing where CloudTrail was not asked. */
export const awsReceived = bindingRow({
  id: 'aws-received',
  title: 'What AWS received',
  reason: 'AWS refused the token',
  why: 'CloudTrail keeps the subject that AWS really saw, also of calls that it refused.',
  failureModes: failureModes.map(mode => mode.id),
  inProof: 'counts',
  refutes: [],
  run: ({ facts, judge }) => {
    const { workspace } = facts;
    if (workspace.state === 'unknown') return [];
    const pasted = pastedTrail(facts);
    const trail = facts.trail?.state === 'known' ? facts.trail : (pasted ?? facts.trail);
    if (trail === undefined) return [];
    if (trail.state === 'unknown') {
      const nextStep = trail.nextStep ?? 'Use a profile that may cloudtrail:LookupEvents.';
      return [{ state: 'unknown', evidence: [], why: trail.why, nextStep }];
    }
    const calls = receivedCalls(facts);
    const unread = trail.value.unread.map(u => `${u.region} could not be asked: ${u.why}`);
    if (calls.length === 0 && facts.trail === undefined) return [];
    if (calls.length > 0) return calls.map(call => received(facts, workspace.value, call, unread, judge));
    const why = `CloudTrail shows no AssumeRoleWithWebIdentity of this workspace since ${iso(trail.value.since)} in ${trail.value.regions.join(', ')}. Events come some minutes late; after a quarter of an hour it means that no token was sent.`;
    return [{ state: 'unknown', evidence: unread, why, nextStep: soon }];
  },
});

function received(
  facts: BindingFacts,
  workspace: WorkspaceFacts,
  { event, phase, use, comparison }: ReceivedCall,
  unread: readonly string[],
  judge: TrustJudge,
): CheckResult {
  const refused = event.errorCode !== undefined;
  const result = {
    ...(use && { configuration: label(use.configuration) }),
    ...(phase && { phase }),
    title: `What AWS received${phase === undefined ? '' : ` (${phase})`}`,
    evidence: [
      `${iso(event.at)} ${event.region}: ${event.errorCode ?? 'the role was given'}${event.roleArn === undefined ? '' : `, ${event.roleArn}`}.`,
      ...(event.subject === undefined ? [] : [`AWS received the subject "${event.subject}".`]),
      ...(refused && comparison !== undefined ? comparisonLines(comparison) : []),
      ...unread,
    ],
  };
  if (!refused) return { ...result, state: 'ok' };
  return {
    ...result,
    state: 'wrong',
    ...meaningOf(facts, workspace, event, use, judge),
  };
}

/** One call that AWS received, beside the trust policy of the role that it asked for. */
export interface ReceivedCall {
  readonly event: WebIdentityEvent;
  readonly phase: Phase | undefined;
  /** The configuration and phase that name the role; `undefined` where none does (any more). */
  readonly use: RoleUse | undefined;
  /** Against the subject of the role's trust policy that comes nearest. */
  readonly comparison: SubjectComparison | undefined;
}

/** The events of a pasted text, as if CloudTrail had been asked for them. */
function pastedTrail(facts: BindingFacts): { readonly state: 'known'; readonly value: TrailFacts } | undefined {
  const events = pastedEvents(facts);
  return events.length === 0
    ? undefined
    : { state: 'known', value: { since: events.at(-1)?.at ?? 0, regions: [], unread: [], events } };
}

/**
 * The latest call of each role and phase of this workspace, newest first, of CloudTrail and of the events that somebody pasted; empty
 * where there are none.
 */
export function receivedCalls(facts: BindingFacts): readonly ReceivedCall[] {
  const { workspace } = facts;
  if (workspace.state === 'unknown') return [];
  const events = receivedEvents(facts);
  const w = workspace.value;
  const names = [{ organization: w.organization, workspace: w.name }, ...(facts.remembered ? [facts.remembered] : [])];
  const uses = rolesOf(facts);
  return latestEvents(events, names, new Set(uses.map(u => u.arn))).map((event): ReceivedCall => {
    const phase = phaseOfSubject(event.subject);
    const use = uses.find(u => u.arn === event.roleArn && (phase === undefined || u.phase === phase));
    const fact =
      event.roleArn === undefined || facts.account.state === 'unknown'
        ? undefined
        : facts.account.value.roles.get(event.roleArn);
    const role = fact?.state === 'known' ? fact.value : undefined;
    const comparison =
      event.subject === undefined || role === undefined
        ? undefined
        : nearestTrusted(event.subject, trustedSubjects(role.trustPolicy, issuerOfWorkspace(w)));
    return { event, phase, use, comparison };
  });
}

export function receivedJson({ event, phase, comparison }: ReceivedCall): Readonly<Record<string, unknown>> {
  return {
    at: iso(event.at),
    region: event.region,
    roleArn: event.roleArn ?? null,
    phase: phase ?? null,
    subject: event.subject ?? null,
    provider: event.provider ?? null,
    errorCode: event.errorCode ?? null,
    ...(comparison && {
      trusted: comparison.trusted.join(':'),
      differsAt: comparison.differsAt,
      segment: comparison.segment ?? null,
    }),
  };
}

const rolesOf = (facts: BindingFacts): readonly RoleUse[] =>
  facts.variables.state === 'unknown' ? [] : facts.variables.value.configurations.flatMap(c => rolesOfRuns(facts, c));

const iso = (time: number): string => new Date(time).toISOString().replace('.000Z', 'Z');

/** What a refusal means, most likely first, and what to do about it. */
interface Meaning {
  readonly failureModes: readonly FailureModeId[];
  readonly nextStep: string;
  readonly remedy?: Remedy;
}

function meaningOf(
  facts: BindingFacts,
  workspace: WorkspaceFacts,
  event: WebIdentityEvent,
  use: RoleUse | undefined,
  judge: TrustJudge,
): Meaning {
  switch (event.errorCode) {
    case 'AccessDenied':
      return deniedMeaning(facts, workspace, event, use, judge);
    case 'InvalidIdentityToken':
      return {
        failureModes: tokenModes(facts, event),
        nextStep: 'Look at the OIDC provider: its URL, its audiences, and whether AWS can reach the host.',
      };
    case 'IDPCommunicationError':
      return { failureModes: ['issuer-unreachable'], nextStep: 'Let AWS reach the host over the public internet.' };
    case 'IDPRejectedClaim':
      return {
        failureModes: ['issuer-unreachable', 'subject-mismatch'],
        nextStep: 'Look at the OIDC provider: its URL, its audiences, and whether AWS can reach the host.',
      };
    case 'ExpiredTokenException':
    case 'ExpiredToken':
      return {
        failureModes: ['session-expired'],
        nextStep: 'Look at how long the phase took: the token ends with it.',
      };
    case 'RegionDisabledException':
      return {
        failureModes: ['region-disabled'],
        nextStep: `Enable ${event.region} in the account, or use another region for STS.`,
      };
    default:
      return {
        failureModes: [],
        nextStep: 'Look up the error code in the documentation of AssumeRoleWithWebIdentity.',
      };
  }
}

function deniedMeaning(
  facts: BindingFacts,
  workspace: WorkspaceFacts,
  event: WebIdentityEvent,
  use: RoleUse | undefined,
  judge: TrustJudge,
): Meaning {
  const phase = phaseOfSubject(event.subject);
  const before = phase !== undefined && event.subject !== judge.subject(namesOf(workspace), phase);
  const account = facts.account.state === 'known' ? facts.account.value : undefined;
  const fact = use === undefined ? undefined : account?.roles.get(use.arn);
  const role = fact?.state === 'known' ? fact.value : undefined;
  if (event.subject !== undefined && isLegacySubject(event.subject))
    return {
      failureModes: ['subject-mismatch'],
      nextStep: `Let the trust policy allow "${event.subject}" beside the form with a project: the server that minted it is from before projects.`,
    };
  // AWS received other names than the workspace has now: it was renamed or moved after the call.
  if (before)
    return {
      failureModes: ['renamed', 'subject-mismatch'],
      nextStep: 'Run again: tokens carry the present names now. If AWS refuses that run too, ask CloudTrail again.',
    };
  if (account === undefined || use === undefined || role === undefined)
    return {
      failureModes:
        fact?.state === 'known'
          ? ['subject-mismatch']
          : ['subject-mismatch', 'phase-mismatch', 'renamed', 'provider-mismatch'],
      nextStep:
        fact?.state === 'known'
          ? 'Name a role that exists.'
          : 'Read the trust policy of the role with a profile of its account, and compare it with the subject that AWS received.',
    };
  const verdict = trustVerdict(facts, { ...use, workspace, account, role }, judge);
  switch (verdict.decision) {
    case 'deny': {
      const { mode, nextStep, remedy } = verdict.refusal;
      return { failureModes: [mode], nextStep, remedy };
    }
    case 'allow':
      // It would be let in today: the policy or the role is younger than the call.
      return { failureModes: ['just-created'], nextStep: 'Run again: the trust policy lets this subject in now.' };
    case 'undecided':
      return {
        failureModes: ['subject-mismatch'],
        nextStep: `Name the subject that AWS received in the trust policy of ${role.name}.`,
      };
  }
}

function tokenModes(facts: BindingFacts, event: WebIdentityEvent): readonly FailureModeId[] {
  const account = facts.account.state === 'known' ? facts.account.value : undefined;
  if (/No OpenIDConnect provider/i.test(event.errorMessage ?? '')) return ['provider-missing'];
  if (/audience/i.test(event.errorMessage ?? '')) return ['audience-missing'];
  if (account === undefined || account.provider.state === 'unknown')
    return ['provider-missing', 'audience-missing', 'issuer-unreachable', 'thumbprint'];
  const provider = account.provider.value;
  if (provider === undefined) return ['provider-missing'];
  if (event.audience !== undefined && !provider.audiences.includes(event.audience)) return ['audience-missing'];
  if (facts.issuer.state === 'known' && facts.issuer.value.problem !== undefined) return ['issuer-unreachable'];
  return ['issuer-unreachable', 'thumbprint', 'audience-missing'];
}
