import { createServer, type IncomingMessage, request as send, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TypeMapping } from '../../src/iam/needs/mapping';
import { allows, type RecordedCall } from '../support/observed';
import type { AwsCall, AwsModels, RawRequest } from './awsCall';
import { type IamCalls, recorded } from './iamCall';
import { refusal } from './refusal';

/** One call that came by. */
export interface SeenCall {
  readonly service: string;
  readonly operation: string;
  readonly call: RecordedCall;
  /** The policy does not allow it. */
  readonly refused: boolean;
}

/** A name that resolves nowhere: clients send what is for it to their HTTP proxy. */
const awsHost = 'aws.test';

/**
 * Stands between an AWS SDK and an emulator as its HTTP proxy: records each call as IAM sees it, and answers AccessDenied to what the
 * policy of the moment does not allow, as AWS would.
 */
export class EnforcingProxy {
  readonly seen: SeenCall[] = [];
  /** Requests that no model has: they pass, and are no proof. */
  readonly strange: string[] = [];
  /** Undefined: everything is let through, and recorded. */
  policy: string | undefined;

  private constructor(
    private readonly server: Server,
    private readonly emulator: URL,
    private readonly models: AwsModels,
    private readonly calls: IamCalls,
    private readonly mapping: TypeMapping,
  ) {}

  static async start(
    emulator: string,
    models: AwsModels,
    calls: IamCalls,
    mapping: TypeMapping,
  ): Promise<EnforcingProxy> {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const proxy = new EnforcingProxy(server, new URL(emulator), models, calls, mapping);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      proxy.handle(request, response).catch((error: unknown) => {
        proxy.strange.push(String(error));
        response.destroy();
      });
    });
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What a process needs to send its calls here. */
  get environment(): Readonly<Record<string, string>> {
    return {
      AWS_ENDPOINT_URL: `http://${awsHost}`,
      HTTP_PROXY: this.url,
      http_proxy: this.url,
      NO_PROXY: '',
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  /** Takes what was seen, and begins anew. */
  take(): readonly SeenCall[] {
    return this.seen.splice(0);
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise(resolve => this.server.close(() => resolve()));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
    const raw = rawOf(request, Buffer.concat(chunks));
    const call = this.models.identify(raw);
    if (call === undefined) {
      this.strange.push(`${raw.method} ${raw.url.slice(0, 100)}`);
      await this.pass(raw, response, () => undefined);
      return;
    }
    this.calls.learn(raw.body.toString('utf8'));
    const asked = this.calls.asked(call);
    const refused = asked.filter(a => !this.allowed(recorded(a, 403)));
    if (refused.length > 0) {
      for (const a of refused) this.note(call, recorded(a, 403), true);
      const [[action, ...resources] = ['']] = refused;
      refusal(call, action, resources[0] ?? '*', response);
      return;
    }
    await this.pass(raw, response, (status, body) => {
      this.calls.learn(body);
      for (const a of asked) this.note(call, recorded(a, status), false);
    });
  }

  private allowed(call: RecordedCall): boolean {
    return this.policy === undefined || allows({ name: 'policy', text: this.policy }, call, this.mapping);
  }

  private note({ service, operation }: AwsCall, call: RecordedCall, refused: boolean): void {
    this.seen.push({ service, operation, call, refused });
  }

  private pass(raw: RawRequest, response: ServerResponse, done: (status: number, body: string) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = this.emulator;
      const onward = send(
        { hostname, port, method: raw.method, path: raw.url, headers: headersOf(raw, this.emulator.host) },
        reply => {
          const chunks: Buffer[] = [];
          reply.on('data', (chunk: Buffer) => chunks.push(chunk));
          reply.on('end', () => {
            const body = Buffer.concat(chunks);
            done(reply.statusCode ?? 0, body.toString('utf8'));
            response.writeHead(reply.statusCode ?? 500, reply.headers).end(body);
            resolve();
          });
          reply.on('error', reject);
        },
      );
      onward.on('error', reject);
      onward.end(raw.body);
    });
  }
}

/** A bucket or account before the host's name becomes part of the path, or nothing: the emulator knows paths. */
function rawOf(request: IncomingMessage, body: Buffer): RawRequest {
  const url = new URL(request.url ?? '/', `http://${awsHost}`);
  const before = url.hostname.endsWith(`.${awsHost}`) ? url.hostname.slice(0, -awsHost.length - 1) : '';
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
  );
  const isBucket =
    before !== '' && /\/s3\/aws4_request/.test(headers['authorization'] ?? '') && !/^\d{12}$/.test(before);
  const route = isBucket ? `/${before}${url.pathname}` : url.pathname;
  return { method: request.method ?? 'GET', url: `${route}${url.search}`, headers, body };
}

const headersOf = ({ headers, body }: RawRequest, host: string): Record<string, string> => {
  const passed = Object.entries(headers).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      !/^(?:host|connection|proxy-.*|content-length|transfer-encoding|accept-encoding)$/.test(entry[0]),
  );
  return { ...Object.fromEntries(passed), host, 'content-length': String(body.length) };
};
