// The schemas of the CLI's JSON reports, made of the types of what jsonReport (src/cli/output/jsonReport.ts) is called with: the
// compiler says what may stand there. `npm run docs` writes them to docs/schemas.
import path from 'node:path';
import ts from 'typescript';
import { root } from './install.mjs';

const base = 'https://raw.githubusercontent.com/tfc-oidc/vscode-configure-tfc-oidc/main/docs/schemas/';

/** @returns schema by the name of the report. */
export function reportSchemas(schemaVersion) {
  const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: ['src/cli.ts'] }, ts.sys, root);
  const program = ts.createProgram([path.join(root, 'src/cli.ts')], { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const reports = new Map();
  const visit = node => {
    if (ts.isCallExpression(node) && node.expression.getText() === 'jsonReport') {
      const [name, report] = node.arguments;
      if (name === undefined || !ts.isStringLiteral(name) || report === undefined)
        throw new Error(`${node.getSourceFile().fileName}: the first argument of jsonReport must be a name`);
      reports.set(name.text, [...(reports.get(name.text) ?? []), checker.getTypeAtLocation(report)]);
    }
    ts.forEachChild(node, visit);
  };
  for (const file of program.getSourceFiles())
    if (file.fileName.startsWith(`${root.split(path.sep).join('/')}/src/cli`)) visit(file);
  return new Map([...reports].sort().map(([name, types]) => [name, schemaOf(name, types, checker, schemaVersion)]));
}

function schemaOf(name, types, checker, schemaVersion) {
  const writer = new Writer(checker);
  const shapes = unique(types.map(type => writer.schema(type, [])));
  const version = { const: schemaVersion, description: 'Grows with each change that breaks a reader.' };
  const withVersion = shape => {
    if (shape.anyOf !== undefined) return { anyOf: shape.anyOf.map(withVersion) };
    return {
      ...shape,
      properties: { schemaVersion: version, ...shape.properties },
      required: ['schemaVersion', ...(shape.required ?? [])],
    };
  };
  const all = unique(shapes.map(withVersion).flatMap(shape => shape.anyOf ?? [shape]));
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: `${base}${name}.schema.json`,
    title: `JSON report "${name}" of tfc-oidc`,
    ...(all.length === 1 ? all[0] : { type: 'object', anyOf: all }),
    ...(writer.definitions.size > 0 && { definitions: Object.fromEntries([...writer.definitions].sort()) }),
  };
}

const unique = schemas => [...new Map(schemas.map(s => [JSON.stringify(s), s])).values()];

/** Types as JSON.stringify would write their values. */
class Writer {
  definitions = new Map();

  constructor(checker) {
    this.checker = checker;
  }

  schema(type, above) {
    const { flags } = type;
    if (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return {};
    if (flags & ts.TypeFlags.Null) return { type: 'null' };
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (flags & ts.TypeFlags.BooleanLiteral) return { const: this.checker.typeToString(type) === 'true' };
    if (flags & ts.TypeFlags.StringLike) return { type: 'string' };
    if (flags & ts.TypeFlags.NumberLike) return { type: 'number' };
    if (flags & ts.TypeFlags.BooleanLike) return { type: 'boolean' };
    if (type.isUnion()) return this.union(type.types, above);
    // A branded text: string & { … }.
    if (type.isIntersection()) {
      const plain = type.types.find(t => t.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike));
      if (plain !== undefined) return this.schema(plain, above);
    }
    if (this.checker.isArrayType(type)) return { type: 'array', items: this.elements(type, above) };
    if (this.checker.isTupleType(type)) return { type: 'array' };
    return this.object(type, above);
  }

  elements(type, above) {
    const [element] = this.checker.getTypeArguments(type);
    return element === undefined ? {} : this.schema(element, above);
  }

  union(types, above) {
    const shown = types.filter(t => !(t.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)));
    const schemas = unique(shown.map(t => this.schema(t, above)));
    const constants = schemas.filter(s => 'const' in s).map(s => s.const);
    const others = schemas.filter(s => !('const' in s));
    const both = constants.includes(true) && constants.includes(false);
    const words = constants.filter(c => !both || typeof c !== 'boolean').sort();
    const nothing = others.some(s => s.type === 'null');
    const parts = [
      ...(both ? [{ type: 'boolean' }] : []),
      ...(words.length > 0 ? [{ enum: nothing ? [...words, null] : words }] : []),
      ...others.filter(s => s.type !== 'null' || words.length === 0),
    ];
    return parts.length === 1 ? parts[0] : { anyOf: parts };
  }

  object(type, above) {
    if (above.includes(type)) {
      const name = type.aliasSymbol?.name ?? type.symbol?.name ?? 'value';
      if (!this.definitions.has(name)) {
        this.definitions.set(name, {});
        this.definitions.set(name, this.members(type, [type]));
      }
      return { $ref: `#/definitions/${name}` };
    }
    return this.members(type, [...above, type]);
  }

  members(type, above) {
    const properties = {};
    const required = [];
    for (const property of this.checker.getPropertiesOfType(type)) {
      const own = this.checker.getTypeOfSymbol(property);
      // Functions are left out of JSON.
      if (own.getCallSignatures().length > 0) continue;
      const parts = own.isUnion() ? own.types : [own];
      const open = parts.some(t => t.flags & ts.TypeFlags.Undefined);
      if (parts.every(t => t.flags & ts.TypeFlags.Undefined)) continue;
      properties[property.name] = this.schema(own, above);
      if (!open && !(property.flags & ts.SymbolFlags.Optional)) required.push(property.name);
    }
    const index = this.checker.getIndexInfoOfType(type, ts.IndexKind.String);
    return {
      type: 'object',
      ...(Object.keys(properties).length > 0 && { properties }),
      ...(required.length > 0 && { required }),
      ...(index !== undefined && { additionalProperties: this.schema(index.type, above) }),
    };
  }
}
