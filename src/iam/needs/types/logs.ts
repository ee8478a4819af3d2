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
  const { resource, scope, place } = needing;
  const delivery = Object.hasOwn(deliveries, resource.type) ? deliveries[resource.type] : undefined;
  if (delivery === undefined) return nothing;
  const { partition, region = '*', account = '*' } = place;
  const needs: Need[] = [];
  const notes: string[] = [];
  for (const [argument, said] of delivery.to) {
    const values = valuesAt(resource.body, argument.split('.')).flatMap(v => (v.kind === 'tuple' ? v.items : [v]));
    for (const value of values.filter(v => v.kind !== 'null')) {
      const location = at(resource.file, value);
      const everywhere = (action: string): Need =>
        byHand(needing, { action, location, resources: ['*'], why: 'NoResourceScope' });
      const { kind = said ?? 'logs', arn } = destinationOf(value, needing);
      // WAF writes to streams in the name of its own role.
      const own = resource.type === 'aws_wafv2_web_acl_logging_configuration' && kind === 'firehose';
      if (!own) needs.push(...delivery.actions.map(everywhere));
      if (kind === 'logs' && delivery.actions.length > 0)
        needs.push(
          ...['logs:PutResourcePolicy', 'logs:DescribeResourcePolicies', 'logs:DescribeLogGroups'].map(everywhere),
        );
      if (kind === 's3') {
        const name = arn === undefined ? knownText(value, scope) : undefined;
        const bucket =
          arn ??
          (name?.open === false && /^[a-z0-9.-]+$/.test(name.text) ? `arn:${partition}:s3:::${name.text}` : undefined);
        if (bucket === undefined)
          notes.push(
            `${needing.address}: the bucket of its logs is not known here; allow s3:GetBucketPolicy and s3:PutBucketPolicy on it by hand.`,
          );
        else
          needs.push(
            ...['s3:GetBucketPolicy', 's3:PutBucketPolicy'].map(action =>
              byHand(needing, { action, location, resources: [bucket] }),
            ),
          );
      }
      if (kind === 'firehose') {
        if (own) needs.push(everywhere('firehose:ListDeliveryStreams'));
        else
          needs.push(
            byHand(needing, {
              action: 'firehose:TagDeliveryStream',
              location,
              resources: [arn ?? `arn:${partition}:firehose:${region}:${account}:deliverystream/*`],
              why: arn === undefined ? 'NameNotKnown' : '',
            }),
            byHand(needing, {
              action: 'iam:CreateServiceLinkedRole',
              location,
              resources: [`arn:${partition}:iam::${account}:role/aws-service-role/delivery.logs.amazonaws.com/*`],
              condition: { StringEquals: { 'iam:AWSServiceName': 'delivery.logs.amazonaws.com' } },
            }),
          );
      }
    }
  }
  return { needs, notes };
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
        resources: [`arn:${place.partition}:s3:::${name ?? '*'}`],
        why: name === undefined ? 'NameNotKnown' : '',
      }),
    );
  });
}
