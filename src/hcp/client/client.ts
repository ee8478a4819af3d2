import { fail, ok, type Problem, ProblemError, type Result } from '../../core/problem';
import { belongsTo } from './address';
import type { KeptReplies } from './keptReplies';
import { type Page, readPage, type Resource } from './document';
import { type Endpoint, replyProblem } from './problems';
import type { Secret } from './secret';
import { findService } from './serviceDiscovery';
import { type Answer, type Call, jsonOf, Transport, type TransportOptions } from './transport';

export interface HcpClientOptions extends TransportOptions {
  /** `app.terraform.io`, a Terraform Enterprise host, or `127.0.0.1:port`. */
  readonly hostname: string;
  readonly token: Secret;
  /**
   * From a `host "…" { services = { "tfe.v2" = "…" } }` block of the user's CLI configuration: takes the place of discovery, and may
   * name another host, which Terraform then sends the token to, too. "": the block has no such service.
   */
  readonly serviceUrl?: string;
  readonly kept?: KeptReplies;
}

export type Query = Readonly<Record<string, string | number | undefined>>;

const mediaType = 'application/vnd.api+json';
/** The most that HCP Terraform gives in one page. */
const pageSize = 100;
// A server whose paging never ends must not keep us for ever.
const maximumPages = 1000;

export interface All {
  readonly data: readonly Resource[];
  readonly included: readonly Resource[];
}

interface Pages extends All {
  readonly complete: boolean;
  /** What the last page said. */
  readonly total: number | undefined;
  /** It did not come to an end within the pages that are read at most. */
  readonly endless: boolean;
}

/**
 * HCP Terraform's API v2 (https://developer.hashicorp.com/terraform/cloud-docs/api-docs). Every call gives a Problem for what a
 * user can act on, and rejects only when its signal aborts. The token goes to the client's own host and nowhere else.
 */
export class HcpClient {
  readonly hostname: string;
  private readonly transport: Transport;
  /** The API's base, found once for this client and those that keep replies for it. */
  private found: { base: Promise<Result<URL>> | undefined } = { base: undefined };

  constructor(private readonly options: HcpClientOptions) {
    this.hostname = options.hostname;
    this.transport = new Transport(options);
  }

  /** The same client for the reads of one step: none is sent again while its reply is kept. */
  keeping(kept: KeptReplies): HcpClient {
    const client = new HcpClient({ ...this.options, kept });
    client.found = this.found;
    return client;
  }

  /** One document. `path` is below the API's base: `/organizations/acme`. */
  get(path: string, query: Query, signal: AbortSignal): Promise<Result<Page>> {
    const read = () => this.document('GET', path, query, undefined, signal);
    return this.options.kept?.once(path, query, read) ?? read();
  }

  /** One document with one resource. */
  async one(
    path: string,
    query: Query,
    signal: AbortSignal,
  ): Promise<Result<{ readonly resource: Resource; readonly included: readonly Resource[] }>> {
    const page = await this.get(path, query, signal);
    if (!page.ok) return page;
    const [resource] = page.value.data;
    if (resource === undefined || !page.value.single) {
      return fail(replyProblem(this.endpoint('GET', path), 'has no single object as data'));
    }
    return ok({ resource, included: page.value.included });
  }

  /**
   * All pages of a list, in order, each resource once. `each` is told of every page. A list is complete when the host says so; one that
   * ends early or never ends is read once more (somebody may have changed it meanwhile), and is then a Problem.
   */
  async all(
    path: string,
    query: Query,
    signal: AbortSignal,
    each?: (page: Page, soFar: number) => void,
  ): Promise<Result<All>> {
    const first = await this.pages(path, query, signal, each);
    if (!first.ok || first.value.complete) return first;
    const second = first.value.endless ? first : await this.pages(path, query, signal, each);
    if (!second.ok || second.value.complete) return second;
    const { data, total } = second.value;
    const said =
      total === undefined ? 'does not come to an end' : `has ${data.length} of the ${total} that it tells of`;
    return fail({
      ...replyProblem(this.endpoint('GET', path), `${said}, so what is missing is not known`),
      code: 'hcp-list-incomplete',
    });
  }

  private async pages(
    path: string,
    query: Query,
    signal: AbortSignal,
    each?: (page: Page, soFar: number) => void,
  ): Promise<Result<Pages>> {
    const data = new Map<string, Resource>();
    const included = new Map<string, Resource>();
    for (let number = 1, pages = 1; ; pages++) {
      const page = await this.page(path, { ...query, 'page[number]': number, 'page[size]': pageSize }, signal);
      if (!page.ok) return page;
      const before = data.size;
      for (const resource of page.value.data) data.set(`${resource.type}/${resource.id}`, resource);
      for (const resource of page.value.included) included.set(`${resource.type}/${resource.id}`, resource);
      each?.(page.value, data.size);
      const next = nextPage(page.value, number);
      const total = page.value.totalCount;
      const nothingNew = data.size === before;
      if (next === undefined || nothingNew || pages >= maximumPages) {
        // A full page without paging data, and then the same page again: the host does not page at all. A page that names itself or an
        // earlier one as the next is not the last.
        const goesOn = namesAnother(page.value, number) || (next !== undefined && !nothingNew);
        const complete = total === undefined ? !goesOn : data.size >= total;
        return ok({
          data: [...data.values()],
          included: [...included.values()],
          complete,
          total,
          endless: pages >= maximumPages,
        });
      }
      number = next;
    }
  }

