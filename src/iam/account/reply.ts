import type { IamOperation } from './types';

/**
 * What makes a reply one of AWS. In the query protocol its root is `<OPERATIONResponse>` and it names its request
 * (https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html, `ResponseMetadata`); calls that return something have
 * `<OPERATIONResult>` too. A proxy, a captive portal or a wrong endpoint answers with status 200 as well: without these marks, or
 * without the fields that the call is made for, nobody knows what happened.
 */

/** 16 MB; IAM's largest page (1,000 roles with their trust policies) stays below. */
const longestReply = 16 * 1024 * 1024;
/** Milliseconds for the body, from its first byte to its last. */
const slowestReply = 60_000;

/** The reply is none of AWS. `status` is that of the reply; `problem` says what is missing, without any of its text. */
export class NotAReplyError extends Error {
  constructor(
    readonly status: number,
    problem: string,
  ) {
    super(problem);
    this.name = 'NotAReplyError';
  }
}

/** The calls whose replies are looked at, beside those of IAM. */
export type Operation =
  | IamOperation
  | 'GetCallerIdentity'
  | 'GetAccessKeyInfo'
  | 'DecodeAuthorizationMessage'
  | 'ValidatePolicy'
  | 'LookupEvents';

type Kind = 'text' | 'list';
/** By path; `.` goes into an object. Calls that are not named return nothing. */
const needed: Readonly<Partial<Record<Operation, Readonly<Record<string, Kind>>>>> = {
  CreateOpenIDConnectProvider: { OpenIDConnectProviderArn: 'text' },
  CreateRole: { 'Role.RoleName': 'text', 'Role.RoleId': 'text', 'Role.Arn': 'text' },
  GetOpenIDConnectProvider: { Url: 'text', ClientIDList: 'list' },
  GetPolicy: { 'Policy.Arn': 'text', 'Policy.DefaultVersionId': 'text' },
  GetPolicyVersion: { 'PolicyVersion.Document': 'text' },
  GetRole: {
    'Role.RoleName': 'text',
    'Role.RoleId': 'text',
    'Role.Arn': 'text',
    'Role.AssumeRolePolicyDocument': 'text',
  },
  GetRolePolicy: { RoleName: 'text', PolicyName: 'text', PolicyDocument: 'text' },
  ListAccountAliases: { AccountAliases: 'list' },
  ListAttachedRolePolicies: { AttachedPolicies: 'list' },
  ListOpenIDConnectProviders: { OpenIDConnectProviderList: 'list' },
  ListRolePolicies: { PolicyNames: 'list' },
  ListRoles: { Roles: 'list' },
  ListUsers: { Users: 'list' },
  GetUser: { 'User.UserName': 'text', 'User.Arn': 'text' },
  ListAccessKeys: { AccessKeyMetadata: 'list' },
  GetAccessKeyLastUsed: { 'AccessKeyLastUsed.ServiceName': 'text' },
  ListUserPolicies: { PolicyNames: 'list' },
  ListAttachedUserPolicies: { AttachedPolicies: 'list' },
  ListGroupsForUser: { Groups: 'list' },
  GetLoginProfile: { 'LoginProfile.UserName': 'text' },
  GenerateServiceLastAccessedDetails: { JobId: 'text' },
  GetServiceLastAccessedDetails: { JobStatus: 'text' },
  GetAccessKeyInfo: { Account: 'text' },
  SimulatePrincipalPolicy: { EvaluationResults: 'list' },
  GetCallerIdentity: { Account: 'text', Arn: 'text', UserId: 'text' },
  DecodeAuthorizationMessage: { DecodedMessage: 'text' },
  ValidatePolicy: { findings: 'list' },
  LookupEvents: { Events: 'list' },
};

/** Fields that repeat what was asked for; another value there is the answer to another question. Names of IAM ignore case. */
const repeated: Readonly<Partial<Record<Operation, Readonly<Record<string, string>>>>> = {
  CreateRole: { 'Role.RoleName': 'RoleName' },
  GetRole: { 'Role.RoleName': 'RoleName' },
  GetRolePolicy: { RoleName: 'RoleName', PolicyName: 'PolicyName' },
  GetPolicy: { 'Policy.Arn': 'PolicyArn' },
  GetUser: { 'User.UserName': 'UserName' },
};

type Value = Readonly<Record<string, unknown>>;

function fieldAt(value: Value, path: string): unknown {
  let at: unknown = value;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Value)[name];
  }
  return at;
}

