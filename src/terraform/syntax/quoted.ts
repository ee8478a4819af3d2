/**
 * Names that the language and this product know. A message may quote these and nothing else of a file: what stands where a name is
 * expected may be a line of a private key or a password that somebody pasted.
 */
const knownNames: ReadonlySet<string> = new Set(
  [
    // Blocks and what stands in them, of Terraform and of Stacks.
    'action backend check cloud component connection content data deployment dynamic ephemeral experiments import',
    'identity_token import lifecycle list locals module moved orchestrate output postcondition precondition provider',
    'provider_meta provisioner removed required_providers resource run stack store terraform variable workspaces',
    'alias condition count default depends_on description ephemeral error_message for_each hostname id name nullable',
    'organization prefix project providers required_version sensitive source tags to type validation value version',
    // Arguments of the AWS provider and of backends that the rules are about.
    'access_key allowed_account_ids assume_role assume_role_with_web_identity audience bucket default_tags duration',
    'endpoints external_id forbidden_account_ids key policy profile region role_arn secret_key session_name',
    'shared_config_files shared_credentials_file shared_credentials_files skip_credentials_validation',
    'skip_metadata_api_check skip_region_validation skip_requesting_account_id token web_identity_token',
    'web_identity_token_file assume_role_policy statement principals actions resources effect',
  ]
    .join(' ')
    .split(' '),
);

/** The name in quotes where it is known, else what it is: "this argument". */
export const quotedName = (name: string, otherwise: string): string => (knownNames.has(name) ? `"${name}"` : otherwise);
