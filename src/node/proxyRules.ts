import type { Environment } from '../core/host';
import { isLoopbackName } from '../core/loopback';

/** A proxy that opens tunnels (CONNECT). */
export interface Proxy {
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
  /** The value of `Proxy-Authorization`, where the URL names a user. */
  readonly authorization?: string;
}

/** What stands in an environment variable can't be used; the text never holds the URL, which may hold a password. */
export class ProxySettingError extends Error {}

/**
 * The proxy for a host that is spoken to over TLS, by the rules that Terraform itself follows
 * (https://pkg.go.dev/golang.org/x/net/http/httpproxy): HTTPS_PROXY or https_proxy, with the exceptions of NO_PROXY or no_proxy. Loopback
 * is never asked for through a proxy. `undefined`: none.
 */
export function proxyFor(host: string, port: number, env: Environment): Proxy | undefined {
  const [name, setting] = first(env, 'HTTPS_PROXY', 'https_proxy');
  if (setting === undefined || isLoopbackName(host)) return undefined;
  const [, exceptions] = first(env, 'NO_PROXY', 'no_proxy');
  if ((exceptions ?? '').split(',').some(entry => excepts(entry.trim().toLowerCase(), host.toLowerCase(), port)))
    return undefined;
  return parse(name, setting);
}

function first(env: Environment, ...names: readonly string[]): readonly [string, string | undefined] {
  const name = names.find(n => (env[n] ?? '').trim() !== '');
  return name === undefined ? ['', undefined] : [name, env[name]?.trim()];
}

function parse(name: string, setting: string): Proxy {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(setting) ? setting : `http://${setting}`;
  if (!URL.canParse(text)) throw new ProxySettingError(`${name} holds no address of a proxy (http://HOST:PORT).`);
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new ProxySettingError(
      `${name} names a proxy of the kind ${url.protocol.slice(0, -1)}; only http and https can be used.`,
    );
  const tls = url.protocol === 'https:';
  const user = decoded(url.username);
  return {
    tls,
    host: bare(url.hostname),
    port: url.port === '' ? (tls ? 443 : 80) : Number(url.port),
    ...(user !== '' && {
      authorization: `Basic ${Buffer.from(`${user}:${decoded(url.password)}`).toString('base64')}`,
    }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const bare = (host: string): string => host.replace(/^\[|\]$/g, '');

/** One entry of NO_PROXY: `*`, a name with its subdomains, `.name` for its subdomains alone, an address, a network; with a port or not. */
function excepts(entry: string, host: string, port: number): boolean {
  if (entry === '') return false;
  if (entry === '*') return true;
  const name = bare(host).replace(/\.$/, '');
  const network = /^([\d.]+)\/(\d{1,2})$/.exec(entry);
  if (network !== null) return inNetwork(name, network[1] ?? '', Number(network[2]));
  const withPort = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(entry);
  if (withPort !== null && Number(withPort[2]) !== port) return false;
  const wanted = bare(withPort?.[1] ?? entry)
    .replace(/^\*(?=\.)/, '')
    .replace(/\.$/, '');
  if (wanted.startsWith('.')) return name.endsWith(wanted);
  return name === wanted || (!isAddress(name) && name.endsWith(`.${wanted}`));
}

const isAddress = (name: string): boolean => name.includes(':') || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name);

function inNetwork(host: string, base: string, bits: number): boolean {
  const [a, b] = [numberOf(host), numberOf(base)];
  if (a === undefined || b === undefined || bits > 32) return false;
  const size = 2 ** (32 - bits);
  return Math.floor(a / size) === Math.floor(b / size);
}

/** An IPv4 address as a number. */
function numberOf(address: string): number | undefined {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(address)) return undefined;
  const parts = address.split('.').map(Number);
  return parts.some(p => p > 255) ? undefined : parts.reduce((sum, part) => sum * 256 + part, 0);
}