/** What the value of a reply lacks; `undefined`: nothing. */
export function lackOf(operation: Operation, input: Value, value: Value): string | undefined {
  for (const [path, kind] of Object.entries(needed[operation] ?? {})) {
    const field = fieldAt(value, path);
    if (kind === 'list' ? !Array.isArray(field) : typeof field !== 'string' || field === '') return path;
  }
  for (const [path, asked] of Object.entries(repeated[operation] ?? {})) {
    const [theirs, ours] = [fieldAt(value, path), input[asked]];
    if (typeof ours === 'string' && String(theirs).toLowerCase() !== ours.toLowerCase()) return path;
  }
  // A list that says that it goes on must say where.
  if (value['IsTruncated'] === true && (typeof value['Marker'] !== 'string' || value['Marker'] === '')) return 'Marker';
  return undefined;
}

/** The part of a response of the SDK's HTTP handler that is looked at. */
interface RawResponse {
  statusCode: number;
  body?: unknown;
}

/** The part of a client's middleware stack that is used: the SDK types it for each client anew. */
interface Stack {
  addRelativeTo(
    middleware: (
      next: (args: never) => Promise<{ response: unknown; output: never }>,
      context: { readonly commandName?: string },
    ) => (args: never) => Promise<{ response: unknown; output: never }>,
    where: {
      readonly name: string;
      readonly relation: 'after';
      readonly toMiddleware: string;
      readonly override: true;
    },
  ): void;
}

/**
 * Looks at each reply of a client before the SDK reads it: how long it is, how long it takes, and, in the query protocol, whether
 * it is the operation's reply at all. Throws NotAReplyError.
 */
export function guardReplies(client: { readonly middlewareStack: unknown }, protocol: 'query' | 'json'): void {
  (client.middlewareStack as Stack).addRelativeTo(
    (next, context) => async args => {
      const result = await next(args);
      const response = result.response as RawResponse;
      const body = await readBody(response);
      response.body = body;
      const operation = (context.commandName ?? '').replace(/Command$/, '');
      const text = Buffer.from(body).toString('utf8');
      if (protocol === 'query') checkMarks(operation, response.statusCode, text);
      else checkJson(response.statusCode, text);
      return result;
    },
    { name: 'guardReplies', relation: 'after', toMiddleware: 'deserializerMiddleware', override: true },
  );
}

async function readBody({ body, statusCode }: RawResponse): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  if (typeof body === 'string') return Buffer.from(body);
  const stream = body as AsyncIterable<Uint8Array> & { destroy?(error?: Error): void };
  if (body === undefined || body === null || typeof stream[Symbol.asyncIterator] !== 'function')
    return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  let late: NotAReplyError | undefined;
  const timer = setTimeout(() => {
    late = new NotAReplyError(statusCode, `is not complete after ${slowestReply / 1000} seconds`);
    stream.destroy?.(late);
  }, slowestReply);
  try {
    for await (const chunk of stream) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > longestReply) throw new NotAReplyError(statusCode, `is longer than ${longestReply >> 20} MB`);
    }
  } catch (error) {
    throw late ?? error;
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks);
}

/** Root, request id and end of a reply; of an error only that it is one of AWS, since its fields are read by the SDK. */
function checkMarks(operation: string, status: number, text: string): void {
  const root = rootOf(text);
  if (status >= 300) {
    if (root !== 'ErrorResponse' && root !== 'Response') throw new NotAReplyError(status, 'is not an error of AWS');
    return;
  }
  if (root !== `${operation}Response`) throw new NotAReplyError(status, `is no ${operation}Response`);
  if (!/<(?:\w+:)?RequestId>[^<]+<\//.test(text)) throw new NotAReplyError(status, 'names no request');
  if (!new RegExp(`</(?:\\w+:)?${root}\\s*>\\s*$`).test(text.slice(-200)))
    throw new NotAReplyError(status, 'is cut off');
}

/** A gateway's page is not JSON. An error may come without a body: its headers tell what it is. */
function checkJson(status: number, text: string): void {
  if (text === '' && status >= 300) return;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message holds text of the reply.
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new NotAReplyError(status, 'is not JSON of AWS');
}

/** The name of the root element, without its prefix. Declaration and comments before it are passed over. */
function rootOf(text: string): string | undefined {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (;;) {
    while (at < text.length && /\s/.test(text.charAt(at))) at += 1;
    const end = text.startsWith('<?', at) ? '?>' : text.startsWith('<!--', at) ? '-->' : undefined;
    if (end === undefined) return /^<(?:\w+:)?(\w+)[\s/>]/.exec(text.slice(at, at + 200))?.[1];
    const close = text.indexOf(end, at);
    if (close < 0) return undefined;
    at = close + end.length;
  }
}
