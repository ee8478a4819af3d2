import { bucketArn } from '../../oidc/arns';
import { iamArn, roleOfSession } from '../../oidc/arns';
import { flatLog } from '../../core/logText';
import type { ActionList } from '../reference/actions';
import { type HeadRefusal, headRefusalIn, permissionOfHead } from './headRequests';
import { permissionOfOperation } from './operationNames';

/** The kinds of policies that AWS names in an access-denied message. */
export type DenyingPolicy =
  'identity' | 'resource' | 'scp' | 'rcp' | 'boundary' | 'session' | 'vpc-endpoint' | 'trust' | undefined;

/** One refusal, as a message or an event of CloudTrail tells it. */
export interface Denial {
  /** `s3:PutObject`; undefined where only AWS can say (an encoded message). */
  readonly action: string | undefined;
  readonly resource: string | undefined;
  /** ARN of the caller. */
  readonly principal: string | undefined;
  /** `explicit`: a Deny. `implicit`: nothing allows it. */
  readonly kind: 'explicit' | 'implicit' | 'unknown';
  /** Where AWS says that it was decided. */
  readonly policy: DenyingPolicy;
  /** The policy that denies, where AWS names it. */
  readonly policyArn: string | undefined;
  /** For sts:DecodeAuthorizationMessage. */
  readonly encoded: string | undefined;
  readonly requestId: string | undefined;
  /** It answers a HEAD request of S3, which gives no reason. */
  readonly head?: HeadRefusal;
  /** Values of condition keys that are known, by key in lower case. */
  readonly context: ReadonlyMap<string, readonly string[]>;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
const policies: readonly (readonly [RegExp, DenyingPolicy])[] = [
  [/identity-based polic/i, 'identity'],
  [/resource-based polic/i, 'resource'],
  [/service control polic/i, 'scp'],
  [/resource control polic/i, 'rcp'],
  [/permissions? boundar/i, 'boundary'],
  [/session polic/i, 'session'],
  [/VPC endpoint polic/i, 'vpc-endpoint'],
  [/(?:role )?trust polic/i, 'trust'],
];

const maximum = 2_000_000;

/**
 * Reads the refusals in a text: AWS's message, the output of Terraform or the AWS CLI, a run log (plain or JSON lines), a decoded
 * authorization message, or CloudTrail's JSON (one event, `Records`, or what lookup-events prints). Each is told once.
 */
export function readDenials(input: string, actions: ActionList): readonly Denial[] {
  const trimmed = input.slice(-maximum).trim();
  const json = /^[[{]/.test(trimmed)
    ? (parsed(trimmed) ?? parsed(`[${trimmed.replace(/\}[^\S\n]*\n\s*\{/g, '},{')}]`))
    : undefined;
  const found = json === undefined ? textDenials(trimmed, actions) : jsonDenials(json, actions, 0);
  const seen = new Set<string>();
  return found.filter(d => {
    const key = JSON.stringify([d.action, d.resource, d.principal, d.policy, d.encoded]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** A log, or events of CloudTrail one a line. */
function textDenials(text: string, actions: ActionList): readonly Denial[] {
  const events: Denial[] = [];
  const rest = text.split('\n').filter(line => {
    const value = /^\s*\{.*"(?:eventName|CloudTrailEvent|Records)"/.test(line) ? parsed(line) : undefined;
    if (value === undefined) return true;
    events.push(...jsonDenials(value, actions, 0));
    return false;
  });
  return [...events, ...messageDenials(flatLog(rest.join('\n')), actions)];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** AWS quotes with `"`, some services with a backtick in front and an apostrophe behind. */
const message =
  /(?:(?:\bUser:? *)?["'`]?\b(?<principal>arn:[^\s"'`]{1,700})["'`]? *)?(?:\bis )?(?:not|n't) authorized to perform:? *["'`]?(?<action>[\w-]+:[\w*]+)["'`]?(?: on (?:the )?resource(?:: *["'`]?|(?= ["'`]?arn:) ["'`]?)(?<resource>(?:role|user|group|policy|instance profile) [\w+=,.@/-]+|[^\s"'`<]+)["'`]?)?/gi;
/** What AWS adds to its message since 2021, and the policy's ARN since 2026. */
const implicitReason = /^["'`\s.,]*because no (?<policy>[\w -]*?(?:polic(?:y|ies)|boundar(?:y|ies))) allows?\b/i;
const explicitReason =
  /^["'`\s.,]*(?:because of |with |due to )?(?:an )?explicit deny(?: (?:in|by) (?:an? |the )?(?<policy>[\w -]*?(?:policy|boundary)))?(?::? \(?"?(?<arn>arn:[^\s"]+))?/i;
const code = '(?:AccessDenied\\w*|UnauthorizedOperation|AuthorizationError\\w*|Forbidden|403)';
const operation = new RegExp(
  `operation error (?<service>[\\w ]+): (?<name>\\w+), (?<rest>[^]{0,600}?)api error ${code}\\b`,
  'gi',
);
const cli = new RegExp(`An error occurred \\((?<code>${code})\\) when calling the (?<name>\\w+) operation`, 'gi');
/** What the SDK of older providers prints where a reply has no body. */
const doubled = /\bForbidden: Forbidden\b/g;
/** Messages with words of their own. */
const special: readonly (readonly [RegExp, string])[] = [
  [/ciphertext refers to a (?:customer master|KMS|AWS KMS) key[^.]{0,90}not allowed to access/gi, 'kms:Decrypt'],
  [/Cross-account pass role is not allowed/gi, 'iam:PassRole'],
];
const execution = /execution role does not have permissions to call (?<name>\w+) on (?<service>\w+)/gi;
/** A code with nothing behind it that says what was refused. A filter of CloudWatch names codes too, in quotes and with stars. */
const bareCode =
  /\b(?:AccessDenied(?:Exception|Fault)?|UnauthorizedOperation|AuthorizationError(?:Exception)?)(?=: |\) |<\/Code>|$)|^\W*Access Denied\W*$/g;

/** A log may say the same thing thousands of times. */
const mostMessages = 2000;

function messageDenials(text: string, actions: ActionList): readonly Denial[] {
  const found: { at: number; end: number; denial: Denial }[] = [];
  const hits = [...text.matchAll(message)].slice(0, mostMessages);
  hits.forEach((match, i) => {
    const start = match.index;
    const end = start + match[0].length;
    // What AWS adds stands behind the message, and before the next one.
    const tail = text.slice(end, Math.min(end + 6000, hits[i + 1]?.index ?? text.length));
    const before = text.slice(Math.max(i === 0 ? 0 : (hits[i - 1]?.index ?? 0), start - 600), start);
    found.push({ at: start, end, denial: fromMessage(match.groups ?? {}, tail, before, actions) });
  });
  const covered = (at: number): boolean => found.some(f => Math.abs(f.at - at) < 1200 && f.at >= at);
  const add = (match: RegExpExecArray, action: string | undefined): void => {
    if (covered(match.index)) return;
    const end = match.index + match[0].length;
    found.push({ at: match.index, end, denial: bare(action, text.slice(match.index, end + 4000)) });
  };
  for (const match of text.matchAll(operation))
    add(match, permissionOfOperation(match.groups?.['service'] ?? '', match.groups?.['name'] ?? '', actions));
  for (const match of text.matchAll(cli)) {
    const service = match.groups?.['code'] === 'UnauthorizedOperation' ? 'ec2' : '';
    add(match, permissionOfOperation(service, match.groups?.['name'] ?? '', actions));
  }
  for (const match of text.matchAll(doubled)) {
    const at = match.index;
    const head = headRefusalIn(text.slice(Math.max(0, at - 200), at + 300));
    const known = found.some(f => f.at <= at && at <= f.end);
    if (head !== undefined && !known) found.push({ at, end: at, denial: bare(permissionOfHead(head), '') });
  }
  for (const [pattern, action] of special) for (const match of text.matchAll(pattern)) add(match, action);
  for (const match of text.matchAll(execution))
    add(match, permissionOfOperation(match.groups?.['service'] ?? '', match.groups?.['name'] ?? '', actions));
  if (found.length === 0 && encodedIn(text) !== undefined) return [bare(undefined, text)];
  // The encoded message alone.
  const alone = text.replace(/\s+/g, '');
  if (found.length === 0 && /^[\w-]{100,}={0,2}$/.test(alone)) return [{ ...bare(undefined, ''), encoded: alone }];
  if (found.length === 0) {
    const [first] = text.matchAll(bareCode);
    if (first !== undefined) add(first, undefined);
  }
  return found
    .sort((a, b) => a.at - b.at)
    .map(({ at, end, denial }) => withHead(denial, text.slice(Math.max(0, at - 200), end + 300)));
}

/** A HEAD request is told by the message alone, where that names no caller. */
function withHead(denial: Denial, around: string): Denial {
  const head = denial.principal === undefined && denial.kind === 'unknown' ? headRefusalIn(around) : undefined;
  return head === undefined || permissionOfHead(head) !== denial.action ? denial : { ...denial, head };
}

function encodedIn(text: string): string | undefined {
  return /encoded authorization (?:failure )?message:? *"?([\w+/=-]{20,})/i.exec(text)?.[1];
}

function requestIdIn(text: string): string | undefined {
  return /request ?id:? "?([\w-]{8,})/i.exec(text)?.[1];
}

function bare(action: string | undefined, around: string): Denial {
  return {
    action,
    resource: undefined,
    principal: undefined,
    kind: 'unknown',
    policy: undefined,
    policyArn: undefined,
    encoded: encodedIn(around),
    requestId: requestIdIn(around),
    context: new Map(),
  };
}

function fromMessage(
  groups: Readonly<Record<string, string | undefined>>,
  tail: string,
  before: string,
  actions: ActionList,
): Denial {
  const resource = resourceArn(groups['resource']?.replace(/(?<![.,;)])[.,;)]+$/, ''), groups['principal']);
  const principal = groups['principal'];
  return {
    action: canonical(groups['action'], actions),
    resource,
    principal: principal?.replace(/(?<![.,;])[.,;]+$/, ''),
    ...decisionIn(tail),
    encoded: encodedIn(tail),
    requestId: requestIdIn(before) ?? requestIdIn(tail),
    context: contextOf(principal, resource),
  };
}

/** Whose policy decided, as the first refusal in a text says. */
export function decisionOf(text: string): ReturnType<typeof decisionIn> {
  const [first] = text.matchAll(message);
  return decisionIn(first === undefined ? '' : text.slice(first.index + first[0].length));
}

/** Whose policy decided, by what AWS adds behind its message. */
function decisionIn(tail: string): Pick<Denial, 'kind' | 'policy' | 'policyArn'> {
  const implicit = implicitReason.exec(tail)?.groups?.['policy'];
  const explicit = explicitReason.exec(tail)?.groups;
  const kms = /^[^.]{0,80}no resource-based policies allow access/i.test(tail) ? 'resource-based policy' : undefined;
  const words = implicit ?? explicit?.['policy'] ?? kms ?? '';
  return {
    kind: explicit !== undefined ? 'explicit' : implicit !== undefined ? 'implicit' : 'unknown',
    policy: policies.find(([pattern]) => pattern.test(words))?.[1],
    policyArn: explicit?.['arn']?.replace(/(?<![.,;)])[.,;)]+$/, ''),
  };
}

/** In AWS's own letters: SQS and SNS write theirs in other ones. */
function canonical(action: string | undefined, actions: ActionList): string | undefined {
  return action === undefined ? undefined : (actions.find(action)?.name ?? action);
}

/** An ARN, or `*`. IAM also says "role NAME"; any other name is no resource that a policy could be compared with. */
function resourceArn(resource: string | undefined, principal: string | undefined): string | undefined {
  if (resource === undefined || resource === '*' || resource.startsWith('arn:')) return resource;
  const named = /^(role|user|group|policy|instance profile) \/?(.+)$/i.exec(resource);
  const [, partition, , , account] = principal?.split(':') ?? [];
  if (named === null || partition === undefined || account === undefined) return undefined;
  const kind = (named[1] ?? '').toLowerCase().replace(' ', '-');
  return iamArn({ partition, accountId: account }, `${kind}/${named[2] ?? ''}`);
}

function contextOf(
  principal: string | undefined,
  resource: string | undefined,
  region?: string,
): Map<string, readonly string[]> {
  const context = new Map<string, readonly string[]>();
  const role = principal === undefined ? undefined : roleOf(principal);
  if (role !== undefined) context.set('aws:principalarn', [role]);
  else if (principal !== undefined) context.set('aws:principalarn', [principal]);
  const where = region ?? (resource?.startsWith('arn:') === true ? resource.split(':')[3] : undefined);
  if (where !== undefined && /^[a-z]{2,}-/.test(where)) context.set('aws:requestedregion', [where]);
  return context;
}

/** The role of a session, without its path, which a session's ARN does not hold. */
export function roleOf(principal: string): string | undefined {
  return roleOfSession(principal) ?? (/^arn:[^:]+:iam::\d{12}:role\//.test(principal) ? principal : undefined);
}

type Value = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Value =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textAt = (value: unknown, ...path: readonly string[]): string | undefined => {
  const found = path.reduce<unknown>((v, key) => (isObject(v) ? v[key] : undefined), value);
  return typeof found === 'string' ? found : undefined;
};

function jsonDenials(value: unknown, actions: ActionList, depth: number): readonly Denial[] {
  if (depth > 4) return [];
  if (Array.isArray(value)) return value.flatMap(v => jsonDenials(v, actions, depth + 1));
  if (!isObject(value)) return [];
  for (const list of ['Records', 'Events', 'events']) {
    const inner = value[list];
    if (Array.isArray(inner)) return jsonDenials(inner, actions, depth + 1);
  }
  for (const nested of ['CloudTrailEvent', 'DecodedMessage', 'detail']) {
    const inner = value[nested];
    if (typeof inner === 'string') return jsonDenials(parsed(inner), actions, depth + 1);
    if (isObject(inner) && nested === 'detail') return jsonDenials(inner, actions, depth + 1);
  }
  if (isObject(value['context']) && 'explicitDeny' in value) return [decoded(value)];
  if (typeof value['errorCode'] === 'string' || typeof value['eventName'] === 'string') return event(value, actions);
  return messageDenials(flatLog(JSON.stringify(value)), actions);
}

/** What sts:DecodeAuthorizationMessage gives: https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html. */
function decoded(value: Value): Denial {
  const context = isObject(value['context']) ? value['context'] : {};
  const principal = textAt(context, 'principal', 'arn');
  const resource = textAt(context, 'resource');
  const values = contextOf(principal, resource);
  const items = isObject(context['conditions']) ? context['conditions']['items'] : undefined;
  for (const item of Array.isArray(items) ? (items as unknown[]) : []) {
    const key = textAt(item, 'key');
    const list = isObject(item) && isObject(item['values']) ? item['values']['items'] : undefined;
    if (key !== undefined && Array.isArray(list))
      values.set(
        key.toLowerCase(),
        (list as unknown[]).flatMap(v => textAt(v, 'value') ?? []),
      );
  }
  return {
    action: textAt(context, 'action'),
    resource,
    principal,
    kind: value['explicitDeny'] === true ? 'explicit' : 'implicit',
    policy: undefined,
    policyArn: undefined,
    encoded: undefined,
    requestId: undefined,
    context: values,
  };
}

function event(value: Value, actions: ActionList): readonly Denial[] {
  const code = textAt(value, 'errorCode') ?? '';
  if (!/AccessDenied|Unauthorized|Forbidden|AuthorizationError|NotAuthorized/i.test(code)) return [];
  const principal = textAt(value, 'userIdentity', 'arn');
  const role = textAt(value, 'userIdentity', 'sessionContext', 'sessionIssuer', 'arn');
  const region = textAt(value, 'awsRegion');
  const [told] = messageDenials(flatLog(textAt(value, 'errorMessage') ?? ''), actions);
  const service = (textAt(value, 'eventSource') ?? '').split('.')[0] ?? '';
  const action = told?.action ?? permissionOfOperation(service, textAt(value, 'eventName') ?? '', actions);
  const resource = told?.resource ?? resourceOf(value);
  const caller = role ?? principal ?? told?.principal;
  const context = contextOf(caller, resource, region);
  const from = textAt(value, 'sourceIPAddress');
  if (from !== undefined) context.set('aws:sourceip', [from]);
  return [
    {
      ...(told ?? bare(undefined, '')),
      action,
      resource,
      principal: caller,
      requestId: textAt(value, 'requestID') ?? told?.requestId,
      context,
    },
  ];
}

function resourceOf(value: Value): string | undefined {
  const resources = value['resources'];
  const arns = (Array.isArray(resources) ? (resources as unknown[]) : []).flatMap(
    r => textAt(r, 'ARN') ?? textAt(r, 'arn') ?? [],
  );
  const key = textAt(value, 'requestParameters', 'key');
  const bucket = textAt(value, 'requestParameters', 'bucketName');
  const object = arns.find(a => /^arn:[^:]+:s3:::[^/]+\/./.test(a));
  if (object !== undefined) return object;
  const s3 = arns.find(a => /^arn:[^:]+:s3:::[^/]+$/.test(a));
  if (s3 !== undefined) return key === undefined ? s3 : `${s3}/${key}`;
  if (arns[0] !== undefined) return arns[0];
  const partition = textAt(value, 'userIdentity', 'arn')?.split(':')[1];
  if (bucket === undefined || partition === undefined) return textAt(value, 'requestParameters', 'resourceArn');
  return bucketArn(partition, bucket, key);
}
