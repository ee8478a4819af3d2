import { redact } from '../../core/redact';
import { optInRegionIn, partitionOfRegion } from '../../oidc/partition';
import { type FlatMessage, flatMessages, type LogMessage, readLog } from '../../core/logText';
import { type Clue, clueOf } from './clues';
import { type ErrorSignature, errorSignatures } from './errorSignatures';
import type { FailureModeId } from '../failureModes';
import { ageClue, commandClue, jobClue, speaksOfImport, typedLocally } from './textClues';
import { tokenMessages } from './tokenMessages';

/** What an error text tells: the failure modes it can come from, most likely first, and the facts in it. */
export interface ErrorReading extends Clue, MessageFacts {
  readonly modes: readonly FailureModeId[];
  /** It speaks for a mode only where a check has found that one; by itself it is told as what it is. */
  readonly confirmsOnly?: boolean;
  /** The words that were recognised and those around them, on one line, with secrets removed. */
  readonly line: string;
  readonly code: string;
}

/** What is named in a message. */
interface MessageFacts {
  readonly roleArn?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly principal?: string;
  readonly profile?: string;
  readonly provider?: string;
  readonly requestId?: string;
}

/** An error that has nothing to do with dynamic credentials. */
export interface OtherError {
  readonly code: string;
  readonly title: string;
  readonly line: string;
  readonly nextStep: string;
}

/** The provider prints these above the error that explains them. */
const wrappers: ReadonlySet<string> = new Set([
  ...['WebIdentityArgument', 'ChainedRoleRefused'],
  ...['NoCredentials', 'AliasWithoutCredentials'],
]);

/** Error codes with many meanings: another error of the same text says more. */
const general: ReadonlySet<string> = new Set([
  'PermissionMissing',
  'InvalidIdentityToken',
  'InvalidIdentityTokenUnlisted',
]);

/** Does this say only that there are no credentials, and another line why? */
export const isWrapper = (reading: ErrorReading): boolean => wrappers.has(reading.code);

/**
 * Reads an error text or a whole run log. Returns one reading for each signature found, without repeats: errors before warnings,
 * failures to get credentials before refusals of a call that has some, and last what only wraps another error.
 */
export function readErrorText(text: string): readonly ErrorReading[] {
  const readings = readAll(text).flatMap(({ signature, reading, warning }) =>
    signature.other === undefined || reading.modes.length > 0 ? [{ reading, warning }] : [],
  );
  const unique: typeof readings = [];
  const saysMore = readings.some(({ reading }) => ofTokens.has(reading.code));
  for (const one of readings) {
    const { code, action, roleArn } = one.reading;
    if (saysMore && code === 'InvalidIdentityToken') continue;
    if (unique.some(({ reading: r }) => r.code === code && r.action === action && r.roleArn === roleArn)) continue;
    unique.push(one);
  }
  const rank = ({ reading, warning }: (typeof readings)[number]): number =>
    (reading.confirmsOnly === true ? 8 : 0) +
    (isWrapper(reading) ? 4 : 0) +
    (warning ? 2 : 0) +
    (general.has(reading.code) ? 1 : 0);
  return unique
    .sort((a, b) => rank(a) - rank(b))
    .map(({ reading }) => ({ ...possible(reading, text), ...textClue(reading, text) }));
}

/** What the rest of the text tells of a message. */
function textClue(reading: ErrorReading, text: string): Clue {
  if (reading.code === 'TokenExpired') return ageClue(text);
  if (ofTokens.has(reading.code)) return jobClue(text);
  return withoutCredentials(reading) ? commandClue(text) : {};
}

/** The messages of AssumeRoleWithWebIdentity: any job may ask for a role so, not a run of HCP Terraform alone. */
const ofTokens: ReadonlySet<string> = new Set(tokenMessages.map(signature => signature.code));

const withoutCredentials = (reading: ErrorReading): boolean => isWrapper(reading) || reading.code === 'RegionMissing';

/** "Running plan in HCP Terraform": the run was not on the machine of whoever pasted it. */
const remote =
  /\bRunning (?:plan|apply) in (?:HCP Terraform|Terraform (?:Cloud|Enterprise)|the (?:cloud|remote) backend|cloud backend)/;

