import { ProblemError } from '../../core/problem';
import { redactStart } from '../../core/redact';
import { type Endpoint, replyProblem } from './problems';

/**
 * JSON:API documents, read tolerantly: unknown fields are left alone, missing optional ones are `undefined`
 * (https://jsonapi.org/format/1.0/). What is needed and missing throws a ProblemError that names endpoint and field.
 */
export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly attributes: Fields;
  readonly relationships: Fields;
  /** Where it came from, for messages. */
  readonly at: Endpoint;
}

export type Fields = Readonly<Record<string, unknown>>;

export interface Page {
  readonly data: readonly Resource[];
  /** True where `data` was one object (or null), not a list. */
  readonly single: boolean;
  readonly included: readonly Resource[];
  /** Number of the next page: undefined when this is the last one or the reply does not say. */
  readonly nextPage: number | undefined;
  /** `links.next` names another page. */
  readonly linksNext: boolean;
  readonly totalPages: number | undefined;
  readonly totalCount: number | undefined;
}

export function readPage(json: unknown, at: Endpoint): Page {
  if (!isFields(json) || !('data' in json)) throw new ProblemError(replyProblem(at, 'has no data'));
  const { data } = json;
  const list: readonly unknown[] = Array.isArray(data) ? data : data === null ? [] : [data];
  const included: readonly unknown[] = Array.isArray(json['included']) ? json['included'] : [];
  // The description has the numbers directly in `meta` for some lists.
  const meta = fieldsOf(json['meta']);
  const pagination = { ...meta, ...fieldsOf(meta['pagination']) };
  return {
    data: list.map((item, index) => readResource(item, at, Array.isArray(data) ? `data[${index}]` : 'data')),
    single: !Array.isArray(data),
    // What was included only helps; a strange one is left out.
    included: included.flatMap(item => (isFields(item) && hasId(item) ? [readResource(item, at, 'included')] : [])),
    nextPage: numberIn(pagination, 'next-page'),
    linksNext: typeof fieldsOf(json['links'])['next'] === 'string',
    totalPages: numberIn(pagination, 'total-pages'),
    totalCount: numberIn(pagination, 'total-count'),
  };
}

function readResource(item: unknown, at: Endpoint, place: string): Resource {
  if (!isFields(item)) throw new ProblemError(replyProblem(at, `has no object as ${place}`));
  if (!hasId(item)) throw new ProblemError(replyProblem(at, `lacks ${place}.id`));
  return {
    id: String(item['id']),
    type: typeof item['type'] === 'string' ? item['type'] : '',
    attributes: fieldsOf(item['attributes']),
    relationships: fieldsOf(item['relationships']),
    at,
  };
}

const hasId = (item: Fields): boolean =>
  (typeof item['id'] === 'string' && item['id'] !== '') || typeof item['id'] === 'number';

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

function numberIn(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function stringOf(resource: Resource, name: string): string | undefined {
  const value = resource.attributes[name];
  return typeof value === 'string' ? value : undefined;
}

export function requiredString(resource: Resource, name: string): string {
  const value = stringOf(resource, name);
  if (value === undefined) throw new ProblemError(replyProblem(resource.at, `lacks data.attributes.${name}`));
  return value;
}

export function booleanOf(resource: Resource, name: string): boolean | undefined {
  const value = resource.attributes[name];
  return typeof value === 'boolean' ? value : undefined;
}

export interface Reference {
  readonly id: string;
  readonly type: string;
}

/** The one resource that a relationship points at. */
export function relatedOne(resource: Resource, name: string): Reference | undefined {
  return reference(fieldsOf(resource.relationships[name])['data']);
}

/** The resources that a relationship points at; `undefined` when the reply does not list them. */
export function relatedMany(resource: Resource, name: string): readonly Reference[] | undefined {
  const { data } = fieldsOf(resource.relationships[name]);
  if (!Array.isArray(data)) return undefined;
  return data.flatMap(item => reference(item) ?? []);
}

function reference(value: unknown): Reference | undefined {
  if (!isFields(value) || !hasId(value)) return undefined;
  return { id: String(value['id']), type: typeof value['type'] === 'string' ? value['type'] : '' };
}

export function findIncluded(included: readonly Resource[], wanted: Reference | undefined): Resource | undefined {
  if (wanted === undefined) return undefined;
  return included.find(r => r.id === wanted.id && (wanted.type === '' || r.type === wanted.type));
}

/** The sentences of a JSON:API `errors` list, or of the `error`/`message` that proxies send. Never longer than a few lines. */
export function errorDetails(json: unknown): readonly string[] {
  if (!isFields(json)) return [];
  const { errors } = json;
  const list: readonly unknown[] = Array.isArray(errors) ? errors : errors === undefined ? [] : [errors];
  const out = list.flatMap((item): readonly string[] => {
    if (typeof item === 'string') return [item];
    if (!isFields(item)) return [];
    const title = typeof item['title'] === 'string' ? item['title'] : undefined;
    const detail = typeof item['detail'] === 'string' ? item['detail'] : undefined;
    const pointer = fieldsOf(item['source'])['pointer'];
    const text = detail ?? title;
    if (text === undefined) return [];
    return [typeof pointer === 'string' ? `${text} (${pointer})` : text];
  });
  // A host, or a proxy before it, may repeat what it was sent.
  return out.slice(0, 5).map(line => sentence(redactStart(line, 2000).slice(0, 300)));
}

const sentence = (text: string): string => (/[.!?)]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`);
