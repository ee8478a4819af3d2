import { bucketArn } from '../../../oidc/arns';
import { arnPattern, serviceRolePattern } from '../arnPattern';
import type { Location } from '../../../core/text';
import { at } from '../../../terraform/model';
import type { Expression } from '../../../terraform/syntax/ast';
import { resourceArns } from '../arns';
import type { FoundNeeds, Need } from '../need';
import { byHand, nothing, resourceBehind, type NeedingResource, valuesAt } from '../needingResource';
import { knownText, referencedName } from '../values';

type Destination = 'logs' | 's3' | 'firehose';

interface Delivery {
  /** The argument that names where the logs go, and what is there where the argument itself tells. */
  readonly to: readonly (readonly [argument: string, kind?: Destination])[];
  /** The actions that the service's documentation asks for, beside those of the destination. */
  readonly actions: readonly string[];
}

const full = [
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
];
const short = ['logs:CreateLogDelivery', 'logs:DeleteLogDelivery'];

/**
 * Types whose service has its logs delivered in the name of the caller.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html, and for the shorter lists
 * https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html,
 * https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
 */
const deliveries: Readonly<Record<string, Delivery>> = {
  aws_api_gateway_stage: { to: [['access_log_settings.destination_arn']], actions: full },
  aws_apigatewayv2_stage: { to: [['access_log_settings.destination_arn']], actions: full },
  aws_wafv2_web_acl_logging_configuration: { to: [['log_destination_configs']], actions: short },
  aws_flow_log: { to: [['log_destination']], actions: [] },
  aws_route53_resolver_query_log_config: { to: [['destination_arn']], actions: full },
  aws_networkfirewall_logging_configuration: {
    to: [
      ['logging_configuration.log_destination_config.log_destination.logGroup', 'logs'],
      ['logging_configuration.log_destination_config.log_destination.bucketName', 's3'],
      ['logging_configuration.log_destination_config.log_destination.deliveryStream', 'firehose'],
    ],
    actions: full,
  },
  aws_msk_cluster: {
    to: [
      ['logging_info.broker_logs.cloudwatch_logs.log_group', 'logs'],
      ['logging_info.broker_logs.s3.bucket', 's3'],
      ['logging_info.broker_logs.firehose.delivery_stream', 'firehose'],
    ],
    actions: full,
  },
  aws_elasticache_cluster: { to: [['log_delivery_configuration.destination']], actions: full },
  aws_elasticache_replication_group: { to: [['log_delivery_configuration.destination']], actions: full },
  aws_vpclattice_access_log_subscription: { to: [['destination_arn']], actions: full },
  aws_pipes_pipe: {
    to: [
      ['log_configuration.cloudwatch_logs_log_destination.log_group_arn', 'logs'],
      ['log_configuration.s3_log_destination.bucket_name', 's3'],
      ['log_configuration.firehose_log_destination.delivery_stream_arn', 'firehose'],
    ],
    actions: full,
  },
  aws_globalaccelerator_accelerator: { to: [['attributes.flow_logs_s3_bucket', 's3']], actions: short },
};

const kinds: Readonly<Record<string, Destination>> = {
  aws_cloudwatch_log_group: 'logs',
  aws_s3_bucket: 's3',
  aws_kinesis_firehose_delivery_stream: 'firehose',
};

/** Where logs go: to a group, a bucket or a stream, with the ARN where the code tells it. */
function destinationOf(
  value: Expression,
  needing: NeedingResource,
): { kind: Destination | undefined; arn: string | undefined } {
  const { scope, place } = needing;
  // "${aws_s3_bucket.logs.arn}/flow"
  const inner = value.kind === 'template' ? value.parts.find(part => part.kind === 'interpolation') : undefined;
  const behind = resourceBehind(inner?.kind === 'interpolation' ? inner.expression : value, scope);
  const kind = behind === undefined ? undefined : kinds[behind.resource.type];
  if (behind !== undefined && kind !== undefined)
    return { kind, arn: resourceArns(behind.resource, behind.scope, place)?.find(arn => !arn.includes('*')) };
  const known = knownText(value, scope);
  const arn = known?.open === false && !/[*?$\s]/.test(known.text) ? known.text : undefined;
  const service = arn?.split(':')[2];
  if (arn !== undefined && (service === 's3' || service === 'firehose' || service === 'logs'))
    return { kind: service, arn: service === 's3' ? arn.split('/')[0] : arn };
  return { kind: undefined, arn: undefined };
}

