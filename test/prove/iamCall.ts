import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ArnFormat, TypeMapping } from '../../src/iam/needs/mapping';
import { fitsFormat } from '../../src/iam/reference/arnFormat';
import type { RecordedCall } from '../support/observed';
import type { AwsCall } from './awsCall';

/** An action with the resources of a call, as a policy is asked for it. Without a resource: whether it is allowed on anything. */
export type AskedAction = readonly [action: string, ...resources: string[]];

/** Names of services in IAM and operations with another name there: the same table that the permission data are compiled with. */
export async function iamNamesOf(): Promise<(service: string, operation: string) => readonly string[]> {
  const file = path.join(__dirname, '..', '..', 'scripts', 'permissions', 'operations.mjs');
  const found = (await import(pathToFileURL(file).href)) as {
    readonly iamNames: (service: string, operation: string) => readonly string[];
  };
  return found.iamNames;
}

/** Services whose name in botocore is neither IAM's nor in the table of operations. */
const own: Readonly<Record<string, string>> = {
  'cognito-identity': 'cognito-identity',
  'ecr-public': 'ecr-public',
  mq: 'mq',
  resourcegroupstaggingapi: 'tag',
};

/**
 * From calls of SDKs to the ARNs that IAM would decide about. What it can't know (an id that AWS has yet to give) is `zz-unknown-…`,
 * which only a pattern matches. ARNs of earlier calls and replies are remembered: they tell paths and ids behind a name.
 */
export class IamCalls {
  /** ARNs that were seen, by their last part. */
  private readonly seen = new Map<string, Set<string>>();
  private unknowns = 0;

  constructor(
    private readonly mapping: TypeMapping,
    private readonly account: string,
    private readonly iamNames: (service: string, operation: string) => readonly string[],
  ) {}

  forget(): void {
    this.seen.clear();
  }

  /** Learns the ARNs in a request or reply. */
  learn(text: string): void {
    // What is named in requests may have an id in its ARN: a rule of AWS Config.
    for (const [, , name = '', arn = ''] of text.matchAll(
      /"(\w+)Name": ?"([^"]+)",[^{}[\]]{0,200}?"\1Arn": ?"(arn:[^"]+)"/g,
    ))
      this.seen.set(name, (this.seen.get(name) ?? new Set()).add(arn));
    for (const [arn] of text.matchAll(/arn:aws:[a-z0-9-]+:[a-z0-9-]*:\d*:[\w+=,.@/:*-]+/g)) {
      if (arn.includes('*')) continue;
      for (const part of [arn.split(/[:/]/).at(-1) ?? '', arn]) {
        const of = this.seen.get(part) ?? new Set();
        of.add(arn);
        this.seen.set(part, of);
      }
    }
  }

  /** What a policy has to allow for a call; none where IAM has no such action, as for `sts:GetCallerIdentity`. */
  asked(call: AwsCall): readonly AskedAction[] {
    const names = this.iamNames(own[call.service] ?? call.service, call.operation);
    return names
      .filter(name => this.mapping.level(name) !== undefined && !always.has(name))
      .map((name): AskedAction => (this.namedOtherwise(name, call) ? [name] : this.resources(name, call)));
  }

  /** Is it about an ARN that the emulator made in another form than AWS, such as a cluster of MSK without its name? Then on what it is allowed proves nothing, and only that it is. */
  private namedOtherwise(action: string, { params }: AwsCall): boolean {
    const all = this.mapping.formats(action);
    const formats = all.some(f => f.required) ? all.filter(f => f.required) : all;
    const arns = [...params.values()].flat().filter(value => value.startsWith('arn:'));
    const start = (arn: string): string => `${arn.split(':')[2] ?? ''}:${arn.split(':')[5]?.split('/')[0] ?? ''}`;
    const alike = arns.filter(arn => formats.some(f => start(f.format) === start(arn)));
    if (arns.some(arn => arn.split(':')[4] === accountOfEmulator)) return true;
    return alike.length > 0 && !alike.some(arn => formats.some(f => fitsFormat(arn, f.format)));
  }

  private resources(action: string, call: AwsCall): AskedAction {
    // Its actions are HTTP's verbs on its own paths; IAM leaves the version of the API out.
    if (action.startsWith('apigateway:'))
      return [action, `arn:aws:apigateway:${call.region}::${call.route.replace(/^\/v2\//, '/')}`];
    const formats = createdBy(call, action, formatsOf(call, this.mapping.formats(action)));
    if (formats.length === 0) return [action, '*'];
    const required = formats.filter(f => f.required);
    const all = (required.length > 0 ? required : formats).flatMap(f => this.fill(f.format, call));
    // AWS lists all that a name may stand for: a bucket's object or one behind an access point. In EC2 a call needs each of its kinds.
    const known = action.startsWith('ec2:') ? [] : all.filter(arn => !arn.includes('zz-unknown-'));
    const found = known.length > 0 ? known : all;
    return found.length === 0 ? [action, '*'] : [action, ...new Set(found)];
  }

