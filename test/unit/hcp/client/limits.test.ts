import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { HcpClient } from '../../../../src/hcp/client/client';
import { RateLimiter } from '../../../../src/hcp/client/limiter';
import { Secret } from '../../../../src/hcp/client/secret';

const never = new AbortController().signal;

/** What a client says of a host that answers so, with Node's own fetch. */
async function problemOf(answer: RequestListener, timeoutMilliseconds = 20_000): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/.well-known/')) response.end('{"tfe.v2":"/api/v2/"}');
    else answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const wait = (): Promise<void> => Promise.resolve();
  const client = new HcpClient({
    hostname: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: new Secret('x'),
    fetch,
    limiter: new RateLimiter(),
    wait,
    timeoutMilliseconds,
  });
  try {
    const read = await client.get('/organizations/acme', {}, never);
    return read.ok ? 'read' : `${read.problem.code}: ${read.problem.message}`;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('a reply that unpacks to more than 16 MB is given up', async () => {
  const packed = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));
  const told = await problemOf((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'application/vnd.api+json' }).end(packed);
  });
  assert.match(told, /is longer than 16 MB/);
});

test('a reply that comes byte by byte has one time for all of it', async () => {
  const told = await problemOf((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/vnd.api+json' });
    const drip = setInterval(() => response.write(' '), 5);
    response.on('close', () => clearInterval(drip));
  }, 60);
  assert.match(told, /^hcp-timeout: /);
});
