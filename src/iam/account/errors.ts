import { certificateAdvice, certificateReason } from '../../core/certificates';
import type { Problem } from '../../core/problem';
import { redactStart } from '../../core/redact';
import { NotAReplyError } from './reply';
import type { ProfileKind, SendFailure } from './types';

/** What a message needs to know of the request. */
export interface Asked {
  /** `iam:CreateRole`. */
  readonly action: string;
  readonly profile: string | undefined;
  readonly kind: ProfileKind;
  readonly region: string;
}

interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly clockCorrected: boolean;
}

function read(error: unknown): SdkError {
  const e = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const metadata = (typeof e['$metadata'] === 'object' && e['$metadata'] !== null ? e['$metadata'] : {}) as Record<
    string,
    unknown
  >;
  const text = (v: unknown): string | undefined => (typeof v === 'string' && v !== '' ? v : undefined);
  return {
    // Some SDK errors keep the service's code in `Code` and a class name with "Exception" in `name`.
    name: text(e['Code']) ?? text(e['name']) ?? 'Error',
    message: redactStart(text(e['message']) ?? String(error), 4000),
    code: text(e['code']),
    status: typeof metadata['httpStatusCode'] === 'number' ? metadata['httpStatusCode'] : undefined,
    requestId: text(metadata['requestId']),
    clockCorrected: metadata['clockSkewCorrected'] === true,
  };
}

const throttling =
  /^(Throttling|ThrottlingException|ThrottledException|RequestThrottled|RequestLimitExceeded|TooManyRequestsException|SlowDown|PriorRequestNotComplete|RequestThrottledException|BandwidthLimitExceeded|LimitExceededException)$/;
const network =
  /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_CONNECTION_TIMEOUT)$/;

const profileName = (asked: Asked): string =>
  asked.profile === undefined ? 'the environment' : `profile "${asked.profile}"`;
const chooseAnother = 'Choose another profile (--profile), or ask the owner of the account.';

/** One sentence on why, and one on what to do next, for each code that a user meets. */
function explain(e: SdkError, asked: Asked): { code: string; message: string; nextStep: string } {
  const said = oneLine(e.message);
  // Some protocols put "Exception" behind the names, some do not.
  switch (e.name.replace(/Exception$/, '')) {
    case 'AccessDenied':
    case 'UnauthorizedOperation':
      return {
        code: 'AccessDenied',
        message: `AWS refused ${asked.action}: ${said}`,
        nextStep: `The caller needs the permission ${asked.action}. ${chooseAnother}`,
      };
    case 'ExpiredToken':
    case 'RequestExpired':
      return {
        code: 'ExpiredToken',
        message: `The credentials of ${profileName(asked)} have expired.`,
        nextStep: asked.kind === 'sso' ? ssoLogin(asked) : 'Get new credentials for it and try again.',
      };
    case 'InvalidClientTokenId':
    case 'UnrecognizedClient':
      return {
        code: 'InvalidClientTokenId',
        message: `AWS does not know the access key of ${profileName(asked)} (region ${asked.region}).`,
        nextStep:
          'Check that the key still exists. A key of GovCloud or China works only with a region of that partition: give it in the profile (--region).',
      };
    case 'SignatureDoesNotMatch':
    case 'InvalidSignature':
      return {
        code: 'SignatureDoesNotMatch',
        message: `AWS could not verify the signature made with the secret key of ${profileName(asked)}.`,
        nextStep: 'Check the secret access key, the region and the clock of this computer.',
      };
    case 'NoSuchEntity':
      return {
        code: 'NoSuchEntity',
        message: `${asked.action}: ${said}`,
        nextStep: 'Plan again: the account has changed.',
      };
    case 'EntityAlreadyExists':
      return {
        code: 'EntityAlreadyExists',
        message: `${asked.action}: ${said}`,
        nextStep: 'Plan again: it will be adopted instead of created.',
      };
    case 'MalformedPolicyDocument':
      return {
        code: 'MalformedPolicyDocument',
        message: `IAM does not accept the policy: ${said}`,
        nextStep:
          'Correct the policy. For app.terraform.io IAM demands a condition on app.terraform.io:sub that is more than "*"; it checks the whole document, older statements too.',
      };
    case 'LimitExceeded':
      return {
        code: 'LimitExceeded',
        message: `A quota of the account is reached: ${said}`,
        nextStep:
          'Remove what is no longer used, or ask for a higher quota in Service Quotas (service IAM, region us-east-1).',
      };
    case 'ConcurrentModification':
      return {
        code: 'ConcurrentModification',
        message: `Somebody else is changing the same thing: ${said}`,
        nextStep: 'Wait a moment and plan again.',
      };
    case 'RegionDisabled':
      return {
        code: 'RegionDisabledException',
        message: `STS is not active in region ${asked.region} for this account.`,
        nextStep: 'Choose another region (--region), or activate STS there in the IAM console (Account settings).',
      };
    default:
      return {
        code: e.name,
        message: `${asked.action}: ${said}`,
        nextStep: 'Try again; if it stays, the request id helps AWS support to find it.',
      };
  }
}

const ssoLogin = (asked: Asked): string =>
  `Sign in again: aws sso login${asked.profile ? ` --profile ${quoted(asked.profile)}` : ''}`;
const quoted = (name: string): string => (/^[\w.@+-]+$/.test(name) ? name : `"${name.replace(/"/g, '\\"')}"`);
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

