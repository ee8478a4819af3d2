import { fail, ok, type Result } from '../../core/problem';
import type { HcpClient } from '../../hcp/client/client';
import { credentialFacts } from '../../hcp/variables/credentials';
import { readVariables } from '../../hcp/variables/read';
import { filterInWords, noWorkspaces } from '../../hcp/workspace/none';
import { listWorkspaces, readWorkspace, type WorkspaceFilter } from '../../hcp/workspace/read';
import type { CloudSettings, Value } from '../../terraform/model';

/** Where the workspaces of a root are, and which. */
export interface NamedWorkspaces {
  readonly hostname: string;
  readonly organization: string;
  readonly which:
    { readonly by: 'name'; readonly name: string } | { readonly by: 'list'; readonly filter: WorkspaceFilter };
}

/**
 * The workspaces that a `cloud` block or `backend "remote"` names. What it leaves open is said: without a selector it does not mean all
 * workspaces of the organization.
 */
export function workspacesOf(cloud: CloudSettings): Result<NamedWorkspaces> {
  const { hostname, organization, workspaces: w } = cloud;
  if (hostname.state !== 'known')
    return open('hostname-unknown', 'host', hostname, 'Write the hostname into the block, or set TF_CLOUD_HOSTNAME.');
  if (organization.state !== 'known')
    return open(
      'organization-unknown',
      'organization',
      organization,
      cloud.kind === 'remote'
        ? 'Write the organization into the block.'
        : 'Write the organization into the block, or set TF_CLOUD_ORGANIZATION.',
    );
  const at = { hostname: hostname.value, organization: organization.value };
  switch (w.by) {
    case 'name':
      if (w.name.state !== 'known') return open('workspace-unknown', 'workspace', w.name, writeIt);
      return ok({ ...at, which: { by: 'name', name: w.name.value } });
    case 'tags':
      if (w.tags.state !== 'known') return open('tags-unknown', 'tags of the workspaces', w.tags, writeIt);
      return ok({ ...at, which: { by: 'list', filter: { tags: w.tags.value } } });
    case 'prefix':
      if (w.prefix.state !== 'known') return open('prefix-unknown', 'prefix of the workspaces', w.prefix, writeIt);
      return ok({ ...at, which: { by: 'list', filter: { prefix: w.prefix.value } } });
    case 'nothing':
      return fail({
        code: 'workspace-not-named',
        message: 'The cloud block does not say which workspaces it is for.',
        nextStep:
          cloud.kind === 'remote' ? 'Write the name into it.' : 'Write a name or tags into it, or set TF_WORKSPACE.',
      });
  }
}

/** Tags of configurations, sorted. HCP Terraform gives a provider no credentials of one that is `off`. */
export interface TaggedConfigurations {
  readonly tags: readonly string[];
  readonly off: readonly string[];
}

/**
 * The tagged configurations that these workspaces have (`TFC_AWS_PROVIDER_AUTH_TAG`). Where there is no such workspace, or one of them
 * can't be read, that is the answer: empty lists mean that all were read.
 */
export async function taggedConfigurations(
  client: HcpClient,
  organization: string,
  which: NamedWorkspaces['which'],
  signal: AbortSignal,
): Promise<Result<TaggedConfigurations>> {
  const listed =
    which.by === 'name'
      ? await readWorkspace(client, organization, which.name, signal)
      : await listWorkspaces(client, organization, which.filter, signal);
  if (!listed.ok) return listed;
  const workspaces = 'id' in listed.value ? [listed.value] : listed.value;
  if (workspaces.length === 0)
    return fail(
      await noWorkspaces(client, organization, which.by === 'list' ? filterInWords(which.filter) : '', signal),
    );
  const tags = new Set<string>();
  const off = new Set<string>();
  for (const workspace of workspaces) {
    const read = await readVariables(client, workspace, signal);
    if (!read.ok) return read;
    for (const { tag, backing, enabled } of credentialFacts(read.value.effective).configurations)
      if (tag !== undefined && backing === 'native') (enabled === 'no' ? off : tags).add(tag);
  }
  return ok({ tags: [...tags].sort(), off: [...off].filter(tag => !tags.has(tag)).sort() });
}

const writeIt = 'Write it into the cloud block as a literal value.';

function open(code: string, what: string, value: Value<unknown>, nextStep: string): Result<never> {
  const why = value.state === 'unknown' ? value.why : 'It is written nowhere.';
  return fail({ code, message: `The ${what} of this root is not known. ${why}`, nextStep });
}