/** What a message may mean: without what the rest of the text rules out, and first what it suggests. */
function possible(reading: ErrorReading, text: string): ErrorReading {
  if (reading.code === 'InvalidClientToken') return inRegion(reading, text);
  if (!withoutCredentials(reading)) return reading;
  const others = reading.modes.filter(mode => mode !== 'local-execution');
  if (remote.test(text)) return { ...reading, modes: others };
  const local = others.length < reading.modes.length && (typedLocally(text) || speaksOfImport(text));
  return local ? { ...reading, modes: ['local-execution', ...others] } : reading;
}

/** A partition knows no credentials of another: GovCloud and China have accounts, keys and endpoints of their own. */
function inPartition(reading: ErrorReading, text: string): ErrorReading {
  const [region] = /\b(?:us-gov|cn|eusc|us-iso[bf]?|eu-isoe)-[a-z]+(?:-[a-z]+)?-\d\b/.exec(text) ?? [];
  if (region === undefined) return reading;
  const partition = partitionOfRegion(region);
  return {
    ...reading,
    told: [`The text names ${region}, a region of the partition ${partition}.`],
    advice: {
      explanation: `The partition ${partition} has accounts and credentials of its own. Those of another partition are not known there, nor the other way round: the credentials, the region and the STS endpoint that was asked are of different partitions.`,
      nextStep: `Set AWS_REGION (or region in the provider block) to a region of the partition of the role, and name a role with arn:${partition}: where that is to be ${region}; take static keys of another partition away.`,
    },
  };
}

/** The same message of a key that AWS does not know and of a session that an opt-in region does not take: the region comes first. */
function inRegion(reading: ErrorReading, text: string): ErrorReading {
  const region = optInRegionIn(text);
  if (region === undefined) return inPartition(reading, text);
  return {
    ...reading,
    modes: ['region-disabled', ...reading.modes.filter(mode => mode !== 'region-disabled')],
    told: [`The text names ${region}, a region that an account has to enable.`],
    advice: {
      explanation: `${region} has to be enabled in the account whose credentials ask, and takes no session that the global endpoint of STS gave.`,
      nextStep: `Enable ${region} in the account of the credentials (in every account of a chain of roles), or set sts_region in the provider block to a region that is active there.`,
    },
  };
}

/** The errors of a text that are no failure of dynamic credentials, so far as they are known; each kind once. */
export function otherErrorsIn(text: string): readonly OtherError[] {
  const out: OtherError[] = [];
  for (const { signature, reading, warning } of readAll(text)) {
    const { other, code } = signature;
    if (other === undefined || warning || out.some(o => o.code === code)) continue;
    out.push({ code, title: other.title, line: reading.line, nextStep: other.nextStep });
  }
  return out;
}

interface Recognised {
  readonly signature: ErrorSignature;
  readonly reading: ErrorReading;
  readonly warning: boolean;
}

function readAll(text: string): readonly Recognised[] {
  let before: string | undefined;
  return readLog(text).flatMap(message => {
    const own = frameOf(flatMessages(message)[0]?.text ?? '');
    // An error that wraps another one has the frame; the inner one stands behind it and has none.
    const found = readMessage(message, own ?? before ?? '');
    before = own;
    return found;
  });
}

/** Terraform's "on FILE line N". */
const frameOf = (message: string): string | undefined => /\bon \S{1,300} line \d+/.exec(message)?.[0];

function readMessage(message: LogMessage, frame: string): readonly Recognised[] {
  const variants = flatMessages(message).map(flat => {
    return recognised(flat.text).map(({ signature, rank, start, end }) => {
      const line = redact(excerpt(flat, start, end));
      const around = flat.text.slice(Math.max(0, start - 700), end + 700);
      const facts = { ...factsOf(around), ...factsOf(line) };
      const { code } = signature;
      const clue = clueOf({ code, ...facts, around, frame });
      const reading = { line, code, ...facts, ...said(signature), ...clue };
      return { signature, reading, rank, at: start, warning: message.severity === 'warning' };
    });
  });
  // Of two readings of a message that is the right one in which the most specific error is found.
  const best = (found: (typeof variants)[number]): number => Math.min(...found.map(f => f.rank));
  const [found = []] = variants.sort((a, b) => best(a) - best(b));
  return [...found].sort((a, b) => a.at - b.at);
}

