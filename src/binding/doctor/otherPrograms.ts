import { either, type ErrorSignature } from './signature';

/** What the AWS CLI and SDKs print without credentials, with wrong ones, or with a profile that is not there. */
const refused =
  'Unable to locate credentials|NoCredentialProviders|could not find credentials|ExpiredToken|InvalidClientTokenId|security token included in the request|config profile \\([^)]{0,200}\\) could not be found|You must specify a region|Partial credentials found|failed to refresh cached credentials';

/**
 * Programs beside the AWS provider that need AWS credentials in a run: provisioners, external data sources, credential plug-ins. They
 * have the environment of the run and nothing of what the provider block says.
 */
export const otherPrograms: readonly ErrorSignature[] = [
  {
    code: 'AwsCliMissing',
    pattern:
      /exec(?:utable)?:? "?aws"?:? (?:executable (?:file )?)?not found(?: in \$PATH)?|exec: executable aws not found|\baws: (?:command )?not found|'aws' is not recognized|fork\/exec \S{0,80}\/aws: no such file/i,
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
      `${refused}|exit code \\d+`,
    ),
    modes: [],
    other: {
      title: 'The AWS CLI, which another provider calls for a token, has no AWS credentials',
      nextStep:
        'Take the token from the data source aws_eks_cluster_auth, which uses the AWS provider, in place of exec "aws".',
    },
  },
];
