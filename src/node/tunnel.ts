import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { type Duplex, Readable } from 'node:stream';
import type { Environment } from '../core/host';
import type { TextReply } from '../core/replyText';
import { type Proxy, proxyFor, ProxySettingError } from './proxyRules';
import { secureContext, trustedCertificates, type TrustOptions } from './trust';

/** Milliseconds in which a proxy has to open a tunnel. */
const patience = 30_000;

/** Why there is no tunnel. `code` is one of the network codes that every surface explains. */
class TunnelError extends Error {
  readonly code = 'EPROXY';
}

interface Target extends tls.ConnectionOptions {
  /** Aborts when nobody wants the connection any longer. */
  readonly unwanted?: AbortSignal;
  readonly host?: string;
  readonly port?: number;
}

type Made = (error: Error | null, socket?: Duplex) => void;

/**
 * An agent whose connections go through the proxy of the environment where there is one for the host, and straight otherwise. TLS is
 * spoken with the host itself, inside of the tunnel: the proxy sees the host's name and nothing that is sent. All of its
 * connections, that to a proxy included, trust the certificates of `trustedCertificates`; they are read at the first of them.
 */
class TunnelAgent extends https.Agent {
  private readonly env: Environment;
  private certificates: { readonly list: readonly string[] | undefined } | undefined;
  private context: tls.SecureContext | undefined;

  constructor(private readonly trust: TrustOptions) {
    super({ keepAlive: true });
    this.env = trust.env;
    // VS Code puts an agent of its own in place of this one, and takes over what it finds as its `ca`.
    Object.defineProperty(this.options, 'ca', { enumerable: true, get: () => this.authorities() });
  }

  private authorities(): string[] | undefined {
    this.certificates ??= { list: trustedCertificates(this.trust) };
    const { list } = this.certificates;
    return list === undefined ? undefined : [...list];
  }

  private secure(): { readonly secureContext?: tls.SecureContext } {
    const list = this.authorities();
    if (list === undefined) return {};
    this.context ??= secureContext(list);
    return { secureContext: this.context };
  }

  /** One agent, one trust: what is trusted need not be part of a connection's name, which Node makes for each request. */
  override getName(options?: https.AgentOptions & { host?: string; port?: number }): string {
    return super.getName({ ...options, ca: undefined });
  }

  /** Not in Node's types; how each request comes to an agent. */
  addRequest(request: http.ClientRequest, options: object): void {
    // A request without a socket tells nobody that it was destroyed.
    const unwanted = new AbortController();
    const destroy = request.destroy.bind(request);
    request.destroy = error => {
      unwanted.abort();
      return destroy(error);
    };
    const parent = https.Agent.prototype as unknown as {
      addRequest(request: http.ClientRequest, options: object): void;
    };
    parent.addRequest.call(this, request, { ...options, unwanted: unwanted.signal });
  }

  // Node passes a callback that its types do not know; a socket that is made later is handed to it.
  override createConnection(target: Target, made: Made): Duplex | undefined {
    const host = target.host ?? 'localhost';
    const port = Number(target.port ?? 443);
    let proxy: Proxy | undefined;
    try {
      proxy = proxyFor(host, port, this.env);
    } catch (error) {
      const told = error instanceof ProxySettingError ? new TunnelError(error.message) : error;
      process.nextTick(made, told);
      return undefined;
    }
    const secure = this.secure();
    if (proxy === undefined) return tls.connect({ ...target, ...secure, host, port });
    openTunnel(proxy, host, port, secure, target.unwanted).then(
      socket => made(null, tls.connect({ ...target, ...secure, host, port, socket, ...nameOf(target, host) })),
      (error: unknown) => made(error instanceof Error ? error : new Error(String(error))),
    );
    return undefined;
  }
}

/** The name that the certificate has to be for; an address has none. */
const nameOf = (target: Target, host: string): { readonly servername?: string } =>
  target.servername !== undefined && target.servername !== ''
    ? { servername: target.servername }
    : net.isIP(host) === 0
      ? { servername: host }
      : {};

/** A connection to `host:port` by way of the proxy, as bytes. */
function openTunnel(
  proxy: Proxy,
  host: string,
  port: number,
  secure: { readonly secureContext?: tls.SecureContext },
  unwanted: AbortSignal | undefined,
): Promise<net.Socket> {
  const authority = `${net.isIPv6(host) ? `[${host}]` : host}:${port}`;
  const named = `${proxy.host}:${proxy.port}`;
  return new Promise((resolve, reject) => {
    const request = (proxy.tls ? https : http).request({
      host: proxy.host,
      port: proxy.port,
      method: 'CONNECT',
      path: authority,
      headers: {
        Host: authority,
        ...(proxy.authorization !== undefined && { 'Proxy-Authorization': proxy.authorization }),
      },
      agent: false,
      timeout: patience,
      ...(proxy.tls && secure),
    });
    unwanted?.addEventListener('abort', () => request.destroy(), { once: true });
    request.once('connect', (response, socket, head) => {
      const status = response.statusCode ?? 0;
      // Nobody but the host may speak first, and only after our greeting.
      if (status >= 200 && status < 300 && head.length === 0) {
        socket.setTimeout(0);
        resolve(socket as net.Socket);
        return;
      }
      socket.destroy();
      reject(
        new TunnelError(
          `the proxy ${named} answered ${status} to CONNECT ${authority}${status === 407 ? ': it wants a user and a password in HTTPS_PROXY' : ''}`,
        ),
      );
    });
    request.once('response', response => {
      response.destroy();
      reject(new TunnelError(`the proxy ${named} opens no tunnels (it answered ${response.statusCode ?? 0})`));
    });
    request.once('timeout', () => request.destroy(new TunnelError(`the proxy ${named} has not answered`)));
    request.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error instanceof TunnelError
          ? error
          : new TunnelError(
              `the proxy ${named} cannot be reached${error.code === undefined ? '' : ` (${error.code})`}`,
            ),
      ),
    );
    request.end();
  });
}

/** The agent for requests over TLS: through the proxy of the environment where that names one, and with its trust. */
export function secureAgent(trust: TrustOptions): https.Agent {
  return new TunnelAgent(trust);
}

interface Reply extends TextReply {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
}

/** What `fetch` does for the parts that are used here, through an agent: redirects are not followed. */
export function fetchThrough(
  agent: https.Agent,
  url: string,
  init: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly signal: AbortSignal;
  },
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = https.request(url, {
      agent,
      method: init.method ?? 'GET',
      headers: { ...init.headers },
      signal: init.signal,
    });
    request.once('error', error => reject(init.signal.aborted ? (init.signal.reason as Error) : error));
    request.once('response', response => {
      resolve({
        status: response.statusCode ?? 0,
        headers: {
          get: name => {
            const value = response.headers[name.toLowerCase()];
            return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
          },
        },
        // Made when it is asked for: a stream that was given away can't be read otherwise.
        get body() {
          return Readable.toWeb(response) as NonNullable<TextReply['body']>;
        },
        text: async () => {
          const chunks: Buffer[] = [];
          for await (const chunk of response) chunks.push(chunk as Buffer);
          return Buffer.concat(chunks).toString('utf8');
        },
      });
    });
    request.end(init.body);
  });
}
