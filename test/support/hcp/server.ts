import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Contract } from './contract';
import { Issuer } from './issuer';
import { answer } from './routes';
import { advance, type Runner } from './runner';
import { HcpState, usualCode } from './state';
import { archiveOf, filesOf, planJson } from './code';
import { planOf, workspaceOfStateVersion } from './held';

export interface Fault {
  readonly method?: string;
  /** Matched against the path below /api/v2, or the whole path for others. */
  readonly path: RegExp;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** How many requests it hits; for ever when not given. */
  times?: number;
  /** Carries the request out first, then answers with the fault: a reply that got lost. */
  readonly afterwards?: boolean;
  /** Cuts the connection in place of an answer. */
  readonly cut?: boolean;
  /** In place of a JSON body: a reply that is none. */
  readonly text?: string;
}

export interface HcpServerOptions {
  /** Requests in any second, after which 429 is answered. Default: no limit. */
  readonly rateLimit?: number;
  /** The second host name of Terraform Enterprise, where that one issues the tokens (TFE_OIDC_HOSTNAME_CHOICE=secondary). */
  readonly oidcHost?: string;
}

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly authorized: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface HcpCall {
  readonly method: string;
  /** Below /api/v2, without the query; for others the whole path. */
  readonly path: string;
  readonly body: string;
}

/**
 * In the documentation and not in the description, or there with another answer: cancelling a run
 * (https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run#cancel-a-run), and the download of a configuration, which sends on
 * (https://developer.hashicorp.com/terraform/cloud-docs/api-docs/configuration-versions#download-configuration-files). Stacks are documented
 * alone: https://developer.hashicorp.com/terraform/cloud-docs/api-docs/stacks.
 */
const undescribed =
  /^\/runs\/[^/]+\/actions\/cancel$|^\/configuration-versions\/[^/]+\/download$|^\/organizations\/[^/]+\/(?:stacks$|tests\/.*\/test-runs$)|^\/registry-modules\/.*\/test-configuration$|^\/stacks?(?:\/|-)/;

/** An HCP Terraform of our own on a loopback port: stateful, with faults, every reply held against HashiCorp's description. */
export class HcpServer {
  readonly token = 'test-token-of-the-test-server';
  readonly state = new HcpState();
  readonly faults: Fault[] = [];
  readonly seen: Seen[] = [];
  /** Requests and replies that do not fit the description. */
  readonly violations: string[] = [];
  readonly issuer: Issuer;
  /** Where runs get AWS credentials; without it they end well. */
  runner: Runner | undefined;
  /** Called before and after each request below /api/v2 is carried out. What it returns before is a fault for this request. */
  onCall: ((call: HcpCall, moment: 'before' | 'after') => void | Fault | Promise<void | Fault>) | undefined;
  private requests = 0;
  private readonly starts: number[] = [];

  private constructor(
    private readonly server: Server,
    readonly hostname: string,
    private readonly options: HcpServerOptions,
    private readonly contract: Contract,
  ) {
    // As AWS knows a host: https, no port. A test maps this URL to `origin`.
    this.issuer = new Issuer(`https://${options.oidcHost ?? hostname.replace(/:\d+$/, '')}`);
  }

