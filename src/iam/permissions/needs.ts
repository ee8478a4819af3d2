import type { Location } from '../../core/text';
import { at, attributeOf, blocksOf, headerSpan, type ResourceBlock, type Root } from '../../terraform/model';
import type { Body, Expression } from '../../terraform/syntax/ast';
import { type Place, resourceArns, roleArn } from './arns';
import type { TypeMapping } from './mapping';
import * as tables from './tables';
import { knownText, type Scope } from './values';

export type Phase = 'plan' | 'apply';
/** Where the knowledge comes from; `hand` is this product's own table. */
export type NeedSource = 'provider-call-graph' | 'hand' | 'same-name-resource' | 'backend' | 'provider-block';

/** One action that one piece of code needs. */
export interface Need {
  readonly action: string;
  readonly address: string;
  readonly location: Location;
  readonly source: NeedSource;
  readonly confidence: 'high' | 'medium';
  /** Known ARNs of what the action is for. Undefined: not known here. */
  readonly arns: readonly string[] | undefined;
  /** `arns` are right for this action as they stand (not to be matched against its formats). */
  readonly exact?: boolean;
  readonly condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface Unmapped {
  readonly type: string;
  readonly address: string;
  readonly location: Location;
}

export interface Needs {
  readonly needs: readonly Need[];
  readonly unmapped: readonly Unmapped[];
  readonly notes: readonly string[];
}

/** What one Terraform root needs of AWS in a phase, with the modules that could be followed. */
export function collectNeeds(root: Root, mapping: TypeMapping, phase: Phase, place: Place): Needs {
  const collector = new Collector(root, mapping, phase, place);
  const variables = new Map<string, { value: Expression; scope: Scope | undefined }>();
  for (const assignment of root.tfvars)
    variables.set(assignment.name, { value: assignment.attribute.value, scope: undefined });
  collector.visit({ module: root.module, variables, prefix: '' }, []);
  collector.backend();
  return { needs: collector.needs, unmapped: collector.unmapped, notes: [...collector.notes].sort() };
}

class Collector {
  readonly needs: Need[] = [];
  readonly unmapped: Unmapped[] = [];
  readonly notes = new Set<string>();

  constructor(
    private readonly root: Root,
    private readonly mapping: TypeMapping,
    private readonly phase: Phase,
    private readonly place: Place,
  ) {}

  visit(scope: Scope, above: readonly string[]): void {
    for (const resource of scope.module.resources) this.resource(resource, scope);
    for (const provider of scope.module.providers) {
      if (provider.name !== 'aws') continue;
      for (const block of blocksOf(provider.body, 'assume_role')) {
        const role = attributeOf(block.body, 'role_arn');
        if (role === undefined) continue;
        const arn = roleArn(knownText(role.value, scope), undefined, scope, this.place);
        this.needs.push({
          action: 'sts:AssumeRole',
          address: `${scope.prefix}provider.aws${provider.alias === undefined ? '' : `.${provider.alias}`}`,
          location: at(provider.file, role),
          source: 'provider-block',
          confidence: 'high',
          arns: arn === undefined ? undefined : [arn],
          exact: true,
        });
      }
    }
    for (const call of scope.module.calls) {
      const module = this.root.modules.find(m => m.dir === call.dir);
      if (module === undefined) {
        this.notes.add(`module.${call.name} could not be read; run terraform init, then its resources count too.`);
        continue;
      }
      if (above.includes(module.dir) || above.length > 20) continue;
      const variables = new Map(call.body.attributes.map(a => [a.name, { value: a.value, scope }]));
      this.visit({ module, variables, prefix: `${scope.prefix}module.${call.name}.` }, [...above, scope.module.dir]);
    }
  }

