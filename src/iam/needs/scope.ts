import type { Module, ResourceBlock } from '../../terraform/model';
import type { Instance, ModuleScope } from '../../terraform/values';

/** Where the resources will be. What is not given is `*` in an ARN: another account's resources are still not in reach of a role. */
export interface Place {
  readonly partition: string;
  readonly region: string | undefined;
  readonly account: string | undefined;
}

/** What a provider block decides for the resources that use it. */
export interface ProviderSettings {
  /** As written in the code; undefined: the environment decides. */
  readonly region: string | undefined;
  /** Is the region a literal, which nothing outside of the code can change? */
  readonly fixed: boolean;
  /** Of the role that it assumes, where the code names one. */
  readonly account: string | undefined;
  /** The ARNs of the role that it assumes on top of the run's: what its resources need, that role needs. Empty: a role that is not known; undefined: none, or perhaps none. */
  readonly assumes: readonly string[] | undefined;
  readonly defaultTags: boolean;
  /** The default tags that are written out, by key. */
  readonly literalTags: ReadonlyMap<string, string>;
}

/** One use of a module, or one instance of a block in it. */
export interface Scope {
  readonly module: Module;
  /** `module.network.`, or nothing for the root. */
  readonly prefix: string;
  readonly place: Place;
  /** By the name in this module: `aws`, `aws.east`. */
  readonly providers: ReadonlyMap<string, ProviderSettings>;
  /** Variables of the root whose default was taken; the workspace may set others. Grows while values are looked up. */
  readonly assumed: Set<string>;
  /** What the module's expressions are worth. */
  readonly values: ModuleScope;
  /** Inside of one instance of a block: what `each` and `count.index` are. */
  readonly instance?: Instance;
}

const indexes = new WeakMap<Module, ReadonlyMap<string, ResourceBlock>>();

/** A resource or data source of a module. A module may have thousands, and each of them refers to others. */
export function resourceOf(
  module: Module,
  mode: ResourceBlock['mode'],
  type: string | undefined,
  name: string | undefined,
): ResourceBlock | undefined {
  let index = indexes.get(module);
  if (index === undefined) {
    const all = new Map<string, ResourceBlock>();
    for (const r of module.resources) {
      const key = `${r.mode} ${r.type} ${r.name}`;
      if (!all.has(key)) all.set(key, r);
    }
    index = all;
    indexes.set(module, index);
  }
  return index.get(`${mode} ${type ?? ''} ${name ?? ''}`);
}
