import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { validatePolicy } from './accessAnalyzer';
import { type Caller, dumpAccount, type StoredAccount, type StoredKey } from './account';
import { AwsError } from './awsError';
import { lookupEvents, type UserEvent } from './cloudTrail';
import { type Fault, Faults, wrongBodies } from './faults';
import { providerActions } from './iamProviders';
import { policyActions } from './iamPolicies';
import { roleActions } from './iamRoles';
import { ensureUser, userActions } from './iamUsers';
import { lastAccessedActions } from './lastAccessed';
import { IamStore } from './iamStore';
import { Params } from './params';
import { simulatePrincipalPolicy } from './simulate';
import { getRoleCredentials, type SsoSession } from './sso';
import {
  assumeRole,
  assumeRoleWithWebIdentity,
  getAccessKeyInfo,
  getCallerIdentity,
  type StsSurroundings,
  type WebIdentityEvent,
} from './sts';
import { like } from './trustDecision';
import { errorXml, resultXml, type XmlValue } from './xml';

const namespaces = {
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
} as const;

export interface LogEntry {
  readonly n: number;
  readonly service: 'iam' | 'sts' | 'cloudtrail' | 'access-analyzer';
  readonly action: string;
  readonly params: Readonly<Record<string, string>>;
  readonly region: string;
  readonly accountId: string | undefined;
  status: number;
  code: string | undefined;
  fault: string | undefined;
}

const isWrite = (action: string): boolean =>
  !/^(Get|List|Simulate|Assume|Lookup|Decode|Validate|Generate)/.test(action);

