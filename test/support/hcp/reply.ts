import type { Document } from './documents';

/** Requests and replies of the API, as far as every route has them in common. */

export interface ApiRequest {
  readonly method: string;
  /** Below /api/v2, decoded segments. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** `http://127.0.0.1:port`. */
  readonly origin: string;
}

export interface ApiReply {
  readonly status: number;
  /** Of a redirect. */
  readonly location?: string;
  readonly body?: unknown;
}

export const one = (data: Document, included?: readonly Document[]): ApiReply => ({
  status: 200,
  body: included === undefined ? { data } : { data, included },
});
export const notFound: ApiReply = { status: 404, body: { errors: [{ status: '404', title: 'not found' }] } };
export const invalid = (detail: string, pointer: string): ApiReply => ({
  status: 422,
  body: { errors: [{ status: '422', title: 'invalid attribute', detail, source: { pointer } }] },
});

export const includes = (request: ApiRequest): readonly string[] => (request.query.get('include') ?? '').split(',');

export function attributesOf(body: unknown): Document {
  const data = (body as { data?: { attributes?: Document } } | undefined)?.data;
  return data?.attributes ?? {};
}

/** What a relation of a request names, by its id; of a relation to many all of them. */
export function relatedIds(body: unknown, name: string): readonly string[] | undefined {
  const data = (body as { data?: { relationships?: Record<string, { data?: unknown }> } } | undefined)?.data;
  const related = data?.relationships?.[name]?.data;
  if (related === undefined) return undefined;
  return identifiers(related).map(found => found.id);
}

/** The identifiers that a document holds: one, a list, or none. */
export const identifiers = (data: unknown): readonly { readonly type: string; readonly id: string }[] =>
  (Array.isArray(data) ? data : [data]).filter(
    (one): one is { type: string; id: string } => typeof (one as { id?: unknown } | null)?.id === 'string',
  );

export function paged(
  request: ApiRequest,
  all: readonly Document[],
  including?: (page: readonly Document[]) => readonly Document[],
): ApiReply {
  const size = Math.min(100, Number(request.query.get('page[size]') ?? 20));
  const number = Number(request.query.get('page[number]') ?? 1);
  const data = all.slice((number - 1) * size, number * size);
  const total = Math.max(1, Math.ceil(all.length / size));
  const included = including?.(data) ?? [];
  return {
    status: 200,
    body: {
      data,
      ...(included.length > 0 ? { included } : {}),
      meta: {
        pagination: {
          'current-page': number,
          'page-size': size,
          'prev-page': number > 1 ? number - 1 : null,
          'next-page': number < total ? number + 1 : null,
          'total-pages': total,
          'total-count': all.length,
        },
      },
    },
  };
}
