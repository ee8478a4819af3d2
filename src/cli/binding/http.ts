import type { Agent } from 'node:https';
import { fetchThrough, secureAgent } from '../../node/tunnel';
import type { CertificateFile } from '../../node/trust';
import type { Fetch } from '../../hcp/client/transport';
import type { PlainFetch } from '../../binding/gather/issuer';
import type { CliContext } from '../command';

const agents = new WeakMap<CliContext, Map<string, Agent>>();

/** The agent of a run for all of its hosts, or for AWS where a CA bundle of its own counts there too. */
export function agentOf(context: CliContext, bundle?: CertificateFile): Agent {
  const known = agents.get(context) ?? new Map<string, Agent>();
  agents.set(context, known);
  const key = bundle?.file ?? '';
  const agent = known.get(key) ?? secureAgent({ env: context.env, more: bundle === undefined ? [] : [bundle] });
  known.set(key, agent);
  return agent;
}

/** `fetch`, through the proxy of the environment where there is one, and with the certificates that are trusted here. */
export function fetchOf(context: CliContext): Fetch & PlainFetch {
  return (url, init) =>
    // A token is never sent to a proxy: what is not TLS (loopback alone) goes straight.
    url.startsWith('https:') ? fetchThrough(agentOf(context), url, init) : fetch(url, init);
}