/** A request id as AWS writes them; its number makes logs easy to join. */
const requestIdOf = (n: number): string => `7a1b0000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

interface Identified {
  readonly service: 'iam' | 'sts' | 'cloudtrail' | 'access-analyzer';
  readonly action: string;
  readonly params: Params;
  readonly json: Readonly<Record<string, unknown>>;
  readonly query: URLSearchParams;
  readonly caller: () => Caller;
  readonly region: string;
}

/**
 * IAM, STS and CloudTrail's LookupEvents on the loopback interface, answering as AWS answers. Signatures are not
 * verified, but an access key must be known. Reach it with the unmodified SDK or CLI by a profile's `endpoint_url`.
 */
export class AwsServer {
  readonly store: IamStore;
  readonly callers = new Map<string, Caller>();
  readonly events: WebIdentityEvent[] = [];
  /** Calls of IAM users that CloudTrail has; tests put them there. */
  readonly userEvents: UserEvent[] = [];
  readonly issuers = new Map<string, string>();
  readonly mfa = new Map<string, string>();
  readonly ssoSessions: SsoSession[] = [];
  readonly faults = new Faults();
  readonly log: LogEntry[] = [];
  /** Where the unsigned AssumeRoleWithWebIdentity lands: its request names no region. */
  webIdentityRegion = 'us-east-1';
  /** What encoded authorization messages stand for. */
  readonly encodedMessages = new Map<string, unknown>();
  readonly disabledRegions = new Set<string>();
  /** A gateway answers in place of AWS, whatever is asked. */
  page: { readonly status: number; readonly text: string } | undefined;
  /** Called before and after the effect of each call; a test kills its child process here. May return a promise to be awaited. */
  onCall: ((entry: LogEntry, moment: 'before' | 'after') => void | Promise<void>) | undefined;
  private readonly http = createServer((request, response) => void this.serve(request, response));
  private readonly sts: StsSurroundings;

  constructor(now: () => number = Date.now) {
    this.store = new IamStore(now);
    this.sts = { store: this.store, callers: this.callers, events: this.events, issuers: this.issuers, mfa: this.mfa };
  }

  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.http.once('error', reject);
      this.http.listen(port, '127.0.0.1', resolve);
    });
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.faults.clear();
    this.http.closeAllConnections();
    await new Promise<void>(resolve => this.http.close(() => resolve()));
  }

  /** An account with an administrator user whose access key is `accessKeyId`. */
  addAccount(id: string, options: { partition?: string; alias?: string; accessKeyId?: string } = {}): StoredAccount {
    const account = this.store.account(id, options.partition ?? 'aws', options.alias);
    if (options.accessKeyId) this.addCaller(account, options.accessKeyId);
    return account;
  }

  addCaller(
    account: StoredAccount,
    accessKeyId: string,
    options: {
      user?: string;
      allow?: readonly string[];
      deny?: readonly string[];
      expires?: number;
      sessionToken?: string;
    } = {},
  ): Caller {
    const user = options.user ?? 'admin';
    const caller: Caller = {
      accessKeyId,
      accountId: account.id,
      arn: `arn:${account.partition}:iam::${account.id}:${user === 'root' ? 'root' : `user/${user}`}`,
      userId:
        user === 'root'
          ? account.id
          : `AIDA${user
              .toUpperCase()
              .replace(/[^A-Z0-9]/g, '')
              .padEnd(17, '0')}`,
      sessionToken: options.sessionToken,
      expires: options.expires,
      allow: options.allow ?? ['*'],
      deny: options.deny ?? [],
    };
    this.callers.set(accessKeyId, caller);
    if (caller.sessionToken === undefined) this.keepKey(account, accessKeyId, user);
    return caller;
  }

  /** The key and its user, as IAM lists them. */
  private keepKey(account: StoredAccount, id: string, user: string): void {
    const former = this.store.accessKey(id);
    if (former?.user !== undefined) former.user.keys = former.user.keys.filter(k => k.id !== id);
    const key: StoredKey = { id, status: 'Active', createDate: this.store.date(), lastUsed: undefined };
    if (user === 'root') account.rootKeys.push(key);
    else ensureUser(this.store, account, user).keys.push(key);
  }

  /** Everything all accounts hold. `identities: false` leaves out ids and dates, which a re-created thing can't keep. */
  dump(identities = true): unknown {
    return [...this.store.accounts.values()]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(a => dumpAccount(a, identities));
  }

  calls(service?: LogEntry['service']): readonly string[] {
    return this.log.filter(e => service === undefined || e.service === service).map(e => e.action);
  }

  writes(): readonly string[] {
    return this.log.filter(e => e.service === 'iam' && isWrite(e.action)).map(e => e.action);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (this.page !== undefined) {
      response.writeHead(this.page.status, { 'content-type': 'text/html' }).end(this.page.text);
      return;
    }
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (url.pathname === '/federation/credentials') {
      const token = request.headers['x-amz-sso_bearer_token'];
      const reply = getRoleCredentials(this.ssoSessions, String(token), url.searchParams, this.store.now());
      response.writeHead(reply.status, {
        'content-type': 'application/json',
        ...(reply.code ? { 'x-amzn-errortype': reply.code } : {}),
      });
      response.end(JSON.stringify(reply.body));
      return;
    }
    this.store.requests += 1;
    const n = this.store.requests;
    const requestId = requestIdOf(n);
    const call = this.identify(request, url, Buffer.concat(chunks).toString('utf8'));
    const entry: LogEntry = {
      n,
      service: call.service,
      action: call.action,
      params: Object.fromEntries([...call.params.all].filter(([k]) => k !== 'WebIdentityToken')),
      region: call.region,
      accountId: undefined,
      status: 200,
      code: undefined,
      fault: undefined,
    };
    this.log.push(entry);
    await this.onCall?.(entry, 'before');
    const fault = this.faults.next(call.action);
    entry.fault = fault?.kind;
    if (fault?.kind === 'hold-before') await this.faults.held();
    let body: string;
    try {
      if (fault && ['refuse', 'throttle', 'error', 'concurrent', 'drop-before'].includes(fault.kind))
        throw faultError(fault, call);
      body =
        fault?.kind === 'swallowed'
          ? resultXml(call.action, namespaces.iam, requestId, undefined)
          : await this.act(call, requestId);
      if (fault && fault.kind === 'error-after') throw faultError(fault, call);
    } catch (error) {
      const known = error instanceof AwsError ? error : new AwsError('InternalFailure', String(error), 500);
      entry.status = known.status;
      entry.code = known.code;
      body =
        call.service === 'cloudtrail' || call.service === 'access-analyzer'
          ? JSON.stringify({ __type: known.code, message: known.message })
          : errorXml(namespaces[call.service], known.code, known.message, known.status, requestId);
    }
    await this.onCall?.(entry, 'after');
    if (fault?.kind === 'hold') await this.faults.held();
    if (fault?.kind === 'drop-before' || fault?.kind === 'drop-after') {
      request.socket.destroy();
      return;
    }
    if (fault?.kind === 'malformed' || fault?.kind === 'swallowed') body = wrongBodies[fault.body ?? 'no XML'](body);
    response.writeHead(entry.status, {
      'content-type':
        call.service === 'cloudtrail'
          ? 'application/x-amz-json-1.1'
          : call.service === 'access-analyzer'
            ? 'application/json'
            : 'text/xml',
      'x-amzn-requestid': requestId,
      ...((call.service === 'cloudtrail' || call.service === 'access-analyzer') && entry.code
        ? { 'x-amzn-errortype': entry.code }
        : {}),
    });
    response.end(body);
  }

  private identify(request: IncomingMessage, url: URL, body: string): Identified {
    const scope = /Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(
      String(request.headers['authorization'] ?? ''),
    );
    const [, accessKeyId, region = 'us-east-1', scopeService] = scope ?? [];
    const target = String(request.headers['x-amz-target'] ?? '');
    const validation = url.pathname === '/policy/validation';
    const isJson = target.includes('.') || validation;
    const params = new Params(new Map(isJson ? [] : new URLSearchParams(body)));
    const query = params.get('Version') === '2011-06-15' ? 'sts' : 'iam';
    const service = validation ? 'access-analyzer' : isJson ? 'cloudtrail' : query;
    return {
      service,
      action: validation
        ? 'ValidatePolicy'
        : isJson
          ? target.slice(target.indexOf('.') + 1)
          : (params.get('Action') ?? ''),
      params,
      json: isJson ? (JSON.parse(body || '{}') as Record<string, unknown>) : {},
      query: url.searchParams,
      region,
      caller: () => {
        if (accessKeyId === undefined)
          throw new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
        const caller = this.callers.get(accessKeyId);
        const token = request.headers['x-amz-security-token'];
        if (caller === undefined || caller.sessionToken !== token) {
          throw new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403);
        }
        this.useKey(caller, scopeService ?? service, region);
        if (caller.expires !== undefined && this.store.now() > caller.expires) {
          throw new AwsError('ExpiredToken', 'The security token included in the request is expired', 403);
        }
        if (scopeService !== service)
          throw new AwsError(
            'SignatureDoesNotMatch',
            `Credential should be scoped to correct service: '${service}'. `,
            403,
          );
        if (partitionOf(region) !== this.store.accounts.get(caller.accountId)?.partition) {
          // An access key of one partition is unknown in every other one.
          throw new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403);
        }
        return caller;
      },
    };
  }

  /** A key that was deleted or made inactive is unknown; of one that works AWS notes when and where it was used. */
  private useKey(caller: Caller, service: string, region: string): void {
    if (caller.sessionToken !== undefined) return;
    const found = this.store.accessKey(caller.accessKeyId);
    if (found === undefined || found.key.status === 'Inactive')
      throw new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403);
    found.key.lastUsed = { date: this.store.date(), service, region };
  }

  private async act(call: Identified, requestId: string): Promise<string> {
    if (call.service === 'access-analyzer') {
      this.permitted(call, 'access-analyzer');
      return JSON.stringify(validatePolicy(call.json, call.query, this.store.pageSize));
    }
    if (call.service === 'cloudtrail') {
      const caller = this.permitted(call, 'cloudtrail');
      if (call.action !== 'LookupEvents') throw new AwsError('InvalidAction', `Unknown operation ${call.action}`, 400);
      return JSON.stringify(lookupEvents(this.events, this.userEvents, caller, call.region, call.json));
    }
    if (call.service === 'sts') {
      if (this.disabledRegions.has(call.region)) {
        throw new AwsError(
          'RegionDisabledException',
          `STS is not activated in this region for account. Your account administrator can activate STS in this region using the IAM Console.`,
          403,
        );
      }
      return resultXml(call.action, namespaces.sts, requestId, await this.stsAction(call));
    }
    const action =
      roleActions[call.action] ??
      policyActions[call.action] ??
      providerActions[call.action] ??
      userActions[call.action] ??
      lastAccessedActions[call.action];
    if (action === undefined && call.action !== 'SimulatePrincipalPolicy') {
      throw new AwsError('InvalidAction', `Could not find operation ${call.action} for version 2010-05-08`, 400);
    }
    const caller = this.permitted(call, 'iam');
    const account = this.store.account(caller.accountId);
    const user = /:user\/(?:.*\/)?([^/]+)$|:(root)$/.exec(caller.arn);
    const params = call.params.with({ 'caller:arn': caller.arn, 'caller:user': user?.[1] ?? user?.[2] });
    const result: XmlValue = action
      ? action(this.store, account, params)
      : simulatePrincipalPolicy(this.store, account, this.callers, params);
    return resultXml(call.action, namespaces.iam, requestId, result);
  }

  private async stsAction(call: Identified): Promise<XmlValue> {
    switch (call.action) {
      case 'GetCallerIdentity':
        // Needs no permission at all.
        return getCallerIdentity(call.caller());
      case 'DecodeAuthorizationMessage': {
        this.permitted(call, 'sts');
        const message = this.encodedMessages.get(call.params.get('EncodedMessage') ?? '');
        if (message === undefined)
          throw new AwsError('InvalidAuthorizationMessageException', 'Message is not valid', 400);
        return { DecodedMessage: JSON.stringify(message) };
      }
      case 'GetAccessKeyInfo':
        this.permitted(call, 'sts');
        return getAccessKeyInfo(this.store, call.params);
      case 'AssumeRole':
        return assumeRole(this.sts, this.permitted(call, 'sts'), call.params);
      case 'AssumeRoleWithWebIdentity':
        return assumeRoleWithWebIdentity(this.sts, call.params, this.webIdentityRegion);
      default:
        throw new AwsError('InvalidAction', `Could not find operation ${call.action} for version 2011-06-15`, 400);
    }
  }

  private permitted(call: Identified, service: string): Caller {
    const caller = call.caller();
    const action = `${service}:${call.action}`;
    const matches = (patterns: readonly string[]): boolean =>
      patterns.some(p => like(p.toLowerCase(), action.toLowerCase()));
    if (matches(caller.deny) || !matches(caller.allow)) {
      const why = matches(caller.deny)
        ? 'with an explicit deny in an identity-based policy'
        : `because no identity-based policy allows the ${action} action`;
      throw new AwsError(
        'AccessDenied',
        `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${call.params.get('RoleName') ? `role ${call.params.get('RoleName')}` : '*'} ${why}`,
        403,
      );
    }
    return caller;
  }
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  if (region.startsWith('eusc-')) return 'aws-eusc';
  if (region.startsWith('us-iso-')) return 'aws-iso';
  return 'aws';
}

function faultError(fault: Fault, call: Identified): AwsError {
  const kinds: Readonly<Partial<Record<Fault['kind'], readonly [string, string, number]>>> = {
    refuse: [
      'AccessDenied',
      `User is not authorized to perform: ${call.service}:${call.action} because of a service control policy`,
      403,
    ],
    throttle: ['Throttling', 'Rate exceeded', 400],
    concurrent: [
      'ConcurrentModification',
      'The request was rejected because multiple requests to change this object were submitted simultaneously.',
      409,
    ],
  };
  const [code, message, status] = kinds[fault.kind] ?? [
    'ServiceFailure',
    'The request processing has failed because of an unknown error, exception or failure.',
    500,
  ];
  return new AwsError(fault.code ?? code, fault.message ?? message, fault.status ?? status);
}