/** What the delivery of a service's logs needs of the caller. */
export function logDeliveryNeeds(needing: NeedingResource): FoundNeeds {
  const { resource } = needing;
  const delivery = Object.hasOwn(deliveries, resource.type) ? deliveries[resource.type] : undefined;
  if (delivery === undefined) return nothing;
  const found = delivery.to.flatMap(([argument, said]) =>
    valuesAt(resource.body, argument.split('.'))
      .flatMap(v => (v.kind === 'tuple' ? v.items : [v]))
      .filter(v => v.kind !== 'null')
      .map(value => deliveryTo(value, said, delivery, needing)),
  );
  return { needs: found.flatMap(f => f.needs), notes: found.flatMap(f => f.notes) };
}

function deliveryTo(
  value: Expression,
  said: Destination | undefined,
  delivery: Delivery,
  needing: NeedingResource,
): FoundNeeds {
  const { resource } = needing;
  const location = at(resource.file, value);
  const everywhere = (action: string): Need =>
    byHand(needing, { action, location, resources: ['*'], why: 'NoResourceScope' });
  const { kind = said ?? 'logs', arn } = destinationOf(value, needing);
  // WAF writes to streams in the name of its own role.
  if (resource.type === 'aws_wafv2_web_acl_logging_configuration' && kind === 'firehose')
    return { needs: [everywhere('firehose:ListDeliveryStreams')], notes: [] };
  const needs = delivery.actions.map(everywhere);
  switch (kind) {
    case 's3': {
      const bucket = bucketNeeds(value, arn, needing);
      return { needs: [...needs, ...bucket.needs], notes: bucket.notes };
    }
    case 'firehose':
      return { needs: [...needs, ...streamNeeds(location, arn, needing)], notes: [] };
    default:
      return { needs: delivery.actions.length > 0 ? [...needs, ...groupPolicies.map(everywhere)] : needs, notes: [] };
  }
}

const groupPolicies = ['logs:PutResourcePolicy', 'logs:DescribeResourcePolicies', 'logs:DescribeLogGroups'];

/** The service writes itself into the policy of the bucket. */
function bucketNeeds(value: Expression, arn: string | undefined, needing: NeedingResource): FoundNeeds {
  const { resource, scope, place } = needing;
  const name = arn === undefined ? knownText(value, scope) : undefined;
  const isName = name?.open === false && /^[a-z0-9.-]+$/.test(name.text);
  const bucket = arn ?? (isName ? bucketArn(place.partition, name.text) : undefined);
  if (bucket === undefined) {
    const note = `${needing.address}: the bucket of its logs is not known here; allow s3:GetBucketPolicy and s3:PutBucketPolicy on it by hand.`;
    return { needs: [], notes: [note] };
  }
  const location = at(resource.file, value);
  const needs = ['s3:GetBucketPolicy', 's3:PutBucketPolicy'].map(action =>
    byHand(needing, { action, location, resources: [bucket] }),
  );
  return { needs, notes: [] };
}

function streamNeeds(location: Location, arn: string | undefined, needing: NeedingResource): readonly Need[] {
  const { place } = needing;
  return [
    byHand(needing, {
      action: 'firehose:TagDeliveryStream',
      location,
      resources: [arn ?? arnPattern('firehose', 'regional', place, 'deliverystream/*')],
      why: arn === undefined ? 'NameNotKnown' : '',
    }),
    byHand(needing, {
      action: 'iam:CreateServiceLinkedRole',
      location,
      resources: [serviceRolePattern('delivery.logs.amazonaws.com', place)],
      condition: { StringEquals: { 'iam:AWSServiceName': 'delivery.logs.amazonaws.com' } },
    }),
  ];
}

/** CloudFront writes itself into the ACL of the bucket that it logs to. */
export function logBucketNeeds(needing: NeedingResource): readonly Need[] {
  const { resource, scope, place } = needing;
  if (resource.type !== 'aws_cloudfront_distribution') return [];
  return valuesAt(resource.body, ['logging_config', 'bucket']).flatMap(value => {
    const text = referencedName(value, scope) ?? knownText(value, scope);
    const name =
      text?.open === false
        ? /^([a-z0-9.-]{1,100}?)(?:\.s3[a-z0-9.-]{0,60}\.amazonaws\.com(?:\.cn)?)?$/.exec(text.text)?.[1]
        : undefined;
    return ['s3:GetBucketAcl', 's3:PutBucketAcl'].map(action =>
      byHand(needing, {
        action,
        location: at(resource.file, value),
        resources: [bucketArn(place.partition, name ?? '*')],
        why: name === undefined ? 'NameNotKnown' : '',
      }),
    );
  });
}
