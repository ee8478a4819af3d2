import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { homographWarning } from '../../core/hostName';
import { ProblemError } from '../../core/problem';
import { HcpClient } from '../../hcp/client/client';
import { type RateLimiter, RateLimiters } from '../../hcp/client/limiter';
import { findToken, type FoundToken } from '../../hcp/tokens/find';
import { noTokenProblem } from '../../hcp/tokens/report';
import { helperRunner } from '../../hcp/tokens/runHelper';
import type { CloudSettings } from '../../terraform/model';
import { callsOf } from '../calls';
import { nodeFiles } from '../files';
import { fetchOf } from './http';
import type { CliContext } from '../command';

type Clients = Map<string, Promise<{ readonly found: FoundToken; readonly client: HcpClient | undefined }>>;

/** Clients by host, one for a run of the CLI: one rate limit, and one look for the host's address, for all calls to it. */
const clientsOf = new WeakMap<CliContext, Clients>();

export class HcpSessions {
  private readonly clients: Clients;

  constructor(private readonly context: CliContext) {
    this.clients = clientsOf.get(context) ?? new Map();
    clientsOf.set(context, this.clients);
  }

  /** The client for a host, or the problem that says where a token was looked for. */
  async open(hostname: string, cloud: CloudSettings | undefined): Promise<HcpClient> {
    const { found, client } = await this.find(hostname, cloud);
    if (client === undefined) throw new ProblemError(noTokenProblem(hostname, found));
    return client;
  }

  find(
    hostname: string,
    cloud: CloudSettings | undefined,
  ): Promise<{ readonly found: FoundToken; readonly client: HcpClient | undefined }> {
    const known = this.clients.get(hostname);
    if (known !== undefined) return known;
    const made = this.make(hostname, cloud);
    this.clients.set(hostname, made);
    return made;
  }

  private async make(
    hostname: string,
    cloud: CloudSettings | undefined,
  ): Promise<{ readonly found: FoundToken; readonly client: HcpClient | undefined }> {
    const { env, signal, time } = this.context;
    const found = await findToken({
      hostname,
      files: nodeFiles,
      env,
      platform: process.platform,
      home: homedir(),
      opentofu: false,
      cloud,
      runHelper: helperRunner(spawn, { ...env }),
      signal,
    });
    const warning = homographWarning(hostname);
    if (warning !== undefined) this.context.err(`tfc-oidc: warning: ${warning}\n`);
    if (found.token === undefined) return { found, client: undefined };
    const send = fetchOf(this.context);
    const client = new HcpClient({
      hostname,
      token: found.token,
      fetch: (url, init) => {
        callsOf(this.context).hcp += 1;
        return send(url, init);
      },
      limiter: limiterOf(this.context, hostname),
      ...time,
      ...(found.serviceUrl !== undefined && { serviceUrl: found.serviceUrl }),
    });
    return { found, client };
  }
}

const limiters = new WeakMap<CliContext, RateLimiters>();

/** One for each host in a run of the CLI, however many sessions it opens: the host counts all of them together. */
function limiterOf(context: CliContext, hostname: string): RateLimiter {
  let known = limiters.get(context);
  if (known === undefined) {
    known = new RateLimiters(context.time?.now, context.time?.wait);
    limiters.set(context, known);
  }
  return known.for(hostname);
}
