import { createHash, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A token issuer that stands for HCP Terraform: discovery, keys, and tokens with whatever claims a test wants. */
export interface Issuer {
  readonly url: string;
  /** A workload identity token; `key` and `header` to spoil it. */
  token(
    claims?: Readonly<Record<string, unknown>>,
    key?: KeyObject,
    header?: Readonly<Record<string, unknown>>,
  ): string;
  stop(): Promise<void>;
}

export async function startIssuer(issuer = 'https://app.terraform.io'): Promise<Issuer> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = publicKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(JSON.stringify(jwk)).digest('hex').slice(0, 16);
  const documents: Readonly<Record<string, unknown>> = {
    '/.well-known/openid-configuration': { issuer, jwks_uri: `${issuer}/.well-known/jwks` },
    '/.well-known/jwks': { keys: [{ ...jwk, kid, use: 'sig', alg: 'RS256' }] },
  };
  const server = createServer((request, response) => {
    const found = documents[request.url ?? ''];
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ?? {}));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const part = (v: unknown): string => Buffer.from(JSON.stringify(v)).toString('base64url');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token(claims = {}, key = privateKey, header = {}) {
      const now = Math.floor(Date.now() / 1000);
      const body = { iss: issuer, aud: 'aws.workload.identity', iat: now, nbf: now - 5, exp: now + 300, ...claims };
      const signed = `${part({ typ: 'JWT', alg: 'RS256', kid, ...header })}.${part(body)}`;
      return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key).toString('base64url')}`;
    },
    stop: () => new Promise(resolve => (server.closeAllConnections(), server.close(() => resolve()))),
  };
}
