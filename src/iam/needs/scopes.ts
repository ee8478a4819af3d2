import { arnPattern } from './arnPattern';
import { type ResourceBlock } from '../../terraform/model';
import type { Body, Expression } from '../../terraform/syntax/ast';
import { fitsFormat, patternOf, wordOf } from '../reference/arnFormat';
import { alternativeKinds, nameOf, resourceArns, templateOf } from './arns';
import type { ArnFormat, TypeMapping } from './mapping';
import { type RestoredFrom, restoredFrom } from './types/databases';
import { namePattern } from './values';
import { placeOf } from './providers';
import { kindsByHand } from './tables/calls';
import { blockName } from './wanted';
import { webAclTarget } from './types/webAcls';
import type { Why } from './need';
import { pathOf } from './modulePaths';
import { resourceOf, type Place, type Scope } from './scope';
import { nameArguments } from './tables/arns';

/** What an action is allowed on. */
export interface ActionScope {
  readonly resources: readonly string[];
  readonly why: Why;
}

/** What the actions of one resource are about. */
export interface Owner {
  readonly type: string;
  readonly place: Place;
  /** ARNs of the resource itself, by the names in its code. */
  readonly own: readonly string[];
  /** ARNs of the resources that its code refers to. */
  readonly referenced: readonly string[];
  /** Formats of the kinds that the type itself is. */
  readonly kinds: ReadonlySet<string>;
  /** Names of all arguments and blocks that its code sets, without underlines. */
  readonly words: string;
  readonly restoredFrom: RestoredFrom | undefined;
  /** The service of the resource that a web ACL is put on. */
  readonly webAclTarget: string | undefined;
}

/** @param actions what the type needs, without those that it does not */
export function ownerOf(
  resource: ResourceBlock,
  scope: Scope,
  mapping: TypeMapping,
  actions: ReadonlySet<string>,
): Owner {
  const place = placeOf(resource, scope);
  const kinds = kindsOf(resource.type, mapping, actions);
  const from = restoredFrom(resource, scope, place);
  const own = resourceArns(resource, scope, place) ?? namedKinds(resource, scope, place, kinds);
  return {
    type: resource.type,
    place,
    own,
    referenced: [...referencedArns(resource, scope), ...(from?.arns ?? [])],
    kinds,
    words: wordsOf(resource.body).join(' ').replace(/_/g, ''),
    restoredFrom: from,
    webAclTarget: webAclTarget(resource, scope),
  };
}

function wordsOf(body: Body): readonly string[] {
  return [...body.attributes.map(a => a.name), ...body.blocks.flatMap(b => [blockName(b), ...wordsOf(b.body)])];
}

/** The kinds that a type's own deletes (else its creates, …) are about. */
export function kindsOf(type: string, mapping: TypeMapping, actions: ReadonlySet<string>): ReadonlySet<string> {
  const mapped = mapping.find(type);
  const byHand = kindsByHand[type.startsWith('aws_s3_bucket') ? 'aws_s3_bucket' : type];
  if (byHand !== undefined) return new Set(byHand);
  for (const set of [mapped?.delete, mapped?.create, mapped?.update, mapped?.read]) {
    const found = new Set<string>();
    for (const action of set ?? []) {
      if (!actions.has(action)) continue;
      const formats = mapping.formats(action);
      const required = formats.filter(f => f.required);
      const [only] = formats.length === 1 ? formats : required.length === 1 ? required : [];
      if (only !== undefined) found.add(only.format);
    }
    if (found.size === 0) continue;
    // A delete may also clean up around it (a subnet's network interfaces): the kind with the type's own name is meant.
    const named = [...found].filter(format => type.includes(wordOf(format)));
    return named.length > 0 ? new Set(named) : found;
  }
  return new Set();
}

