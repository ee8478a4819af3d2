import type { Location } from '../../core/text';
import { partitionOfRegion } from '../../oidc/partition';
import {
  at,
  attributeOf,
  blocksOf,
  headerSpan,
  type ResourceBlock,
  type Root,
  workspaceOf,
} from '../../terraform/model';
import type { Body } from '../../terraform/syntax/ast';
import type { Value } from '../../terraform/values';
import { roleArns } from './arns';
import type { TypeMapping } from './mapping';
import { givenProviders, mainRegion, placeOf, providerKey, providerOf, providersOf } from './providers';
import { keyNeeds, relatedNeeds } from './types/related';
import { conditionOf, tagCondition } from './conditions';
import type { FoundNeeds, Need, NeedSource, Phase } from './need';
import { elsewhereOf } from './elsewhere';
import { type Owner, ownerOf, scopeOf } from './scopes';
import { backendNeeds, remoteStateNeeds } from './types/backend';
import { type Unread, unreadFiles, unreadModule } from './unread';
import * as tables from './tables/calls';
import { isWanted } from './wanted';
import { actionNeeds, encryptionNeeds } from './types/actions';
import { webAclActions, webAclTarget } from './types/webAcls';
import type { Place, Scope } from './scope';
import { removedResources } from './removed';
import { childScope, instancesOf, isOff, rootScope, valuesIn } from './values';

export interface Unmapped {
  readonly type: string;
  readonly address: string;
  readonly location: Location;
  /** As `Need.as`. */
  readonly as?: readonly string[];
}

export interface Needs {
  readonly needs: readonly Need[];
  readonly unmapped: readonly Unmapped[];
  /** Code that could not be read. Not empty: the needs are not complete. */
  readonly unread: readonly Unread[];
  readonly notes: readonly string[];
  /** With the region of the code, where none was asked for. */
  readonly place: Place;
}

/** Where resources will be, as far as it was said. */
export interface AskedPlace {
  /** Undefined: that of the region. */
  readonly partition: string | undefined;
  readonly region: string | undefined;
  readonly account: string | undefined;
}

export interface NeedOptions {
  readonly phase: Phase;
  readonly place: AskedPlace;
  /** Count what a data source may need by the resource type of the same name. */
  readonly guesses: boolean;
  /** Limit deletes in EC2 to what carries the provider's default tags. */
  readonly tagConditions: boolean;
  /** What a caller gives to the variables of a root: the inputs of a Stack's deployment. */
  readonly inputs?: ReadonlyMap<Root, ReadonlyMap<string, Value>> | undefined;
}

/** What one Terraform root needs of AWS in a phase, with the modules that could be followed. */
export function collectNeeds(root: Root, mapping: TypeMapping, options: NeedOptions): Needs {
  const asked = options.place;
  const workspace = workspaceOf(root.cloud);
  const given = options.inputs?.get(root);
  // The provider's region may be written with the account or the partition, which are asked for, never with the region itself.
  const before = { ...asked, partition: asked.partition ?? partitionOfRegion(asked.region ?? '') };
  const unplaced = rootScope(valuesIn(root, before, workspace, given), before);
  const first: Scope = { ...unplaced, providers: providersOf(root.module, new Map(), unplaced) };
  const provider = first.providers.get('aws');
  const written = mainRegion(first);
  const region = provider?.fixed === true ? written : (asked.region ?? written);
  // A region that the code decides is in one partition, whatever was asked for.
  const fixed = provider?.fixed === true && region !== undefined;
  const partition = fixed ? partitionOfRegion(region) : (asked.partition ?? partitionOfRegion(region ?? ''));
  const place = { ...asked, region, partition };
  const scope: Scope = {
    ...first,
    ...rootScope(valuesIn(root, place, workspace, given), place),
    assumed: first.assumed,
  };
  const collector = new Collector(root, mapping, options);
  if (asked.region !== undefined && region !== asked.region)
    collector.notes.add(`The provider block says ${region ?? ''}; the region ${asked.region} was not used.`);
  if (asked.partition !== undefined && asked.partition !== partition)
    collector.notes.add(
      `The provider block's region ${region ?? ''} is in the partition ${partition}; ${asked.partition} was not used.`,
    );
  collector.visit(scope, []);
  collector.add(backendNeeds(root, scope, options.phase));
  collector.add(encryptionNeeds(scope));
  const { needs, unmapped } = collector;
  const notes = [...collector.notes, ...leftOut(collector.off), ...defaultsTaken(scope.assumed)];
  // A module that is called several times is one piece of code.
  const modules = new Map(collector.unread.map(u => [`${u.location.file} ${u.location.span.start}`, u]));
  return {
    needs,
    unmapped,
    unread: [...unreadFiles(root.problems), ...modules.values()],
    notes: notes.sort(),
    place,
  };
}

