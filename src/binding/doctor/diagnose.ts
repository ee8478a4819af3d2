import type { Check } from '../check';
import { issuerOfWorkspace } from '../checks/arn';
import { checkRow } from '../checks/rows';
import { type FailureMode, type FailureModeId, failureMode } from '../failureModes';
import type { BindingFacts } from '../facts';
import { eventReading } from './eventReading';
import { type ErrorReading, isWrapper, type OtherError, otherErrorsIn, readErrorText } from './errorText';
import { eventsIn } from './pastedEvents';
import type { Advice } from './signature';

/** One possible cause, with what speaks for it. */
export interface Diagnosis {
  readonly mode: FailureMode;
  /** 0 to 1; only the order matters to a reader. */
  readonly confidence: number;
  /** What happens and why: the mode's own words, or those of the message where it says more. */
  readonly explanation: string;
  /** The one thing to do: that of the check which found it, else what the message asks for. */
  readonly nextStep: string;
  readonly evidence: readonly string[];
  /** The checks that found it. */
  readonly checks: readonly Check[];
  /** Those among them whose step that is; their remedies do it. */
  readonly leading: readonly Check[];
}

/** What speaks for and against one failure mode. */
interface Cause {
  readonly mode: FailureModeId;
  readonly checks: Check[];
  readonly evidence: string[];
  /** A message names it and nothing else; its place among the messages. */
  named: number;
  /** A message may come from it; its place among the messages and their modes. */
  told: number;
  /** It stands in a message, whatever the checks say. */
  certain: boolean;
  /** The times of the run fit. */
  supported: boolean;
  advice: Advice | undefined;
}

/**
 * Ranks the causes of a failing binding, most likely first. A cause is listed only where something speaks for it: a check that is
 * wrong, a message, or an event of CloudTrail. What a message or an event names comes first, then what checks found among the causes
 * that a message can have, then what checks found besides; a cause that the checks rule out is listed only where there is no other.
 */
export function diagnose(facts: BindingFacts, checks: readonly Check[]): readonly Diagnosis[] {
  const causes = new Map<FailureModeId, Cause>();
  const causeOf = (mode: FailureModeId): Cause => {
    const cause = causes.get(mode) ?? emptyCause(mode);
    causes.set(mode, cause);
    return cause;
  };
  for (const check of checks.filter(c => c.state === 'wrong' || c.state === 'warning'))
    for (const mode of check.failureModes) addCheck(causeOf(mode), check);
  const readings = readingsOf(facts);
  readings.forEach((reading, i) => {
    addReading(causeOf, causes, reading, i);
  });
  addTiming(facts, readings, causeOf);

  const ruledOut = ruledOutBy(facts, checks);
  const ranked = [...causes.values()]
    .map(cause => ({ cause, tier: tierOf(cause, ruledOut.has(cause.mode)) }))
    .sort((a, b) => a.tier - b.tier || compare(a.cause, b.cause));
  const best = ranked.filter(r => r.tier < tiers.ruledOut);
  return (best.length > 0 ? best : ranked).map(({ cause, tier }, i) =>
    diagnosisOf(cause, tier, i, tier === tiers.ruledOut ? ruledOut.get(cause.mode) : undefined),
  );
}

const emptyCause = (mode: FailureModeId): Cause => ({
  mode,
  checks: [],
  evidence: [],
  named: Infinity,
  told: Infinity,
  certain: false,
  supported: false,
  advice: undefined,
});

function addEvidence(cause: Cause, lines: readonly string[]): void {
  for (const line of lines) if (!cause.evidence.includes(line)) cause.evidence.push(line);
}

function addCheck(cause: Cause, check: Check): void {
  if (!cause.checks.includes(check)) cause.checks.push(check);
  addEvidence(cause, check.evidence);
}

interface SourcedReading extends ErrorReading {
  /** "Your text", "Run run-1 (plan)". */
  readonly source: string;
}

function addReading(
  causeOf: (mode: FailureModeId) => Cause,
  causes: ReadonlyMap<FailureModeId, Cause>,
  reading: SourcedReading,
  i: number,
): void {
  const { names, told = [] } = reading;
  const modes = names === undefined || reading.modes.includes(names) ? reading.modes : [names, ...reading.modes];
  // One message fits several causes: where a check has found one of them, the message speaks for that one.
  const found = modes.filter(mode => causes.get(mode)?.checks.some(c => c.state === 'wrong') === true);
  if (found.length === 0 && reading.confirmsOnly === true) return;
  const spokenFor = names !== undefined ? [names] : found.length > 0 ? found : modes;
  spokenFor.forEach((mode, k) => {
    const cause = causeOf(mode);
    addEvidence(cause, [`${reading.source}: ${reading.line}`, ...told]);
    cause.told = Math.min(cause.told, i * 100 + k);
    if (mode === names) cause.named = Math.min(cause.named, i);
    if (reading.certain === true && mode === names) cause.certain = true;
    if (mode === names || k === 0) cause.advice ??= reading.advice;
  });
}