/** What the message says by itself: one mode alone is what it names. */
function said({
  modes,
  advice,
  other,
}: ErrorSignature): Pick<ErrorReading, 'modes' | 'names' | 'advice' | 'confirmsOnly'> {
  const [only, another] = modes;
  return {
    modes,
    ...(only !== undefined && another === undefined && other === undefined && { names: only }),
    ...(advice !== undefined && { advice }),
    ...(other !== undefined && { confirmsOnly: true }),
  };
}

const patterns = errorSignatures.map(signature => ({ signature, pattern: new RegExp(signature.pattern.source, 'gi') }));
/** Of one kind in one message; a log may say the same thing ten thousand times. */
const mostMatches = 100;

interface Match {
  readonly signature: ErrorSignature;
  /** Place of the signature in the table: the lower, the more specific. */
  readonly rank: number;
  readonly start: number;
  readonly end: number;
}

/** What the signatures find in a text on one line; each part of the text is recognised once. */
function recognised(text: string): readonly Match[] {
  const out: Match[] = [];
  let rest = text;
  patterns.forEach(({ signature, pattern }, rank) => {
    let count = 0;
    for (const match of rest.matchAll(pattern)) {
      if (++count > mostMatches) break;
      const start = match.index;
      const end = start + match[0].length;
      if (match[0] === '' || !fits(signature, text.slice(Math.max(0, start - 1500), end + 1500))) continue;
      out.push({ signature, rank, start, end });
      rest = rest.slice(0, start) + ' '.repeat(end - start) + rest.slice(end);
    }
  });
  return out;
}

const fits = ({ where, unless }: ErrorSignature, around: string): boolean =>
  (where?.test(around) ?? true) && !(unless?.test(around) ?? false);

const longest = 500;

/** A line that gives a variable a value, or a header: what was pasted beside an error is no part of it. */
const assignment = /^(?:export |set |\$env:)?[A-Za-z_]\w{0,80} ?[=:]>?\S{8}|^export |^authorization\b/i;

/** The lines of a match; its whole paragraph where that is short. */
function excerpt({ text, starts }: FlatMessage, start: number, end: number): string {
  const bound = (paragraphs: boolean): { from: number; to: number } => {
    const places = starts.filter(s => !paragraphs || s.paragraph || assignment.test(text.slice(s.at, s.at + 120)));
    return {
      from: places.filter(s => s.at <= start).at(-1)?.at ?? 0,
      to: places.find(s => s.at >= end)?.at ?? text.length,
    };
  };
  const paragraph = bound(true);
  const { from, to } = paragraph.to - paragraph.from <= longest ? paragraph : bound(false);
  const first = end - from > longest ? Math.max(from, start - 100) : from;
  return text.slice(first, to).replace(/ {2,}/g, ' ').trim().slice(0, longest);
}

function factsOf(line: string): MessageFacts {
  // Terraform breaks lines wherever a word ends.
  const text = line.replace(/\s+/g, ' ');
  const match = (pattern: RegExp): string | undefined => pattern.exec(text)?.[1];
  const roleArn = match(/\b(arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+)/);
  const action =
    match(/not authorized to perform:? ?["'`]?([\w-]+:\w+)/i) ?? match(/operation error [\w ]{1,80}: (\w{1,100}),/);
  const resource = match(/on resource:? ?["'`]?((?:(?:role|user|group|policy|instance profile) )?[^\s"'`:][^\s"'`]*)/i);
  const principal = match(/\bUser:? ["'`]?(arn:[^\s"'`]+)/i);
  const profile = match(/shared config profile, ([^\s,"]+)/i);
  const provider = match(/provider found in your account for (https:\/\/[^\s"]+)/i);
  const requestId = match(/request ?id:? ([\w-]{8,})/i);
  return {
    ...(roleArn && { roleArn }),
    ...(action && { action }),
    ...(resource && { resource }),
    ...(principal && { principal }),
    ...(profile && { profile }),
    ...(provider && { provider }),
    ...(requestId && { requestId }),
  };
}