const leftOut = (off: readonly string[]): readonly string[] =>
  off.length === 0
    ? []
    : [
        `Left out, for their count or for_each is 0: ${off.slice(0, 8).join(', ')}${off.length > 8 ? ` and ${off.length - 8} more` : ''}.`,
      ];

function defaultsTaken(assumed: ReadonlySet<string>): readonly string[] {
  if (assumed.size === 0) return [];
  const variables = [...assumed].sort().map(name => `var.${name}`);
  return [
    `Names take the defaults of ${variables.join(', ')}; where the workspace sets other values, the ARNs differ.`,
  ];
}

/** Does its refresh call an action that returns a secret? What AWS publishes for everybody is none. */
function keepsSecret({ type }: ResourceBlock, { own }: Owner, actions: ReadonlySet<string>): boolean {
  const isPublished = own.length > 0 && own.every(arn => arn.includes('::parameter/aws/service/'));
  const isRead = type !== 'aws_instance' || actions.has('ec2:GetPasswordData');
  return tables.readsSecrets.has(type) && !isPublished && isRead;
}

interface Found {
  readonly actions: ReadonlySet<string>;
  /** What the type needs in all phases: its kinds of ARNs are the same in a plan. */
  readonly ever?: ReadonlySet<string>;
  readonly source: NeedSource;
  readonly confidence: Need['confidence'];
}

class Collector {
  readonly needs: Need[] = [];
  readonly unmapped: Unmapped[] = [];
  readonly unread: Unread[] = [];
  readonly notes = new Set<string>();
  /** Addresses that the code itself switches off. */
  readonly off: string[] = [];
  /** All types of the configuration. */
  private readonly types: ReadonlySet<string>;

  constructor(
    root: Root,
    private readonly mapping: TypeMapping,
    private readonly options: NeedOptions,
  ) {
    this.types = new Set(root.modules.flatMap(m => m.resources.map(r => r.type)));
  }

  add(found: FoundNeeds): void {
    this.needs.push(...found.needs);
    for (const note of found.notes) this.notes.add(note);
  }

  visit(scope: Scope, above: readonly string[]): void {
    for (const resource of scope.module.resources) {
      if (isOff(resource.body, scope)) this.off.push(`${scope.prefix}${resource.type}.${resource.name}`);
      else this.asItsRole(providerOf(resource, scope).assumes, () => this.resource(resource, scope));
    }
    for (const resource of removedResources(scope.module)) this.removed(resource, scope);
    this.assumedRoles(scope);
    this.add(actionNeeds(scope, this.options.phase));
    for (const call of scope.module.calls) {
      if (isOff(call.body, scope)) {
        this.off.push(`${scope.prefix}module.${call.name}`);
        continue;
      }
      for (const instance of instancesOf(call.body, scope)) {
        const inside = childScope(call, instance);
        if (inside === undefined) {
          this.unread.push(unreadModule(call, `${scope.prefix}${call.block.type}.${call.name}`));
          continue;
        }
        if (above.includes(inside.module.dir) || above.length > 20) continue;
        const providers = providersOf(inside.module, givenProviders(call, scope), inside);
        this.visit({ ...inside, providers }, [...above, scope.module.dir]);
      }
    }
  }

  /** What a resource needs, the role needs that its provider assumes. */
  private asItsRole(as: readonly string[] | undefined, collect: () => void): void {
    const [needs, unmapped] = [this.needs.length, this.unmapped.length];
    collect();
    if (as === undefined) return;
    this.needs.push(...this.needs.splice(needs).map(need => ({ ...need, as })));
    this.unmapped.push(...this.unmapped.splice(unmapped).map(type => ({ ...type, as })));
  }

