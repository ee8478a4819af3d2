import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { AwsModels } from '../../prove/awsCall';
import { iamNamesOf, IamCalls } from '../../prove/iamCall';
import { EnforcingProxy } from '../../prove/proxy';
import { mapping, ofCode } from '../../support/permissions';

/** The proxy that refuses what a policy does not allow: each protocol, with models of our own shape, and an emulator that always agrees. */
let emulator: Server;
let proxy: EnforcingProxy;
const passed: string[] = [];
const account = '111122223333';
const queue = { 'main.tf': '' };

const models = {
  sqs: {
    metadata: { protocol: 'json', apiVersion: '2012-11-05', endpointPrefix: 'sqs', targetPrefix: 'AmazonSQS' },
    operations: { CreateQueue: post('/'), DeleteQueue: post('/') },
  },
  iam: {
    metadata: { protocol: 'query', apiVersion: '2010-05-08', endpointPrefix: 'iam' },
    operations: { CreateRole: post('/'), GetRole: post('/') },
  },
  ec2: {
    metadata: { protocol: 'ec2', apiVersion: '2016-11-15', endpointPrefix: 'ec2' },
    operations: { DescribeVpcs: post('/'), DeleteVpc: post('/') },
  },
  s3: {
    metadata: { protocol: 'rest-xml', apiVersion: '2006-03-01', endpointPrefix: 's3' },
    operations: {
      CreateBucket: { http: { method: 'PUT', requestUri: '/{Bucket}' } },
      PutBucketTagging: { http: { method: 'PUT', requestUri: '/{Bucket}?tagging' } },
      GetObject: { http: { method: 'GET', requestUri: '/{Bucket}/{Key+}' } },
      AbortMultipartUpload: {
        http: { method: 'DELETE', requestUri: '/{Bucket}/{Key+}' },
        input: { shape: 'AbortMultipartUploadRequest' },
      },
      DeleteObject: { http: { method: 'DELETE', requestUri: '/{Bucket}/{Key+}' } },
    },
    shapes: {
      AbortMultipartUploadRequest: {
        required: ['UploadId'],
        members: { UploadId: { location: 'querystring', locationName: 'uploadId' } },
      },
    },
  },
  elbv2: {
    metadata: { protocol: 'query', apiVersion: '2015-12-01', endpointPrefix: 'elasticloadbalancing' },
    operations: { CreateLoadBalancer: post('/') },
  },
  rds: {
    metadata: { protocol: 'query', apiVersion: '2014-10-31', endpointPrefix: 'rds' },
    operations: { CreateDBInstance: post('/') },
  },
  kafka: {
    metadata: { protocol: 'rest-json', apiVersion: '2018-11-14', endpointPrefix: 'kafka' },
    operations: { DescribeCluster: { http: { method: 'GET', requestUri: '/v1/clusters/{ClusterArn}' } } },
  },
  lambda: {
    metadata: { protocol: 'rest-json', apiVersion: '2015-03-31', endpointPrefix: 'lambda' },
    operations: { GetFunction: { http: { method: 'GET', requestUri: '/2015-03-31/functions/{FunctionName}' } } },
  },
  cloudwatch: {
    metadata: { protocol: 'query', apiVersion: '2010-08-01', endpointPrefix: 'monitoring' },
    operations: { PutMetricAlarm: post('/') },
  },
};

function post(requestUri: string): { readonly http: { readonly method: string; readonly requestUri: string } } {
  return { http: { method: 'POST', requestUri } };
}

