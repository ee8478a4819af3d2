/**
 * What the provider's call graph lacks, by hand. Sources: the provider's own documentation and code
 * (https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service) and AWS's service authorization reference.
 */

/** Types whose refresh asks AWS nothing: what they made can't be read again. */
export const readsNothing: ReadonlySet<string> = new Set([
  'aws_grafana_workspace_api_key',
  'aws_kms_ciphertext',
  'aws_lambda_invocation',
  'aws_vpc_ipam_preview_next_cidr',
]);

/** Kinds of ARNs that a type is about, where its deletes do not tell. */
export const kindsByHand: Readonly<Record<string, readonly string[]>> = {
  aws_s3_bucket: ['arn:${Partition}:s3:::${BucketName}', 'arn:${Partition}:s3:::${BucketName}/${ObjectName}'],
  aws_s3_object: ['arn:${Partition}:s3:::${BucketName}', 'arn:${Partition}:s3:::${BucketName}/${ObjectName}'],
  aws_vpc_security_group_ingress_rule: [
    'arn:${Partition}:ec2:${Region}:${Account}:security-group-rule/${SecurityGroupRuleId}',
  ],
  aws_vpc_security_group_egress_rule: [
    'arn:${Partition}:ec2:${Region}:${Account}:security-group-rule/${SecurityGroupRuleId}',
  ],
  aws_instance: [
    'arn:${Partition}:ec2:${Region}:${Account}:instance/${InstanceId}',
    'arn:${Partition}:ec2:${Region}:${Account}:volume/${VolumeId}',
  ],
};

/**
 * Services whose calls go to one place whatever the provider's region is: aws:RequestedRegion would not hold the provider's region.
 * S3's list of buckets and STS may be called in another region too.
 */
export const globalServices: ReadonlySet<string> = new Set([
  'account',
  'aws-marketplace',
  'billing',
  'budgets',
  'ce',
  'chatbot',
  'chime',
  'cloudfront',
  'cur',
  'directconnect',
  'ecr-public',
  'globalaccelerator',
  'health',
  'iam',
  'invoicing',
  'networkmanager',
  'notifications',
  'notifications-contacts',
  'organizations',
  'pricing',
  'route53',
  'route53-recovery-control-config',
  'route53-recovery-readiness',
  'route53domains',
  's3',
  'savingsplans',
  'shield',
  'sso',
  'sts',
  'support',
  'tag',
  'uxc',
  'waf',
]);

/** Types whose refresh brings a secret into the state. */
export const readsSecrets: ReadonlySet<string> = new Set([
  'aws_secretsmanager_secret_version',
  'aws_ssm_parameter',
  'aws_ssm_parameters_by_path',
  'aws_s3_object',
  'aws_kms_secrets',
  'aws_secretsmanager_random_password',
  'aws_ecr_authorization_token',
  'aws_ecrpublic_authorization_token',
  'aws_codeartifact_authorization_token',
  'aws_kms_secret',
  'aws_instance',
  'aws_redshift_cluster_credentials',
  'aws_redshiftserverless_credentials',
  'aws_ivs_stream_key',
  'aws_lambda_invocation',
  'aws_cognito_user_pool_client',
]);

/**
 * Actions that a plan may hold though they are neither Read nor List in AWS's reference, and why. Everything else that writes is
 * left out of a plan policy.
 */
export const planWrites: ReadonlyMap<string, string> = new Map([
  ['sts:AssumeRole', 'the provider block or the backend assumes a role'],
  ['s3:PutObject', "the state's lock file"],
  ['s3:DeleteObject', "the state's lock file"],
  ['dynamodb:PutItem', "the state's lock"],
  ['dynamodb:DeleteItem', "the state's lock"],
  ['kms:GenerateDataKey', "the state's key, for the lock file"],
  ['kms:Decrypt', 'reading what a named key encrypts'],
  ['kms:Encrypt', 'the data source aws_kms_ciphertext'],
  ['lambda:InvokeFunction', 'the data source aws_lambda_invocation'],
  ['ecs:RunTask', 'the data source aws_ecs_task_execution'],
  ['glue:CreateScript', 'the data source aws_glue_script, which creates nothing'],
  ['redshift:GetClusterCredentials', 'the data source of the same name'],
  ['redshift-serverless:GetCredentials', 'the data source of the same name'],
  ['ec2:AllocateIpamPoolCidr', 'the data source aws_vpc_ipam_preview_next_cidr, which only previews'],
]);

/** Calls whose refusal the provider takes as an answer, and what it does then; by action in small letters. */
export const benignRefusals: ReadonlyMap<string, string> = new Map([
  // internal/service/s3/tags.go
  ['s3:listtagsforresource', 'it reads the tags of the bucket with s3:GetBucketTagging'],
  ['s3:tagresource', 'it writes the tags of the bucket with s3:PutBucketTagging'],
  ['s3:untagresource', 'it writes the tags of the bucket with s3:PutBucketTagging'],
  // internal/service/ec2/ec2_ami.go
  ['ec2:getinstanceuefidata', 'the attribute uefi_data stays empty'],
  // internal/service/kinesis/stream.go
  ['kinesis:describelimits', "the plan does not check the account's limit of streams"],
]);
