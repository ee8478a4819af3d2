/**
 * What the provider's call graph lacks, by hand. Sources: the provider's own documentation and code
 * (https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service) and AWS's service authorization reference.
 */

/** Types whose read goes through a path that the call graph does not see. */
export const readsByHand: Readonly<Record<string, readonly string[]>> = {
  aws_route: ['ec2:DescribeRouteTables'],
  aws_sqs_queue_policy: ['sqs:GetQueueAttributes'],
  aws_sqs_queue_redrive_policy: ['sqs:GetQueueAttributes'],
  aws_sqs_queue_redrive_allow_policy: ['sqs:GetQueueAttributes'],
  aws_vpc_security_group_egress_rule: ['ec2:DescribeSecurityGroupRules'],
  aws_vpc_security_group_ingress_rule: ['ec2:DescribeSecurityGroupRules'],
  aws_iam_account_password_policy: ['iam:GetAccountPasswordPolicy'],
  aws_organizations_organization: ['organizations:DescribeOrganization'],
  aws_iam_outbound_web_identity_federation: ['iam:GetOutboundWebIdentityFederationInfo'],
  aws_iam_security_token_service_preferences: ['iam:GetAccountSummary'],
  aws_organizations_resource_policy: ['organizations:DescribeResourcePolicy'],
  aws_resourceexplorer2_index: ['resource-explorer-2:GetIndex'],
  aws_keyspaces_keyspace: ['cassandra:Select'],
  aws_keyspaces_table: ['cassandra:Select'],
  aws_vpc_endpoint_service_private_dns_verification: ['ec2:DescribeVpcEndpointServiceConfigurations'],
  aws_vpc_ipam_organization_admin_account: ['organizations:ListDelegatedAdministrators'],
  aws_chimesdkvoice_global_settings: ['chime:GetGlobalSettings'],
  aws_cloudtrail_organization_delegated_admin_account: ['organizations:ListDelegatedAdministrators'],
  aws_elastictranscoder_pipeline: ['elastictranscoder:ReadPipeline'],
  aws_elastictranscoder_preset: ['elastictranscoder:ReadPreset'],
  aws_evidently_feature: ['evidently:GetFeature'],
  aws_evidently_launch: ['evidently:GetLaunch'],
  aws_evidently_project: ['evidently:GetProject'],
  aws_evidently_segment: ['evidently:GetSegment'],
  aws_networkfirewall_firewall_transit_gateway_attachment_accepter: ['ec2:DescribeTransitGatewayAttachments'],
  aws_observabilityadmin_telemetry_enrichment: ['observabilityadmin:GetTelemetryEnrichmentStatus'],
  aws_observabilityadmin_telemetry_evaluation: ['observabilityadmin:GetTelemetryEvaluationStatus'],
  aws_observabilityadmin_telemetry_evaluation_for_organization: [
    'observabilityadmin:GetTelemetryEvaluationStatusForOrganization',
  ],
  aws_s3control_bucket_lifecycle_configuration: ['s3-outposts:GetLifecycleConfiguration'],
  aws_s3control_directory_bucket_access_point_scope: ['s3express:GetAccessPointScope'],
  aws_qldb_ledger: ['qldb:DescribeLedger'],
  aws_qldb_stream: ['qldb:DescribeJournalKinesisStream'],
  // The provider has AWS check a changed definition in the plan: https://github.com/hashicorp/terraform-provider-aws/issues/39472
  aws_sfn_state_machine: ['states:ValidateStateMachineDefinition'],
  // https://docs.aws.amazon.com/efs/latest/APIReference/API_DescribeMountTargetSecurityGroups.html
  aws_efs_mount_target: ['ec2:DescribeNetworkInterfaceAttribute'],
  aws_ram_sharing_with_organization: ['iam:GetRole', 'organizations:ListAWSServiceAccessForOrganization'],
};

/** Types whose refresh asks AWS nothing: what they made can't be read again. */
export const readsNothing: ReadonlySet<string> = new Set([
  'aws_grafana_workspace_api_key',
  'aws_kms_ciphertext',
  'aws_lambda_invocation',
  'aws_vpc_ipam_preview_next_cidr',
]);

