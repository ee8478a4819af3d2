import { unwrap } from '../../core/problem';
import { addCloudBlock, type WorkspaceChoice } from '../../binding/code/cloudBlock';
import { remoteToCloud } from '../../binding/code/remoteToCloud';
import { CodeDraft } from '../../binding/code/draft';
import { readWorkspace } from '../../hcp/workspace/read';
import { lintRoot } from '../../lint/lint';
import { hostname as hostName, organizationName, projectName, workspaceName } from '../../oidc/names';
import type { Root } from '../../terraform/model';
import { onlyRoot, showAndWrite } from '../codeChanges';
import { nodeFiles } from '../files';
import { HcpSessions } from '../binding/hcpSession';
import { readTerraformFolder } from '../terraformFolder';
import { type CliContext, command } from '../command';
import { flag, host, list, text, textOrJson, UsageError, type Values } from '../option';

const cloudOptions = {
  organization: text('ORG', 'organization'),
  workspace: text('NAME', 'workspace'),
  tags: list('A,B', 'workspaces with all of these tags, or KEY=VALUE,… (Terraform 1.10), in place of one name'),
  project: text('PROJECT', 'filter, and place for new workspaces; an existing workspace needs none'),
  hostname: host('HOST', 'default app.terraform.io'),
  'from-remote': flag(
    'turn the backend "remote" into a cloud block. A prefix has no place there: give --tags or --workspace',
  ),
  yes: flag('write the files; without it the difference is shown'),
  format: textOrJson,
} as const;

type CloudValues = Values<typeof cloudOptions>;

export const cloud = command({
  name: 'cloud',
  group: 'Code',
  summary: 'give a root a cloud block, or turn its backend "remote" into one; shows the difference first',
  operands: '[PATH]',
  about: `Writes a cloud block for a workspace of an organization into a root that has none. With --from-remote, or where the root has a backend "remote", turns that block into a cloud block. "terraform init" comes afterwards: it asks whether to move state that was kept elsewhere.`,
  options: cloudOptions,
  report: 'JSON: { "changes": [{ "file", "title", "diff" }], "notes", "written" }',
  exits: { 0: 'written, or nothing to do', 1: 'not written (--yes is missing)', 2: 'could not run' },
  async run(context, { values, positionals }) {
    const json = values.format === 'json';
    const folder = await readTerraformFolder(context, positionals);
    const root = onlyRoot(folder, folder.project);
    const remote = values['from-remote'] || root.cloud.kind === 'remote';
    const { made, title, notes } = remote
      ? {
          made: unwrap(remoteToCloud(root, remoteChoice(values))),
          title: 'Turn backend "remote" into a cloud block',
          notes: [],
        }
      : await fromChoice(context, root, values);
    const draft = new CodeDraft(nodeFiles);
    draft.write([made]);
    const findings = lintRoot(root, { environment: context.env });
    return showAndWrite(
      context,
      folder,
      draft.changes(file => `${title} in ${folder.name(file.path)}`, findings),
      { yes: values.yes, json, notes, next: 'Run "terraform init" now.' },
    );
  },
});

function workspaces(values: CloudValues): WorkspaceChoice | undefined {
  const name = values.workspace;
  const tags = values.tags.flatMap(t => t.split(',').map(part => part.trim()));
  if (name !== undefined && tags.length > 0) throw new UsageError('give --workspace or --tags, not both');
  if (name !== undefined) return { by: 'name', name: unwrap(workspaceName(name)) };
  if (tags.length === 0) return undefined;
  if (tags.includes('')) throw new UsageError('--tags holds an empty tag');
  const pairs = tags.map(tag => tag.split(/=(.*)/s, 2));
  const keyed = pairs.filter(([, value]) => value !== undefined).length;
  if (keyed > 0 && keyed < tags.length) throw new UsageError('--tags takes tags, or KEY=VALUE, not a mixture');
  return {
    by: 'tags',
    tags: keyed > 0 ? Object.fromEntries(pairs.map(([key, value]) => [key ?? '', value ?? ''])) : tags,
  };
}

function remoteChoice(values: CloudValues): Parameters<typeof remoteToCloud>[1] {
  const chosen = workspaces(values);
  const organization = values.organization;
  return {
    ...(chosen !== undefined && { workspaces: chosen }),
    ...(organization !== undefined && { organization: unwrap(organizationName(organization)) }),
  };
}

async function fromChoice(
  context: CliContext,
  root: Root,
  values: CloudValues,
): Promise<{
  readonly made: Parameters<CodeDraft['write']>[0][number];
  readonly title: string;
  readonly notes: readonly string[];
}> {
  const organization = values.organization;
  const chosen = workspaces(values);
  if (organization === undefined || chosen === undefined)
    throw new UsageError('--organization and --workspace (or --tags) are needed');
  const project = values.project;
  const host = unwrap(hostName(values.hostname ?? 'app.terraform.io'));
  const made = unwrap(
    addCloudBlock(root, {
      hostname: host,
      organization: unwrap(organizationName(organization)),
      workspaces: chosen,
      ...(project !== undefined && { project: unwrap(projectName(project)) }),
    }),
  );
  const notes = chosen.by === 'name' ? await existence(context, host, organization, chosen.name) : [];
  return { made, title: 'Add a cloud block', notes };
}

/** Is there such a workspace? Asked only with a token that is there already; what can't be asked is no obstacle. */
async function existence(
  context: CliContext,
  host: string,
  organization: string,
  workspace: string,
): Promise<readonly string[]> {
  const { client } = await new HcpSessions(context).find(host, undefined);
  if (client === undefined) return [`There is no token for ${host}, so it was not asked whether ${workspace} exists.`];
  const found = await readWorkspace(client, organization, workspace, context.signal);
  if (found.ok) return [`${organization}/${workspace} is in project "${found.value.project.name}".`];
  return [`${found.problem.message} "terraform init" makes a workspace that does not exist.`];
}
