import Ajv, { type ValidateFunction } from 'ajv';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

type Json = Readonly<Record<string, unknown>>;

/** HashiCorp's own description of the API (hashicorp/go-tfe v2/openapi/spec.json, MPL-2.0). */
const file = found(__dirname);

/** From the sources, and from a bundle of them below the project's folder. */
function found(from: string): string {
  const here = path.join(from, 'test/fixtures/hcp/openapi.json');
  return existsSync(here) || path.dirname(from) === from ? here : found(path.dirname(from));
}

interface Route {
  readonly pattern: RegExp;
  readonly literal: number;
  readonly operations: Json;
}

/** Holds requests and replies against the description; `undefined` when they fit. */
export class Contract {
  private readonly routes: readonly Route[];
  private readonly components: unknown;
  private readonly compiled = new Map<string, ValidateFunction | undefined>();
  private readonly ajv = new Ajv({ strict: false, validateFormats: false, allErrors: false });

  constructor() {
    const document = JSON.parse(readFileSync(file, 'utf8')) as { paths: Record<string, Json>; components: unknown };
    this.components = withNulls(document.components);
    this.routes = Object.entries(document.paths).map(([template, operations]) => ({
      pattern: new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`),
      literal: template.split('/').filter(part => !part.startsWith('{')).length,
      operations: { ...operations, template },
    }));
  }

  /** `path` is below /api/v2. */
  request(method: string, path: string, body: unknown): string | undefined {
    const operation = this.operation(method, path);
    if (operation === undefined) return `${method} ${path} is not in the description`;
    return this.check(`request ${operation.name}`, operation.value['requestBody'], body);
  }

  reply(method: string, path: string, status: number, body: unknown): string | undefined {
    const operation = this.operation(method, path);
    if (operation === undefined) return `${method} ${path} is not in the description`;
    const responses = object(operation.value['responses']);
    const response = responses[String(status)] ?? (status >= 400 ? responses['default'] : undefined);
    if (response === undefined) return status >= 400 ? undefined : `${operation.name} does not answer with ${status}`;
    if (status >= 400) return undefined;
    return this.check(`reply ${status} ${operation.name}`, response, body);
  }

  private operation(method: string, path: string): { readonly name: string; readonly value: Json } | undefined {
    const fitting = this.routes.filter(r => r.pattern.test(path)).sort((a, b) => b.literal - a.literal);
    const found = fitting.find(r => r.operations[method.toLowerCase()] !== undefined);
    if (found === undefined) return undefined;
    return {
      name: `${method} ${String(found.operations['template'])}`,
      value: object(found.operations[method.toLowerCase()]),
    };
  }

  private check(name: string, holder: unknown, body: unknown): string | undefined {
    if (!this.compiled.has(name)) this.compiled.set(name, this.compile(holder));
    const validate = this.compiled.get(name);
    if (validate === undefined || validate(body) === true) return undefined;
    return `${name}: ${this.ajv.errorsText(validate.errors)}`;
  }

  private compile(holder: unknown): ValidateFunction | undefined {
    const content = Object.values(object(object(this.resolve(holder))['content']))[0];
    const { schema } = object(content);
    if (schema === undefined) return undefined;
    return this.ajv.compile({ ...object(withNulls(schema)), components: this.components });
  }

  private resolve(value: unknown): unknown {
    const reference = object(value)['$ref'];
    if (typeof reference !== 'string') return value;
    let found: unknown = { components: this.components };
    for (const part of reference.split('/').slice(1)) found = object(found)[part];
    return found;
  }
}

const object = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};

/** OpenAPI 3.0 says `nullable`; JSON Schema says so with a type of its own. */
function withNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNulls);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, ...rest } = value as Record<string, unknown>;
  const out = Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, withNulls(inner)]));
  // A property may itself be called "nullable": then it is no flag.
  if (nullable !== undefined && typeof nullable !== 'boolean') return { ...out, nullable: withNulls(nullable) };
  return nullable === true ? { anyOf: [{ type: 'null' }, out] } : out;
}
