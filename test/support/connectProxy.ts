import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';

/** One tunnel that was asked for. */
interface Tunnel {
  readonly target: string;
  readonly authorization: string | undefined;
  /** What the client sent through it, as the proxy saw it. */
  readonly sent: Buffer[];
}

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/**
 * A CONNECT proxy on loopback behind which every name leads to one TLS front; the front hands each request to the server that `originOf`
 * names for its host. Needs openssl, for a certificate.
 */
export class ConnectProxy {
  readonly tunnels: Tunnel[] = [];
  /** Requests that came to the proxy itself, which nobody should send. */
  readonly plain: string[] = [];
  /** In place of 200; 0: no answer at all. */
  status = 200;
  private readonly clients: Duplex[] = [];
  private waiting: (() => void) | undefined;

  private constructor(
    private readonly proxy: Server,
    private readonly front: Server,
    readonly port: number,
    readonly frontPort: number,
    /** A file with the certificate that clients have to trust. */
    readonly certificate: string,
  ) {}

  static async start(
    folder: string,
    names: readonly string[],
    originOf: (host: string) => string | undefined,
  ): Promise<ConnectProxy> {
    const [key, certificate] = [path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem')];
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
        ...['-subj', '/CN=test', '-addext', `subjectAltName=${names.map(n => `DNS:${n}`).join(',')}`],
        ...['-keyout', key, '-out', certificate],
      ],
      { stdio: 'ignore' },
    );
    const front = createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (incoming, outgoing) =>
      pass(incoming, outgoing, originOf(incoming.headers.host ?? '')),
    ) as unknown as Server;
    const frontPort = await listen(front);
    const proxy = createServer();
    const made = new ConnectProxy(proxy, front, await listen(proxy), frontPort, certificate);
    proxy.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
      made.plain.push(incoming.url ?? '');
      outgoing.writeHead(403).end();
    });
    proxy.on('connect', (incoming: IncomingMessage, client: Duplex) => made.open(incoming, client));
    return made;
  }

  /** The next tunnel that is asked for. */
  opened(): Promise<void> {
    return new Promise(resolve => (this.waiting = resolve));
  }

  private open(incoming: IncomingMessage, client: Duplex): void {
    const tunnel: Tunnel = {
      target: incoming.url ?? '',
      authorization: incoming.headers['proxy-authorization'],
      sent: [],
    };
    this.tunnels.push(tunnel);
    client.on('error', () => undefined);
    this.clients.push(client);
    this.waiting?.();
    if (this.status === 0) return;
    if (this.status !== 200) {
      client.end(`HTTP/1.1 ${this.status} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const host = connect(this.frontPort, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      client.on('data', (chunk: Buffer) => tunnel.sent.push(chunk));
      client.pipe(host);
      host.pipe(client);
    });
    host.on('error', () => client.destroy());
    client.on('close', () => host.destroy());
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.destroy();
    for (const server of [this.proxy, this.front]) {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    }
  }
}

function pass(incoming: IncomingMessage, outgoing: ServerResponse, origin: string | undefined): void {
  if (origin === undefined) {
    outgoing.writeHead(502).end();
    return;
  }
  const onward = request(
    new URL(incoming.url ?? '/', origin),
    { method: incoming.method ?? 'GET', headers: incoming.headers },
    reply => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(outgoing);
    },
  );
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
}
