// Asks terraform itself which token it sends, and what a cloud block stands for. Every host of example.test leads to one server on
// loopback, through HTTPS_PROXY, so that no entry in /etc/hosts and no right to port 443 is needed.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from './run.mjs';

/** Hosts of the shapes: the certificate is for them. */
const hosts = ['tfe', 'tfe2', 'my-tfe', 'a-b.c-d', 'xn--caf-dma'].map(name => `${name}.example.test`);

const listen = server => new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));

function certificate(dir) {
  const [key, cert] = [path.join(dir, 'key.pem'), path.join(dir, 'cert.pem')];
  const names = hosts.map(name => `DNS:${name}`).join(',');
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-subj', '/CN=test', '-addext', `subjectAltName=${names}`, '-keyout', key, '-out', cert],
    ],
    { stdio: 'ignore' },
  );
  return { file: cert, key: readFileSync(key), cert: readFileSync(cert) };
}

/** As much of HCP Terraform as `terraform init` asks for. */
function answer(url, workspaces) {
  const [, kind, id, what, name] = url.pathname.slice('/api/v2'.length).split('/').map(decodeURIComponent);
  const workspace = of => ({
    id: `ws-${of}`,
    type: 'workspaces',
    attributes: {
      name: of,
      'execution-mode': 'remote',
      operations: true,
      'terraform-version': '1.11.4',
      'tag-names': ['a', 'b'],
    },
    relationships: { organization: { data: { id, type: 'organizations' } } },
  });
  const pagination = {
    'current-page': 1,
    'page-size': 100,
    'prev-page': null,
    'next-page': null,
    'total-pages': 1,
    'total-count': workspaces.length,
  };
  if (kind !== 'organizations') return undefined;
  if (what === undefined) return { data: { id, type: 'organizations', attributes: { name: id } } };
  if (what === 'entitlement-set')
    return { data: { id: 'org-1', type: 'entitlement-sets', attributes: { operations: true, 'state-storage': true } } };
  if (what === 'workspaces' && name !== undefined) return { data: workspace(name) };
  if (what === 'workspaces') return { data: workspaces.map(workspace), meta: { pagination } };
  if (what === 'projects') return { data: [], meta: { pagination } };
  return undefined;
}

/** Notes the tokens, and what was asked for. `workspaces`: those that a list holds. */
export async function host(workspaces = ['net']) {
  const dir = mkdtempSync(path.join(tmpdir(), 'matrix-tls-'));
  const tls = certificate(dir);
  const seen = { tokens: new Set(), asked: undefined };
  const front = createTlsServer(tls, (request, response) => {
    const url = new URL(request.url, 'https://x');
    const hostname = (request.headers.host ?? '').replace(/:443$/, '');
    const json = (status, body, more = {}) =>
      response
        .writeHead(status, { 'content-type': 'application/vnd.api+json', ...more })
        .end(body && JSON.stringify(body));
    const versions = { 'tfe.v2': '/api/v2/', 'tfe.v2.1': '/api/v2/', 'tfe.v2.2': '/api/v2/', 'state.v2': '/api/v2/' };
    if (url.pathname === '/.well-known/terraform.json')
      return json(200, versions, { 'content-type': 'application/json' });
    if (!url.pathname.startsWith('/api/v2/')) return json(404, { errors: [] });
    const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) return json(401, { errors: [{ status: '401', title: 'unauthorized' }] });
    seen.tokens.add(`${token}@${hostname}`);
    if (url.pathname === '/api/v2/ping')
      return json(204, undefined, { 'TFP-API-Version': '2.6', 'TFP-AppName': 'HCP Terraform' });
    const [, , , kind, organization, what, name] = url.pathname.split('/').map(decodeURIComponent);
    if (kind === 'organizations') {
      seen.asked ??= { hostname, organization };
      const tags = url.searchParams.get('search[tags]');
      if (tags) seen.asked.tags = tags.split(',');
      const prefix = url.searchParams.get('search[name]');
      if (prefix) seen.asked.prefix = prefix;
      if (what === 'workspaces' && name !== undefined) seen.asked.workspace = name;
    }
    const body = answer(url, workspaces);
    return body === undefined ? json(404, { errors: [{ status: '404', title: 'not found' }] }) : json(200, body);
  });
  const port = await listen(front);
  const proxy = createServer((_request, response) => response.writeHead(403).end());
  proxy.on('connect', (request, client) => {
    client.on('error', () => undefined);
    if (!/(^|\.)example\.test:443$/.test(request.url))
      return client.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    const up = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      up.pipe(client);
      client.pipe(up);
    });
    return up.on('error', () => client.destroy());
  });
  const url = `http://127.0.0.1:${await listen(proxy)}`;
  const close = () => {
    for (const server of [front, proxy]) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(dir, { recursive: true, force: true });
  };
  return { seen, url, certificate: tls.file, close };
}

/** `terraform init` in a home folder of its own; its exit code. */
async function init(files, env, at, { path: first } = {}) {
  const home = mkdtempSync(path.join(tmpdir(), 'matrix-'));
  const fill = text => text.replaceAll('{{HOME}}', home);
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(home, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    if (text.startsWith('#!')) chmodSync(file, 0o755);
  }
  const all = {
    ...{ HOME: home, LC_ALL: 'C.UTF-8', CHECKPOINT_DISABLE: '1', HTTPS_PROXY: at.url, SSL_CERT_FILE: at.certificate },
    PATH: first === undefined ? process.env.PATH : `${fill(first)}${path.delimiter}${process.env.PATH}`,
    ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)])),
  };
  const code = await run('terraform', ['init', '-input=false'], path.join(home, 'project'), all);
  rmSync(home, { recursive: true, force: true });
  return code;
}

/** `TOKEN@HOST`, or `none`. */
export async function tokenOf({ host: name = 'tfe.example.test', files = {}, env = {}, token, path: first }) {
  const at = await host();
  const line = token === undefined ? '' : `token = "${token}"\n`;
  const block = `terraform {\ncloud {\nhostname = "${name}"\norganization = "acme"\n${line}workspaces {\nname = "net"\n}\n}\n}\n`;
  await init({ 'project/main.tf': block, ...files }, env, at, { path: first });
  at.close();
  return [...at.seen.tokens].join(' ') || 'none';
}

/** What was asked for; `refused` where terraform ends with an error, which it may say after it has asked. */
export async function blockOf({ files, env = {} }) {
  const { TF_WORKSPACE: selected } = env;
  const others = [selected, selected && `net-${selected}`, files['.terraform/environment']];
  const at = await host(['net', ...others.filter(Boolean)]);
  const project = Object.fromEntries(Object.entries(files).map(([name, text]) => [`project/${name}`, text]));
  const tokens = Object.fromEntries(
    hosts.map(name => [`TF_TOKEN_${name.replaceAll('-', '__').replaceAll('.', '_')}`, 't-1']),
  );
  const code = await init(project, { ...tokens, ...env }, at);
  at.close();
  return code === 0 ? at.seen.asked : 'refused';
}
