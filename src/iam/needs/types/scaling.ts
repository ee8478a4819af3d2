import { arnPattern } from '../arnPattern';
import { at, attributeOf } from '../../../terraform/model';
import type { Need } from '../need';
import { byHand, type NeedingResource } from '../needingResource';
import { knownText } from '../values';

/** What is checked of the caller in the service that is scaled; `{}` is the id behind its first word. */
interface Scaled {
  readonly actions: readonly string[];
  readonly arns: readonly string[];
}

/**
 * By the namespace of Application Auto Scaling, which tries these calls in the name of who registers a target:
 * https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_permission_validation.html
 */
const scaled: Readonly<Record<string, Scaled>> = {
  ecs: { actions: ['ecs:DescribeServices', 'ecs:UpdateService'], arns: ['ecs:service/{}'] },
  dynamodb: { actions: ['dynamodb:DescribeTable', 'dynamodb:UpdateTable'], arns: ['dynamodb:table/{}'] },
  rds: {
    actions: [
      'rds:AddTagsToResource',
      'rds:CreateDBInstance',
      'rds:DeleteDBInstance',
      'rds:DescribeDBClusters',
      'rds:DescribeDBInstances',
      'rds:ModifyDBCluster',
    ],
    arns: ['rds:cluster:{}', 'rds:db:*'],
  },
  lambda: {
    actions: [
      'lambda:DeleteProvisionedConcurrencyConfig',
      'lambda:GetProvisionedConcurrencyConfig',
      'lambda:PutProvisionedConcurrencyConfig',
    ],
    arns: ['lambda:function:{}'],
  },
  kafka: {
    actions: ['kafka:DescribeCluster', 'kafka:DescribeClusterOperation', 'kafka:UpdateBrokerStorage'],
    arns: ['kafka:cluster/*'],
  },
  elasticache: {
    actions: [
      'elasticache:DecreaseReplicaCount',
      'elasticache:DescribeCacheClusters',
      'elasticache:DescribeReplicationGroups',
      'elasticache:IncreaseReplicaCount',
      'elasticache:ModifyReplicationGroupShardConfiguration',
    ],
    arns: ['elasticache:replicationgroup:{}', 'elasticache:cluster:*', 'elasticache:parametergroup:*'],
  },
  sagemaker: {
    actions: [
      'sagemaker:DescribeEndpoint',
      'sagemaker:DescribeEndpointConfig',
      'sagemaker:UpdateEndpointWeightsAndCapacities',
    ],
    arns: ['sagemaker:endpoint/*', 'sagemaker:endpoint-config/*'],
  },
};

const alarms = ['cloudwatch:DeleteAlarms', 'cloudwatch:DescribeAlarms', 'cloudwatch:PutMetricAlarm'];

export function scalingNeeds(needing: NeedingResource): readonly Need[] {
  const { resource, scope, place } = needing;
  const location = at(resource.file, resource.block.typeSpan);
  const arn = (text: string): string => {
    const [service = '', ...rest] = text.split(':');
    return arnPattern(service, 'regional', place, rest.join(':'));
  };
  if (resource.type === 'aws_appautoscaling_policy') {
    // Alarms of target tracking are named by the service; those of steps are resources of their own.
    const resources = [arn('cloudwatch:alarm:TargetTracking-*')];
    return alarms.map(action => byHand(needing, { action, location, resources }));
  }
  if (resource.type !== 'aws_appautoscaling_target') return [];
  const text = (name: string): string | undefined => {
    const value = attributeOf(resource.body, name)?.value;
    const known = value === undefined ? undefined : knownText(value, scope);
    return known === undefined || known.open || /[*?$\s]/.test(known.text) ? undefined : known.text;
  };
  const namespace = text('service_namespace') ?? '';
  const found = Object.hasOwn(scaled, namespace) ? scaled[namespace] : undefined;
  if (found === undefined) return [];
  // service/CLUSTER/NAME, table/NAME/index/NAME, cluster:NAME, function:NAME:ALIAS, replication-group/NAME
  const id = /^[a-z-]+[/:](.+)$/.exec(text('resource_id') ?? '')?.[1]?.replace(/\/index\/.*$/, '');
  const resources = found.arns.map(pattern => arn(pattern.replace('{}', () => id ?? '*')));
  return found.actions.map(action =>
    byHand(needing, { action, location, resources, why: id === undefined ? 'NameNotKnown' : '' }),
  );
}
