import { certificateAdvice, certificateReason } from '../../core/certificates';
import type { Problem } from '../../core/problem';

/** What a request was about, for messages: `GET /organizations/acme/workspaces/app` of `app.terraform.io`. */
export interface Endpoint {
  readonly hostname: string;
  readonly method: string;
  /** Below the API's base, without the query. */
  readonly path: string;
}

const named = (at: Endpoint): string => `${at.method} ${at.path}`;

/** One sentence and one next step for each status (https://developer.hashicorp.com/terraform/cloud-docs/api-docs#response-codes). */
export function statusProblem(
  at: Endpoint,
  status: number,
  details: readonly string[],
  requestId: string | undefined,
): Problem {
  const said = details.length > 0 ? ` It says: ${details.join(' ')}` : '';
  const base = { status, ...(requestId === undefined ? {} : { requestId }) };
  const of = `${at.hostname} (${named(at)})`;
  if (status === 401) {
    return {
      ...base,
      code: 'hcp-unauthorized',
      message: `${at.hostname} does not accept the token: it is missing, mistyped, expired or revoked.`,
      nextStep: `Run "terraform login ${at.hostname}", or set another token, and try again.`,
    };
  }
  if (status === 403) {
    return {
      ...base,
      code: 'hcp-forbidden',
      message: `${of} refuses this request for the user of the token.${said}`,
      nextStep: 'Ask an owner of the organization for the permission, or use the token of somebody who has it.',
    };
  }
  if (status === 404) {
    return {
      ...base,
      code: 'hcp-not-found',
      message: `${of} does not exist, or the token's user may not see it: HCP Terraform gives the same answer for both.`,
      nextStep: 'Compare the names letter by letter, and ask for the permission to read it.',
    };
  }
  if (status === 409) {
    return {
      ...base,
      code: 'hcp-conflict',
      message: `${of} conflicts with the present state: somebody else changed it, or it is locked.${said}`,
      nextStep: 'Read it again, look at what changed, and try again.',
    };
  }
  if (status === 412) {
    return {
      ...base,
      code: 'hcp-precondition',
      message: `${of} needs something else first.${said}`,
      nextStep: 'Do what the answer asks for, and try again.',
    };
  }
  if (status === 422) {
    return {
      ...base,
      code: 'hcp-invalid',
      message: `${of} does not accept the values.${said}`,
      nextStep: 'Correct the value that the answer names.',
    };
  }
  if (status === 429) {
    return {
      ...base,
      code: 'hcp-rate-limit',
      message: `${at.hostname} has had too many requests of this user and asks to wait.`,
      nextStep: 'Wait a minute and try again; other programs with the same user count too.',
    };
  }
  if (status >= 500) {
    return {
      ...base,
      code: 'hcp-server',
      message: `${of} has an error of its own (status ${status}).${said}`,
      nextStep: 'Try again in a few minutes; for app.terraform.io, status.hashicorp.com tells of outages.',
    };
  }
  return {
    ...base,
    code: 'hcp-status',
    message: `${of} answers with status ${status}.${said}`,
    nextStep: 'Check that the host name is the one of HCP Terraform or Terraform Enterprise.',
  };
}

export function redirectProblem(at: Endpoint, status: number, location: string | null): Problem {
  return {
    code: 'hcp-redirect',
    message: `${at.hostname} (${named(at)}) sends on to ${placeOf(location)}. A token is sent to its own host only, so this is not followed.`,
    nextStep:
      'Use the final host name; if a proxy or a sign-in page answered instead, sign in there or ask who runs it.',
    status,
  };
}

/** Scheme and host of a redirect's target; the rest may hold secrets. */
function placeOf(location: string | null): string {
  if (location === null || location === '') return 'another address';
  try {
    const url = new URL(location);
    return `${url.protocol}//${url.host}`;
  } catch {
    return 'another path';
  }
}

export function networkProblem(at: Endpoint, error: unknown): Problem {
  const { code, reason } = networkReason(error);
  return {
    code: 'hcp-network',
    message: `${at.hostname} cannot be reached (${named(at)})${reason === undefined ? '' : `: ${reason}`}.`,
    nextStep:
      code !== undefined && certificateReason(code) !== undefined
        ? certificateAdvice(code, 'hcp')
        : 'Check the host name, the network and the proxy settings (HTTPS_PROXY, NO_PROXY).',
  };
}

export function timeoutProblem(at: Endpoint, milliseconds: number): Problem {
  return {
    code: 'hcp-timeout',
    message: `${at.hostname} (${named(at)}) has not answered within ${Math.round(milliseconds / 1000)} seconds.`,
    nextStep: 'Check the network and try again.',
  };
}

/** A reply that lacks what we need: names the endpoint and the field. */
export function replyProblem(at: Endpoint, what: string, requestId?: string): Problem {
  return {
    code: 'hcp-reply',
    message: `The reply of ${at.hostname} to ${named(at)} ${what}.`,
    nextStep: 'Check that the host is HCP Terraform or Terraform Enterprise, and that its version is still supported.',
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/** After these a write may have happened although no good answer came. */
export function mayHaveHappened(problem: Problem): boolean {
  return ['hcp-network', 'hcp-timeout', 'hcp-server', 'hcp-reply', 'hcp-redirect'].includes(problem.code);
}

function networkReason(error: unknown): { readonly code?: string; readonly reason?: string } {
  const codes: Readonly<Record<string, string>> = {
    ENOTFOUND: 'no such host name',
    EAI_AGAIN: 'the host name cannot be looked up now',
    ECONNREFUSED: 'nothing listens there',
    ECONNRESET: 'the connection was cut',
    ETIMEDOUT: 'no answer',
    UND_ERR_CONNECT_TIMEOUT: 'no answer',
    UND_ERR_SOCKET: 'the connection was cut',
  };
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code = 'code' in at && typeof at.code === 'string' ? at.code : undefined;
    // Our own sentence: which proxy, and what it answered.
    if (code === 'EPROXY') return { code, reason: at.message };
    if (code !== undefined) return { code, reason: codes[code] ?? certificateReason(code) ?? code };
  }
  return {};
}
