import type { WebIdentityEvent } from '../../iam/account/types';
import type { Check } from '../check';
import {
  comparisonLines,
  latestEvents,
  nearestTrusted,
  phaseOfSubject,
  type SubjectComparison,
  trustedSubjects,
} from '../doctor/received';
import type { FailureModeNumber } from '../failureModes';
import type { AccountFacts, BindingFacts, ConfigurationFacts, Phase, WorkspaceFacts } from '../facts';
import { phases } from '../facts';
import { providerUrlHost } from './arn';
import { type TrustJudge, trusts } from './trust';
import { label } from './variables';

const base = {
  id: 'aws-received',
  title: 'What AWS received',
  why: 'CloudTrail keeps the subject that AWS really saw, also of calls that it refused.',
} as const;

/** The latest call of each role and phase, as CloudTrail has it. Says nothing where CloudTrail was not asked. */
export function awsReceived(facts: BindingFacts, judge: TrustJudge): readonly Check[] {
  const { trail, workspace } = facts;
  if (trail === undefined || workspace.state === 'unknown') return [];
  if (trail.state === 'unknown') {
    return [
      {
        ...base,
        state: 'unknown',
        evidence: [],
        why: trail.why,
        nextStep: 'Use a profile that may cloudtrail:LookupEvents.',
        failureModes: [],
      },
    ];
  }
  const w = workspace.value;
  const calls = receivedCalls(facts);
  const unread = trail.value.unread.map(u => `${u.region} could not be asked: ${u.why}`);
  if (calls.length === 0) {
    return [
      {
        ...base,
        state: 'unknown',
        evidence: unread,
        why: `CloudTrail shows no AssumeRoleWithWebIdentity of this workspace since ${iso(trail.value.since)} in ${trail.value.regions.join(', ')}. Events come some minutes late; after a quarter of an hour it means that no token was sent.`,
        nextStep: 'Ask again in some minutes. If it stays so, look at the switch, the execution mode and the region.',
        failureModes: [],
      },
    ];
  }
  return calls.map(({ event, phase, use, comparison }): Check => {
    const refused = event.errorCode !== undefined;
    return {
      ...base,
      ...(use && { configuration: label(use.configuration) }),
      ...(phase && { phase }),
      title: `${base.title}${phase === undefined ? '' : ` (${phase})`}`,
      state: refused ? 'wrong' : 'ok',
      evidence: [
        `${iso(event.at)} ${event.region}: ${event.errorCode ?? 'the role was given'}${event.roleArn === undefined ? '' : `, ${event.roleArn}`}.`,
        ...(event.subject === undefined ? [] : [`AWS received the subject "${event.subject}".`]),
        ...(refused && comparison !== undefined ? comparisonLines(comparison) : []),
        ...unread,
      ],
      ...(refused && { nextStep: nextStepFor(event) }),
      ...(refused &&
        use !== undefined &&
        event.errorCode === 'AccessDenied' && {
          remedy: { kind: 'update-trust' as const, roleArn: use.arn, phase: use.phase },
        }),
      failureModes: refused ? modesOf(facts, w, event, use, judge) : [],
    };
  });
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

/** The latest call of each role and phase of this workspace, newest first; empty where CloudTrail was not asked or not read. */
export function receivedCalls(facts: BindingFacts): readonly ReceivedCall[] {
  const { trail, workspace } = facts;
  if (trail?.state !== 'known' || workspace.state === 'unknown') return [];
  const w = workspace.value;
  const names = [{ organization: w.organization, workspace: w.name }, ...(facts.remembered ? [facts.remembered] : [])];
  const uses = rolesOf(facts);
  return latestEvents(trail.value.events, names, new Set(uses.map(u => u.arn))).map((event): ReceivedCall => {
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
        : nearestTrusted(event.subject, trustedSubjects(role.trustPolicy, providerUrlHost(w.hostname)));
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

interface RoleUse {
  readonly arn: string;
  readonly phase: Phase;
  readonly configuration: ConfigurationFacts;
}

function rolesOf(facts: BindingFacts): readonly RoleUse[] {
  if (facts.variables.state === 'unknown') return [];
  return facts.variables.value.configurations.flatMap(configuration =>
    phases.flatMap(phase => {
      const role = configuration.roles[phase];
      return role.state === 'set' ? [{ arn: role.arn, phase, configuration }] : [];
    }),
  );
}

const iso = (time: number): string => new Date(time).toISOString().replace('.000Z', 'Z');

function nextStepFor(event: WebIdentityEvent): string {
  switch (event.errorCode) {
    case 'AccessDenied':
      return 'Update the trust policy to the subject that AWS received.';
    case 'ExpiredTokenException':
      return 'Look at how long the phase took: the token ends with it.';
    default:
      return 'Look at the OIDC provider: its URL, its audiences, and whether AWS can reach the host.';
  }
}

/** What a refusal means, most likely first. */
function modesOf(
  facts: BindingFacts,
  workspace: WorkspaceFacts,
  event: WebIdentityEvent,
  use: RoleUse | undefined,
  judge: TrustJudge,
): readonly FailureModeNumber[] {
  const account = facts.account.state === 'known' ? facts.account.value : undefined;
  switch (event.errorCode) {
    case 'AccessDenied':
      return deniedModes(facts, account, workspace, event, use, judge);
    case 'InvalidIdentityToken':
      return tokenModes(facts, account, event);
    case 'IDPCommunicationError':
      return [7];
    case 'IDPRejectedClaim':
      return [7, 1];
    case 'ExpiredTokenException':
    case 'ExpiredToken':
      return [17];
    case 'RegionDisabledException':
      return [21];
    default:
      return [];
  }
}

function deniedModes(
  facts: BindingFacts,
  account: AccountFacts | undefined,
  workspace: WorkspaceFacts,
  event: WebIdentityEvent,
  use: RoleUse | undefined,
  judge: TrustJudge,
): readonly FailureModeNumber[] {
  const names = { organization: workspace.organization, project: workspace.project.name, workspace: workspace.name };
  const phase = phaseOfSubject(event.subject);
  // AWS received other names than the workspace has now: it was renamed or moved after the call.
  if (phase !== undefined && event.subject !== judge.subject(names, phase)) return [2, 1];
  if (account === undefined || use === undefined) return [1, 3, 2, 4];
  const fact = account.roles.get(use.arn);
  if (fact === undefined || fact.state === 'unknown') return [1, 3, 2, 4];
  if (fact.value === undefined) return [1];
  const now = trusts(facts, account, workspace, use.configuration, use.phase, fact.value, judge);
  // It would be let in today: the policy or the role is younger than the call.
  return now.state === 'ok' ? [18] : now.failureModes;
}

function tokenModes(
  facts: BindingFacts,
  account: AccountFacts | undefined,
  event: WebIdentityEvent,
): readonly FailureModeNumber[] {
  if (/No OpenIDConnect provider/i.test(event.errorMessage ?? '')) return [5];
  if (/audience/i.test(event.errorMessage ?? '')) return [6];
  if (account === undefined || account.provider.state === 'unknown') return [5, 6, 7, 8];
  const provider = account.provider.value;
  if (provider === undefined) return [5];
  if (event.audience !== undefined && !provider.audiences.includes(event.audience)) return [6];
  if (facts.issuer.state === 'known' && facts.issuer.value.problem !== undefined) return [7];
  return [7, 8, 6];
}
