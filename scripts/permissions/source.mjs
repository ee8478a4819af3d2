// Reads the calls that the AWS provider's source makes for each resource type, and compares them with the compiled call graph:
// node scripts/permissions/source.mjs SOURCE [TYPE…]
// SOURCE is a checkout of hashicorp/terraform-provider-aws, or the folder that `go mod download` leaves. Every function of a package that
// a body names counts as called, so callbacks of waiters, cleanups and CustomizeDiff are in it; what a type only may reach is in it too.
// It is read by a person: what is missing here and real goes into src/iam/needs/tables.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { iamNames, prefixes } from './operations.mjs';

const [source = process.env.AWS_PROVIDER_SOURCE, ...only] = process.argv.slice(2);
if (source === undefined) throw new Error('Give the folder of the source of the provider.');
const root = path.join(import.meta.dirname, '..', '..');
const services = path.join(source, 'internal/service');

/** Methods of the provider's client that give a client of AWS (`EC2Client`), by the SDK's package. */
const clients = new Map(
  [
    ...readFileSync(path.join(source, 'internal/conns/awsclient_gen.go'), 'utf8').matchAll(
      /\) (\w+Client)\(ctx context\.Context\) \*(\w+)\.Client/g,
    ),
  ].map(([, method, sdk]) => [method, sdk]),
);

/** A package of the provider: its functions, by name (`(*resource).Read` for methods), with what they call. */
function readPackage(name) {
  const functions = new Map();
  const types = [];
  const folder = path.join(services, name);
  for (const file of readdirSync(folder).filter(f => f.endsWith('.go') && !/_test\.go$|sweep/.test(f))) {
    const text = readFileSync(path.join(folder, file), 'utf8');
    const aliases = new Map(
      [...text.matchAll(/^\t(?:(\w+) )?"github\.com\/aws\/aws-sdk-go-v2\/service\/(\w+)"$/gm)].map(([, alias, sdk]) => [
        alias ?? sdk,
        sdk,
      ]),
    );
    const others = new Map(
      [
        ...text.matchAll(/^\t(tf\w+) "github\.com\/hashicorp\/terraform-provider-aws\/internal\/service\/(\w+)"$/gm),
      ].map(([, alias, other]) => [alias, other]),
    );
    for (const [, receiver, own, body] of text.matchAll(
      /^func (?:\(\w* ?\*?(\w+)(?:\[[^\]]*\])?\) )?(\w+)(?:\[[^\]]*\])?(\([\s\S]*?^\}$|\(.*\}$)/gm,
    )) {
      functions.set(receiver === undefined ? own : `${receiver}.${own}`, { body, aliases, others, receiver });
    }
    // FindX = findX: what other packages may call.
    for (const [, exported, own] of text.matchAll(/^\t([A-Z]\w+)\s+= ([a-z]\w+)$/gm))
      functions.set(exported, { body: `${own}(`, aliases, others, receiver: undefined });
    // One function may make several types: aws_lb and aws_alb.
    for (const [block, maker] of text.matchAll(/^(?:\/\/.*\n)+func (\w+)/gm))
      for (const [, type] of block.matchAll(/@(?:SDK|Framework)Resource\("(aws_\w+)"/g)) types.push({ type, maker });
  }
  return { functions, types };
}

const packages = new Map();
const packageOf = name => {
  if (!packages.has(name)) packages.set(name, readPackage(name));
  return packages.get(name);
};

const known = new Map();
/** Operations that a function and all that it names call: `ec2:DescribeVpcs`. */
function callsOf(pkg, name, seen = new Set()) {
  const key = `${pkg} ${name}`;
  if (seen.has(key)) return new Set();
  seen.add(key);
  const found = packageOf(pkg).functions.get(name);
  const out = new Set();
  if (found === undefined) return out;
  const { direct, named } = known.get(key) ?? directOf(pkg, found);
  known.set(key, { direct, named });
  for (const call of direct) out.add(call);
  for (const [other, callee] of named) for (const call of callsOf(other, callee, seen)) out.add(call);
  return out;
}

