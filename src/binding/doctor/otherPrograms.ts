import { either, type ErrorSignature } from './signature';

/** What the AWS CLI and SDKs print without credentials, with wrong ones, or with a profile that is not there. */
const refused =
  'Unable to locate credentials|NoCredentialProviders|could not find credentials|ExpiredToken|InvalidClientTokenId|security token included in the request|config profile \\([^)]{0,200}\\) could not be found|You must specify a region|Partial credentials found|failed to refresh cached credentials';

/** What S3 answers to somebody who may not see the state. */
const refusedState = 'Forbidden: Forbidden|AccessDenied[^.\\n]{0,200}';

/**
 * Programs beside the AWS provider that need AWS credentials in a run: provisioners, external data sources, credential plug-ins. They
 * have the environment of the run and nothing of what the provider block says.
 */
export const otherPrograms: readonly ErrorSignature[] = [
  {
    code: 'AwsCliMissing',
    pattern:
      /exec(?:utable)?:? "?aws(?:-iam-authenticator)?"?:? (?:executable (?:file )?)?not found(?: in \$PATH)?|exec: executable aws(?:-iam-authenticator)? not found|\baws: (?:command )?not found|'aws' is not recognized|fork\/exec \S{0,80}\/aws: no such file/i,
    modes: [],
    other: {
      title: 'The machine of the run has no AWS CLI',
      nextStep:
        'Do without it: HCP Terraform\'s own runners have no AWS CLI. In place of exec "aws" take the token from the data source aws_eks_cluster_auth, or run on an agent whose image has the AWS CLI.',
    },
  },
  {
    code: 'LocalExec',
    pattern: either('local-exec provisioner error|Error running command', 2500, refused),
    modes: [],
    other: {
      title: 'The command of a local-exec provisioner has no AWS credentials of its own',
      nextStep:
        'Give them to the command: AWS_CONFIG_FILE in the environment of the provisioner, set to the shared_config_file of tfc_aws_dynamic_credentials; or do the step with a resource of the provider. The AWS provider itself is not at fault.',
    },
  },
  {
    code: 'ExternalProgram',
    pattern: either('External Program (?:Execution|Lookup) Failed|data "external"', 2500, refused),
    modes: [],
    other: {
      title: 'The program of an external data source has no AWS credentials of its own',
      nextStep:
        'Give them to the program: it has the environment of the run only, and nothing of what the provider block says.',
    },
  },
  {
    code: 'ExecPlugin',
    pattern: either(
      'getting credentials: exec|exec plugin|executable aws failed with exit code',
      1500,
      `${refused}|exit (?:code|status) \\d+`,
    ),
    modes: [],
    other: {
      title: 'The AWS CLI, which another provider calls for a token, failed: most often it has no AWS credentials',
      nextStep:
        'Take the token from the data source aws_eks_cluster_auth, which uses the AWS provider, in place of exec "aws".',
    },
  },
  {
    code: 'SecretsFile',
    pattern: either('\\bSOPS\\b|decrypting (?:tree|key)', 1500, refused),
    modes: [],
    other: {
      title: 'What decrypts a file with KMS (sops) has no AWS credentials of its own',
      nextStep:
        'Give them to it: it has the environment of the run only, and knows nothing of shared_config_files. An untagged configuration puts its role there, a tagged one does not.',
    },
  },
  {
    code: 'OtherProvider',
    // The frame below the error names a resource that is no AWS provider's.
    pattern: new RegExp(
      `(?:${refused}|No valid credential sources)[^]{0,500}?\\bwith (?:module\\.[\\w.-]{1,200}\\.)?(?:data\\.)?(?!aws_|awscc_|provider\\b|module\\b|data\\b)[a-z0-9]+_\\w{1,80}\\.\\w`,
      'i',
    ),
    modes: [],
    other: {
      title: 'A provider other than aws has no AWS credentials',
      nextStep:
        'Give that provider credentials of its own, by its arguments or by the environment of the run: an untagged configuration puts the role there, a tagged one does not. What the aws provider block says does not reach it.',
    },
  },
  {
    code: 'AnotherTool',
    // By what these tools print of themselves: a folder or a module may bear the same name.
    pattern: either(
      "\\bpacker (?:build|validate|init)\\b|Build '[\\w.-]{1,80}' errored|AWS Builder|pulumi:providers:aws|\\bpulumi-aws:|\\bpulumi (?:up|preview|stack|login|refresh)\\b|pulumi\\.io\\/|com\\.amazonaws\\.(?:services|http)\\.|software\\.amazon\\.awssdk",
      600,
      // To the end of the line: what it repeats there is the same error.
      `(?:${refused}|No valid credential sources|Invalid credentials configured|Missing Authentication Token|unable to validate AWS|cannot be assumed|failed to retrieve credentials)[^\\n]{0,300}`,
    ),
    modes: [],
    other: {
      title: 'Packer, Pulumi or a Java program, not Terraform, has no AWS credentials that AWS takes',
      nextStep:
        'Give them to that program where it runs: what is set in HCP Terraform reaches runs of Terraform and nothing else. A program that a run starts has the environment of the run.',
    },
  },
  {
    code: 'BackendCredentials',
    // Terraform says "Error loading state: AccessDenied" of a backend, "Error refreshing state: 1 error occurred" of providers.
    pattern: new RegExp(
      `(?:(?:error|failed|unable)[^.\\n]{0,30}(?:configuring|initializ(?:ing|e))[^.\\n]{0,40}S3 Backend|for S3 Backend found|Remote state S3 bucket \\S{1,80} does not exist or you don't have permissions|No valid credential sources found[^]{0,120}?\\/backends?\\/s3\\b|Error refreshing state: [^]{0,120}\\bS3\\b|Unable to (?:list|access) objects? [^]{0,200}\\bS3 bucket|Failed to get existing workspaces[^]{0,80}\\bS3\\b)(?:[^]{0,500}?(?:${refusedState}|NoCredentialProviders[^.\\n]{0,60}|no EC2 IMDS role found[^\\n]{0,120}|(?:InvalidClientTokenId|ExpiredToken)[^\\n]{0,120}))?|(?:Failed to get existing workspaces|Error (?:refreshing|loading|reloading|locking) (?:remote )?state|error loading the remote state|Failed to (?:save|upload|load|persist) (?:the )?state|state lock)\\W[^.]{0,160}?(?:${refusedState})`,
      'i',
    ),
    modes: [],
    other: {
      title:
        'The s3 backend (or terraform_remote_state) has no AWS credentials, or may not use the bucket of the state; the provider is not at fault',
      nextStep:
        'Give the backend credentials that may read and write the state (s3:ListBucket on the bucket; s3:GetObject, s3:PutObject and s3:DeleteObject on its objects), or keep the state in HCP Terraform (a cloud block in place of backend "s3"). What the provider block says does not reach a backend.',
    },
  },
];
