import { isLoopback, isLoopbackName } from '../../core/loopback';

/** Hosts and the addresses that may get a token. */

/** Schemes to try in order. */
export const schemesOf = (hostname: string): readonly ('https' | 'http')[] =>
  isLoopback(hostname) ? ['http', 'https'] : ['https'];

/** Does a URL belong to the host, so that the host's token may be sent there? */
export function belongsTo(url: URL, hostname: string): boolean {
  if (url.username !== '' || url.password !== '') return false;
  if (isLoopback(hostname)) {
    const port = /:(\d+)$/.exec(hostname)?.[1];
    const urlPort = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
    return (url.protocol === 'http:' || url.protocol === 'https:') && isLoopbackName(url.hostname) && urlPort === port;
  }
  if (url.protocol !== 'https:') return false;
  const expected = new URL(`https://${hostname}/`);
  return url.host === expected.host;
}