// https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/security-iam-awsmanpol.html: what its API reads of EC2.
const loadBalancer = [
  'ec2:DescribeAccountAttributes',
  'ec2:DescribeInternetGateways',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeVpcs',
];
// Dependent actions of the service's creates and deletes, in AWS's service authorization reference.
const interfaces = [
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DescribeVpcs',
];
const zone = [
  'route53:CreateHostedZone',
  'route53:DeleteHostedZone',
  'route53:GetHostedZone',
  'route53:ListHostedZonesByName',
];
const fileSystem = ['ec2:GetSecurityGroupsForVpc', 'fsx:CreateBackup'];
/** Writes of the same types, and of others whose calls are not in the call graph. */
export const writesByHand: Readonly<Record<string, readonly string[]>> = {
  // DeleteObjects deletes versions too.
  aws_s3_bucket: ['s3:DeleteObjectVersion'],
  aws_s3_object: ['s3:DeleteObjectVersion'],
  aws_s3control_bucket_lifecycle_configuration: ['s3-outposts:PutLifecycleConfiguration'],
  aws_s3control_directory_bucket_access_point_scope: [
    's3express:PutAccessPointScope',
    's3express:DeleteAccessPointScope',
  ],
  aws_sqs_queue_policy: ['sqs:SetQueueAttributes'],
  aws_sqs_queue_redrive_policy: ['sqs:SetQueueAttributes'],
  aws_sqs_queue_redrive_allow_policy: ['sqs:SetQueueAttributes'],
  aws_keyspaces_keyspace: ['cassandra:Create', 'cassandra:Alter', 'cassandra:Drop', 'cassandra:TagResource'],
  aws_keyspaces_table: ['cassandra:Create', 'cassandra:Alter', 'cassandra:Drop', 'cassandra:TagResource'],
  aws_vpc_security_group_ingress_rule: [
    'ec2:AuthorizeSecurityGroupIngress',
    'ec2:ModifySecurityGroupRules',
    'ec2:RevokeSecurityGroupIngress',
  ],
  aws_vpc_security_group_egress_rule: [
    'ec2:AuthorizeSecurityGroupEgress',
    'ec2:ModifySecurityGroupRules',
    'ec2:RevokeSecurityGroupEgress',
  ],
  aws_detective_organization_admin_account: ['detective:DisableOrganizationAdminAccount'],
  aws_elastictranscoder_pipeline: [
    'elastictranscoder:CreatePipeline',
    'elastictranscoder:DeletePipeline',
    'elastictranscoder:UpdatePipeline',
  ],
  aws_elastictranscoder_preset: ['elastictranscoder:CreatePreset', 'elastictranscoder:DeletePreset'],
  aws_evidently_feature: ['evidently:CreateFeature', 'evidently:DeleteFeature', 'evidently:UpdateFeature'],
  aws_evidently_launch: ['evidently:CreateLaunch', 'evidently:DeleteLaunch', 'evidently:UpdateLaunch'],
  aws_evidently_project: [
    'evidently:CreateProject',
    'evidently:DeleteProject',
    'evidently:UpdateProject',
    'evidently:UpdateProjectDataDelivery',
  ],
  aws_evidently_segment: ['evidently:CreateSegment', 'evidently:DeleteSegment'],
  aws_glue_resource_policy: ['glue:PutResourcePolicy'],
  aws_iam_account_password_policy: ['iam:DeleteAccountPasswordPolicy'],
  aws_iam_outbound_web_identity_federation: [
    'iam:DisableOutboundWebIdentityFederation',
    'iam:EnableOutboundWebIdentityFederation',
  ],
  aws_observabilityadmin_telemetry_enrichment: [
    'observabilityadmin:StartTelemetryEnrichment',
    'observabilityadmin:StopTelemetryEnrichment',
  ],
  aws_observabilityadmin_telemetry_evaluation: ['observabilityadmin:StopTelemetryEvaluation'],
  aws_observabilityadmin_telemetry_evaluation_for_organization: [
    'observabilityadmin:StopTelemetryEvaluationForOrganization',
  ],
  aws_organizations_organization: ['organizations:DeleteOrganization'],
  aws_organizations_resource_policy: ['organizations:DeleteResourcePolicy'],
  aws_qldb_ledger: ['qldb:CreateLedger', 'qldb:DeleteLedger', 'qldb:UpdateLedger', 'qldb:UpdateLedgerPermissionsMode'],
  aws_qldb_stream: ['qldb:CancelJournalKinesisStream', 'qldb:StreamJournalToKinesis'],
  aws_ram_sharing_with_organization: ['organizations:DisableAWSServiceAccess', 'iam:DeleteServiceLinkedRole'],
  // Emptying a user, where force_destroy asks for it.
  aws_iam_user: [
    'iam:DeactivateMFADevice',
    'iam:DeleteAccessKey',
    'iam:DeleteLoginProfile',
    'iam:DeleteServiceSpecificCredential',
    'iam:DeleteSigningCertificate',
    'iam:DeleteSSHPublicKey',
    'iam:DeleteUserPolicy',
    'iam:DeleteVirtualMFADevice',
    'iam:DetachUserPolicy',
    'iam:ListAccessKeys',
    'iam:ListAttachedUserPolicies',
    'iam:ListMFADevices',
    'iam:ListServiceSpecificCredentials',
    'iam:ListSigningCertificates',
    'iam:ListSSHPublicKeys',
    'iam:ListUserPolicies',
    'iam:ListVirtualMFADevices',
  ],
  // What AWS checks of the caller in other services: each service's documentation of its permissions.
  aws_lb: loadBalancer,
  aws_alb: loadBalancer,
  aws_lb_target_group: ['ec2:DescribeVpcs'],
  aws_alb_target_group: ['ec2:DescribeVpcs'],
  aws_autoscaling_group: ['ec2:DescribeLaunchTemplateVersions'],
  aws_vpc_endpoint: [
    'route53:AssociateVPCWithHostedZone',
    'ec2:DescribeSecurityGroups',
    'ec2:DescribeSubnets',
    'ec2:DescribeVpcs',
  ],
  // https://docs.aws.amazon.com/efs/latest/APIReference/API_CreateMountTarget.html, API_DeleteMountTarget.html and
  // API_ModifyMountTargetSecurityGroups.html
  aws_efs_mount_target: [
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSecurityGroups',
    'ec2:DescribeSubnets',
    'ec2:DescribeVpcs',
    'ec2:ModifyNetworkInterfaceAttribute',
  ],
  aws_elasticache_cluster: interfaces,
  aws_elasticache_replication_group: interfaces,
  aws_elasticache_subnet_group: ['ec2:DescribeSubnets', 'ec2:DescribeVpcs'],
  aws_route53_resolver_endpoint: [
    ...interfaces,
    'ec2:AssignIpv6Addresses',
    'ec2:DescribeSecurityGroups',
    'ec2:ModifyNetworkInterfaceAttribute',
    'ec2:UnassignIpv6Addresses',
  ],
  aws_route53_resolver_rule_association: ['ec2:DescribeVpcs'],
  aws_route53_zone_association: ['ec2:DescribeVpcs'],
  // https://docs.aws.amazon.com/aws-backup/latest/devguide/access-control.html
  aws_backup_vault: ['backup-storage:MountCapsule'],
  // https://docs.aws.amazon.com/opensearch-service/latest/developerguide/vpc.html
  aws_opensearch_domain: ['ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets', 'ec2:DescribeVpcs'],
  aws_msk_cluster: ['ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets', 'ec2:DescribeVpcs'],
  aws_fsx_windows_file_system: fileSystem,
  aws_fsx_lustre_file_system: fileSystem,
  aws_fsx_ontap_file_system: fileSystem,
  aws_fsx_openzfs_file_system: fileSystem,
  aws_cloudtrail: [
    'iam:GetRole',
    'organizations:DescribeOrganization',
    'organizations:ListAWSServiceAccessForOrganization',
  ],
  // https://docs.aws.amazon.com/cloud-map/latest/dg/cloud-map-api-permissions-ref.html
  aws_service_discovery_private_dns_namespace: [
    ...zone,
    'ec2:DescribeRegions',
    'ec2:DescribeVpcs',
    'route53:ChangeResourceRecordSets',
  ],
  aws_service_discovery_public_dns_namespace: [...zone, 'route53:ChangeResourceRecordSets'],
  aws_service_discovery_service: [
    'route53:ChangeResourceRecordSets',
    'route53:CreateHealthCheck',
    'route53:DeleteHealthCheck',
    'route53:GetHealthCheck',
    'route53:UpdateHealthCheck',
  ],
  aws_sfn_state_machine: ['states:PublishStateMachineVersion'],
  // A cluster of several zones has instances that RDS makes and deletes itself.
  aws_rds_cluster: ['rds:CreateDBInstance', 'rds:DeleteDBInstance', 'rds:ModifyDBInstance'],
  aws_dynamodb_table: [
    'dynamodb:BatchWriteItem',
    'dynamodb:DeleteItem',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:Scan',
    'dynamodb:UpdateItem',
  ],
  aws_flow_log: ['logs:CreateLogDelivery', 'logs:DeleteLogDelivery'],
  aws_route53_zone: ['ec2:DescribeVpcs'],
  aws_lambda_function: [
    'ec2:DescribeSecurityGroups',
    'ec2:DescribeSubnets',
    'ec2:DescribeVpcs',
    'lambda:GetLayerVersion',
    'ecr:BatchGetImage',
    'ecr:GetDownloadUrlForLayer',
    'ecr:GetRepositoryPolicy',
    'ecr:SetRepositoryPolicy',
    'lambda:PassCapacityProvider',
  ],
  aws_eks_node_group: [
    'iam:GetRole',
    'iam:ListAttachedRolePolicies',
    'ec2:DescribeSubnets',
    'ec2:DescribeLaunchTemplateVersions',
  ],
  aws_eks_addon: [
    'eks:CreatePodIdentityAssociation',
    'eks:UpdatePodIdentityAssociation',
    'eks:DeletePodIdentityAssociation',
  ],
  aws_cloudfront_distribution: ['wafv2:GetWebACL', 'lambda:GetFunction', 'lambda:EnableReplication'],
};

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