  static async start(options: HcpServerOptions = {}): Promise<HcpServer> {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const made = new HcpServer(server, `127.0.0.1:${port}`, options, new Contract());
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      made.handle(request, response).catch((error: unknown) => {
        made.violations.push(`server: ${String(error)}`);
        response.destroy();
      });
    });
    return made;
  }

  get origin(): string {
    return `http://${this.hostname}`;
  }

  /** An environment with which the CLI finds the token. */
  get environment(): Record<string, string> {
    return { [`TF_TOKEN_${this.hostname}`]: this.token, HOME: '/nonexistent' };
  }

  /** Requests below /api/v2, without discovery. */
  get apiRequests(): readonly Seen[] {
    return this.seen.filter(s => s.path.startsWith('/api/v2/'));
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise(resolve => this.server.close(() => resolve()));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.origin);
    const method = request.method ?? 'GET';
    const authorized = request.headers.authorization === `Bearer ${this.token}`;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
    const text = Buffer.concat(chunks).toString('utf8');
    this.seen.push({ method, path: url.pathname + url.search, authorized, at: Date.now() });
    this.requests += 1;
    response.setHeader('x-request-id', `request-${this.requests}`);
    const below = url.pathname.replace(/^\/api\/v2/, '');
    const call = { method, path: below, body: text };
    const listed = this.faults.find(
      f => f.path.test(below) && (f.method === undefined || f.method === method) && f.times !== 0,
    );
    if (listed?.times !== undefined) listed.times -= 1;
    const fault = (await this.onCall?.(call, 'before')) ?? listed;
    if (fault !== undefined && fault.afterwards !== true) return this.fail(fault, response);
    if (!url.pathname.startsWith('/api/v2/'))
      return method === 'PUT'
        ? this.upload(url.pathname, Buffer.concat(chunks), response)
        : this.outside(url.pathname, response, request.headers.authorization);
    if (this.limited(response)) return;
    if (!authorized) return send(response, 401, { errors: [{ status: '401', title: 'unauthorized' }] });
    if (below === '/ping') {
      response.setHeader('TFP-API-Version', '2.6');
      response.setHeader('TFP-AppName', 'HCP Terraform');
      return send(response, 204, undefined);
    }
    const body = text === '' ? undefined : (JSON.parse(text) as unknown);
    const described = !undescribed.test(below);
    if (body !== undefined && described) this.note(this.contract.request(method, below, body));
    if (request.headers['content-type'] !== 'application/vnd.api+json') {
      this.violations.push(`${method} ${below} has the content type ${request.headers['content-type'] ?? 'none'}`);
    }
    const watched = method === 'GET' ? /^\/runs\/(run-\w+)$/.exec(below)?.[1] : undefined;
    if (watched !== undefined) await advance(this.state, this.issuer, this.runner, watched);
    const segments = below.split('/').slice(1).map(decodeURIComponent);
    const reply = answer(this.state, { method, segments, query: url.searchParams, body, origin: this.origin });
    if (described) this.note(this.contract.reply(method, below, reply.status, reply.body));
    await this.onCall?.(call, 'after');
    if (fault !== undefined) return this.fail(fault, response);
    if (reply.location !== undefined) response.setHeader('location', reply.location);
    send(response, reply.status, reply.body);
  }

  private note(violation: string | undefined): void {
    if (violation !== undefined) this.violations.push(violation);
  }

  private fail(fault: Fault, response: ServerResponse): void {
    if (fault.cut === true) {
      response.destroy();
      return;
    }
    for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value);
    if (fault.text !== undefined) {
      response.writeHead(fault.status, { 'content-type': 'text/html' }).end(fault.text);
      return;
    }
    send(response, fault.status, fault.body);
  }

  private limited(response: ServerResponse): boolean {
    const limit = this.options.rateLimit;
    if (limit === undefined) return false;
    const now = Date.now();
    while (this.starts.length > 0 && (this.starts[0] ?? 0) <= now - 1000) this.starts.shift();
    response.setHeader('x-ratelimit-limit', String(limit));
    response.setHeader('x-ratelimit-remaining', String(Math.max(0, limit - this.starts.length - 1)));
    const reset = Math.max(0, (this.starts[0] ?? now) + 1000 - now) / 1000;
    response.setHeader('x-ratelimit-reset', String(reset));
    if (this.starts.length >= limit) {
      send(response, 429, { errors: [{ status: 429, title: 'rate limit exceeded' }] });
      return true;
    }
    this.starts.push(now);
    return false;
  }

  /** The archive of a configuration version, which then is the one that runs use. */
  private async upload(pathname: string, archive: Buffer, response: ServerResponse): Promise<void> {
    const id = /^\/archivist\/upload\/(cv-\w+)$/.exec(pathname)?.[1];
    const found = this.state.workspaces.flatMap(w => w.configurations).find(c => c.id === id);
    if (found === undefined) return send(response, 404, undefined);
    found.files = await filesOf(archive);
    found.status = 'uploaded';
    send(response, 200, undefined);
  }

  private async outside(pathname: string, response: ServerResponse, token: string | undefined): Promise<void> {
    if (pathname === '/.well-known/terraform.json') return send(response, 200, { 'tfe.v2': '/api/v2/' });
    if (pathname === '/.well-known/openid-configuration') return send(response, 200, this.issuer.discovery());
    if (pathname === '/.well-known/jwks') return send(response, 200, this.issuer.jwks());
    // The archivist is another host: whoever sends the token there gives it away.
    if (pathname.startsWith('/archivist/') && token !== undefined)
      this.violations.push(`${pathname} was sent the token`);
    const stateOf = workspaceOfStateVersion(
      this.state,
      /^\/(?:api\/state-versions|archivist\/state)\/([\w-]+)/.exec(pathname)?.[1] ?? '',
    );
    if (pathname.startsWith('/api/state-versions/')) {
      if (token !== `Bearer ${this.token}`)
        return send(response, 401, { errors: [{ status: '401', title: 'unauthorized' }] });
      if (stateOf?.mayDownloadState !== true)
        return send(response, 404, { errors: [{ status: '404', title: 'not found' }] });
      response.setHeader('location', `${this.origin}/archivist/state/${pathname.split('/')[3] ?? ''}`);
      return send(response, 302, undefined);
    }
    if (pathname.startsWith('/archivist/state/')) return send(response, 200, stateOf?.stateFile);
    const [, kind, id] = /^\/archivist\/(code|plan|fullplan)\/([\w-]+)$/.exec(pathname) ?? [];
    if (kind === 'code') {
      const code = this.state.workspaces.flatMap(w => w.configurations).find(c => c.id === id);
      response.writeHead(200, { 'content-type': 'application/gzip' }).end(await archiveOf(code?.files ?? {}));
      return;
    }
    const planned = this.state.workspaces.flatMap(w => w.runs).find(r => r.id === id);
    if (planned?.plan !== undefined) return send(response, 200, planOf(planned, kind === 'fullplan'));
    if (kind === 'plan') {
      const configuration = this.state.workspaces.flatMap(w => {
        const of = w.runs.find(r => r.id === id)?.configurationId;
        return w.configurations.filter(c => c.id === of);
      })[0];
      return send(response, 200, planJson(configuration?.files ?? usualCode));
    }
    const log = /^\/archivist\/(t?run-\w+)\//.exec(pathname)?.[1];
    const all = [...this.state.workspaces.flatMap(w => w.runs), ...this.state.modules.flatMap(m => m.runs)];
    const run = all.find(r => r.id === log);
    if (run === undefined) return send(response, 404, { errors: [{ status: '404', title: 'not found' }] });
    response.writeHead(200, { 'content-type': 'text/plain' }).end(run.log);
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (body === undefined) {
    response.writeHead(status).end();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/vnd.api+json; charset=utf-8' }).end(JSON.stringify(body));
}