  /** Provider blocks that assume a role: the run's own role needs to be allowed to (of a chain, the role before it), and the role needs the rest. */
  private assumedRoles(scope: Scope): void {
    for (const provider of scope.module.providers) {
      if (provider.name !== 'aws' && provider.kind !== 'aws') continue;
      const bodies = blocksOf(provider.body, 'assume_role').map(block => block.body);
      const address = `${scope.prefix}provider.${providerKey(provider)}`;
      if (blocksOf(provider.body, 'dynamic').some(block => block.labels[0]?.value === 'assume_role'))
        this.notes.add(
          `${address} may assume a role by a dynamic block: what its resources need is in this policy, and sts:AssumeRole on that role is not.`,
        );
      let as: readonly string[] | undefined;
      for (const body of bodies) {
        const role = attributeOf(body, 'role_arn');
        if (role === undefined || role.value.kind === 'null') continue;
        const arns = roleArns(role.value, scope, scope.place);
        if (arns === undefined) {
          this.notes.add(`${address}: the role to assume is not known here; allow sts:AssumeRole on it by hand.`);
          as = [];
          continue;
        }
        const found = { action: 'sts:AssumeRole', address, location: at(provider.file, role), resources: arns };
        const need: Need = { ...found, source: 'provider-block', confidence: 'high', why: '', region: undefined };
        this.needs.push(as === undefined ? need : { ...need, as });
        as = arns;
      }
    }
  }

  /** A resource that a `removed` block deletes: the state may hold it, the code does not. */
  private removed(resource: ResourceBlock, scope: Scope): void {
    const mapped = this.mapping.find(resource.type);
    const address = `${scope.prefix}${resource.type}.${resource.name}`;
    const location = at(resource.file, headerSpan(resource.block));
    const reads = [...(mapped?.read ?? []), ...this.mapping.byHand(resource.type).read].filter(a => this.reads(a));
    if (reads.length === 0) {
      this.unmapped.push({ type: resource.type, address, location });
      return;
    }
    const wanted = new Set([...reads, ...(this.options.phase === 'apply' ? (mapped?.delete ?? []) : [])]);
    const owner = ownerOf(resource, scope, this.mapping, wanted);
    for (const action of [...wanted].sort()) {
      // What only an argument asks for is not known of it.
      if (this.mapping.onlyWith(resource.type).has(action)) continue;
      const where = scopeOf(action, owner, this.mapping);
      const source = 'provider-call-graph' as const;
      this.needs.push({
        action,
        address,
        location,
        source,
        confidence: 'medium',
        ...where,
        region: owner.place.region,
      });
    }
  }

  private resource(resource: ResourceBlock, scope: Scope): void {
    const { type } = resource;
    const address = `${scope.prefix}${resource.mode === 'resource' ? '' : `${resource.mode}.`}${type}.${resource.name}`;
    const location = at(resource.file, headerSpan(resource.block));
    if (type === 'terraform_remote_state') {
      this.add(remoteStateNeeds(resource, scope, address, location));
      return;
    }
    if (!/^aws(?:cc)?_/.test(type)) return;
    const found = resource.mode === 'resource' ? this.actionsOf(resource, scope) : this.readsOf(resource, scope);
    if (found === undefined) {
      this.unmapped.push({ type, address, location });
      return;
    }
    if (type === 'aws_wafv2_web_acl_association' && webAclTarget(resource, scope) === undefined)
      this.notes.add(
        `${address}: what the web ACL is put on is not known here; the policy is for a load balancer. See the dependent actions of wafv2:AssociateWebACL for others.`,
      );
    const owner = ownerOf(resource, scope, this.mapping, found.ever ?? found.actions);
    if (keepsSecret(resource, owner, found.actions))
      this.notes.add(
        resource.mode === 'ephemeral'
          ? `${address}: it reads a secret in each run; the state does not keep it.`
          : `${address}: its refresh needs an action that returns what it holds; the plan role can read that secret.`,
      );
    const { source, confidence } = found;
    for (const action of [...found.actions].sort())
      this.needs.push({
        action,
        address,
        location,
        source,
        confidence,
        ...this.reachOf(action, resource, scope, owner),
      });
    const needing = { resource, scope, address, place: placeOf(resource, scope), types: this.types };
    this.needs.push(...keyNeeds(needing, resource.mode === 'resource' ? this.options.phase : 'plan'));
    if (this.options.phase === 'apply' && resource.mode === 'resource') this.add(relatedNeeds(needing));
  }