  /** One page of a list: `null` or an object where a list belongs is no empty list. */
  async page(path: string, query: Query, signal: AbortSignal): Promise<Result<Page>> {
    const page = await this.get(path, query, signal);
    if (!page.ok || !page.value.single) return page;
    return fail(replyProblem(this.endpoint('GET', path), 'has no list as data'));
  }

  /** A list that is not paged in HashiCorp's description; a host that pages it all the same is followed. */
  async list(path: string, signal: AbortSignal): Promise<Result<readonly Resource[]>> {
    const page = await this.page(path, {}, signal);
    if (!page.ok) return page;
    const { totalCount, data } = page.value;
    if (!namesAnother(page.value, 1) && (totalCount === undefined || data.length >= totalCount)) return ok(data);
    const rest = await this.all(path, {}, signal);
    return rest.ok ? ok(rest.value.data) : rest;
  }

  async post(path: string, body: unknown, signal: AbortSignal): Promise<Result<Resource>> {
    return this.written('POST', path, body, signal);
  }

  async patch(path: string, body: unknown, signal: AbortSignal): Promise<Result<Resource>> {
    return this.written('PATCH', path, body, signal);
  }

  /** A POST whose answer tells nothing but that it was accepted: `/runs/…/actions/cancel` answers 202 without a document. */
  async act(path: string, body: unknown, signal: AbortSignal): Promise<Result<void>> {
    const answer = await this.request('POST', path, {}, body, signal);
    return answer.ok ? ok(undefined) : answer;
  }

  /** A deletion is answered by 204, as HashiCorp documents for each; whatever else comes may be the word of something in between. */
  async delete(path: string, signal: AbortSignal): Promise<Result<void>> {
    const answer = await this.request('DELETE', path, {}, undefined, signal);
    if (!answer.ok || answer.value.status === 204) return answer.ok ? ok(undefined) : answer;
    const at = { hostname: this.hostname, method: 'DELETE', path };
    return fail(
      replyProblem(at, `is a ${answer.value.status}, and a deletion is answered by 204`, answer.value.requestId),
    );
  }

  /**
   * Text of a URL that a reply gave (run logs of the archivist); of a long one its end. Such a URL carries its own secret: no token
   * is sent, and messages don't show it.
   */
  async download(url: string, what: string, signal: AbortSignal): Promise<Result<string>> {
    let parsed: URL;
    try {
      parsed = new URL(url);
    } catch {
      return fail(replyProblem({ hostname: this.hostname, method: 'GET', path: what }, 'has no good URL'));
    }
    const at = { hostname: parsed.host, method: 'GET', path: what };
    if (parsed.protocol !== 'https:' && !belongsTo(parsed, this.hostname)) {
      return fail(replyProblem(at, 'would come without encryption'));
    }
    const answer = await this.transport.send({ at, url: parsed, headers: {}, safe: true, keep: 'end' }, signal);
    return answer.ok ? ok(answer.value.text) : answer;
  }

  /**
   * What an endpoint gives as a file: from the host itself, or from where it sends on to, once and without the token. `undefined`: it has
   * none (204). `longest`: bytes.
   */
  async bytes(path: string, longest: number, signal: AbortSignal): Promise<Result<Uint8Array | undefined>> {
    const answer = await this.request('GET', path, {}, undefined, signal, { longest, redirects: 'told' });
    return answer.ok ? this.bytesOf(answer.value, this.endpoint('GET', path), longest, signal) : answer;
  }

  /**
   * The file behind a URL that a reply gave. An address of the host itself wants the token (and sends on, as `bytes` follows); any other
   * carries its own secret, and gets no token. Messages don't show it.
   */
  async file(given: string, longest: number, signal: AbortSignal): Promise<Result<Uint8Array | undefined>> {
    const at = { hostname: this.hostname, method: 'GET', path: 'the file' };
    if (!URL.canParse(given, `https://${this.hostname}`)) return fail(replyProblem(at, 'has no good URL'));
    const url = new URL(given, `https://${this.hostname}`);
    const own = belongsTo(url, this.hostname);
    if (!own && url.protocol !== 'https:') return fail(replyProblem(at, 'would come without encryption'));
    const headers =
      own && /^\/api\//.test(url.pathname) ? { Authorization: `Bearer ${this.options.token.reveal()}` } : {};
    const call = { at: { ...at, hostname: url.host }, url, headers, safe: true, longest, redirects: 'told' as const };
    const answer = await this.transport.send(call, signal);
    return answer.ok ? this.bytesOf(answer.value, at, longest, signal) : fail(this.withoutToken(answer.problem));
  }

