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

/** A kind of ARN that an action takes: `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}`. */
export interface ArnFormat {
  readonly format: string;
  readonly required: boolean;
}

interface MappingFile {
  readonly version: string;
  readonly provider: string;
  readonly actions: readonly string[];
  readonly formats: readonly string[];
  readonly scopes: readonly (readonly number[])[];
  readonly types: Readonly<Record<string, readonly (readonly number[])[]>>;
}

/** The provider's call graph by resource type. Source: iam-policy-autopilot, compiled by scripts/permissions/terraform.mjs. */
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

  /** The ARNs that an action takes; empty where only `*` matches it, undefined where no mapped type uses the action. */
  formats(action: string): readonly ArnFormat[] | undefined {
    const index = this.indexes.get(action);
    if (index === undefined) return undefined;
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
    'scopes' in data &&
    'formats' in data &&
    'types' in data
  );
}