function directOf(pkg, { body, aliases, others, receiver }) {
  const direct = new Set();
  const named = new Set();
  const conns = new Map();
  for (const [, name, sdk] of body.matchAll(/\b(\w+) \*(\w+)\.Client\b/g))
    if (aliases.has(sdk)) conns.set(name, aliases.get(sdk));
  for (const [, name, method] of body.matchAll(/\b(\w+) :?= [\w.()*]*\.(\w+Client)\(ctx\)/g))
    if (clients.has(method)) conns.set(name, clients.get(method));
  for (const [, method, operation] of body.matchAll(/\.(\w+Client)\(ctx\)\.([A-Z]\w+)\(/g))
    if (clients.has(method)) direct.add(`${clients.get(method)}:${operation}`);
  for (const [, name, operation] of body.matchAll(/\b(\w+)\.([A-Z]\w+)\b/g)) {
    if (conns.has(name) && operation !== 'Options') direct.add(`${conns.get(name)}:${operation}`);
    const paginated = /^New(\w+)Paginator$/.exec(operation)?.[1];
    if (paginated !== undefined && aliases.has(name)) direct.add(`${aliases.get(name)}:${paginated}`);
    const waited = /^New(\w+)Waiter$/.exec(operation)?.[1];
    if (waited !== undefined && aliases.has(name)) direct.add(`${aliases.get(name)}:~${waited}`);
    if (others.has(name)) named.add(JSON.stringify([others.get(name), operation]));
  }
  const { functions } = packageOf(pkg);
  for (const [word] of body.matchAll(/\b[A-Za-z]\w+\b/g))
    if (functions.has(word)) named.add(JSON.stringify([pkg, word]));
  if (receiver !== undefined)
    for (const [, method] of body.matchAll(/\b\w+\.([A-Za-z]\w+)\(/g))
      if (functions.has(`${receiver}.${method}`)) named.add(JSON.stringify([pkg, `${receiver}.${method}`]));
  return { direct, named: [...named].map(text => JSON.parse(text)) };
}

/** Functions that a resource's maker hands to Terraform, by what they do. */
function handlersOf(pkg, { maker }) {
  const body = packageOf(pkg).functions.get(maker)?.body ?? '';
  const out = {};
  for (const [, what, name] of body.matchAll(/\b(Create|Read|Update|Delete)(?:WithoutTimeout|Context):\s+(\w+)/g))
    out[what] = name;
  const diff = /CustomizeDiff:\s+([\s\S]*?)\n\t\t\}?,?\n/.exec(body)?.[1];
  if (diff !== undefined) out.Diff = diff;
  const struct = /[&:=] ?&?(\w+)\{/.exec(body)?.[1];
  if (out.Read === undefined && struct !== undefined)
    for (const what of ['Create', 'Read', 'Update', 'Delete', 'ModifyPlan'])
      if (packageOf(pkg).functions.has(`${struct}.${what}`)) out[what] = `${struct}.${what}`;
  return out;
}

const list = JSON.parse(gunzipSync(readFileSync(path.join(root, 'src/iam/data/actions.json.gz'))).toString('utf8'));
const actions = new Map(
  Object.entries(list.services).flatMap(([service, rows]) =>
    rows.map(([name]) => [`${service}:${name}`.toLowerCase(), `${service}:${name}`]),
  ),
);
const bare = name => name.replace(/-/g, '');
/** Packages of the Go SDK have no hyphens, and some are called otherwise than in the other sources. */
const sdkNames = new Map([
  ...Object.keys(list.services).map(service => [bare(service), service]),
  ...Object.keys(prefixes).map(service => [bare(service), service]),
  ...[
    ['elasticloadbalancing', 'elb'],
    ['elasticloadbalancingv2', 'elbv2'],
    ['sfn', 'stepfunctions'],
    ['cloudwatchlogs', 'logs'],
  ],
  ...[
    ['eventbridge', 'events'],
    ['cognitoidentityprovider', 'cognito-idp'],
    ['databasemigrationservice', 'dms'],
  ],
  ...[
    ['costandusagereportservice', 'cur'],
    ['directoryservice', 'ds'],
    ['inspector', 'inspector'],
    ['applicationautoscaling', 'application-autoscaling'],
  ],
  ...[
    ['configservice', 'config'],
    ['lexmodelbuildingservice', 'lex-models'],
    ['serverlessapplicationrepository', 'serverlessrepo'],
  ],
  ...[
    ['resourcegroupstaggingapi', 'tag'],
    ['bedrockagentcorecontrol', 'bedrock-agentcore-control'],
    ['s3vectors', 's3vectors'],
  ],
]);
const named = operation => {
  const [service, name] = operation.split(':');
  const iam = iamNames(sdkNames.get(service) ?? service, name).map(a => actions.get(a.toLowerCase()));
  if (!iam.some(Boolean)) unnamed.add(operation);
  return iam.filter(Boolean);
};
/** Operations without an action, for a person to look at. */
export const unnamed = new Set();

/** All that the source calls for each type: `{ aws_vpc: { Create: [actions], … } }`, and whether its read brings the tags. */
export function sourceCalls() {
  const out = {};
  for (const { name: pkg } of readdirSync(services, { withFileTypes: true }).filter(entry => entry.isDirectory())) {
    for (const type of packageOf(pkg).types) {
      const handlers = handlersOf(pkg, type);
      const calls = {};
      for (const [what, name] of Object.entries(handlers)) {
        const all =
          what === 'Diff'
            ? [...name.matchAll(/\b[a-z]\w+\b/g)].flatMap(([word]) => [...callsOf(pkg, word)])
            : [...callsOf(pkg, name)];
        calls[what] = [...new Set(all.flatMap(named))].sort();
      }
      const read = packageOf(pkg).functions.get(handlers.Read ?? '')?.body ?? '';
      out[type.type] = { calls, tagsInRead: tagsIn(pkg, handlers.Read), read: read.length > 0 };
    }
  }
  return out;
}

/** Does a read set the tags of what it read, in any case? Then Terraform lists them in no call of its own. */
function tagsIn(pkg, name, depth = 0) {
  const body = packageOf(pkg).functions.get(name ?? '')?.body ?? '';
  // At the outer indent: no condition decides.
  if (/^\tsetTagsOut\w*\(/m.test(body)) return true;
  const inner = [
    ...body.matchAll(
      /^\t(?:if err := |return append\(diags, |diags = append\(diags, |\w+ :?= )?(?:smerr\.\w+\([^,]*, [^,]*, )?(\w*[fF]latten\w*)\(/gm,
    ),
  ];
  return depth < 2 && inner.some(([, callee]) => tagsIn(pkg, callee, depth + 1));
}

/** tables/tagsInRead.txt: the calls that would list tags which the read has brought. */
function writeTagsInRead(found) {
  const { types, names } = compiled();
  const rows = [];
  for (const [type, { tagsInRead, calls }] of Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const own = new Set(Object.values(calls).flat());
    const [read = '', create = '', update = '', remove = '', list = ''] = types[type]?.split('|') ?? [];
    const elsewhere = new Set([read, create, update, remove].flatMap(set => set.split(' ')));
    const needless = list
      .split(' ')
      .filter(word => word !== '' && !elsewhere.has(word))
      .map(word => names[Number.parseInt(word, 36)])
      .filter(name => !own.has(name));
    if (tagsInRead && needless.length > 0) rows.push(`${type} only ${needless.join(',')} -`);
  }
  const head = [
    '# Types whose read brings their tags in any case, so that Terraform lists them in no call of its own. Made by',
    '# node scripts/permissions/source.mjs SOURCE --tags-in-read, from the provider 6.47.1; see README.md.',
  ];
  writeFileSync(path.join(root, 'src/iam/needs/tables/tagsInRead.txt'), `${[...head, ...rows].join('\n')}\n`);
}

function compiled() {
  const { types, actions: lines } = JSON.parse(
    gunzipSync(readFileSync(path.join(root, 'src/iam/data/terraform.json.gz'))).toString('utf8'),
  );
  const names = lines.split('\n').flatMap(line =>
    line
      .split(' ')
      .slice(1)
      .map(name => `${line.split(' ')[0]}:${name}`),
  );
  return { types, names };
}

if (import.meta.filename === process.argv[1]) {
  const found = sourceCalls();
  if (only.includes('--tags-in-read')) writeTagsInRead(found);
  else
    for (const [type, { calls }] of Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (only.length > 0 && !only.includes(type)) continue;
      console.log(type);
      for (const [what, names] of Object.entries(calls)) console.log(`  ${what}: ${names.join(' ')}`);
    }
}
