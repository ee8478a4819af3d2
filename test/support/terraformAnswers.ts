import type { Root } from '../../src/terraform/model';
import { evaluate, isList, isMap, isWhole, type ModuleScope, rootValues, type Value } from '../../src/terraform/values';

/** What a root makes: addresses of instances, and the values of its outputs. */
export interface Answers {
  readonly instances: readonly string[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Blocks of which the evaluator does not know the instances. */
  readonly open?: readonly string[];
}

/** What the evaluator says of a root. */
export function answersOf(root: Root): Answers {
  const values = rootValues(root);
  const instances: string[] = [];
  const open: string[] = [];
  const visit = (scope: ModuleScope): void => {
    for (const block of scope.module.resources.filter(r => r.mode === 'resource')) {
      const address = `${scope.prefix}${block.type}.${block.name}`;
      const found = scope.instances(block);
      if (found.state === 'unknown') open.push(address);
      else
        for (const { key } of found.all)
          instances.push(address + (key === undefined ? '' : `[${JSON.stringify(key)}]`));
    }
    for (const call of scope.module.calls) {
      const found = scope.instances(call);
      if (found.state === 'unknown') continue;
      for (const instance of found.all) {
        const child = scope.child(call, instance);
        if (child !== undefined) visit(child);
      }
    }
  };
  visit(values.scope);
  const outputs = root.module.files
    .flatMap(file => file.parsed.body.blocks)
    .filter(block => block.type === 'output')
    .flatMap((block): readonly (readonly [string, unknown])[] => {
      const written = block.body.attributes.find(a => a.name === 'value')?.value;
      const value = written && evaluate(written, values.scope.frame);
      return value === undefined || !isWhole(value) ? [] : [[block.labels[0]?.value ?? '', plain(value)]];
    });
  return { instances: instances.sort(), outputs: Object.fromEntries(outputs), open };
}

function plain(value: Value): unknown {
  if (isList(value)) return value.items.map(plain);
  if (isMap(value)) return Object.fromEntries([...value.entries].map(([key, item]) => [key, plain(item)]));
  return value.kind === 'null' || value.kind === 'unknown' ? null : value.value;
}
