// How operations of the AWS SDK for Go are called in IAM. Most have the operation's own name; these do not.
// Source of each row: AWS's service authorization reference (its "API operation" lists) and, for S3, the table
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html.

/** Service package of the SDK → prefix in IAM, where they differ. */
export const prefixes = {
  accessanalyzer: 'access-analyzer',
  amp: 'aps',
  apigatewayv2: 'apigateway',
  appintegrations: 'app-integrations',
  'application-insights': 'applicationinsights',
  'bedrock-agent': 'bedrock',
  'bedrock-agentcore-control': 'bedrock-agentcore',
  'chime-sdk-voice': 'chime',
  'chime-sdk-media-pipelines': 'chime',
  cloudcontrol: 'cloudformation',
  cloudhsmv2: 'cloudhsm',
  codeguruprofiler: 'codeguru-profiler',
  'customer-profiles': 'profile',
  docdb: 'rds',
  efs: 'elasticfilesystem',
  elb: 'elasticloadbalancing',
  elbv2: 'elasticloadbalancing',
  emr: 'elasticmapreduce',
  keyspaces: 'cassandra',
  kinesisanalyticsv2: 'kinesisanalytics',
  'lex-models': 'lex',
  'lexv2-models': 'lex',
  location: 'geo',
  mailmanager: 'ses',
  mwaa: 'airflow',
  neptune: 'rds',
  notificationscontacts: 'notifications-contacts',
  opensearch: 'es',
  opensearchserverless: 'aoss',
  pinpoint: 'mobiletargeting',
  'pinpoint-sms-voice-v2': 'sms-voice',
  resiliencehubv2: 'resiliencehub',
  s3control: 's3',
  s3outposts: 's3-outposts',
  'servicecatalog-appregistry': 'servicecatalog',
  'service-quotas': 'servicequotas',
  sesv2: 'ses',
  stepfunctions: 'states',
  'sso-admin': 'sso',
  'timestream-query': 'timestream',
  'timestream-write': 'timestream',
};

const s3Bucket = {
  GetBucketAccelerateConfiguration: 'GetAccelerateConfiguration',
  PutBucketAccelerateConfiguration: 'PutAccelerateConfiguration',
  DeleteBucketAnalyticsConfiguration: 'PutAnalyticsConfiguration',
  GetBucketAnalyticsConfiguration: 'GetAnalyticsConfiguration',
  PutBucketAnalyticsConfiguration: 'PutAnalyticsConfiguration',
  DeleteBucketCors: 'PutBucketCORS',
  DeleteBucketEncryption: 'PutEncryptionConfiguration',
  GetBucketEncryption: 'GetEncryptionConfiguration',
  PutBucketEncryption: 'PutEncryptionConfiguration',
  DeleteBucketLifecycle: 'PutLifecycleConfiguration',
  GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
  PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
  DeleteBucketReplication: 'PutReplicationConfiguration',
  GetBucketReplication: 'GetReplicationConfiguration',
  PutBucketReplication: 'PutReplicationConfiguration',
  DeleteBucketTagging: 'PutBucketTagging',
  GetObjectLockConfiguration: 'GetBucketObjectLockConfiguration',
  PutObjectLockConfiguration: 'PutBucketObjectLockConfiguration',
  HeadBucket: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  ListObjects: 'ListBucket',
  ListBuckets: 'ListAllMyBuckets',
  ListObjectVersions: 'ListBucketVersions',
  DeleteObjects: 'DeleteObject',
  DeleteBucketIntelligentTieringConfiguration: 'PutIntelligentTieringConfiguration',
  GetBucketIntelligentTieringConfiguration: 'GetIntelligentTieringConfiguration',
  PutBucketIntelligentTieringConfiguration: 'PutIntelligentTieringConfiguration',
  DeleteBucketInventoryConfiguration: 'PutInventoryConfiguration',
  GetBucketInventoryConfiguration: 'GetInventoryConfiguration',
  PutBucketInventoryConfiguration: 'PutInventoryConfiguration',
  DeleteBucketMetricsConfiguration: 'PutMetricsConfiguration',
  GetBucketMetricsConfiguration: 'GetMetricsConfiguration',
  PutBucketMetricsConfiguration: 'PutMetricsConfiguration',
  GetBucketNotificationConfiguration: 'GetBucketNotification',
  PutBucketNotificationConfiguration: 'PutBucketNotification',
  DeleteBucketOwnershipControls: 'PutBucketOwnershipControls',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
  DeletePublicAccessBlock: 'PutBucketPublicAccessBlock',
  CompleteMultipartUpload: 'PutObject',
  CreateMultipartUpload: 'PutObject',
  UploadPart: 'PutObject',
  CopyObject: 'PutObject',
  HeadObject: 'GetObject',
  CreateBucketMetadataConfiguration: 'CreateBucketMetadataTableConfiguration',
  GetBucketMetadataConfiguration: 'GetBucketMetadataTableConfiguration',
  DeleteBucketMetadataConfiguration: 'DeleteBucketMetadataTableConfiguration',
};

/** API Gateway's actions are the verbs of HTTP: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html */
function verb(operation) {
  if (operation.startsWith('Tag') || operation.startsWith('Put')) return 'PUT';
  if (/^(?:Create|Generate|Import)/.test(operation)) return 'POST';
  if (operation.startsWith('Reimport')) return 'PUT';
  if (/^(?:Delete|Untag|Reset)/.test(operation)) return 'DELETE';
  if (operation.startsWith('Update')) return 'PATCH';
  return 'GET';
}

function budgets(operation) {
  if (/Action/.test(operation) || /Tag/.test(operation)) return operation;
  return /^(?:Describe|List)/.test(operation) ? 'ViewBudget' : 'ModifyBudget';
}

/** All names in IAM that one operation may need; the caller keeps those that exist. */
export function iamNames(service, operation) {
  const prefix = prefixes[service] ?? service;
  if (prefix === 'apigateway') return [`apigateway:${verb(operation)}`];
  if (service === 'budgets') return [`budgets:${budgets(operation)}`];
  if (service === 's3') return [`s3:${s3Bucket[operation] ?? operation}`];
  if (service === 's3control' && /PublicAccessBlock$/.test(operation))
    return [`s3:${operation.startsWith('Get') ? 'Get' : 'Put'}AccountPublicAccessBlock`];
  if (service === 'cloudfront' && operation === 'CreateDistributionWithTags')
    return ['cloudfront:CreateDistribution', 'cloudfront:TagResource'];
  if (service === 'lambda' && operation === 'Invoke') return ['lambda:InvokeFunction'];
  if (service === 'detective' && operation === 'ListOrganizationAdminAccounts')
    return ['detective:ListOrganizationAdminAccounts', 'detective:ListOrganizationAdminAccount'];
  if (service === 'quicksight' && /^Describe\w+Definition$/.test(operation))
    return [`quicksight:${operation}`, `quicksight:${operation.replace(/Definition$/, '')}`];
  return [`${prefix}:${operation}`];
}
