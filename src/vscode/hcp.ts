import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { hostAnswer, type HostAnswer } from '../binding/gather/whoami';
import type { FileReader } from '../core/host';
import { homographWarning } from '../core/hostName';
import { fail, ok, type Problem, ProblemError, type Result } from '../core/problem';
import { HcpClient } from '../hcp/client/client';
import { RateLimiters } from '../hcp/client/limiter';
import type { Fetch } from '../hcp/client/transport';
import { Secret } from '../hcp/client/secret';
import { findToken, type FoundToken } from '../hcp/tokens/find';
import { noTokenProblem } from '../hcp/tokens/report';
import { helperRunner } from '../hcp/tokens/runHelper';
import type { CloudSettings } from '../terraform/model';
import { editorFetch } from './connection';

const key = (hostname: string): string => `token:${hostname}`;
/** Of a token that its host did not take when somebody signed in beside it: its hash. */
const refusedKey = (hostname: string): string => `refused:${hostname}`;
const hashOf = (token: Secret): string => createHash('sha256').update(token.reveal()).digest('hex');

/**
 * HCP Terraform as the user is signed in: first the places where Terraform itself looks, then a token typed once into VS Code's
 * SecretStorage, one key for each host. Nothing is asked before a command needs it.
 */
export class HcpConnections {
  private readonly limiters = new RateLimiters();
  private readonly fetch: Fetch;
  private readonly warned = new Set<string>();

  constructor(
    private readonly secrets: vscode.SecretStorage,
    private readonly files: FileReader,
    private readonly env: NodeJS.ProcessEnv,
  ) {
    this.fetch = editorFetch(env);
  }

  /** The client for a host, or why there is none. Never asks. */
  async find(
    hostname: string,
    cloud: CloudSettings | undefined,
    signal: AbortSignal,
  ): Promise<HcpClient | { readonly missing: string; readonly problem: Problem }> {
    const found = await this.search(hostname, cloud, signal);
    const { token } = await this.choose(hostname, found);
    this.warn(hostname);
    if (token === undefined) {
      const { code, message } = noTokenProblem(hostname, found);
      const problem = { code, message, nextStep: 'Sign in to HCP Terraform.' };
      return { missing: message, problem };
    }
    return new HcpClient({
      hostname,
      token,
      fetch: this.fetch,
      limiter: this.limiters.for(hostname),
      ...(found.serviceUrl !== undefined && { serviceUrl: found.serviceUrl }),
    });
  }

  /** The client for a host where there must be one. Never asks: the next step is to sign in. */
  async open(hostname: string, cloud: CloudSettings | undefined, signal: AbortSignal): Promise<Result<HcpClient>> {
    const client = await this.find(hostname, cloud, signal);
    return 'missing' in client ? fail(client.problem) : ok(client);
  }

  /** Says once that a host's name may look like another one's. */
  private warn(hostname: string): void {
    const warning = homographWarning(hostname);
    if (warning === undefined || this.warned.has(hostname)) return;
    this.warned.add(hostname);
    void vscode.window.showWarningMessage(warning);
  }

  /** Asks for a token and keeps it for its host, after HCP Terraform has accepted it. */
  async signIn(hostname: string): Promise<boolean> {
    const warning = homographWarning(hostname);
    if (warning !== undefined) {
      const yes = `Sign In to ${hostname}`;
      const answer = await vscode.window.showWarningMessage(
        `Sign in to ${hostname}?`,
        { modal: true, detail: warning },
        yes,
      );
      if (answer !== yes) return false;
    }
    const shared = await this.hashicorpSession(hostname);
    if (shared !== undefined) return this.accept(hostname, shared);
    const typed = await vscode.window.showInputBox({
      title: `Sign in to ${hostname}`,
      prompt: `A user or team token of ${hostname}. It is kept in the secret storage of VS Code, for this host only.`,
      placeHolder: `https://${hostname}/app/settings/tokens`,
      password: true,
      ignoreFocusOut: true,
    });
    if (typed === undefined || typed.trim() === '') return false;
    return this.accept(hostname, new Secret(typed.trim()));
  }

