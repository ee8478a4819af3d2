import { at, type Root, type SourceFile } from '../../terraform/model';
import type { Location } from '../../core/text';
import { parseSource } from '../../terraform/folders';
import type { ParsedFile } from '../../terraform/syntax/ast';
import { visitExpressions } from '../../terraform/syntax/walk';

/** A variable that the code used before an edit, and uses nowhere any more. */
export interface OrphanedVariable {
  readonly name: string;
  readonly location: Location;
  /** Where tfvars files of the root still give it a value. */
  readonly assignments: readonly Location[];
}

/** Variables that the changed texts leave without a use: declared, they stay required, and their values stay where they are. */
export function orphanedVariables(
  root: Root,
  changes: readonly { readonly file: SourceFile; readonly text: string }[],
): readonly OrphanedVariable[] {
  const changed = new Map(changes.map(({ file, text }) => [file.path, parseSource(file, text)]));
  return root.modules.flatMap(module => {
    if (!module.files.some(file => changed.has(file.path))) return [];
    const before = usedIn(module.files.map(file => file.parsed));
    const after = usedIn(module.files.map(file => changed.get(file.path) ?? file.parsed));
    return [...module.variables.values()].flatMap((variable): readonly OrphanedVariable[] => {
      const { name, file, block } = variable;
      if (!before.has(name) || after.has(name)) return [];
      const given = module === root.module ? root.tfvars.filter(t => t.name === name) : [];
      return [
        {
          name,
          location: at(file, block.labels[0] ?? block),
          assignments: given.map(t => at(t.file, t.attribute.nameSpan)),
        },
      ];
    });
  });
}

function usedIn(files: readonly ParsedFile[]): ReadonlySet<string> {
  const used = new Set<string>();
  for (const file of files)
    visitExpressions(file.body, expression => {
      if (expression.kind !== 'reference') return;
      const [head, name] = expression.path.split('.');
      if (head === 'var' && name !== undefined) used.add(name);
    });
  return used;
}