/** Kinds whose ARN ends with the name, where the resource has one: `job/${JobName}`. */
function namedKinds(
  resource: ResourceBlock,
  scope: Scope,
  place: Place,
  kinds: ReadonlySet<string>,
): readonly string[] {
  if (templateOf(resource.type) !== undefined) return [];
  const name = nameOf(resource, scope, nameArguments[resource.type] ?? 'name');
  if (name === undefined) return [];
  return [...kinds].flatMap(format => {
    const rest = format.split(':').slice(5).join(':');
    if (!/^[^$]*\$\{\w*Name\}$/.test(rest) || /\$\{(?:Domain|Host)/.test(rest)) return [];
    const service = format.split(':')[2] ?? '';
    const text = service === 'sagemaker' ? namePattern(name).toLowerCase() : namePattern(name);
    return [
      patternOf(
        format.replace(rest, () => rest.replace(/\$\{.*$/, () => text)),
        place,
      ),
    ];
  });
}

/** ARNs of resources of other types in the same module that the body refers to: one of the same type is a sibling, not a part. */
function referencedArns(resource: ResourceBlock, scope: Scope): readonly string[] {
  const out = new Set<string>();
  const seen = new Set<string>();
  const follow = (value: Expression): void => {
    const [type = '', name = ''] = pathOf(value) ?? [];
    const key = `${type}.${name}`;
    if (!type.startsWith('aws_') || type === resource.type || seen.has(key)) return;
    seen.add(key);
    const other = resourceOf(scope.module, 'resource', type, name);
    if (other === undefined || other === resource) return;
    for (const arn of resourceArns(other, scope, placeOf(other, scope)) ?? []) out.add(arn);
  };
  const visit = (body: Body): void => {
    for (const attribute of body.attributes) {
      // What a policy text speaks of, or an order, is not what the actions are about.
      if (!['depends_on', 'policy', 'assume_role_policy', 'tags', 'environment'].includes(attribute.name))
        for (const value of leaves(attribute.value)) follow(value);
    }
    for (const block of body.blocks) if (block.type !== 'environment') visit(block.body);
  };
  visit(resource.body);
  return [...out];
}

function leaves(value: Expression): readonly Expression[] {
  switch (value.kind) {
    case 'tuple':
      return value.items.flatMap(leaves);
    case 'template':
      return value.parts.flatMap(part => (part.kind === 'interpolation' ? leaves(part.expression) : []));
    case 'parentheses':
      return leaves(value.inner);
    case 'conditional':
      return [...leaves(value.whenTrue), ...leaves(value.whenFalse)];
    default:
      return [value];
  }
}

/** API Gateway's actions are HTTP's verbs on its own paths: the collection that a type belongs to, and what is in it. */
function gatewayPaths({ type, place, words }: Owner): readonly string[] {
  const [, collection = ''] = gatewayCollections.find(([pattern]) => pattern.test(type)) ?? [];
  const tags = words.split(' ').includes('tags') ? ['/tags/*'] : [];
  const paths = collection === '' ? ['/*'] : [`/${collection}`, `/${collection}/*`, ...tags];
  return paths.map(path => arnPattern('apigateway', 'public', place, path));
}

const gatewayCollections: readonly (readonly [RegExp, string])[] = [
  [/^aws_api_gateway_(?:domain_name|base_path_mapping)|^aws_apigatewayv2_(?:domain_name|api_mapping)/, 'domainnames'],
  [/_vpc_link$/, 'vpclinks'],
  [/^aws_api_gateway_api_keys?$/, 'apikeys'],
  [/^aws_api_gateway_usage_plan/, 'usageplans'],
  [/^aws_api_gateway_client_certificate$/, 'clientcertificates'],
  [/^aws_api_gateway_account$/, 'account'],
  [/^aws_apigatewayv2_/, 'apis'],
  [/^aws_api_gateway_/, 'restapis'],
];

/** The resources that one action of a resource is allowed on. */
export function scopeOf(action: string, owner: Owner, mapping: TypeMapping): ActionScope {
  const known = mapping.formats(action);
  if (known.length === 0) return { resources: ['*'], why: 'NoResourceScope' };
  const service = action.split(':')[0] ?? '';
  if (service === 'apigateway') return { resources: gatewayPaths(owner), why: 'NameNotKnown' };
  const all = ['ec2', 'rds', 'wafv2', 'elasticache'].includes(service) ? withoutUnused(known, owner) : known;
  // Asked by a filter and not by the name, as the provider does: these are then about all of the kind.
  if (listsAll.test(action) && all.every(f => !f.required)) {
    const kinds = all.filter(f => owner.kinds.has(f.format));
    return scope([], kinds.length > 0 ? kinds : all, owner.place);
  }
  const tagging = mapping.level(action) === 'tagging' || /Tags?(?![a-z])|Untag/.test(action);
  const alternatives = tagging || alternativeKinds.has(service);
  const owned = all.filter(f => owner.kinds.has(f.format));
  // Tags are put on one resource at a time: of the many kinds that AWS lists, the type's own is meant.
  const formats =
    alternatives && owned.length > 0 ? [...owned, ...(tagging ? [] : alsoRequired(action, all, owned))] : all;
  const required = formats.some(f => f.required);
  const reaches = formats.map(f => ({ format: f, arns: reachedBy(f, owner) })).filter(r => r.arns.length > 0);
  const reached = reaches.map(r => r.format);
  const named = reaches.flatMap(r => r.arns);
  // Kinds of one word are alternatives: a listener is of an application, a network or a gateway load balancer.
  const words = new Set(reached.map(f => wordOf(f.format)));
  const open = formats.filter(f => !reached.includes(f) && !words.has(wordOf(f.format)));
  const rest = open.filter(f => !alternatives || (f.required && named.length === 0));
  if (named.length > 0 && (alternatives || !required)) {
    const also = required && !tagging ? open.filter(f => f.required) : [];
    return scope(named, also, owner.place);
  }
  if (named.length === 0 && !required && !alwaysOnResource(service, tagging))
    return { resources: ['*'], why: 'MayHaveNoResource' };
  return scope(named, named.length > 0 ? rest : formats, owner.place);
}

/** ARNs of a format: the resource's own, or else those that it names. */
function reachedBy({ format }: ArnFormat, { own, referenced }: Owner): readonly string[] {
  const fits = (arn: string): boolean => fitsFormat(arn, format);
  return own.some(fits) ? own.filter(fits) : referenced.filter(fits);
}

/** Kinds that a call needs beside its own, as CreateArchive needs a bus. AWS marks all kinds that may have a policy as required. */
function alsoRequired(action: string, all: readonly ArnFormat[], owned: readonly ArnFormat[]): readonly ArnFormat[] {
  if (/ResourcePolicy$/.test(action) || !owned.some(f => f.required)) return [];
  return all.filter(f => f.required && !owned.includes(f));
}

const listsAll = /^(?:rds|redshift|elasticfilesystem|dax|elasticbeanstalk):Describe/;
/** Groups that a database has whether the code names one or not. */
const defaultGroups: ReadonlySet<string> = new Set(['og', 'pg', 'subgrp', 'cluster_pg', 'parametergroup']);

/** These services check an optional kind only where the call names one, and then the code has an argument for it. */
function withoutUnused(formats: readonly ArnFormat[], owner: Owner): readonly ArnFormat[] {
  const used = formats.filter(f => {
    const word = wordOf(f.format);
    if (owner.restoredFrom !== undefined && /^(?:cluster_)?snapshot$/.test(word))
      return word === owner.restoredFrom.kind.replace('-', '_');
    if (owner.type === 'aws_wafv2_web_acl_association' && !f.required)
      return f.format.split(':')[2] === (owner.webAclTarget ?? 'elasticloadbalancing');
    if (f.required || owner.kinds.has(f.format) || defaultGroups.has(word)) return true;
    return owner.words.includes((synonyms[word] ?? word).replace(/_/g, ''));
  });
  return used.length > 0 ? used : formats;
}

/** Kinds that arguments call otherwise. */
const synonyms: Readonly<Record<string, string>> = {
  elastic_ip: 'allocation_id',
  key_pair: 'key_name',
  ipv6pool_ec2: 'ipv6_pool',
  managedruleset: 'managed_rule_group',
  rulegroup: 'rule_group_reference',
  // Of resource-groups: where a host or a reservation is in a group.
  group: 'resource_group_arn',
};

/**
 * Services whose actions always have a resource though AWS marks all kinds of it as optional: they are alternatives there.
 * Elsewhere an action with optional kinds alone can come without any, and then only `*` allows it.
 */
function alwaysOnResource(service: string, tagging: boolean): boolean {
  if (tagging || alternativeKinds.has(service)) return true;
  return [
    'rds',
    'elasticloadbalancing',
    'ec2',
    'es',
    'elasticfilesystem',
    'apigateway',
    'redshift',
    'wafv2',
    'route53',
  ].includes(service);
}

function scope(named: readonly string[], formats: readonly ArnFormat[], place: Place): ActionScope {
  const patterns = widest(formats.map(f => patternOf(f.format, place)));
  return {
    resources: withoutCovered([...named, ...patterns]),
    why: named.length > 0 ? '' : 'NameNotKnown',
  };
}

/** More than eight kinds of one service, region and account become all of that service there. */
function widest(patterns: readonly string[]): readonly string[] {
  const heads = new Map<string, string[]>();
  for (const pattern of patterns) {
    const head = pattern.split(':').slice(0, 5).join(':');
    heads.set(head, [...(heads.get(head) ?? []), pattern]);
  }
  return [...heads].flatMap(([head, list]) => (list.length > 8 && !head.endsWith('::') ? [`${head}:*`] : list));
}

/** The ARNs that no other pattern of the list matches. */
export function withoutCovered(arns: readonly string[]): readonly string[] {
  const unique = [...new Set(arns)].sort();
  const patterns = unique.filter(arn => arn.includes('*')).map(arn => ({ arn, covers: coverOf(arn) }));
  return unique.filter(arn => !patterns.some(p => p.arn !== arn && p.covers(arn)));
}

/** Does a pattern match a text? Its longest literal piece tells most of them apart: a configuration may have thousands. */
function coverOf(pattern: string): (text: string) => boolean {
  const pieces = pattern.split('*');
  const [start = ''] = pieces;
  const end = pieces.at(-1) ?? '';
  const longest = [...pieces].sort((a, b) => b.length - a.length)[0] ?? '';
  const source = pieces.map(piece => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
  let whole: RegExp | undefined;
  return text => {
    if (!text.includes(longest) || !text.startsWith(start) || !text.endsWith(end)) return false;
    whole ??= new RegExp(`^${source}$`);
    return whole.test(text);
  };
}
