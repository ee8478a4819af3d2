/** The tags by which we know again what we made. IAM tag keys may hold letters, digits and `_.:/=+-@`. */
export const managedByTag = 'tfc-oidc:managed-by';
export const managedByValue = 'configure-tfc-oidc';
/** Ids do not change when names do: they tell a rename from a stranger. */
export const workspaceIdTag = 'tfc-oidc:workspace-id';
/** `ORGANIZATION/WORKSPACE`, for people; decides only where the id is not known. */
export const workspaceNameTag = 'tfc-oidc:workspace';
