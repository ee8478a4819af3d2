import type { ActionList } from '../reference/actions';

/** Operations of the API whose permission has another name: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html. */
const otherNames: Readonly<Record<string, string>> = {
  's3:listobjects': 's3:ListBucket',
  's3:listobjectsv2': 's3:ListBucket',
  's3:listobjectversions': 's3:ListBucketVersions',
  's3:headbucket': 's3:ListBucket',
  's3:headobject': 's3:GetObject',
  's3:listbuckets': 's3:ListAllMyBuckets',
  's3:deleteobjects': 's3:DeleteObject',
  's3:copyobject': 's3:PutObject',
  's3:createmultipartupload': 's3:PutObject',
  's3:completemultipartupload': 's3:PutObject',
  's3:uploadpart': 's3:PutObject',
  's3:listmultipartuploads': 's3:ListBucketMultipartUploads',
  's3:getbucketencryption': 's3:GetEncryptionConfiguration',
  's3:putbucketencryption': 's3:PutEncryptionConfiguration',
  's3:deletebucketencryption': 's3:PutEncryptionConfiguration',
  's3:getbucketlifecycleconfiguration': 's3:GetLifecycleConfiguration',
  's3:putbucketlifecycleconfiguration': 's3:PutLifecycleConfiguration',
  's3:getbucketreplication': 's3:GetReplicationConfiguration',
  's3:putbucketreplication': 's3:PutReplicationConfiguration',
  's3:getpublicaccessblock': 's3:GetBucketPublicAccessBlock',
  's3:putpublicaccessblock': 's3:PutBucketPublicAccessBlock',
  's3:getbucketaccelerateconfiguration': 's3:GetAccelerateConfiguration',
  's3:putbucketaccelerateconfiguration': 's3:PutAccelerateConfiguration',
  's3:getbucketcors': 's3:GetBucketCORS',
  's3:putbucketcors': 's3:PutBucketCORS',
  'lambda:invoke': 'lambda:InvokeFunction',
};

/** Services whose name in the SDK or in CloudTrail is not their prefix in IAM. */
const otherServices: Readonly<Record<string, string>> = {
  monitoring: 'cloudwatch',
  cloudwatchlogs: 'logs',
  email: 'ses',
  sesv2: 'ses',
  elbv2: 'elasticloadbalancing',
  elasticloadbalancingv2: 'elasticloadbalancing',
  eventbridge: 'events',
  cloudwatchevents: 'events',
  sfn: 'states',
  stepfunctions: 'states',
  efs: 'elasticfilesystem',
  acmpca: 'acm-pca',
  apigatewayv2: 'apigateway',
  configservice: 'config',
  cognitoidentityprovider: 'cognito-idp',
  cognitoidentity: 'cognito-identity',
  opensearch: 'es',
  elasticsearchservice: 'es',
  databasemigrationservice: 'dms',
  kinesisanalyticsv2: 'kinesisanalytics',
  servicediscovery: 'servicediscovery',
  resourcegroupstaggingapi: 'tag',
  tagging: 'tag',
  s3control: 's3',
  ssoadmin: 'sso',
  wafregional: 'waf-regional',
  emr: 'elasticmapreduce',
  iotcore: 'iot',
  applicationautoscaling: 'application-autoscaling',
  autoscalingplans: 'autoscaling-plans',
  servicequotas: 'servicequotas',
  networkfirewall: 'network-firewall',
};

/** The permission of the operation `s3:HeadObject` where it has another name; undefined where it has its own. */
export function otherPermission(operation: string): string | undefined {
  const key = operation.toLowerCase();
  return Object.hasOwn(otherNames, key) ? otherNames[key] : undefined;
}

/**
 * The permission for an operation, by the service's name in the SDK ("CloudWatch Logs"), in CloudTrail ("monitoring") or nothing.
 * CloudTrail adds versions to some names (`ListFunctions20150331`). Undefined where that is not known.
 */
export function permissionOfOperation(service: string, name: string, actions: ActionList): string | undefined {
  const bare = name.replace(/(?:V2)?20\d{6,20}(?:v\d{1,9})?$/, '');
  const word = service.toLowerCase().replace(/[^a-z0-9-]/g, '');
  const prefix = Object.hasOwn(otherServices, word) ? otherServices[word] : word;
  if (prefix !== undefined && prefix !== '') {
    const own = `${prefix}:${bare}`;
    return otherPermission(own) ?? actions.find(own)?.name;
  }
  const candidates = actions.matching('*').filter(f => f.name.slice(f.name.indexOf(':') + 1) === bare);
  if (candidates.length === 1) return candidates[0]?.name;
  // S3's own names are those of its lesser relatives too.
  const s3 = candidates.find(f => f.name.startsWith('s3:'));
  if (s3 !== undefined && /Object|Bucket|MultipartUpload/.test(bare)) return s3.name;
  return otherPermission(`s3:${bare}`);
}
