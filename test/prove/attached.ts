import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import {
  type ClientHttp2Session,
  connect,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { createConnection, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { schemaOf } from './schema';
import type { ProviderPlace } from './workspace';

const address = 'registry.terraform.io/hashicorp/aws';
/** What protocol 5 calls GetSchema, 6 calls GetProviderSchema. */
const schemaPath = /^\/tfplugin\d\.Provider\/Get(?:Provider)?Schema$/;

/**
 * One process of the provider for all phases, as Terraform attaches to one in a debugger. The whole provider takes seconds to start and
 * its schema seconds to read, in each phase: Terraform is given the schema of the types that a configuration has.
 * All provider blocks of a run share the process, so it is for configurations with one.
 */
export class AttachedProvider {
  /** The types that Terraform is told of. */
  types: ReadonlySet<string> = new Set();
  private schema: Promise<Buffer> | undefined;

  private constructor(
    /** Where it runs: relative paths in a configuration are looked up there. */
    readonly folder: string,
    private readonly child: ChildProcess,
    private readonly provider: ClientHttp2Session,
    private readonly server: Http2Server,
  ) {}

  static async start(binary: string, environment: Readonly<Record<string, string>>): Promise<AttachedProvider> {
    const folder = mkdtempSync(path.join(tmpdir(), 'prove-provider-'));
    const child = spawn(binary, ['-debug'], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), ...environment },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const socket = await addressOf(child);
    const provider = connect('http://localhost', { createConnection: () => createConnection(socket) });
    const server = createServer();
    const attached = new AttachedProvider(folder, child, provider, server);
    // A provider that has crashed answers nothing more: Terraform says so.
    server.on('stream', (stream, headers) => {
      attached.answer(stream, headers).catch(() => stream.close());
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return attached;
  }

  /** What Terraform needs to come here. */
  get environment(): Readonly<Record<string, string>> {
    const { port } = this.server.address() as AddressInfo;
    const place = { Network: 'tcp', String: `127.0.0.1:${port}` };
    const attach = { Protocol: 'grpc', ProtocolVersion: 5, Pid: this.child.pid, Test: true, Addr: place };
    return { TF_REATTACH_PROVIDERS: JSON.stringify({ [address]: attach }) };
  }

  /** An answer of an emulator may make the provider crash. */
  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  close(): void {
    this.provider.destroy();
    this.server.close();
    this.child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    const route = headers[':path'] ?? '';
    if (schemaPath.test(route)) {
      this.schema ??= this.wholeSchema(headers);
      send(stream, schemaOf(await this.schema, this.types));
      return;
    }
    const onward = this.provider.request(headers);
    stream.pipe(onward);
    onward.on('response', answer => stream.respond(answer, { waitForTrailers: true }));
    let trailers: IncomingHttpHeaders = {};
    onward.on('trailers', found => (trailers = found));
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    onward.pipe(stream);
    onward.on('error', () => stream.close());
    stream.on('error', () => onward.close());
    stream.on('aborted', () => onward.close());
  }

  /** The reply to GetProviderSchema, a gRPC frame with its five bytes before it. */
  private wholeSchema(headers: IncomingHttpHeaders): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const onward = this.provider.request(headers);
      const chunks: Buffer[] = [];
      onward.on('data', (chunk: Buffer) => chunks.push(chunk));
      onward.on('end', () => resolve(Buffer.concat(chunks).subarray(5)));
      onward.on('error', reject);
      onward.end(Buffer.alloc(5));
    });
  }
}

function send(stream: ServerHttp2Stream, message: Buffer): void {
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(message.length, 1);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(Buffer.concat([frame, message]));
}

/** The socket that a provider names on its output. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = /"Network":"unix","String":"([^"]+)"/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('error', reject);
    child.once('exit', code => reject(new Error(`the provider ended with ${code}: ${text}`)));
  });
}

/** The program in a folder or a filesystem mirror; undefined where the provider comes from the network. */
export function providerIn({ folder, mirror }: ProviderPlace): string | undefined {
  const place = folder ?? (mirror === undefined ? undefined : path.join(mirror, address));
  if (place === undefined || !existsSync(place)) return undefined;
  const found = readdirSync(place, { recursive: true, encoding: 'utf8' }).filter(file =>
    path.basename(file).startsWith('terraform-provider-aws'),
  );
  return found[0] === undefined ? undefined : path.join(place, found[0]);
}
