import { defaultHostname, hostname, organizationName, projectName, stackName } from '../../oidc/names';
import { type CloudSettings, knownValue } from '../../terraform/model';
import type { StackNames } from '../checks/stack/underCheck';

/** Names of a Stack as options or a person give them; what is left out is taken from the environment of Terraform's own CLI. */
export interface GivenStackNames {
  readonly hostname?: string | undefined;
  readonly organization?: string | undefined;
  readonly project?: string | undefined;
  readonly stack?: string | undefined;
}

/**
 * What the subjects of a Stack are made of: the names that were given, else those of TF_STACKS_ORGANIZATION_NAME,
 * TF_STACKS_PROJECT_NAME, TF_STACKS_STACK_NAME and TF_STACKS_HOSTNAME (hashicorp/terraform internal/command/stacks.go). `missing`
 * tells which of them nobody named; a name that can be none is one of them.
 */
export function stackNamesOf(
  cloud: CloudSettings | undefined,
  given: GivenStackNames = {},
): { readonly names: StackNames } | { readonly missing: readonly ('organization' | 'project' | 'stack')[] } {
  const organization = organizationName(given.organization ?? knownValue(cloud?.organization) ?? '');
  const project = projectName(given.project ?? knownValue(cloud?.project) ?? '');
  const stack = stackName(given.stack ?? knownValue(cloud?.stack) ?? '');
  if (organization.ok && project.ok && stack.ok)
    return {
      names: {
        hostname: stackHost(cloud, given.hostname),
        organization: organization.value,
        project: project.value,
        stack: stack.value,
      },
    };
  const missing = [
    ...(organization.ok ? [] : (['organization'] as const)),
    ...(project.ok ? [] : (['project'] as const)),
    ...(stack.ok ? [] : (['stack'] as const)),
  ];
  return { missing };
}

/** The host of the Stack's API. */
export function stackHost(cloud: CloudSettings | undefined, given: string | undefined): string {
  const host = hostname(given ?? knownValue(cloud?.hostname) ?? defaultHostname);
  return host.ok ? host.value : defaultHostname;
}
