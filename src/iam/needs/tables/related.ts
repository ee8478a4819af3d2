/**
 * What a resource needs of other services, by hand: roles that it passes, roles that services make for themselves, and keys. Sources: the
 * dependent actions in AWS's service authorization reference, and each service's own documentation of its roles and keys.
 */

/** Namespaces of Application Auto Scaling and their roles: https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-service-linked-roles.html */
export const scalableServices: Readonly<Record<string, string>> = {
  appstream: 'appstream.application-autoscaling.amazonaws.com',
  cassandra: 'cassandra.application-autoscaling.amazonaws.com',
  comprehend: 'comprehend.application-autoscaling.amazonaws.com',
  'custom-resource': 'custom-resource.application-autoscaling.amazonaws.com',
  dynamodb: 'dynamodb.application-autoscaling.amazonaws.com',
  ec2: 'ec2.application-autoscaling.amazonaws.com',
  ecs: 'ecs.application-autoscaling.amazonaws.com',
  elasticache: 'elasticache.application-autoscaling.amazonaws.com',
  kafka: 'kafka.application-autoscaling.amazonaws.com',
  lambda: 'lambda.application-autoscaling.amazonaws.com',
  neptune: 'neptune.application-autoscaling.amazonaws.com',
  rds: 'rds.application-autoscaling.amazonaws.com',
  sagemaker: 'sagemaker.application-autoscaling.amazonaws.com',
  workspaces: 'workspaces.application-autoscaling.amazonaws.com',
};

/** What the caller needs of a key that an argument names. Names of actions of `kms`. */
export interface KeyUse {
  readonly arguments: readonly string[];
  readonly plan: readonly string[];
  readonly apply: readonly string[];
  /** The service that uses the key in the caller's name, as in `kms:ViaService`. */
  readonly via?: string;
}

/** The key is used by the service later, in its own name or a user's: making the resource asks nothing of the key. */
const none: KeyUse = { arguments: [], plan: [], apply: [] };
const database: KeyUse = {
  arguments: ['kms_key_id', 'performance_insights_kms_key_id', 'master_user_secret_kms_key_id'],
  plan: [],
  apply: ['DescribeKey', 'CreateGrant'],
};
const disk = [
  'DescribeKey',
  'CreateGrant',
  'GenerateDataKeyWithoutPlaintext',
  'Decrypt',
  'ReEncryptFrom',
  'ReEncryptTo',
];

/** By type; types that are not here need `DescribeKey` and `CreateGrant` on a key that they name. */
export const keyUses: Readonly<Record<string, KeyUse>> = {
  aws_s3_bucket_server_side_encryption_configuration: none,
  aws_s3_bucket: none,
  aws_sqs_queue: none,
  aws_sns_topic: none,
  aws_cloudwatch_log_group: none,
  aws_cloudtrail: none,
  aws_kinesis_stream: none,
  aws_cloudwatch_event_bus: none,
  aws_sfn_state_machine: none,
  aws_codebuild_project: none,
  aws_backup_vault: {
    arguments: ['kms_key_arn'],
    plan: [],
    apply: ['DescribeKey', 'CreateGrant', 'Decrypt', 'GenerateDataKey', 'RetireGrant'],
  },
  aws_s3_object: { arguments: ['kms_key_id'], plan: ['Decrypt'], apply: ['GenerateDataKey'], via: 's3' },
  aws_secretsmanager_secret: {
    arguments: ['kms_key_id'],
    plan: ['Decrypt'],
    apply: ['Decrypt', 'GenerateDataKey'],
    via: 'secretsmanager',
  },
  // The value of a secure parameter is read on each refresh.
  aws_ssm_parameter: { arguments: ['key_id'], plan: ['Decrypt'], apply: ['Encrypt', 'GenerateDataKey'], via: 'ssm' },
  // GetFunction shows the environment only to who may decrypt it.
  aws_lambda_function: {
    arguments: ['kms_key_arn'],
    plan: ['Decrypt'],
    apply: ['Encrypt', 'CreateGrant'],
    via: 'lambda',
  },
  aws_dynamodb_table: {
    arguments: ['server_side_encryption.kms_key_arn'],
    plan: [],
    apply: ['DescribeKey', 'CreateGrant', 'Decrypt', 'GenerateDataKey'],
    via: 'dynamodb',
  },
  aws_db_instance: database,
  aws_rds_cluster: database,
  aws_rds_cluster_instance: database,
  aws_docdb_cluster: database,
  aws_neptune_cluster: { ...database, arguments: ['kms_key_arn'] },
  aws_ebs_volume: { arguments: ['kms_key_id'], plan: [], apply: disk, via: 'ec2' },
  aws_instance: {
    arguments: ['root_block_device.kms_key_id', 'ebs_block_device.kms_key_id'],
    plan: [],
    apply: disk,
    via: 'ec2',
  },
  aws_launch_template: none,
  aws_efs_file_system: {
    arguments: ['kms_key_id'],
    plan: [],
    apply: ['DescribeKey', 'CreateGrant', 'GenerateDataKeyWithoutPlaintext'],
    via: 'elasticfilesystem',
  },
  aws_eks_cluster: {
    arguments: ['encryption_config.provider.key_arn'],
    plan: [],
    apply: ['DescribeKey', 'CreateGrant'],
  },
  aws_ecr_repository: {
    arguments: ['encryption_configuration.kms_key'],
    plan: [],
    apply: ['DescribeKey', 'CreateGrant', 'RetireGrant'],
  },
};
