import type { Environment } from '../../core/host';
import { identityOfAwsCli } from './awsCli';
import { type Identity, originText, sameOrigin } from './origin';
import type { SharedFiles } from './sharedFiles';
import { identityOfTerraform } from './terraform';

/** What `aws` (and this product) takes, what Terraform's AWS provider takes, and whether that is the same. */
export interface IdentityReport {
  readonly aws: Identity;
  readonly terraform: Identity;
  /** Whether they take different credentials, or one of them none. */
  readonly differs: boolean;
  /** A sentence for each thing that makes the two differ. */
  readonly differences: readonly string[];
}

/**
 * Both identities for one profile, or for none. A profile that is given stands in the provider block for Terraform, so that a
 * difference is one of the rules and not of the question.
 */
export function compareIdentities(env: Environment, files: SharedFiles, profile: string | undefined): IdentityReport {
  const aws = identityOfAwsCli(env, files, profile);
  const terraform = identityOfTerraform(env, files, profile);
  const difference = differenceOf(aws, terraform);
  return { aws, terraform, differs: difference.length > 0, differences: [...difference, ...refusalsOf(files)] };
}

function differenceOf(aws: Identity, terraform: Identity): readonly string[] {
  if (sameOrigin(aws.origin, terraform.origin)) return [];
  if (aws.origin === undefined && terraform.origin === undefined) return [];
  const says = ({ origin, problem }: Identity): string =>
    origin === undefined ? `stops (${(problem?.message ?? '').replace(/\.$/, '')})` : `takes ${originText(origin)}`;
  return [
    `aws and terraform take different identities here: aws ${says(aws)}; Terraform's AWS provider ${says(terraform)}.`,
  ];
}

const refusalsOf = (files: SharedFiles): readonly string[] =>
  files.refusals.map(
    ({ file, line, why }) =>
      `The AWS CLI refuses ${file}: line ${line} is ${why}. Terraform reads it all the same, and so is it done here.`,
  );
