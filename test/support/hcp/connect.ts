import { HcpClient } from '../../../src/hcp/client/client';
import { RateLimiter } from '../../../src/hcp/client/limiter';
import { Secret } from '../../../src/hcp/client/secret';
import type { HcpServer } from './server';

/** A client of the test server that waits for nothing. */
export function connect(server: HcpServer, token = server.token): HcpClient {
  const wait = (): Promise<void> => Promise.resolve();
  let now = 0;
  return new HcpClient({
    hostname: server.hostname,
    token: new Secret(token),
    fetch,
    limiter: new RateLimiter(
      () => (now += 1000),
      () => Promise.resolve(),
    ),
    wait,
  });
}