const tiers = { first: 0, certain: 1, named: 2, foundAndTold: 3, found: 4, told: 5, hint: 6, ruledOut: 7 } as const;

function tierOf(cause: Cause, ruledOut: boolean): number {
  const found = cause.checks.some(c => c.state === 'wrong');
  // Nothing of the workspace takes part in a local run, whatever else is wrong.
  if (found && cause.mode === 'local-execution') return tiers.first;
  if (cause.certain) return tiers.certain;
  // Only the first message names the cause; a later one may be what followed from it.
  if (cause.named === 0 && (found || !ruledOut)) return tiers.named;
  if (found) return cause.told < Infinity ? tiers.foundAndTold : tiers.found;
  if (ruledOut) return tiers.ruledOut;
  return cause.told < Infinity || cause.supported ? tiers.told : tiers.hint;
}

const likely: readonly number[] = [0.97, 0.95, 0.9, 0.8, 0.6, 0.4, 0.3, 0.1];

/** The order in which a run meets what may stop it: of two faults the earlier one is what it meets. */
const way: readonly FailureModeId[] = [
  'local-execution',
  'variable-not-injected',
  'not-enabled',
  'vault-backed',
  'tags-and-aliases',
  'agent',
  'shared-config-file',
  'static-keys-win',
  'another-token',
  'region-disabled',
  'provider-missing',
  'issuer-unreachable',
  'thumbprint',
  'audience-missing',
  'provider-mismatch',
  'renamed',
  'phase-mismatch',
  'subject-mismatch',
  'just-created',
  'trust-policy-refused',
  'trust-policy-too-long',
  'permission-missing',
  'session-expired',
  'managed-elsewhere',
];

function compare(a: Cause, b: Cause): number {
  const told = (x: number, y: number): number => (x === y ? 0 : x < y ? -1 : 1);
  return (
    Number(b.supported) - Number(a.supported) ||
    told(a.told, b.told) ||
    told(a.named, b.named) ||
    way.indexOf(a.mode) - way.indexOf(b.mode)
  );
}

function diagnosisOf(cause: Cause, tier: number, place: number, against: string | undefined): Diagnosis {
  const mode = failureMode(cause.mode);
  const ordered = [
    ...cause.checks.filter(c => c.state === 'wrong' && c.failureModes[0] === cause.mode),
    ...cause.checks.filter(c => c.state === 'wrong' && c.failureModes[0] !== cause.mode),
    ...cause.checks.filter(c => c.state === 'warning'),
  ];
  const [first] = ordered;
  // A warning hints at a cause; a message that names the cause knows more.
  const leads = first !== undefined && (first.state === 'wrong' || cause.advice === undefined) ? first : undefined;
  const leading = leads === undefined ? [] : ordered.filter(c => c.id === leads.id && c.state === leads.state);
  const step = leads?.nextStep ?? (against === undefined ? undefined : speaksAgainst(against));
  return {
    mode,
    confidence: Math.max(0.05, (likely[tier] ?? 0.1) - 0.02 * place),
    explanation: cause.advice?.explanation ?? mode.explanation,
    nextStep: step ?? cause.advice?.nextStep ?? mode.nextStep,
    evidence: cause.evidence,
    checks: cause.checks,
    leading,
  };
}

/** Of a cause that what was read speaks against, with what that is: whether the message would come again nobody knows. */
const speaksAgainst = (why: string): string =>
  `Run again: what was read now speaks against this cause (${why.replace(/\.$/, '')}). If it is refused again, give the new message.`;

/** Causes that the facts speak against, as far as they are known, each with what was read. */
function ruledOutBy(facts: BindingFacts, checks: readonly Check[]): ReadonlyMap<FailureModeId, string> {
  const out = new Map<FailureModeId, string>();
  for (const { id, title, evidence } of checks.filter(c => checks.every(o => o.id !== c.id || o.state === 'ok')))
    for (const mode of checkRow(id).refutes)
      if (!out.has(mode)) out.set(mode, [title, ...evidence.slice(0, 1)].join(': '));
  if (facts.workspace.state === 'known' && facts.workspace.value.executionMode !== 'agent')
    out.set('agent', `execution mode ${facts.workspace.value.executionMode}, without an agent`);
  if (facts.variables.state === 'unknown') return out;
  const { configurations } = facts.variables.value;
  if (!configurations.some(c => c.backing === 'vault')) out.set('vault-backed', 'no configuration is backed by Vault');
  // With no tag on either side there is nothing that could not fit together.
  if (facts.code !== undefined && configurations.length > 0 && configurations.every(c => c.tag === undefined))
    if (!checks.some(c => c.id === 'tags-and-aliases' && c.state !== 'ok'))
      out.set('tags-and-aliases', 'no configuration has a tag');
  return out;
}

