import type { Identity, SubjectKind } from '../../oidc/subject';

/** The tags by which we know again what we made. IAM tag keys may hold letters, digits and `_.:/=+-@`. */
export const managedByTag = 'tfc-oidc:managed-by';
export const managedByValue = 'configure-tfc-oidc';
/** Ids do not change when names do: they tell a rename from a stranger. */
export const workspaceIdTag = 'tfc-oidc:workspace-id';
/** `ORGANIZATION/WORKSPACE`, for people; decides only where the id is not known. */
export const workspaceNameTag = 'tfc-oidc:workspace';

/** The tag with the name of what a role was made for, by its kind: `ORGANIZATION/WORKSPACE`, `ORGANIZATION/PROJECT/STACK/DEPLOYMENT`, `ORGANIZATION/MODULE`. */
export const nameTags: Readonly<Record<SubjectKind, string>> = {
  workspace: workspaceNameTag,
  stack: 'tfc-oidc:deployment',
  'module-test': 'tfc-oidc:module',
};

/** That name of a binding. Names of Stacks are unique in a project only. */
export function madeForName(identity: Identity): string {
  switch (identity.kind) {
    case 'workspace':
      return `${identity.organization}/${identity.workspace}`;
    case 'stack':
      return `${identity.organization}/${identity.project}/${identity.stack}/${identity.deployment}`;
    case 'module-test':
      return `${identity.organization}/${identity.module}`;
  }
}

/** What a role was made for, by its tags; `undefined` where they do not tell. */
export function madeFor(
  tags: Readonly<Record<string, string>>,
): { readonly kind: SubjectKind; readonly name: string } | undefined {
  for (const kind of ['workspace', 'stack', 'module-test'] as const) {
    const name = tags[nameTags[kind]];
    if (name !== undefined) return { kind, name };
  }
  return undefined;
}

/** The description of a role that we made: what its runs are, and of which bindings. */
export function roleDescription(use: 'run' | 'plan' | 'apply', organization: string, names: string): string {
  const what = use === 'run' ? 'runs' : use === 'plan' ? 'plans' : 'applies';
  return `HCP Terraform ${what} of ${organization}: ${names}`.slice(0, 1000);
}

/** Is a description one of ours, of whichever bindings? */
export const isGenerated = (description: string): boolean =>
  /^HCP Terraform (?:runs|plans|applies) of [\w-]*: /.test(description);
