import type { Problem } from '../../core/problem';
import { uriPart } from '../../core/text';
import type { HcpClient } from '../client/client';
import type { WorkspaceFilter } from './read';

/** By what workspaces were looked for, as it follows "no workspace". */
export const filterInWords = (filter: WorkspaceFilter): string =>
  filter.tags !== undefined
    ? ' with the tags of the block'
    : filter.prefix !== undefined && filter.prefix !== ''
      ? ' with the prefix of the block'
      : filter.projectId !== undefined
        ? ' of that project'
        : '';

/**
 * What an empty list of workspaces means. A host gives one for an organization without workspaces, for a token that may read none of
 * them, and some hosts for a name that is misspelt: so the organization itself is asked for. `which`: see `filterInWords`.
 */
export async function noWorkspaces(
  client: HcpClient,
  organization: string,
  which: string,
  signal: AbortSignal,
): Promise<Problem> {
  const { hostname } = client;
  const asked = await client.one(`/organizations/${uriPart(organization)}`, {}, signal);
  if (asked.ok)
    return {
      code: 'no-workspace-found',
      message: `Organization ${organization} exists on ${hostname}, but no workspace${which} that the token's user may read.`,
      nextStep:
        which === ''
          ? `Check that ${organization} is the organization you mean, and use a token that may read its workspaces.`
          : `Check that ${organization} is the organization you mean, make the workspace ("terraform init" does), or use a token that may read it.`,
    };
  if (asked.problem.status === 404)
    return {
      ...asked.problem,
      message: `Organization ${organization} does not exist on ${hostname}, or the token's user may not see it: HCP Terraform gives the same answer for both. It may be misspelt.`,
      nextStep:
        'Compare the name of the organization letter by letter with its address in the browser, then check the token.',
    };
  return {
    ...asked.problem,
    message: `No workspace of organization ${organization}${which} was found, and the organization itself could not be asked for: ${asked.problem.message}`,
  };
}
