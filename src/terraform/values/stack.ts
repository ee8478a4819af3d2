import {
  at,
  attributeOf,
  type Module,
  type NamedBlock,
  type ResourceBlock,
  type Root,
  type StackDeployment,
  type StackStore,
} from '../model';
import { buildModule } from '../module';
import type { Expression } from '../syntax/ast';
import type { Mark } from './marks';
import { evaluate, rootValues } from './read';
import type { RootValues } from './root';
import { inputOf, type ModuleScope, originOf } from './scope';
import { mapOf, text, unknown, type Value } from './value';

/** What a store of a Stack holds: its values by name, `undefined` where one is sensitive and can't be read. */
export type StoreContent =
  | { readonly state: 'known'; readonly values: ReadonlyMap<string, string | undefined> }
  | { readonly state: 'unknown'; readonly why: string };

export type StoreReader = (store: StackStore) => StoreContent | undefined;

/**
 * The values of a Stack. Its deployment files and its component files are two modules with locals of their own; what a deployment gives
 * as `inputs` are the variables of the components (https://developer.hashicorp.com/terraform/language/stacks/deploy/config).
 */
export class StackValues {
  /** The deployment files. */
  readonly deployments: ModuleScope;
  private readonly values: RootValues;
  private readonly componentModule: Module;

  constructor(
    private readonly root: Root,
    private readonly stores: StoreReader = () => undefined,
  ) {
    const { module } = root;
    const own = (role: 'component' | 'deployment'): Module =>
      buildModule(
        module.dir,
        module.files.filter(f => f.role === role),
      );
    const deployment = own('deployment');
    this.componentModule = { ...own('component'), calls: module.calls.filter(c => c.file.role === 'component') };
    this.values = rootValues(
      {
        ...root,
        module: { ...deployment, resources: this.blocks(deployment) },
        modules: [],
        tfvars: [],
      },
      { attribute: (block, name) => this.attribute(block, name) },
    );
    this.deployments = this.values.scope;
  }

  /** What a deployment gives to the components; `undefined`: it has no `inputs` argument. */
  inputs(deployment: StackDeployment): Value | undefined {
    const inputs = attributeOf(deployment.body, 'inputs')?.value;
    return inputs && this.inDeployments(inputs, deployment.file.path);
  }

  inDeployments(expression: Expression, file: string): Value {
    return evaluate(expression, { ...this.deployments.frame, file });
  }

  /** The components as they are in one deployment. */
  components(inputs: Value | undefined): ModuleScope {
    const variables = new Map<string, Value>();
    for (const name of this.componentModule.variables.keys()) {
      const given = inputs && inputOf(inputs, name);
      if (given !== undefined) variables.set(name, given);
    }
    return rootValues({ ...this.root, module: this.componentModule, tfvars: [] }, { variables }).scope;
  }

  /** Blocks of the deployment files whose attributes expressions may name, as resources. */
  private blocks({ files }: Module): readonly ResourceBlock[] {
    const named = (type: string, { file, block, body }: NamedBlock, name: string): ResourceBlock => ({
      file,
      block,
      body: { ...body, attributes: [], blocks: [] },
      mode: 'resource',
      type,
      name,
    });
    const { identityTokens = [], stores = [] } = this.root.stack ?? {};
    const upstream = files.flatMap(file =>
      file.parsed.body.blocks.flatMap(block => {
        const name = block.type === 'upstream_input' ? block.labels[0]?.value : undefined;
        return name === undefined ? [] : [named(block.type, { file, block, body: block.body }, name)];
      }),
    );
    return [
      ...identityTokens.map(token => named('identity_token', token, token.name)),
      ...stores.map(store => named(`store.${store.type}`, store, store.name)),
      ...upstream,
    ];
  }

  private attribute(block: ResourceBlock, name: string): Value | undefined {
    const location = at(block.file, block.block.typeSpan);
    if (block.type === 'identity_token')
      return unknown(`identity_token.${block.name}.${name} is made by HCP Terraform when the deployment runs.`, {
        type: 'string',
        notNull: true,
        location,
      });
    if (block.type === 'upstream_input')
      return unknown(`upstream_input.${block.name}.${name} is what another Stack publishes.`, { location });
    const store = this.root.stack?.stores.find(s => `store.${s.type}` === block.type && s.name === block.name);
    return store && this.stored(store, name);
  }

  /** A value of a store is ephemeral unless it is read by `.stable`. */
  private stored(store: StackStore, name: string): Value {
    const stable = name === 'stable';
    const address = `store.${store.type}.${store.name}`;
    const marks = this.values.mark({ kind: 'store', store: address, stable } satisfies Mark);
    const content = this.stores(store);
    const location = at(store.file, store.block.typeSpan);
    if (content?.state !== 'known')
      return unknown(content?.why ?? `${address} is a variable set, which was not read.`, { marks, location });
    const one = (key: string): Value => {
      const value = content.values.get(key);
      if (value !== undefined) return text(value, marks);
      return unknown(
        content.values.has(key)
          ? `The variable ${key} of ${address} is sensitive, so its value cannot be read.`
          : `The variable set behind ${address} has no variable ${key}.`,
        { type: 'string', marks, location },
      );
    };
    if (!stable) return one(name);
    return mapOf(
      'object',
      [...content.values.keys()].map(key => [key, one(key)]),
      undefined,
      marks,
    );
  }
}

/** The `identity_token` whose jwt a value is. */
export function tokenOf(value: Value): string | undefined {
  const origin = originOf(value);
  const isToken = origin?.block.type === 'identity_token';
  return isToken && (origin.attribute === 'jwt' || origin.attribute === 'jwt_filename') ? origin.block.name : undefined;
}