const runOf = (facts: BindingFacts): (BindingFacts['run'] & { state: 'known' })['value'] =>
  facts.run.state === 'known' ? facts.run.value : undefined;

function readingsOf(facts: BindingFacts): readonly SourcedReading[] {
  const run = runOf(facts);
  const logged = run === undefined ? [] : causesIn(run.errorText);
  const source = `Run ${run?.id ?? ''} (${run?.phase ?? ''})`;
  return [...pastedReadings(facts), ...logged.map(reading => ({ ...reading, source }))];
}

/** Events of CloudTrail say what AWS received: where there are some, the text around them says no more of the same calls. */
function pastedReadings(facts: BindingFacts): readonly SourcedReading[] {
  if (facts.pastedError === undefined) return [];
  const host = facts.workspace.state === 'known' ? issuerOfWorkspace(facts.workspace.value) : undefined;
  const events = eventsIn(facts.pastedError).flatMap(event => eventReading(event, host) ?? []);
  const rest = events.length > 0 && /^\s*[[{]/.test(facts.pastedError) ? [] : causesIn(facts.pastedError);
  const texts = rest.filter(r => events.length === 0 || r.code !== 'AssumeRoleWithWebIdentityDenied');
  return [...events, ...texts].map(reading => ({ ...reading, source: 'Your text' }));
}

/** The errors in the pasted text and in the run's log that are no failure of dynamic credentials. */
export function otherErrors(facts: BindingFacts, diagnoses: readonly Diagnosis[] = []): readonly OtherError[] {
  const told = diagnoses.flatMap(d => d.evidence);
  const found = [facts.pastedError ?? '', runOf(facts)?.errorText ?? '']
    .flatMap(otherErrorsIn)
    // Its message speaks for a cause that a check has found.
    .filter(error => !told.some(line => line.endsWith(error.line)));
  return found.filter((error, i) => found.findIndex(o => o.code === error.code) === i);
}

/** Errors that leave the provider without credentials, though nothing of how it gets them is wrong. */
const explaining: ReadonlySet<string> = new Set([
  ...['Throttled', 'PackedPolicyTooLarge', 'SignatureExpired', 'BackendCredentials', 'LocalExec', 'ExternalProgram'],
  'DefaultProviderMissing',
  ...['StsBusy', 'StsRefusalUnlisted'],
]);

/** What a text tells. Where it names the cause, the sentences around it (which fit a dozen causes) say nothing more. */
function causesIn(text: string): readonly ErrorReading[] {
  const readings = readErrorText(text);
  const causes = readings.filter(reading => !isWrapper(reading));
  if (causes.length > 0) return causes;
  return otherErrorsIn(text).some(error => explaining.has(error.code)) ? [] : readings;
}

/** IAM is eventually consistent: a refusal within this time after a role was made may just be early. */
const settling = 2 * 60_000;

function addTiming(
  facts: BindingFacts,
  readings: readonly ErrorReading[],
  causeOf: (mode: FailureModeId) => Cause,
): void {
  const run = runOf(facts);
  if (run === undefined || facts.account.state === 'unknown') return;
  if (!readings.some(reading => reading.modes.includes('just-created'))) return;
  for (const role of facts.account.value.roles.values()) {
    if (role.state === 'unknown' || role.value?.createdAt === undefined) continue;
    const age = run.at - role.value.createdAt;
    if (age < -settling || age >= settling) continue;
    const cause = causeOf('just-created');
    cause.supported = true;
    addEvidence(cause, [`Role ${role.value.name} was created ${agesApart(age)} the run.`]);
  }
}

/** Clocks of two services differ a little, so that a role can look younger than its run. */
function agesApart(milliseconds: number): string {
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  const word = milliseconds < 0 ? 'after' : 'before';
  if (seconds === 0) return `just ${word}`;
  return seconds === 1 ? `1 second ${word}` : `${seconds} seconds ${word}`;
}

/** Was there a text that says nothing which is known here? */
export function unrecognised(facts: BindingFacts, diagnoses: readonly Diagnosis[]): boolean {
  const texts = [facts.pastedError, runOf(facts)?.errorText].filter(text => text !== undefined && text.trim() !== '');
  return texts.length > 0 && diagnoses.length === 0 && otherErrors(facts, diagnoses).length === 0;
}