  /** Keeps a token for its host once the host has taken it. */
  private async accept(hostname: string, token: Secret): Promise<boolean> {
    const client = new HcpClient({
      hostname,
      token,
      fetch: this.fetch,
      limiter: this.limiters.for(hostname),
    });
    const who = await client.get('/account/details', {}, new AbortController().signal);
    if (!who.ok && who.problem.status === 401) throw new ProblemError(who.problem);
    await this.secrets.store(key(hostname), token.reveal());
    await this.noteRefused(hostname);
    return true;
  }

  /** The token that Terraform would take comes first, unless its host no longer takes it: then signing in would change nothing. */
  private async noteRefused(hostname: string): Promise<void> {
    const { signal } = new AbortController();
    const { token } = await this.search(hostname, undefined, signal);
    if (token === undefined) return;
    const limiter = this.limiters.for(hostname);
    const who = await new HcpClient({ hostname, token, fetch: this.fetch, limiter }).get(
      '/account/details',
      {},
      signal,
    );
    if (!who.ok && who.problem.status === 401) await this.secrets.store(refusedKey(hostname), hashOf(token));
    else await this.secrets.delete(refusedKey(hostname));
  }

  /** The token that is used, and the one that somebody signed in with. */
  private async choose(
    hostname: string,
    found: FoundToken,
  ): Promise<{ readonly token: Secret | undefined; readonly stored: Secret | undefined }> {
    const stored = await this.stored(hostname);
    if (stored === undefined || found.token === undefined) return { token: found.token ?? stored, stored };
    const wasRefused = (await this.secrets.get(refusedKey(hostname))) === hashOf(found.token);
    return { token: wasRefused ? stored : found.token, stored };
  }

  /**
   * The sign-in of HashiCorp's extension, where that is installed and the user agrees. Its session does not say which host it is
   * for, so it is offered for HCP Terraform's own host only, and named.
   */
  private async hashicorpSession(hostname: string): Promise<Secret | undefined> {
    if (hostname !== 'app.terraform.io' || vscode.extensions.getExtension('hashicorp.terraform') === undefined)
      return undefined;
    const use = 'Use That Sign-In';
    const answer = await vscode.window.showInformationMessage(
      `HashiCorp’s extension is installed. Use its sign-in for ${hostname}?`,
      {
        modal: true,
        detail: `VS Code asks you once more. Choose this only if you signed in to ${hostname} there, and to no other host.`,
      },
      use,
      'Type a Token',
    );
    if (answer === undefined) throw new vscode.CancellationError();
    if (answer !== use) return undefined;
    const session = await vscode.authentication.getSession('HashiCorpTerraformCloud', [], { createIfNone: true });
    return new Secret(session.accessToken);
  }

  async signOut(hostname: string): Promise<void> {
    await this.secrets.delete(key(hostname));
  }

  /** Which token is used for a host, and why: each place that was looked at, never the token. */
  async answer(hostname: string, cloud: CloudSettings | undefined, signal: AbortSignal): Promise<HostAnswer> {
    const found = await this.search(hostname, cloud, signal);
    const client = await this.find(hostname, cloud, signal);
    const place = 'secret storage of VS Code';
    const { token, stored: own } = await this.choose(hostname, found);
    const used = own !== undefined && token === own;
    const stored = used
      ? 'this token is used'
      : own !== undefined
        ? 'has a token too, but an earlier place comes first'
        : 'has no token for this host';
    const missing = 'missing' in client ? noTokenProblem(hostname, found) : undefined;
    const answer = await hostAnswer(hostname, found, 'missing' in client ? undefined : client, missing, signal);
    return {
      ...answer,
      source: used ? place : answer.source,
      looked: [...answer.looked, `${place}: ${stored}`],
    };
  }

  private search(hostname: string, cloud: CloudSettings | undefined, signal: AbortSignal): Promise<FoundToken> {
    return findToken({
      hostname,
      files: this.files,
      env: this.env,
      platform: process.platform,
      home: homedir(),
      opentofu: false,
      cloud,
      runHelper: vscode.workspace.isTrusted ? helperRunner(spawn, this.env) : undefined,
      signal,
    });
  }

  private async stored(hostname: string): Promise<Secret | undefined> {
    const value = await this.secrets.get(key(hostname));
    return value === undefined ? undefined : new Secret(value);
  }
}
