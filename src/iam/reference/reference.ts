import { gunzipSync } from 'node:zlib';
import type { ActionFact, ActionList } from './actions';
import { ConditionKeys } from './conditionKeys';

/** A kind of resource of a service, with its ARN: `arn:${Partition}:s3:::${BucketName}/${ObjectName}`. */
export interface ResourceType {
  readonly name: string;
  readonly format: string;
}

type ResourceRows = readonly [
  types: readonly (readonly [name: string, format: string])[],
  actions: readonly (readonly number[])[],
  conditionKeys: readonly (readonly [key: string, type: string])[],
];
type DescriptionRows = readonly [
  name: string,
  conditionKeys: readonly string[],
  actions: readonly (readonly [text: string, keys: readonly number[]])[],
];

/** Which resources each action takes. Source: AWS's service authorization reference, compiled by scripts/permissions/reference.mjs. */
export class ResourceReference {
  private readonly known = new Map<string, ReadonlyMap<string, readonly ResourceType[]>>();
  private keys: ConditionKeys | undefined;
  private byName: Map<string, ActionFact[]> | undefined;

  constructor(
    readonly actions: ActionList,
    private readonly services: Readonly<Record<string, ResourceRows>>,
  ) {}

  /** The condition keys of all services, and of AWS as a whole. */
  get conditionKeys(): ConditionKeys {
    this.keys ??= new ConditionKeys(Object.values(this.services).map(rows => rows[2]));
    return this.keys;
  }

  /** Actions of any service with this name (`PutLogEvents`), whatever its letters' case. */
  elsewhere(name: string): readonly ActionFact[] {
    if (this.byName === undefined) {
      this.byName = new Map();
      for (const fact of this.actions.matching('*')) {
        const key = fact.name.slice(fact.name.indexOf(':') + 1).toLowerCase();
        const same = this.byName.get(key);
        if (same === undefined) this.byName.set(key, [fact]);
        else same.push(fact);
      }
    }
    return this.byName.get(name.toLowerCase()) ?? [];
  }

  /** The kinds of resources that an action takes; empty where only `*` matches it (or where there is no such action). */
  typesOf(action: ActionFact): readonly ResourceType[] {
    const service = serviceOf(action);
    let types = this.known.get(service);
    if (types === undefined) {
      const rows = Object.hasOwn(this.services, service) ? this.services[service] : undefined;
      types = new Map(
        this.actions.completions(`${service}:`).map(({ name }, i) => [
          name,
          (rows?.[1][i] ?? []).flatMap(at => {
            const row = rows?.[0][at];
            return row === undefined ? [] : [{ name: row[0], format: row[1] }];
          }),
        ]),
      );
      this.known.set(service, types);
    }
    return types.get(action.name) ?? [];
  }
}

/** What an action does, in AWS's words: for people, never for decisions. */
export interface ActionDescription {
  /** "retrieve objects from Amazon S3". */
  readonly text: string;
  readonly conditionKeys: readonly string[];
}

export class ActionDescriptions {
  private readonly known = new Map<string, ReadonlyMap<string, ActionDescription>>();

  constructor(
    private readonly actions: ActionList,
    private readonly services: Readonly<Record<string, DescriptionRows>>,
  ) {}

  /** Prefix and name of each service: `s3`, "Amazon S3". */
  names(): readonly (readonly [prefix: string, name: string])[] {
    return Object.entries(this.services).map(([prefix, [name]]) => [prefix, name]);
  }

  nameOf(service: string): string | undefined {
    return Object.hasOwn(this.services, service) ? this.services[service]?.[0] : undefined;
  }

  find(action: ActionFact): ActionDescription | undefined {
    const service = serviceOf(action);
    let known = this.known.get(service);
    if (known === undefined) {
      const rows = Object.hasOwn(this.services, service) ? this.services[service] : undefined;
      known = new Map(
        this.actions.completions(`${service}:`).map(({ name }, i) => {
          const [text, keys] = rows?.[2][i] ?? ['', []];
          return [name, { text, conditionKeys: keys.flatMap(at => rows?.[1][at] ?? []) }];
        }),
      );
      this.known.set(service, known);
    }
    return known.get(action.name);
  }
}

/** Reads resources.json.gz, which must be of one version with the list of actions; throws where it is not. */
export function readResources(gzipped: Uint8Array, actions: ActionList): ResourceReference {
  return new ResourceReference(actions, readServices(gzipped, actions.version) as Record<string, ResourceRows>);
}

/** Reads descriptions.json.gz, which must be of one version with the list of actions; throws where it is not. */
export function readDescriptions(gzipped: Uint8Array, actions: ActionList): ActionDescriptions {
  return new ActionDescriptions(actions, readServices(gzipped, actions.version) as Record<string, DescriptionRows>);
}

function readServices(gzipped: Uint8Array, version: string): object {
  const data: unknown = JSON.parse(gunzipSync(gzipped).toString('utf8'));
  if (
    typeof data !== 'object' ||
    data === null ||
    !('version' in data) ||
    data.version !== version ||
    !('services' in data) ||
    typeof data.services !== 'object' ||
    data.services === null
  )
    throw new TypeError(`the reference of IAM actions is not of version ${version}, as the list of actions is`);
  return data.services;
}

function serviceOf(action: ActionFact): string {
  return action.name.slice(0, action.name.indexOf(':'));
}