  private async bytesOf(
    { status, headers, bytes }: Answer,
    at: Endpoint,
    longest: number,
    signal: AbortSignal,
  ): Promise<Result<Uint8Array | undefined>> {
    if (status < 300) return ok(status === 204 ? undefined : bytes);
    const location = headers.get('location');
    if (location === null || !URL.canParse(location, `https://${this.hostname}`))
      return fail(replyProblem(at, 'sends on to nowhere'));
    const url = new URL(location, `https://${this.hostname}`);
    if (url.protocol !== 'https:' && !belongsTo(url, this.hostname))
      return fail(replyProblem(at, 'would come without encryption'));
    const there = { hostname: url.host, method: 'GET', path: 'the file' };
    const file = await this.transport.send({ at: there, url, headers: {}, safe: true, longest }, signal);
    return file.ok ? ok(file.value.bytes) : file;
  }

  private async written(method: string, path: string, body: unknown, signal: AbortSignal): Promise<Result<Resource>> {
    const page = await this.document(method, path, {}, body, signal);
    if (!page.ok) return page;
    const [resource] = page.value.data;
    if (resource === undefined) return fail(replyProblem(this.endpoint(method, path), 'has no data'));
    return ok(resource);
  }

  private async document(
    method: string,
    path: string,
    query: Query,
    body: unknown,
    signal: AbortSignal,
  ): Promise<Result<Page>> {
    const answer = await this.request(method, path, query, body, signal);
    if (!answer.ok) return answer;
    const at = this.endpoint(method, path);
    const json = jsonOf(answer.value, at);
    return json.ok ? attempt(() => readPage(json.value, at)) : json;
  }

  private async request(
    method: string,
    path: string,
    query: Query,
    body: unknown,
    signal: AbortSignal,
    how: Pick<Call, 'longest' | 'redirects'> = {},
  ): Promise<Result<Answer>> {
    const base = await this.discover(signal);
    if (!base.ok) return base;
    const url = new URL(`${base.value.href.replace(/(?<!\/)\/+$/, '')}${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const answer = await this.transport.send(
      {
        at: this.endpoint(method, path),
        url,
        headers: {
          Authorization: `Bearer ${this.options.token.reveal()}`,
          Accept: mediaType,
          // Also without a body: go-tfe 2.4 had to add it for some gateways.
          'Content-Type': mediaType,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        safe: method === 'GET',
        ...how,
      },
      signal,
    );
    return answer.ok ? answer : fail(this.withoutToken(answer.problem));
  }

  /** A host, or a proxy before it, may repeat the request's headers in its error. */
  private withoutToken(problem: Problem): Problem {
    const token = this.options.token.reveal();
    return token === '' ? problem : { ...problem, message: problem.message.replaceAll(token, '[hidden]') };
  }

  private endpoint(method: string, path: string): Endpoint {
    return { hostname: this.hostname, method, path };
  }

  /** The API's base, asked once. */
  private async discover(signal: AbortSignal): Promise<Result<URL>> {
    this.found.base ??= findService(this.transport, this.options, signal);
    const mine = this.found.base;
    try {
      const result = await mine;
      // Another call may do better later.
      if (!result.ok && this.found.base === mine) this.found.base = undefined;
      return result;
    } catch (error) {
      if (this.found.base === mine) this.found.base = undefined;
      signal.throwIfAborted();
      // It was somebody else's signal that aborted: ask for ourselves.
      if (error instanceof Error && error.name === 'AbortError') return this.discover(signal);
      throw error;
    }
  }
}

/** Does the host itself say that there is more behind this page? Some say 0 where there is no next one. */
const namesAnother = (page: Page, number: number): boolean =>
  (page.nextPage ?? 0) > 0 || page.linksNext || number < (page.totalPages ?? 0);

function nextPage(page: Page, number: number): number | undefined {
  if (page.nextPage !== undefined) return page.nextPage > number ? page.nextPage : undefined;
  if (page.totalPages !== undefined) return number < page.totalPages ? number + 1 : undefined;
  // No paging data: what the links say, or that a full page may have a successor.
  return page.linksNext || page.data.length >= pageSize ? number + 1 : undefined;
}

/** Runs code that throws ProblemError for replies that lack something. */
export function attempt<T>(read: () => T): Result<T> {
  try {
    return ok(read());
  } catch (error) {
    if (error instanceof ProblemError) return fail(error.problem);
    throw error;
  }
}