function credentialsProblem(e: SdkError, asked: Asked): Problem {
  const said = oneLine(e.message);
  // Of a page in place of JSON: the parser's message is about a token of another kind, and holds text of the page.
  if (/Unexpected (?:token|end)|not valid JSON|[Dd]eserialization/.test(said)) {
    return {
      code: 'unreadable-reply',
      message: `What gives the credentials of ${profileName(asked)} could not be read: something else may have answered in place of AWS, or the program of credential_process printed no JSON.`,
      nextStep: 'Check the proxy, and the profile; then run it again.',
    };
  }
  if (asked.kind === 'sso' && /sso|token/i.test(said)) {
    return {
      code: 'sso-expired',
      message: `The SSO session of ${profileName(asked)} has expired or was never started.`,
      nextStep: ssoLogin(asked),
    };
  }
  if (asked.kind === 'login') {
    return {
      code: 'login-expired',
      message: `The login session of ${profileName(asked)} has expired or was never started.`,
      nextStep: `Sign in again: aws login${asked.profile ? ` --profile ${quoted(asked.profile)}` : ''}`,
    };
  }
  if (/MFA|multi-factor/i.test(said)) {
    return {
      code: 'mfa-needed',
      message: `${profileName(asked)} asks for a code of an MFA device.`,
      nextStep: 'Run it where the code can be typed, or use credentials that are already signed in.',
    };
  }
  return {
    code: 'no-credentials',
    message:
      asked.profile === undefined
        ? 'No AWS credentials were found in the environment or in the default profile.'
        : `No credentials came from ${profileName(asked)}: ${withoutOutput(said)}`,
    nextStep:
      'Choose a profile (--profile; tfc-oidc plan --help tells how profiles are read), or set one up with "aws configure".',
  };
}

/** Node repeats the command line and the error output of a program that ended badly; both may hold secrets. */
const withoutOutput = (said: string): string =>
  said.includes('Command failed')
    ? 'its credential_process ended with an error. What it printed may hold secrets and is not shown; run the command by hand.'
    : said;

/** Somebody answered in place of AWS: whether the request ever came there is not known, whatever the status says. */
const notOfAws = ({ status, message }: NotAReplyError, { action }: Asked): SendFailure => ({
  ok: false,
  problem: {
    code: 'unreadable-reply',
    message: `The reply to ${action} (status ${status}) ${message}: something else may have answered in place of AWS.`,
    nextStep: 'Check the proxy, and the endpoint_url of the profile if it has one. Then run it again.',
    status,
  },
  effect: 'unknown',
  retry: status < 300 || status === 429 || status >= 500,
});

/** Puts an error of the SDK into a Problem, and says whether the request may have taken effect. */
export function toFailure(error: unknown, asked: Asked): SendFailure {
  if (error instanceof NotAReplyError) return notOfAws(error, asked);
  const e = read(error);
  return unansweredFailure(e, asked) ?? answeredFailure(e, asked);
}

/** Nothing of AWS came back: no credentials, no trusted connection, no connection. */
function unansweredFailure(e: SdkError, asked: Asked): SendFailure | undefined {
  if (/CredentialsProviderError|TokenProviderError|ProviderError/.test(e.name)) {
    return { ok: false, problem: credentialsProblem(e, asked), effect: 'none', retry: false };
  }
  const code = e.code ?? '';
  const untrusted = certificateReason(code);
  if (untrusted !== undefined) {
    return {
      ok: false,
      problem: {
        code: 'tls',
        message: `The endpoint of AWS is not trusted: ${untrusted} (${code}).`,
        nextStep: certificateAdvice(code, 'aws'),
      },
      effect: 'none',
      retry: false,
    };
  }
  if (code === 'EPROXY') {
    return {
      ok: false,
      problem: {
        code: 'network',
        message: `AWS cannot be reached: ${oneLine(e.message)}.`,
        nextStep: 'Check HTTPS_PROXY and NO_PROXY, and the proxy itself.',
      },
      effect: 'none',
      retry: false,
    };
  }
  if (network.test(code) || e.name === 'TimeoutError') {
    const unsent = code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN';
    return {
      ok: false,
      problem: {
        code: 'network',
        message: `No answer from AWS to ${asked.action} (${code || 'time-out'}).`,
        nextStep: 'Check the network, VPN and proxy, and the endpoint_url of the profile if it has one.',
      },
      effect: unsent ? 'none' : 'unknown',
      retry: true,
    };
  }
  return undefined;
}

function answeredFailure(e: SdkError, asked: Asked): SendFailure {
  const requestId = e.requestId ? { requestId: e.requestId } : {};
  const status = e.status === undefined ? {} : { status: e.status };
  if (e.status === undefined || e.status < 400) {
    return {
      ok: false,
      problem: {
        code: 'unreadable-reply',
        message: `The reply to ${asked.action} could not be read.`,
        nextStep: 'A proxy or a wrong endpoint_url may have answered in place of AWS. Check both, then run again.',
        ...status,
        ...requestId,
      },
      effect: 'unknown',
      retry: true,
    };
  }
  const throttled = throttling.test(e.name) || e.status === 429;
  const broken = e.status >= 500;
  return {
    ok: false,
    problem: { ...explain(e, asked), ...status, ...requestId },
    effect: broken ? 'unknown' : 'none',
    retry: throttled || broken || e.clockCorrected || /^ConcurrentModification|^IDPCommunicationError/.test(e.name),
  };
}
