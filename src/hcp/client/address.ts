/** Hosts and the addresses that may get a token. */

/** 127.0.0.0/8 or `localhost`, with a port: test servers and tunnels, the only hosts that are spoken to without TLS. */
export function isLoopback(hostname: string): boolean {
  const match = /^(.*?)(?::\d{1,5})$/.exec(hostname);
  return match?.[1] !== undefined && isLoopbackName(match[1]);
}

const isLoopbackName = (name: string): boolean => name === 'localhost' || /^127(?:\.\d{1,3}){3}$/.test(name);

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
