/** 127.0.0.0/8 or `localhost`, with a port: test servers and tunnels, the only hosts that are spoken to without TLS. */
export function isLoopback(hostname: string): boolean {
  const match = /^(.*?)(?::\d{1,5})$/.exec(hostname);
  return match?.[1] !== undefined && isLoopbackName(match[1]);
}

/**
 * Names that mean this machine wherever they are looked up; an address of version 6 with its brackets or without. Names below `localhost`
 * are not among them: some resolvers ask a name server about them.
 */
export const isLoopbackName = (name: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/i.test(name);