  private resource(resource: ResourceBlock, scope: Scope): void {
    const { type } = resource;
    const address = `${scope.prefix}${resource.mode === 'resource' ? '' : `${resource.mode}.`}${type}.${resource.name}`;
    const location = at(resource.file, headerSpan(resource.block));
    if (type === 'terraform_remote_state') {
      this.remoteState(resource, scope, address, location);
      return;
    }
    if (!/^aws(?:cc)?_/.test(type)) return;
    if (resource.mode !== 'resource' && tables.withoutCalls.has(type)) return;
    const found = this.actionsOf(resource, scope);
    if (found === undefined) {
      this.unmapped.push({ type, address, location });
      return;
    }
    if (tables.readsSecrets.has(type)) this.notes.add(`${address}: its refresh reads a secret into the state.`);
    const arns = resourceArns(resource, scope, this.place);
    for (const action of found.actions)
      this.needs.push({ action, address, location, source: found.source, confidence: found.confidence, arns });
    if (this.phase === 'apply' && resource.mode === 'resource') {
      this.passedRoles(resource, scope, address);
      this.serviceLinkedRoles(type, address, location);
      this.keys(resource, scope, address);
    }
  }

  private actionsOf(
    resource: ResourceBlock,
    scope: Scope,
  ): { actions: ReadonlySet<string>; source: NeedSource; confidence: Need['confidence'] } | undefined {
    const { type } = resource;
    const mapped = this.mapping.find(type);
    if (resource.mode !== 'resource') {
      const hand = Object.hasOwn(tables.dataSources, type) ? tables.dataSources[type] : undefined;
      if (hand !== undefined) return { actions: new Set(hand), source: 'hand', confidence: 'high' };
      if (mapped === undefined || mapped.read.length === 0) return undefined;
      return {
        actions: new Set([...mapped.read, ...mapped.listTags]),
        source: 'same-name-resource',
        confidence: 'medium',
      };
    }
    const hand = tables.readsByHand[type] ?? [];
    const read = [...(mapped?.read ?? []), ...hand];
    // An empty read means that the call graph lost its way, not that nothing is read.
    if (read.length === 0) return undefined;
    const planned = [...read, ...(mapped?.listTags ?? [])].filter(
      a => !/:(?:Remove|Delete|Put|Create|Update|Set)/.test(a),
    );
    const writes = tables.writesByHand[type] ?? [];
    const all =
      this.phase === 'plan'
        ? planned
        : [
            ...read,
            ...(mapped?.listTags ?? []),
            ...(mapped?.create ?? []),
            ...(mapped?.update ?? []),
            ...(mapped?.delete ?? []),
            ...(mapped?.writeTags ?? []),
            ...writes,
          ];
    const force = attributeOf(resource.body, 'force_destroy');
    const emptied = force !== undefined && knownText(force.value, scope)?.text !== 'false';
    const only = tables.forceDestroyOnly[type] ?? [];
    const actions = new Set(all.filter(a => emptied || !only.includes(a)));
    if (emptied && this.phase === 'apply') for (const action of only) actions.add(action);
    return { actions, source: hand.length > 0 ? 'hand' : 'provider-call-graph', confidence: 'high' };
  }

  private passedRoles(resource: ResourceBlock, scope: Scope, address: string): void {
    for (const [argument, service] of tables.passedRoles[resource.type] ?? []) {
      for (const value of valuesAt(resource.body, argument.split('.'))) {
        if (value.kind === 'null') continue;
        const arn = roleArn(knownText(value, scope), referencePath(value), scope, this.place);
        this.needs.push({
          action: 'iam:PassRole',
          address,
          location: at(resource.file, value),
          source: 'hand',
          confidence: 'high',
          arns: arn === undefined ? undefined : [arn],
          exact: true,
          condition: { StringEquals: { 'iam:PassedToService': service } },
        });
      }
    }
  }

  private serviceLinkedRoles(type: string, address: string, location: Location): void {
    for (const service of tables.serviceLinkedRoles[type] ?? []) {
      const account = this.place.account ?? '*';
      this.needs.push({
        action: 'iam:CreateServiceLinkedRole',
        address,
        location,
        source: 'hand',
        confidence: 'high',
        arns: [`arn:${this.place.partition}:iam::${account}:role/aws-service-role/${service}/*`],
        exact: true,
        condition: { StringEquals: { 'iam:AWSServiceName': service } },
      });
    }
  }