  /** The ARNs of a kind that a call speaks of; for a required kind of which it says nothing, one that is not known. */
  private fill(format: string, { params, region }: AwsCall): readonly string[] {
    // A subscription is asked about by its topic.
    const values = [...params.values()]
      .flat()
      .map(value => value.replace(/^(arn:aws:sns:[^:]*:\d+:[^:]+):[0-9a-f-]{36}$/, '$1'));
    const whole = values.filter(value => value.startsWith('arn:') && fitsFormat(value, format));
    if (whole.length > 0) return whole;
    const known = values.flatMap(value => [...(this.seen.get(value) ?? [])]).filter(arn => fitsFormat(arn, format));
    if (known.length > 0) return known;
    const filled = format.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      if (name === 'Partition') return 'aws';
      if (name === 'Region') return region;
      if (name === 'Account') return /^\/aws\/service\//.test(first('Name')(params) ?? '') ? '' : this.account;
      return valueFor(name, params) ?? `zz-unknown-${(this.unknowns += 1)}`;
    });
    return [filled.replace(/\/\//g, '/')];
  }
}

/** Both generations of load balancers have one prefix in IAM, and the data know the older kind alone. */
function formatsOf({ service, operation, params }: AwsCall, formats: readonly ArnFormat[]): readonly ArnFormat[] {
  if (service !== 'elbv2') return formats;
  const type = operation === 'CreateLoadBalancer' ? (params.get('Type')?.[0] ?? 'application') : undefined;
  const kinds = { application: 'app', network: 'net', gateway: 'gwy' };
  const wanted = Object.entries(kinds).filter(([name]) => type === undefined || type === name);
  return formats.flatMap(f =>
    f.format.endsWith(':loadbalancer/${LoadBalancerName}')
      ? wanted.map(([, kind]) => ({
          ...f,
          format: f.format.replace('${LoadBalancerName}', `${kind}/\${LoadBalancerName}/\${LoadBalancerId}`),
        }))
      : f.format.includes(':loadbalancer/') && !wanted.some(([, kind]) => f.format.includes(`loadbalancer/${kind}/`))
        ? []
        : [f],
  );
}

/** Tags that come with a creation are put on the kind that is created. */
function createdBy({ operation }: AwsCall, action: string, formats: readonly ArnFormat[]): readonly ArnFormat[] {
  if (!/:Tag/.test(action) || operation.startsWith('Tag')) return formats;
  const kindOf = (format: string): string => (format.split(':')[5] ?? '').split('/')[0]?.replace(/-/g, '') ?? '';
  const own = formats.filter(({ format }) => operation.toLowerCase().startsWith(`create${kindOf(format)}`));
  return own.length > 0 ? own : formats;
}

/** moto makes locations of DataSync in this account, whatever the caller's is. */
const accountOfEmulator = '111222333444';

/** Every identity may: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
const always: ReadonlySet<string> = new Set(['sts:GetCallerIdentity']);

type Said = (params: AwsCall['params']) => string | undefined;
const first =
  (...names: readonly string[]): Said =>
  params =>
    names.map(name => params.get(name)?.[0]).find(value => value !== undefined);

/** Where the member that names a thing has another name than the placeholder, or says it otherwise than the ARN. */
const said: Readonly<Record<string, Said>> = {
  ObjectName: first('Key'),
  KeyPairName: first('KeyName'),
  IdentityName: first('EmailIdentity', 'Identity'),
  // WAF writes the scope of a request in capitals, and that of an ARN small.
  Scope: params => ({ REGIONAL: 'regional', CLOUDFRONT: 'global' })[first('Scope')(params) ?? ''],
  GroupFriendlyName: first('AutoScalingGroupName'),
  DbClusterInstanceName: first('DBClusterIdentifier'),
  TaskDefinitionFamilyName: first('family'),
  ClusterName: params => first('cluster')(params)?.split('/').at(-1),
  QueueName: params => first('QueueUrl')(params)?.split('/').at(-1),
  KeyId: first('TargetKeyId'),
  Alias: params => first('AliasName')(params)?.replace(/^alias\//, ''),
  ParameterNameWithoutLeadingSlash: params => first('ResourceId')(params)?.replace(/^\//, ''),
  // AWS puts six letters and digits behind a secret's name.
  SecretId: params => {
    const name = params.has('SecretId') ? undefined : first('Name')(params);
    return name === undefined ? undefined : `${name}-AbCdEf`;
  },
};

/** The value of the member that a placeholder is named after: `${QueueName}` of `QueueName`, `${RoleNameWithPath}` of `RoleName`. */
function valueFor(placeholder: string, params: AwsCall['params']): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const wanted = plain(placeholder);
  const above = params.get('Path')?.[0] ?? '/';
  const otherwise = said[placeholder]?.(params);
  if (otherwise !== undefined) return otherwise;
  let best: { readonly score: number; readonly value: string } | undefined;
  const base = wanted.replace(/withpath$|withoutleadingslash$/, '').replace(/([^s])s$/, '$1');
  for (const [name, [value = '']] of params) {
    // Lists have names in the plural: `repositoryNames`.
    const given = plain(name).replace(/([^s])s$/, '$1');
    // `${DbInstanceName}` of `DBInstanceIdentifier`
    const alike = base.endsWith('name') && given === base.replace(/name$/, 'identifier');
    const score =
      given === base || alike ? 3 : base.startsWith(given) || given.endsWith(base) ? 2 : base.endsWith(given) ? 1 : 0;
    if (given.length < 2 || score === 0 || value === '' || value.startsWith('arn:')) continue;
    if (score > (best?.score ?? 0)) best = { score, value };
  }
  if (best === undefined) return undefined;
  if (/WithoutLeadingSlash$/.test(placeholder)) return best.value.replace(/^\//, '');
  return /WithPath$/.test(placeholder) ? `${above.replace(/^\//, '')}${best.value}` : best.value;
}

/** As a recording keeps a call. */
export const recorded = ([action, ...resources]: AskedAction, status: number): RecordedCall => [
  action,
  status,
  ...resources,
];
