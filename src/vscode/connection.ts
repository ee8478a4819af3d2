import type { Agent } from 'node:https';
import * as vscode from 'vscode';
import type { Environment } from '../core/host';
import type { PlainFetch } from '../binding/gather/issuer';
import type { Fetch } from '../hcp/client/transport';
import { fetchThrough, secureAgent } from '../node/tunnel';
import { type CertificateFile, trustedCertificates, type TrustOptions } from '../node/trust';

/** What connections of the editor go by: the proxy of VS Code before that of the environment; VS Code adds the system's store. */
function trustOf(env: Environment, more: readonly CertificateFile[] = []): TrustOptions {
  const http = vscode.workspace.getConfiguration('http');
  const proxy = http.get<string>('proxy', '');
  return {
    env: { ...env, ...(proxy !== '' && http.get('proxySupport') !== 'off' && { HTTPS_PROXY: proxy }) },
    more,
    systemIsAdded: http.get<boolean>('systemCertificates', true),
  };
}

/** The agent for AWS. VS Code puts its own in its place where it knows the proxy, and takes over the certificates. */
export const editorAgent = (env: Environment, bundle?: CertificateFile): Agent =>
  secureAgent(trustOf(env, bundle === undefined ? [] : [bundle]));

/** The editor's own `fetch`; with certificates beyond those that it trusts by itself, the same through an agent that has them. */
export function editorFetch(env: Environment): Fetch & PlainFetch {
  // Looked at once, at the first request.
  let known: { readonly agent: Agent | undefined } | undefined;
  const agentOf = (): Agent | undefined => {
    if (known === undefined) {
      const trust = trustOf(env);
      known = { agent: trustedCertificates(trust) === undefined ? undefined : secureAgent(trust) };
    }
    return known.agent;
  };
  return (url, init) => {
    const agent = url.startsWith('https:') ? agentOf() : undefined;
    return agent === undefined ? fetch(url, init) : fetchThrough(agent, url, init);
  };
}