before(async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'models-'));
  for (const [name, model] of Object.entries(models)) {
    const dir = path.join(folder, name, model.metadata.apiVersion);
    mkdirSync(dir, { recursive: true });
    writeFileSync(path.join(dir, 'service-2.json'), JSON.stringify(model));
  }
  emulator = createServer((incoming: IncomingMessage, response) => {
    passed.push(`${incoming.method ?? ''} ${incoming.url ?? ''}`);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>(resolve => emulator.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(emulator.address() as AddressInfo).port}`;
  const calls = new IamCalls(mapping, account, await iamNamesOf());
  proxy = await EnforcingProxy.start(url, AwsModels.at(folder), calls, mapping);
});
after(async () => {
  await proxy.close();
  emulator.closeAllConnections();
  await new Promise(resolve => emulator.close(resolve));
});
beforeEach(() => {
  passed.length = 0;
  proxy.take();
  proxy.strange.length = 0;
});

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly type: string;
}

/** A request as an SDK sends it through its HTTP proxy. */
function ask(
  signer: string,
  target: {
    readonly method?: string;
    readonly url?: string;
    readonly headers?: Record<string, string>;
    readonly body?: string | Buffer;
  },
): Promise<Reply> {
  const { hostname, port } = new URL(proxy.url);
  const headers = {
    authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261201/us-east-1/${signer}/aws4_request, SignedHeaders=host, Signature=0`,
    ...target.headers,
  };
  return new Promise((resolve, reject) => {
    const sent = request(
      { hostname, port, method: target.method ?? 'POST', path: target.url ?? 'http://aws.test/', headers },
      reply => {
        let text = '';
        reply.on('data', (chunk: Buffer) => (text += chunk.toString()));
        reply.on('end', () =>
          resolve({ status: reply.statusCode ?? 0, text, type: String(reply.headers['x-amzn-errortype'] ?? '') }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(target.body);
  });
}

const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };

async function under(code: string): Promise<void> {
  const { policy } = await ofCode('', 'apply', { region: 'us-east-1', files: { ...queue, 'main.tf': code } });
  proxy.policy = JSON.stringify(policy);
}

test('a call that the policy allows passes and is recorded; another is refused and never reaches the emulator', async () => {
  await under('resource "aws_sqs_queue" "orders" {\n  name = "orders"\n}\n');
  const create = (name: string): Promise<Reply> =>
    ask('sqs', { headers: { 'x-amz-target': 'AmazonSQS.CreateQueue' }, body: JSON.stringify({ QueueName: name }) });
  assert.equal((await create('orders')).status, 200);
  const refused = await create('other');
  assert.equal(refused.status, 400);
  assert.match(
    refused.text,
    /AccessDeniedException.*not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:us-east-1:111122223333:other/,
  );
  assert.equal(passed.length, 1);
  assert.deepEqual(
    proxy.take().map(s => [...s.call, s.refused]),
    [
      ['sqs:CreateQueue', 200, 'arn:aws:sqs:us-east-1:111122223333:orders', false],
      ['sqs:CreateQueue', 403, 'arn:aws:sqs:us-east-1:111122223333:other', true],
    ],
  );
});

test('refusals are in the words of each protocol', async () => {
  await under('resource "aws_sqs_queue" "orders" {\n  name = "orders"\n}\n');
  const role = await ask('iam', {
    headers: form,
    body: 'Action=CreateRole&Version=2010-05-08&RoleName=app&Path=%2Fapps%2F',
  });
  assert.deepEqual([role.status, /<Code>AccessDenied<[^]*role\/apps\/app/.test(role.text)], [403, true]);
  const vpc = await ask('ec2', { headers: form, body: 'Action=DeleteVpc&Version=2016-11-15&VpcId=vpc-1' });
  assert.match(vpc.text, /<Code>UnauthorizedOperation<[^]*vpc\/vpc-1/);
  const bucket = await ask('s3', { method: 'PUT', url: 'http://files.aws.test/?tagging' });
  assert.match(bucket.text, /<Code>AccessDenied<[^]*s3:PutBucketTagging on resource: arn:aws:s3:::files/);
  const fn = await ask('lambda', { method: 'GET', url: 'http://aws.test/2015-03-31/functions/app' });
  assert.deepEqual([fn.status, fn.type], [403, 'AccessDeniedException']);
  const cbor = Buffer.concat([
    Buffer.from([0xbf, 0x69]),
    Buffer.from('AlarmName'),
    Buffer.from([0x63]),
    Buffer.from('red'),
    Buffer.from([0xff]),
  ]);
  const alarm = await ask('monitoring', {
    url: 'http://aws.test/service/GraniteServiceVersion20100801/operation/PutMetricAlarm',
    body: cbor,
  });
  assert.match(alarm.text, /alarm:red/);
  assert.deepEqual(passed, []);
});

test('a bucket before the host becomes part of the path, and without a policy everything passes', async () => {
  proxy.policy = undefined;
  await ask('s3', { method: 'GET', url: 'http://files.aws.test/a/b.txt' });
  assert.deepEqual(passed, ['GET /files/a/b.txt']);
  assert.deepEqual(proxy.take()[0]?.call.slice(0, 3), ['s3:GetObject', 200, 'arn:aws:s3:::files/a/b.txt']);
});

test('what tells two operations of one path apart is what each request of one has', async () => {
  proxy.policy = undefined;
  await ask('s3', { method: 'DELETE', url: 'http://files.aws.test/a.txt?x-id=DeleteObject' });
  await ask('s3', { method: 'DELETE', url: 'http://files.aws.test/a.txt?uploadId=1' });
  assert.deepEqual(
    proxy.take().map(({ call: [action] }) => action),
    ['s3:DeleteObject', 's3:AbortMultipartUpload'],
  );
});

test('a load balancer has the kind of its type in its ARN, and a database the name of its identifier', async () => {
  proxy.policy = undefined;
  const lb = 'Action=CreateLoadBalancer&Version=2015-12-01&Name=edge';
  await ask('elasticloadbalancing', { headers: form, body: lb });
  await ask('elasticloadbalancing', { headers: form, body: `${lb}&Type=network` });
  const db = 'Action=CreateDBInstance&Version=2014-10-31&DBInstanceIdentifier=orders';
  await ask('rds', { headers: form, body: db });
  const [application, network, database] = proxy.take().map(({ call: [, , ...resources] }) => resources.join(' '));
  assert.match(application ?? '', /^\S+:loadbalancer\/app\/edge\/\S+$/);
  assert.match(network ?? '', /^\S+:loadbalancer\/net\/edge\/\S+$/);
  assert.match(database ?? '', /:db:orders$/);
});

test('a call about an ARN that AWS would write otherwise proves that its action is allowed, and nothing of where', async () => {
  const at = (path: string): string =>
    `http://aws.test/v1/clusters/${encodeURIComponent(`arn:aws:kafka:us-east-1:${account}:cluster/${path}`)}`;
  const both = async (): Promise<readonly number[]> => [
    (await ask('kafka', { method: 'GET', url: at('0a1b') })).status,
    (await ask('kafka', { method: 'GET', url: at('shop/0a1b-1') })).status,
  ];
  const allowing = (...actions: readonly string[]): string =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: actions, Resource: ['arn:aws:kafka:us-east-1:*:cluster/other/*'] }],
    });
  proxy.policy = allowing('kafka:ListClusters');
  assert.deepEqual(await both(), [403, 403]);
  proxy.policy = allowing('kafka:DescribeCluster');
  assert.deepEqual(await both(), [200, 403]);
});

test('what no model has passes and is said', async () => {
  proxy.policy = undefined;
  await ask('nosuch', { body: '{}' });
  assert.equal(proxy.strange.length, 1);
  assert.equal(proxy.take().length, 0);
});
