/**
 * Actions that are about something else than the resource that calls them. Sources: the provider's code (internal/service), and the pages
 * of AWS that are named.
 */

/** Where an action of a type goes: to what an argument names, or to everything. */
export interface Elsewhere {
  readonly actions: readonly string[];
  /** The arguments that name what the actions are about; none: only `*` matches. */
  readonly arguments: readonly string[];
  /** AWS asks for the resource itself as well. */
  readonly withItself?: true;
  readonly source: string;
}

const role = 'https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html';
const edge = 'https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-edge-permissions.html';
const edges: Elsewhere = {
  actions: ['lambda:GetFunction', 'lambda:EnableReplication'],
  arguments: [
    'default_cache_behavior.lambda_function_association.lambda_arn',
    'ordered_cache_behavior.lambda_function_association.lambda_arn',
  ],
  source: edge,
};

export const elsewhere: Readonly<Record<string, readonly Elsewhere[]>> = {
  aws_kms_replica_key: [
    {
      actions: ['kms:ReplicateKey'],
      arguments: ['primary_key_arn'],
      source:
        'https://docs.aws.amazon.com/kms/latest/APIReference/API_ReplicateKey.html: in the Region of the primary key',
    },
  ],
  aws_kms_replica_external_key: [
    {
      actions: ['kms:ReplicateKey'],
      arguments: ['primary_key_arn'],
      source:
        'https://docs.aws.amazon.com/kms/latest/APIReference/API_ReplicateKey.html: in the Region of the primary key',
    },
  ],
  aws_lambda_function: [
    {
      actions: [
        'ecr:BatchGetImage',
        'ecr:GetDownloadUrlForLayer',
        'ecr:GetRepositoryPolicy',
        'ecr:SetRepositoryPolicy',
      ],
      arguments: ['image_uri'],
      source: 'https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#gettingstarted-images-permissions',
    },
    {
      actions: ['lambda:GetLayerVersion'],
      arguments: ['layers'],
      source: 'https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html',
    },
  ],
  aws_eks_node_group: [
    { actions: ['iam:GetRole', 'iam:ListAttachedRolePolicies'], arguments: ['node_role_arn'], source: role },
  ],
  aws_cloudfront_distribution: [edges],
  // The alarms that a composite alarm watches do not limit it.
  aws_cloudwatch_composite_alarm: [
    {
      actions: ['cloudwatch:PutCompositeAlarm', 'cloudwatch:DeleteAlarms', 'cloudwatch:DescribeAlarms'],
      arguments: [],
      source:
        'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html: "scoped to *"; API_DescribeAlarms and API_DeleteAlarms likewise',
    },
  ],
  aws_cloudwatch_event_archive: [
    {
      actions: ['events:CreateArchive'],
      arguments: ['event_source_arn'],
      withItself: true,
      source:
        'https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html: archive and event-bus, both required',
    },
  ],
  aws_secretsmanager_secret_rotation: [
    {
      actions: ['lambda:InvokeFunction'],
      arguments: ['rotation_lambda_arn'],
      source: 'https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html',
    },
  ],
  aws_ec2_tag: [
    {
      actions: ['ec2:CreateTags', 'ec2:DeleteTags'],
      arguments: ['resource_id'],
      source: 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html',
    },
  ],
};