  /** A key that the code names: the service uses it in the name of the caller. */
  private keys(resource: ResourceBlock, scope: Scope, address: string): void {
    if (resource.type.startsWith('aws_kms_')) return;
    for (const name of ['kms_key_id', 'kms_key_arn', 'kms_master_key_id', 'kms_key']) {
      const argument = attributeOf(resource.body, name);
      if (argument === undefined || argument.value.kind === 'null') continue;
      const known = knownText(argument.value, scope);
      if (known?.text.includes('alias/aws/') === true) continue;
      const arn = known !== undefined && !known.open && /^arn:[^*?$]+:key\//.test(known.text) ? known.text : undefined;
      for (const action of ['kms:DescribeKey', 'kms:CreateGrant', 'kms:GenerateDataKey', 'kms:Decrypt']) {
        this.needs.push({
          action,
          address,
          location: at(resource.file, argument),
          source: 'hand',
          confidence: 'medium',
          arns: arn === undefined ? undefined : [arn],
          exact: true,
          ...(action === 'kms:CreateGrant' && { condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } } }),
        });
      }
    }
  }

  backend(): void {
    const { backend } = this.root;
    if (backend?.type !== 's3') return;
    const scope: Scope = { module: this.root.module, variables: new Map(), prefix: '' };
    const get = (name: string): string | undefined => {
      const attribute = attributeOf(backend.body, name);
      return attribute === undefined ? undefined : knownText(attribute.value, scope)?.text;
    };
    this.state('backend.s3', backend.location, get, true);
  }

  private remoteState(resource: ResourceBlock, scope: Scope, address: string, location: Location): void {
    const backend = attributeOf(resource.body, 'backend');
    const config = attributeOf(resource.body, 'config');
    if (backend === undefined || knownText(backend.value, scope)?.text !== 's3') return;
    const items = config?.value.kind === 'object' ? config.value.items : [];
    const get = (name: string): string | undefined => {
      const item = items.find(i => i.keyText === name);
      const known = item === undefined ? undefined : knownText(item.value, scope);
      return known?.open === false ? known.text : undefined;
    };
    this.state(address, location, get, false);
  }

  /** https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required */
  private state(address: string, location: Location, get: (name: string) => string | undefined, own: boolean): void {
    const { partition, account } = this.place;
    const bucket = get('bucket');
    const key = get('key');
    const object = bucket === undefined || key === undefined ? undefined : `arn:${partition}:s3:::${bucket}/${key}`;
    const need = (action: string, arn: string | undefined): void => {
      const arns = arn === undefined ? undefined : [arn];
      this.needs.push({ action, address, location, source: 'backend', confidence: 'high', arns, exact: true });
    };
    need('s3:ListBucket', bucket === undefined ? undefined : `arn:${partition}:s3:::${bucket}`);
    need('s3:GetObject', object);
    if (!own) return;
    need('s3:PutObject', object);
    if (get('use_lockfile') === 'true') {
      const lock = object === undefined ? undefined : `${object}.tflock`;
      for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']) need(action, lock);
    }
    const table = get('dynamodb_table');
    if (table === undefined) return;
    const region = get('region') ?? this.place.region ?? '*';
    const arn = `arn:${partition}:dynamodb:${region}:${account ?? '*'}:table/${table}`;
    for (const action of ['dynamodb:DescribeTable', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'])
      need(action, arn);
  }
}

/** The values of an argument, inside of nested blocks too: `target.role_arn`. */
function valuesAt(body: Body, path: readonly string[]): readonly Expression[] {
  const [first = '', ...rest] = path;
  if (rest.length > 0) return blocksOf(body, first).flatMap(block => valuesAt(block.body, rest));
  const attribute = attributeOf(body, first);
  return attribute === undefined ? [] : [attribute.value];
}

function referencePath(value: Expression): string | undefined {
  if (value.kind === 'reference') return value.path;
  if (value.kind === 'attribute' && value.on.kind === 'index' && value.on.on.kind === 'reference')
    return `${value.on.on.path}.${value.name}`;
  return undefined;
}
