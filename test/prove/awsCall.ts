import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeCbor } from './cbor';

/** One request of an AWS SDK, by what AWS's own model of the service says (botocore, Apache-2.0, of the Python that moto runs in). */
export interface AwsCall {
  /** botocore's name of the service: `elbv2`, `cognito-idp`. */
  readonly service: string;
  readonly operation: string;
  readonly protocol: Protocol;
  /** `us-east-1`, from the signature. */
  readonly region: string;
  /** The path that was asked. */
  readonly route: string;
  /** Values of the request by the names of their members, at any depth; lists are flattened. */
  readonly params: ReadonlyMap<string, readonly string[]>;
}

export type Protocol = 'query' | 'ec2' | 'json' | 'rest-json' | 'rest-xml' | 'smithy-rpc-v2-cbor';

export interface RawRequest {
  readonly method: string;
  /** Path and query, as they were sent; a bucket that was named by the host stands in the path. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

interface Route {
  readonly operation: string;
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  /** Query names that the template itself asks for (`/{Bucket}?acl`), and those that every request has. */
  readonly flags: readonly string[];
  readonly literal: number;
}

interface Service {
  readonly name: string;
  readonly protocol: Protocol;
  readonly version: string;
  readonly targetPrefix: string | undefined;
  readonly operations: ReadonlySet<string>;
  readonly routes: readonly Route[];
}

interface Model {
  readonly metadata: {
    readonly protocol: string;
    readonly apiVersion: string;
    readonly targetPrefix?: string;
  };
  readonly operations: Readonly<Record<string, Operation>>;
  readonly shapes?: Readonly<Record<string, Shape>>;
}

interface Operation {
  readonly http: { readonly method: string; readonly requestUri: string };
  readonly input?: { readonly shape: string };
}

interface Shape {
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, { readonly location?: string; readonly locationName?: string }>>;
}

/** Services whose requests are signed for another name than botocore's own. */
const signedFor: Readonly<Record<string, readonly string[]>> = {
  airflow: ['mwaa'],
  apigateway: ['apigateway', 'apigatewayv2'],
  aps: ['amp'],
  cassandra: ['keyspaces'],
  elasticfilesystem: ['efs'],
  elasticloadbalancing: ['elbv2', 'elb'],
  elasticmapreduce: ['emr'],
  es: ['opensearch', 'es'],
  monitoring: ['cloudwatch'],
  rds: ['rds', 'neptune', 'docdb'],
  s3: ['s3', 's3control'],
  servicecatalog: ['servicecatalog', 'servicecatalog-appregistry'],
  ses: ['sesv2', 'ses'],
  sso: ['sso-admin', 'sso'],
  states: ['stepfunctions'],
  tagging: ['resourcegroupstaggingapi'],
  timestream: ['timestream-write', 'timestream-query'],
};

/** All services of botocore by the name that requests are signed for. Models are read when a request first needs them. */
export class AwsModels {
  private readonly read = new Map<string, Service>();

  constructor(private readonly data: string) {}

  /** @param data botocore's folder `data` */
  static at(data: string): AwsModels {
    return new AwsModels(data);
  }

  /** What a request is; undefined where no model has it. */
  identify(request: RawRequest): AwsCall | undefined {
    const scope = /Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(
      request.headers['authorization'] ?? '',
    );
    if (scope === null) return undefined;
    const [, region = '', signer = ''] = scope;
    const candidates = this.services(signer);
    const [route, query = ''] = request.url.split('?');
    const form = request.headers['content-type']?.includes('x-www-form-urlencoded') === true;
    const fields = new URLSearchParams(form ? request.body.toString('utf8') : query);
    const target = request.headers['x-amz-target'];
    const rpc = /^\/service\/\w+\/operation\/(\w+)$/.exec(route ?? '')?.[1];
    for (const service of candidates) {
      const found = match(service, request, { route: route ?? '', fields, target, rpc });
      if (found !== undefined) return { service: service.name, region, route: route ?? '', ...found };
    }
    return undefined;
  }

  private services(signer: string): readonly Service[] {
    const names = signedFor[signer] ?? [signer];
    return names.flatMap(name => this.service(name) ?? []);
  }

  private model(name: string): Model | undefined {
    const folder = path.join(this.data, name);
    const versions = existsSync(folder) ? readdirSync(folder).filter(v => /^\d{4}-/.test(v)) : [];
    const newest = versions.sort().at(-1);
    if (newest === undefined) return undefined;
    const plain = path.join(folder, newest, 'service-2.json');
    const text = existsSync(plain)
      ? readFileSync(plain, 'utf8')
      : gunzipSync(readFileSync(`${plain}.gz`)).toString('utf8');
    return JSON.parse(text) as Model;
  }

  private service(name: string): Service | undefined {
    const before = this.read.get(name);
    if (before !== undefined) return before;
    const model = this.model(name);
    if (model === undefined) return undefined;
    const { protocol, apiVersion, targetPrefix } = model.metadata;
    const made: Service = {
      name,
      protocol: protocol as Protocol,
      version: apiVersion,
      targetPrefix,
      operations: new Set(Object.keys(model.operations)),
      routes: Object.entries(model.operations)
        .map(([operation, { http, input }]) =>
          routeOf(operation, http.method, http.requestUri, queryOf(model.shapes?.[input?.shape ?? ''])),
        )
        // The most literal template wins; flags such as `?acl` tell operations of one path apart.
        .sort((a, b) => b.flags.length - a.flags.length || b.literal - a.literal),
    };
    this.read.set(name, made);
    return made;
  }
}

