import type { Root } from '../../terraform/model';
import { referencesIn } from '../../terraform/syntax/walk';

const keyArguments = ['access_key', 'secret_key', 'token', 'profile'];

/** Names of the root's Terraform variables that its AWS provider blocks use as keys. */
export function feedingVariables(root: Root): ReadonlySet<string> {
  const out = new Set<string>();
  for (const provider of root.module.providers) {
    for (const attribute of provider.body.attributes) {
      if (!keyArguments.includes(attribute.name)) continue;
      for (const path of referencesIn(attribute.value)) {
        const name = /^var\.([^.[]+)/.exec(path)?.[1];
        if (name !== undefined) out.add(name);
      }
    }
  }
  return out;
}
