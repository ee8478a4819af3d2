import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv, { type AnySchemaObject, type ValidateFunction } from 'ajv';

const folder = path.join(__dirname, '../../docs/schemas');
const validators = new Map<string, ValidateFunction>();

/** Reports that several commands share. */
const shared: Readonly<Record<string, readonly string[]>> = {
  cloud: ['code'],
  'map-providers': ['code'],
  stack: ['stack', 'code'],
};

/** The published schemas that a command's JSON may follow. */
export const schemasOf = (command: string): readonly string[] =>
  (shared[command] ?? [command]).filter(name => existsSync(path.join(folder, `${name}.schema.json`)));

export const publishedSchemas = (): readonly string[] =>
  readdirSync(folder).map(file => file.replace(/\.schema\.json$/, ''));

/** Is a report asked for as JSON? Every one is held to its schema, whatever a test is about. */
export const isJson = (args: readonly string[]): boolean =>
  // What is put right comes in place of the report.
  !args.includes('--fix') &&
  (args.includes('--format=json') || (args.includes('--format') && args[args.indexOf('--format') + 1] === 'json'));

/**
 * Holds a report to its published schema, and to nothing else: a member that the schema does not know is a mistake here, though
 * readers are told to take it. Text that is no report (an error came instead) is left alone.
 */
export function holdToSchema(command: string, out: string): void {
  let report: unknown;
  try {
    report = JSON.parse(out);
  } catch {
    return;
  }
  if (typeof report !== 'object' || report === null || Array.isArray(report)) return;
  // IAM takes the policy of `trust` as it is printed.
  if (command === 'trust') return;
  const names = schemasOf(command);
  assert.ok('schemaVersion' in report, `${command}: the report has no schemaVersion`);
  assert.ok(names.length > 0, `${command}: docs/schemas has no schema of it`);
  const wrong = names.map(name => {
    const validate = validatorOf(name);
    return validate(report) ? undefined : `${name}: ${JSON.stringify(validate.errors?.slice(0, 4), undefined, 1)}`;
  });
  assert.ok(wrong.includes(undefined), `${command}: ${wrong.join('\n')}`);
}

function validatorOf(name: string): ValidateFunction {
  const known = validators.get(name);
  if (known !== undefined) return known;
  const schema = JSON.parse(readFileSync(path.join(folder, `${name}.schema.json`), 'utf8')) as AnySchemaObject;
  const made = new Ajv({ strict: true, strictTypes: false }).compile(closed(schema) as AnySchemaObject);
  validators.set(name, made);
  return made;
}

/** Every object with members takes those alone. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const own = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === 'properties' && typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, closed(inner)]))
        : closed(value),
    ]),
  );
  return 'properties' in own && !('additionalProperties' in own) ? { ...own, additionalProperties: false } : own;
}