/** Names that the query of each request has: `uploadId` tells AbortMultipartUpload from DeleteObject. */
const queryOf = (shape: Shape | undefined): readonly string[] =>
  (shape?.required ?? []).flatMap(name => {
    const { location, locationName } = shape?.members?.[name] ?? {};
    return location === 'querystring' && locationName !== undefined ? [locationName] : [];
  });

function routeOf(operation: string, method: string, uri: string, always: readonly string[]): Route {
  const [template = '', query = ''] = uri.split('?');
  const names: string[] = [];
  const source = template
    .split(/(\{[^}]+\})/)
    .map(part => {
      const name = /^\{([^}+]+)(\+?)\}$/.exec(part);
      if (name === null) return part.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
      names.push(name[1] ?? '');
      return name[2] === '+' ? '(.+)' : '([^/]+)';
    })
    .join('');
  const flags = [...(query === '' ? [] : query.split('&')), ...always];
  const pattern = new RegExp(`^${source.replace(/\/$/, '')}/?$`);
  return { operation, method, pattern, names, flags, literal: template.replace(/\{[^}]+\}/g, '').length };
}

interface Parts {
  readonly route: string;
  readonly fields: URLSearchParams;
  readonly target: string | undefined;
  readonly rpc: string | undefined;
}

type Matched = Pick<AwsCall, 'operation' | 'protocol' | 'params'>;

function match(service: Service, request: RawRequest, { route, fields, target, rpc }: Parts): Matched | undefined {
  if (rpc !== undefined)
    return service.operations.has(rpc)
      ? { operation: rpc, protocol: 'smithy-rpc-v2-cbor', params: paramsOf(decodeCbor(request.body)) }
      : undefined;
  if (target !== undefined) {
    const operation = target.split('.').at(-1) ?? '';
    const own = service.targetPrefix === undefined || target.startsWith(`${service.targetPrefix}.`);
    return own && service.operations.has(operation)
      ? { operation, protocol: 'json', params: paramsOf(jsonOf(request.body)) }
      : undefined;
  }
  const action = fields.get('Action');
  if (action !== null) {
    const version = fields.get('Version');
    const own = version === null || version === service.version;
    const protocol = service.protocol === 'ec2' ? 'ec2' : 'query';
    return own && service.operations.has(action)
      ? { operation: action, protocol, params: fieldsOf(fields) }
      : undefined;
  }
  return rest(service, request, route, fields);
}

function rest(
  service: Service,
  { method, body }: RawRequest,
  route: string,
  fields: URLSearchParams,
): Matched | undefined {
  if (service.protocol !== 'rest-json' && service.protocol !== 'rest-xml') return undefined;
  for (const { operation, method: wanted, pattern, names, flags } of service.routes) {
    if (wanted !== method) continue;
    if (!flags.every(flag => hasFlag(fields, flag))) continue;
    const found = pattern.exec(route);
    if (found === null) continue;
    const params = new Map(service.protocol === 'rest-json' ? paramsOf(jsonOf(body)) : xmlParams(body));
    for (const [name, value] of fields) add(params, name, value);
    names.forEach((name, i) => add(params, name, decodeURIComponent(found[i + 1] ?? '')));
    return { operation, protocol: service.protocol, params };
  }
  return undefined;
}

function hasFlag(fields: URLSearchParams, flag: string): boolean {
  const [name = '', value] = flag.split('=');
  return value === undefined ? fields.has(name) : fields.get(name) === value;
}

type Params = Map<string, readonly string[]>;

function add(params: Params, name: string, value: string): void {
  params.set(name, [...(params.get(name) ?? []), value]);
}

function jsonOf(body: Buffer): unknown {
  try {
    return body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
  } catch {
    return {};
  }
}

const isPart = (value: unknown): boolean => typeof value === 'object' && value !== null;

function paramsOf(value: unknown): Params {
  const params: Params = new Map();
  const visit = (name: string, item: unknown): void => {
    if (Array.isArray(item)) for (const one of item as unknown[]) visit(name, one);
    else if (typeof item === 'object' && item !== null) {
      // Its own members before those of its parts: a job's `Name` before that of its command.
      const members = Object.entries(item).sort(([, a], [, b]) => Number(isPart(a)) - Number(isPart(b)));
      for (const [key, one] of members) visit(key, one);
    } else if (typeof item === 'string' || typeof item === 'number') add(params, name, String(item));
  };
  visit('', value);
  return params;
}

/** `Filter.1.Value.2` is a value of `Value`; `Tag.1.Key` one of `Key`. */
function fieldsOf(fields: URLSearchParams): Params {
  const params: Params = new Map();
  for (const [name, value] of fields) {
    const words = name.split('.').filter(word => !/^\d+$|^member$|^entry$/.test(word));
    add(params, words.at(-1) ?? name, value);
    if (words.length > 1) add(params, words[0] ?? name, value);
  }
  return params;
}

function xmlParams(body: Buffer): Params {
  const params: Params = new Map();
  for (const [, name = '', value = ''] of body.toString('utf8').matchAll(/<(\w+)>([^<]*)<\/\1>/g))
    add(params, name, value);
  return params;
}
