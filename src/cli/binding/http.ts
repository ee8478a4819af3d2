import type { Agent } from 'node:https';
import { fetchThrough, tunnelAgent } from '../../node/tunnel';
import type { Fetch } from '../../hcp/client/transport';
import type { PlainFetch } from '../../binding/gather/issuer';
import type { CliContext } from '../command';

const agents = new WeakMap<CliContext, Agent | undefined>();

/** The agent of a run where its environment names a proxy (HTTPS_PROXY); one for all hosts. */
export function agentOf(context: CliContext): Agent | undefined {
  if (!agents.has(context)) agents.set(context, tunnelAgent(context.env));
  return agents.get(context);
}

/** `fetch`, through the proxy of the environment where there is one. */
export function fetchOf(context: CliContext): Fetch & PlainFetch {
  const agent = agentOf(context);
  return (url, init) =>
    // A token is never sent to a proxy: what is not TLS (loopback alone) goes straight.
    agent === undefined || !url.startsWith('https:') ? fetch(url, init) : fetchThrough(agent, url, init);
}
