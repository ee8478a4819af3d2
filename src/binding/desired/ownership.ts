/** The tags by which we know again what we made. IAM tag keys may hold letters, digits and `_.:/=+-@`. */
export const managedByTag = 'tfc-oidc:managed-by';
export const managedByValue = 'configure-tfc-oidc';
/** Ids do not change when names do: they tell a rename from a stranger. */
export const workspaceIdTag = 'tfc-oidc:workspace-id';
/** `ORGANIZATION/WORKSPACE`, for people; decides only where the id is not known. */
export const workspaceNameTag = 'tfc-oidc:workspace';

/** The description of a role that we made: what its runs are, and of which workspaces. */
export function roleDescription(use: 'run' | 'plan' | 'apply', organization: string, workspaces: string): string {
  const what = use === 'run' ? 'runs' : use === 'plan' ? 'plans' : 'applies';
  return `HCP Terraform ${what} of ${organization}: ${workspaces}`.slice(0, 1000);
}

/** Is a description one of ours, of whichever workspaces? */
export const isGenerated = (description: string): boolean =>
  /^HCP Terraform (?:runs|plans|applies) of [\w-]*: /.test(description);
