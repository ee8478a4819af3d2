import type { Location } from '../core/text';
import { at, attributeOf, headerSpan, type Module, type ResourceBlock, type Root } from '../terraform/model';
import { evaluate, isShowable, type RootValues, rootValues, stringOf } from '../terraform/values';

/** A role's name where it stands in a line. */
export interface RoleNameInLine {
  /** Offsets in the line. */
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/** An account or partition that an expression gives leaves the role's name as it stands. */
const expression = '\\$\\{[^{}"]{1,80}\\}';
const roleArn = new RegExp(
  `\\barn:(?:aws[\\w-]{0,20}|${expression}):iam::(?:\\d{12}|${expression}):role/(?:[\\w+=,.@-]{1,64}/){0,8}([\\w+=,.@-]{1,64})(?![\\w+=,.@/*$\\{-])`,
  'g',
);
/** Arguments that take a role by its name. */
const roleArgument = /\brole(?:_name)?"?\s{0,9}[=:]\s{0,9}"([\w+=,.@-]{1,64})"/g;

/** The role that a line names at a place: by its ARN, or by the name alone in an argument for it. Pure. */
export function roleNameAt(line: string, character: number): RoleNameInLine | undefined {
  if (line.length > 2000) return undefined;
  for (const pattern of [roleArn, roleArgument])
    for (const match of line.matchAll(pattern)) {
      const [whole, name = ''] = match;
      const start = pattern === roleArn ? match.index : match.index + whole.length - name.length - 1;
      const end = start + (pattern === roleArn ? whole.length : name.length);
      if (character >= start && character <= end) return { start, end, name };
    }
  return undefined;
}

/** Where a root makes a role of this name, by what the code says of it. IAM takes names that differ in case alone for the same. */
export function rolesMade(root: Root, name: string): readonly Location[] {
  let values: RootValues | undefined;
  return root.modules.flatMap(module =>
    module.resources
      .filter(r => r.mode === 'resource' && r.type === 'aws_iam_role')
      .filter(r => namesOf(r, module, (values ??= rootValues(root))).has(name.toLowerCase()))
      .map(r => at(r.file, headerSpan(r.block))),
  );
}

function namesOf(resource: ResourceBlock, module: Module, values: RootValues): ReadonlySet<string> {
  const attribute = attributeOf(resource.body, 'name');
  const names = new Set<string>();
  if (attribute === undefined) return names;
  for (const scope of values.uses(module)) {
    const instances = scope.instances(resource);
    for (const { frame } of instances.state === 'known' ? instances.all : [instances.any]) {
      const value = evaluate(attribute.value, frame);
      const name = isShowable(value) ? stringOf(value) : undefined;
      if (name !== undefined) names.add(name.toLowerCase());
    }
  }
  return names;
}
