import { arnPattern } from './arnPattern';
import type { ResourceBlock } from '../../terraform/model';
import type { Expression } from '../../terraform/syntax/ast';
import { fitsFormat, patternOf, wordOf } from '../reference/arnFormat';
import { resourceArns, roleArns } from './arns';
import type { ArnFormat, TypeMapping } from './mapping';
import { resourceBehind, valuesAt } from './needingResource';
import { placeOf } from './providers';
import type { Place, Scope } from './scope';
import { type ActionScope, kindsOf } from './scopes';
import { elsewhere } from './tables/elsewhere';
import { instancesOf, knownText } from './values';

/**
 * What an action is allowed on where a table says that it is about what an argument names: as written, or as this code names it, in its
 * own Region. Undefined: the action is about the resource itself, or nothing is known of what the argument names.
 */
export function elsewhereOf(
  action: string,
  resource: ResourceBlock,
  scope: Scope,
  place: Place,
  mapping: TypeMapping,
): ActionScope | undefined {
  const rows = Object.hasOwn(elsewhere, resource.type) ? elsewhere[resource.type] : undefined;
  const row = rows?.find(r => r.actions.includes(action));
  if (row === undefined) return undefined;
  if (row.arguments.length === 0) return { resources: ['*'], why: 'NoResourceScope' };
  const formats = mapping.formats(action);
  const values = row.arguments.flatMap(path => valuesAt(resource.body, path.split('.')));
  const found = values
    .flatMap(value => (value.kind === 'tuple' ? value.items : [value]))
    .flatMap(value => instancesOf(resource.body, scope).map(at => targetOf(value, at, place, formats, mapping)));
  if (found.length === 0 || found.some(f => f === undefined)) return undefined;
  const fits = (arn: string): boolean => formats.some(f => fitsFormat(arn, f.format));
  const own = row.withItself === true ? (resourceArns(resource, scope, place) ?? []).filter(fits) : [];
  if (row.withItself === true && own.length === 0) return undefined;
  const resources = [...new Set([...own, ...found.flatMap(f => f?.arns ?? [])])];
  return resources.length === 0 ? undefined : { resources, why: found.every(f => f?.named) ? '' : 'NameNotKnown' };
}

interface Target {
  readonly arns: readonly string[];
  readonly named: boolean;
}

function targetOf(
  value: Expression,
  at: Scope,
  place: Place,
  formats: readonly ArnFormat[],
  mapping: TypeMapping,
): Target | undefined {
  const behind = resourceBehind(partOf(value), at);
  if (behind !== undefined) {
    const own = placeOf(behind.resource, behind.scope);
    const arns = (resourceArns(behind.resource, behind.scope, own) ?? []).filter(arn =>
      formats.some(f => fitsFormat(arn, f.format)),
    );
    if (arns.length > 0) return { arns: qualified(arns, formats), named: true };
    // Of its kind, where it is.
    const mapped = mapping.find(behind.resource.type);
    const all = new Set([...(mapped?.delete ?? []), ...(mapped?.create ?? []), ...(mapped?.read ?? [])]);
    const kinds = kindsOf(behind.resource.type, mapping, all);
    const same = formats.filter(f => kinds.has(f.format));
    const fitting = same.length > 0 ? same : formats.length === 1 ? formats : [];
    return fitting.length === 0 ? undefined : { arns: fitting.map(f => patternOf(f.format, own)), named: false };
  }
  if (formats.some(f => wordOf(f.format) === 'role')) {
    const roles = roleArns(value, at, place);
    return roles === undefined ? undefined : { arns: roles, named: true };
  }
  const known = knownText(value, at);
  return known?.open === false ? written(known.text, place, formats) : undefined;
}

/** "${aws_ecr_repository.app.repository_url}:1.0": the repository. */
function partOf(value: Expression): Expression {
  const inner = value.kind === 'template' ? value.parts[0] : undefined;
  return inner?.kind === 'interpolation' ? inner.expression : value;
}

const image = /^(\d{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@*?$\s]+)/;

/** A literal: an ARN, an image of ECR, or an id of EC2, whose beginning tells its kind (`vpc-0a1b`). */
function written(text: string, place: Place, formats: readonly ArnFormat[]): Target | undefined {
  if (/[*?$\s]/.test(text)) return undefined;
  if (text.startsWith('arn:')) {
    const arns = formats.some(f => fitsFormat(text, f.format)) ? [text] : [];
    return arns.length === 0 ? undefined : { arns: qualified(arns, formats), named: true };
  }
  const [, account, region, repository] = image.exec(text) ?? [];
  if (repository !== undefined)
    return {
      arns: [arnPattern('ecr', 'regional', { ...place, region, account }, `repository/${repository}`)],
      named: true,
    };
  const kind = ec2Kinds[/^([a-z]+(?:-[a-z]+)*)-[0-9a-f]{8,}$/.exec(text)?.[1] ?? ''];
  if (kind === undefined) return undefined;
  return { arns: [arnPattern('ec2', 'regional', place, `${kind}/${text}`)], named: true };
}

/** A function's ARN without a version, where the action is about a version too. */
function qualified(arns: readonly string[], formats: readonly ArnFormat[]): readonly string[] {
  if (!formats.some(f => wordOf(f.format) === 'function')) return arns;
  return arns.flatMap(arn => (/:function:[^:*]+$/.test(arn) ? [arn, `${arn}:*`] : [arn]));
}

/** The kinds of EC2's ARNs by the beginning of an id: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html */
const ec2Kinds: Readonly<Record<string, string>> = {
  acl: 'network-acl',
  ami: 'image',
  cgw: 'customer-gateway',
  dopt: 'dhcp-options',
  eipalloc: 'elastic-ip',
  eni: 'network-interface',
  i: 'instance',
  igw: 'internet-gateway',
  lt: 'launch-template',
  nat: 'natgateway',
  pcx: 'vpc-peering-connection',
  pl: 'prefix-list',
  rtb: 'route-table',
  sg: 'security-group',
  snap: 'snapshot',
  subnet: 'subnet',
  tgw: 'transit-gateway',
  'tgw-attach': 'transit-gateway-attachment',
  'tgw-rtb': 'transit-gateway-route-table',
  vgw: 'vpn-gateway',
  vol: 'volume',
  vpc: 'vpc',
  vpce: 'vpc-endpoint',
  vpn: 'vpn-connection',
};
