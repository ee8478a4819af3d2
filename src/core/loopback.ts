/** 127.0.0.0/8 or `localhost`, with a port: test servers and tunnels, the only hosts that are spoken to without TLS. */
export function isLoopback(hostname: string): boolean {
  const match = /^(.*?)(?::\d{1,5})$/.exec(hostname);
  return match?.[1] !== undefined && isLoopbackName(match[1]);
}

export const isLoopbackName = (name: string): boolean => name === 'localhost' || /^127(?:\.\d{1,3}){3}$/.test(name);
