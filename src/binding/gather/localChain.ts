import type { Environment } from '../../core/host';
import { identityOfTerraform, originText, type SharedFiles } from '../../iam/identity';
import type { CodeFacts, LocalFacts } from '../facts';

/** What commands on this machine go by: its environment, and the two files of AWS profiles. */
export interface Machine {
  readonly environment: Environment;
  readonly sharedFiles: SharedFiles;
}

/**
 * What the AWS provider takes on this machine: arguments of the provider block, and then the order of `src/iam/identity`
 * (https://registry.terraform.io/providers/hashicorp/aws/latest/docs#authentication-and-configuration). Tells places, no values.
 */
export function localCredentials(machine: Machine, code: CodeFacts | undefined): LocalFacts {
  return { source: sourceOf(machine, code), forced: isSet(machine.environment, 'TF_FORCE_LOCAL_BACKEND') };
}

const isSet = (env: Environment, name: string): boolean => env[name] !== undefined && env[name] !== '';

function sourceOf({ environment, sharedFiles }: Machine, code: CodeFacts | undefined): string {
  const found = (rule: string): boolean => code?.findings.some(f => f.code === rule && f.severity === 'error') === true;
  if (found('static-credentials')) return 'the static credentials in the provider block';
  if (found('provider-profile')) return 'the profile that the provider block names';
  const { origin, problem } = identityOfTerraform(environment, sharedFiles, undefined);
  return origin === undefined ? `nothing: ${(problem?.message ?? '').replace(/\.$/, '')}` : originText(origin);
}
