import type { FailureModeNumber } from './failureModes';

/** What an error text tells: the failure modes it can come from, most likely first, and the facts in it. */
export interface ErrorReading {
  readonly modes: readonly FailureModeNumber[];
  /** The line that was recognised, with secrets and ANSI colours removed. */
  readonly line: string;
  readonly code: string;
  readonly roleArn?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly principal?: string;
  readonly profile?: string;
  readonly provider?: string;
  readonly requestId?: string;
}

interface Signature {
  readonly code: string;
  readonly pattern: RegExp;
  readonly modes: readonly FailureModeNumber[];
}

/**
 * Most specific first: the first signature that matches a line decides it.
 * Sources: shared facts of AWS STS (botocore model), aws-sdk-go-base errors.go, terraform core messages.
 */
const signatures: readonly Signature[] = [
  { code: 'NoOpenIDConnectProvider', pattern: /No OpenIDConnect provider found in your account/i, modes: [5, 4] },
  { code: 'IncorrectTokenAudience', pattern: /Incorrect token audience/i, modes: [6] },
  {
    code: 'IDPCommunicationError',
    pattern: /Couldn'?t retrieve verification key|IDPCommunicationError|OpenIdIdpCommunicationError/i,
    modes: [7],
  },
  { code: 'ThumbprintMismatch', pattern: /certificate doesn'?t match (?:the )?configured thumbprint/i, modes: [8] },
  { code: 'RegionDisabled', pattern: /RegionDisabled(?:Exception)?|STS is not activated in this region/i, modes: [21] },
  {
    code: 'AssumeRoleWithWebIdentityDenied',
    pattern: /not authorized to perform:? sts:AssumeRoleWithWebIdentity/i,
    modes: [1, 3, 2, 4, 18],
  },
  {
    code: 'TrustPolicyTooLong',
    pattern: /Cannot exceed quota for ACLSizePerRole|LimitExceeded.*ACLSizePerRole/i,
    modes: [15],
  },
  {
    code: 'MalformedPolicyDocument',
    pattern: /MalformedPolicyDocument|Federated principals must be valid domain names/i,
    modes: [14],
  },
  {
    code: 'SharedConfigFile',
    pattern: /failed to load shared config file/i,
    modes: [22],
  },
  { code: 'SharedConfigProfile', pattern: /failed to get shared config profile/i, modes: [11] },
  {
    code: 'VariableNotInjected',
    pattern:
      /(?:No value for required variable|variable is not set|not suitable for var\.)[^\n]*tfc_(?:aws|vault_backed_aws|hvs_backed_aws)_dynamic_credentials|tfc_(?:aws|vault_backed_aws|hvs_backed_aws)_dynamic_credentials[^\n]*(?:is not set|No value|not suitable)/i,
    modes: [13],
  },
  {
    code: 'AliasNotMapped',
    pattern: /Invalid index[^\n]*aliases|tfc_(?:aws|vault_backed_aws|hvs_backed_aws)_dynamic_credentials\.aliases\b/i,
    modes: [12],
  },
  {
    code: 'InvalidClientToken',
    pattern: /InvalidClientTokenId|SignatureDoesNotMatch|security token included in the request is invalid/i,
    modes: [11, 21],
  },
  {
    code: 'TokenExpired',
    pattern: /ExpiredToken(?:Exception)?|Token has expired|security token included in the request is expired/i,
    modes: [17, 11],
  },
  {
    code: 'StsUnreachable',
    pattern:
      /dial tcp[^\n]*\bsts\b|lookup sts\.[^\n]*(?:no such host|i\/o timeout)|sts\.[\w.-]+[^\n]*(?:connection refused|i\/o timeout|no such host)/i,
    modes: [19],
  },
  {
    code: 'NoCredentials',
    pattern: /No valid credential sources|no EC2 IMDS role found|NoCredentialProviders/i,
    modes: [9, 10, 12, 19],
  },
  { code: 'LocalOperation', pattern: /This operation always runs locally/i, modes: [10] },
  { code: 'WebIdentityArgument', pattern: /cannot be assumed with web identity token/i, modes: [1, 3, 2, 4, 18] },
  {
    code: 'PermissionMissing',
    pattern: /is not authorized to perform:? [\w-]+:[\w*]+|UnauthorizedOperation|AccessDenied(?:Exception)?\b/i,
    modes: [16],
  },
];

const ansi = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*[A-Za-z]`, 'g');
/** Access key ids, session tokens and JWTs, should a log hold one: they never leave this function. */
const secrets = /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\beyJ[\w-]+\.[\w-]+\.[\w-]+|\b[\w-]{14}\.atlasv1\.[\w-]+/g;
const headings =
  /^(?:Error|Invalid index|Missing required argument|No value for required variable|Invalid value for input variable)\b/i;

/** The provider prints these above the error that explains them. */
const wrappers: ReadonlySet<string> = new Set(['WebIdentityArgument', 'NoCredentials']);

/** Does this say only that there are no credentials, and another line why? */
export const isWrapper = (reading: ErrorReading): boolean => wrappers.has(reading.code);

/** Longest text that is read; a run log's end is what matters, so the last part is kept. */
const maximum = 2_000_000;

/**
 * Reads an error text or a whole run log. Returns one reading for each signature found, in the order of the text,
 * without repeats. Lines that Terraform wraps are read together with the few lines behind them.
 */
export function readErrorText(text: string): readonly ErrorReading[] {
  const clean = text.slice(-maximum).replace(ansi, '').replace(secrets, '[removed]');
  const lines = clean.split(/\r?\n/).flatMap(line => messageOf(line));
  const readings: ErrorReading[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const own = signatures.find(s => s.pattern.test(line));
    // A heading such as "Invalid index" says what it is about only some lines further down.
    const wrapped = own === undefined && headings.test(line) ? lines.slice(i, i + 12).join(' ') : line;
    const found = own ?? (wrapped === line ? undefined : signatures.find(s => s.pattern.test(wrapped)));
    if (found === undefined) continue;
    const reading = { ...factsOf(lines.slice(Math.max(0, i - 3), i + 4).join(' ')), ...factsOf(wrapped) };
    if (readings.some(r => r.code === found.code && r.action === reading.action && r.roleArn === reading.roleArn))
      continue;
    readings.push({ modes: found.modes, line: wrapped.trim().slice(0, 500), code: found.code, ...reading });
  }
  // Wrappers name no cause of their own: what they wrap is told first.
  return [...readings.filter(r => !isWrapper(r)), ...readings.filter(isWrapper)];
}

/** Run logs come as plain text or as JSON lines (`terraform plan -json`, structured run output). */
function messageOf(line: string): readonly string[] {
  const bare = line.replace(/^[\s│╷╵|]+/, '').trimEnd();
  if (!bare.startsWith('{')) return [bare];
  try {
    const parsed: unknown = JSON.parse(bare);
    if (typeof parsed !== 'object' || parsed === null) return [bare];
    const message = 'diagnostic' in parsed ? parsed.diagnostic : parsed;
    if (typeof message !== 'object' || message === null) return [bare];
    const parts = ['@message', 'summary', 'detail'].map(key => (message as Record<string, unknown>)[key]);
    const texts = parts.filter((part): part is string => typeof part === 'string');
    return texts.length > 0 ? texts.flatMap(t => t.split('\n')) : [bare];
  } catch {
    return [bare];
  }
}

function factsOf(line: string): Partial<Omit<ErrorReading, 'modes' | 'line' | 'code'>> {
  const match = (pattern: RegExp): string | undefined => pattern.exec(line)?.[1];
  const roleArn = match(/\b(arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+)/);
  const action = match(/not authorized to perform:? ([\w-]+:\w+)/i) ?? match(/operation error [\w ]+: (\w+),/);
  const resource = match(/on resource:? "?([^\s"]+)/i);
  const principal = match(/\bUser:? (arn:[^\s"]+)/i);
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
