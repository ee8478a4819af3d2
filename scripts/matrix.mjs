// npm run matrix [aws|tokens|blocks] [NAME…]: asks the AWS CLI and Terraform themselves by each shape of test/support/identity: who they
// are, which token they send, what a cloud block stands for. Compares that with what the shape says; the tests hold this product to the
// same. Needs `aws` (pip install awscli), `terraform` and `openssl` on PATH; nothing leaves loopback. Not a part of the tests: both
// programs are second opinions.
import { isDeepStrictEqual } from 'node:util';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { blockShapes } from '../test/support/identity/blockShapes.ts';
import { besides, owners, shapes } from '../test/support/identity/shapes.ts';
import { tokenShapes } from '../test/support/identity/tokenShapes.ts';
import { run } from './matrix/run.mjs';
import { blockOf, tokenOf } from './matrix/terraform.mjs';

/** Tells who calls, by the id of the key; sessions of assumed roles are called after the role. */
async function whoServer() {
  const sessions = new Map();
  let last = 'none';
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', part => (body += part));
    request.on('end', () => {
      const id = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1];
      const form = new URLSearchParams(body);
      const action = form.get('Action') ?? '';
      const who = sessions.get(id) ?? owners[id];
      const reply = inner =>
        response
          .writeHead(200, { 'content-type': 'text/xml' })
          .end(
            `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${inner}</${action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${action}Response>`,
          );
      if (action.startsWith('AssumeRole')) {
        if (action === 'AssumeRole' && who === undefined) return response.writeHead(403).end();
        const role = form.get('RoleArn').split('/').at(-1);
        const session = `ASIA${String(sessions.size + 1).padStart(9, '0')}EXAMPLE`;
        sessions.set(session, role);
        return reply(
          `<Credentials><AccessKeyId>${session}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${new Date(Date.now() + 3.6e6).toISOString()}</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:s</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/${role}/s</Arn></AssumedRoleUser>`,
        );
      }
      if (action === 'GetCallerIdentity' && who !== undefined) {
        last = who;
        return reply(
          `<Arn>arn:aws:iam::123456789012:user/${who}</Arn><UserId>AIDA</UserId><Account>123456789012</Account>`,
        );
      }
      return response.writeHead(action === '' ? 404 : 403).end();
    });
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    take: () => [last, (last = 'none')][0],
    close: () => server.close(),
  };
}

async function ask(shape, at) {
  const dir = mkdtempSync(path.join(tmpdir(), 'matrix-'));
  const fill = text => text.replaceAll('{{DIR}}', dir);
  mkdirSync(path.join(dir, '.aws'));
  const write = (name, text) => text !== undefined && writeFileSync(path.join(dir, name), fill(text));
  write('.aws/config', shape.config);
  write('.aws/credentials', shape.credentials);
  for (const [name, text] of Object.entries(besides)) write(name, text);
  const profile = shape.profile === undefined ? '' : `    profile = ${JSON.stringify(shape.profile)}\n`;
  write(
    'main.tf',
    `terraform {\n  backend "s3" {\n    bucket = "b"\n    key = "k"\n    region = "eu-west-1"\n    use_path_style = true\n    skip_metadata_api_check = true\n    max_retries = 1\n${profile}    endpoints = {\n      sts = "${at.url}"\n      s3 = "${at.url}"\n      iam = "${at.url}"\n    }\n  }\n}\n`,
  );
  const env = {
    ...{
      HOME: dir,
      USERPROFILE: dir,
      PATH: process.env.PATH,
      PYENV_ROOT: process.env.PYENV_ROOT ?? '',
      LC_ALL: 'C.UTF-8',
    },
    ...{ AWS_EC2_METADATA_DISABLED: 'true', AWS_MAX_ATTEMPTS: '1', AWS_ENDPOINT_URL: at.url, CHECKPOINT_DISABLE: '1' },
    ...{ HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: '127.0.0.1' },
    ...Object.fromEntries(Object.entries(shape.env ?? {}).map(([name, value]) => [name, fill(value)])),
  };
  const chosen = shape.profile === undefined ? [] : ['--profile', shape.profile];
  await run('aws', ['sts', 'get-caller-identity', ...chosen], dir, env);
  const aws = at.take();
  await run('terraform', ['init', '-input=false', '-backend=true'], dir, env);
  const terraform = at.take();
  rmSync(dir, { recursive: true, force: true });
  return { aws, terraform };
}

/** What terraform says of a shape, and what the shape says. */
const askers = {
  aws: { shapes, ask: askAws },
  tokens: { shapes: tokenShapes, ask: async shape => [['terraform', await tokenOf(shape), shape.terraform]] },
  blocks: { shapes: blockShapes, ask: async shape => [['terraform', await blockOf(shape), shape.terraform]] },
};

async function askAws(shape, at) {
  const got = await ask(shape, at);
  return [
    ['aws', got.aws, shape.aws, shape.version1],
    ['terraform', got.terraform, shape.terraform],
  ];
}

const words = process.argv.slice(2);
const kinds = Object.keys(askers).filter(kind => words.length === 0 || words.includes(kind));
const names = words.filter(word => !(word in askers));
let differences = 0;
for (const kind of kinds.length > 0 ? kinds : Object.keys(askers)) {
  const chosen = askers[kind].shapes.filter(
    ({ name }) => names.length === 0 || names.some(word => name.includes(word)),
  );
  const queue = [...chosen];
  const count = { answers: 0, equal: 0, explained: 0 };
  const work = async () => {
    const at = await whoServer();
    for (let shape = queue.shift(); shape !== undefined; shape = queue.shift()) {
      for (const [program, got, said, why] of await askers[kind].ask(shape, at)) {
        count.answers += 1;
        if (isDeepStrictEqual(got, said)) {
          count.equal += 1;
          continue;
        }
        if (why !== undefined) count.explained += 1;
        const text = value => (typeof value === 'string' ? value : JSON.stringify(value));
        console.log(
          `${shape.name}: ${program} says ${text(got)}, the shape says ${text(said)}${why === undefined ? '' : ` (${why})`}`,
        );
      }
    }
    at.close();
  };
  await Promise.all([work(), work()]);
  differences += count.answers - count.equal - count.explained;
  console.log(
    `${kind}: ${chosen.length} shapes, ${count.answers} answers: ${count.equal} as the shape says, ${count.explained} with a reason, ${count.answers - count.equal - count.explained} without.`,
  );
}
process.exitCode = differences === 0 ? 0 : 1;