  /** Where an action is needed, and under which condition it may be allowed. */
  private reachOf(
    action: string,
    resource: ResourceBlock,
    scope: Scope,
    owner: Owner,
  ): Pick<Need, 'resources' | 'why' | 'region' | 'condition'> {
    const { type } = resource;
    const home = homeOf(action, type, owner.place);
    const where =
      elsewhereOf(action, resource, scope, home, this.mapping) ??
      scopeOf(action, { ...owner, place: home }, this.mapping);
    const tagged = this.options.tagConditions && (this.mapping.find(type)?.writeTags.length ?? 0) > 0;
    const condition =
      conditionOf(action, resource, scope, owner.place) ??
      (tagged ? tagCondition(action, resource, scope, owner, where.resources) : undefined);
    for (const key of Object.keys(condition?.['StringEquals'] ?? {}).filter(k => k.startsWith('aws:ResourceTag/')))
      this.notes.add(
        `Deletes in EC2 are limited to what carries the default tag ${key.slice(16)}; when you change that tag, make the policy with what exists (--state, --applied), so that it also allows deleting what still carries the former one.`,
      );
    return { ...where, region: home.region, ...(condition !== undefined && { condition }) };
  }

  /** A data source or an ephemeral resource. */
  private readsOf({ type, body }: ResourceBlock, scope: Scope): Found | undefined {
    const hand = this.mapping.dataSource(type);
    if (hand !== undefined) {
      const actions = new Set(hand.filter(a => this.isNeeded(`data.${type}`, a, body, scope)));
      return { actions, source: 'hand', confidence: 'high' };
    }
    const mapped = this.mapping.find(type);
    if (!this.options.guesses || mapped === undefined || mapped.read.length === 0) return undefined;
    const actions = new Set([...mapped.read, ...mapped.listTags].filter(a => this.reads(a)));
    return { actions, source: 'same-name-resource', confidence: 'low' };
  }

  private actionsOf(resource: ResourceBlock, scope: Scope): Found | undefined {
    const { type } = resource;
    const mapped = this.mapping.find(type);
    const onTarget = webAclActions(resource, scope);
    const byHand = this.mapping.byHand(type);
    const hand = [...byHand.read, ...onTarget.reads];
    const read = [...(mapped?.read ?? []), ...hand];
    // An empty read means that the call graph lost its way, not that nothing is read.
    if (read.length === 0 && !tables.readsNothing.has(type)) return undefined;
    const reads = [...read, ...(mapped?.listTags ?? [])].filter(a => this.reads(a));
    const writes = [...read, ...(mapped?.create ?? []), ...(mapped?.update ?? []), ...(mapped?.delete ?? [])];
    const tagged = isTagged(resource.body, scope) || providerOf(resource, scope).defaultTags;
    const tags = [...(mapped?.writeTags ?? [])];
    // A type that is nothing but a tag has no other writes.
    const ownTags = /_tags?$/.test(type);
    const applied = [
      ...writes.filter(a => tagged || ownTags || this.mapping.level(a) !== 'tagging'),
      ...(tagged ? tags : []),
      ...byHand.write,
      ...onTarget.writes,
    ];
    const wanted = (action: string): boolean => this.isNeeded(type, action, resource.body, scope, tagged);
    const ever = new Set([...reads, ...applied].filter(wanted));
    return {
      actions: this.options.phase === 'plan' ? new Set(reads.filter(wanted)) : ever,
      ever,
      source: hand.length > 0 ? 'hand' : 'provider-call-graph',
      confidence: 'high',
    };
  }

  /** Do the arguments ask for an action? */
  private isNeeded(type: string, action: string, body: Body, scope: Scope, tagged = false): boolean {
    const words = this.mapping.onlyWith(type).get(action)?.split(',');
    if (words === undefined) return true;
    return (tagged && words.includes('tagged')) || words.some(word => isWanted(word, body, scope, this.types));
  }

  private reads(action: string): boolean {
    const level = this.mapping.level(action);
    return level === 'read' || level === 'list';
  }
}

/** What global services ask of others is in no region of the provider's: CloudFront's web ACLs and functions are in us-east-1. */
function homeOf(action: string, type: string, place: Place): Place {
  const service = action.split(':')[0] ?? '';
  if (type.startsWith('aws_cloudfront_') && service !== 'cloudfront')
    return { ...place, region: place.partition === 'aws' ? 'us-east-1' : undefined };
  return type.startsWith('aws_route53_') && service === 'ec2' ? { ...place, region: undefined } : place;
}

/** Does the code set tags, here or in a block inside? `{}` sets none. */
function isTagged(body: Body, scope: Scope): boolean {
  return (
    body.attributes.some(
      ({ name, value }) =>
        /^(?:tags|tags_all|volume_tags)$/.test(name) &&
        value.kind !== 'null' &&
        !(value.kind === 'object' && value.items.length === 0),
    ) ||
    body.blocks.some(block => ['tag', 'tags', 'tag_specifications'].includes(block.type) || isTagged(block.body, scope))
  );
}
