import { unwrap } from '../../core/problem';
import { CodeDraft } from '../../binding/code/draft';
import { mapProviders as planMapping } from '../../binding/code/providerMapping';
import { type TaggedConfigurations, taggedConfigurations } from '../../binding/gather/workspacesOf';
import { proposedTags } from '../../lint/everywhere';
import { lintRoot } from '../../lint/lint';
import { targets, workspaceOptions, type WorkspaceValues } from '../binding/checkedBindings';
import { onlyRoot, showAndWrite } from '../codeChanges';
import { nodeFiles } from '../files';
import { HcpSessions } from '../binding/hcpSession';
import { readTerraformFolder, type TerraformFolder } from '../terraformFolder';
import { type CliContext, command } from '../command';
import { flag, list, textOrJson, UsageError } from '../option';

export const mapProviders = command({
  name: 'map-providers',
  group: 'Code',
  summary: 'map provider blocks to tagged configurations (tfc_aws_dynamic_credentials); shows the difference first',
  operands: '[PATH]',
  about: `As soon as a workspace has a tagged configuration (TFC_AWS_PROVIDER_AUTH_TAG), every provider block has to say which one it uses, the default one too. Writes that: the block without an alias uses the default configuration, one with an alias the tag of its own name, any other the default as it does today, once --map says so; a tag that no block uses gets a block. Blocks of child modules below the folder are mapped too, and the calls hand the variable on. Declares tfc_aws_dynamic_credentials.`,
  options: {
    tag: list(
      'TAG',
      "a tag of the workspace (default: the tags of the workspace's variables, read from HCP Terraform)",
    ),
    map: list('ALIAS=TAG', 'for the provider with this alias ("default" is the configuration without a tag)'),
    ...workspaceOptions,
    yes: flag('write the files; without it the difference is shown'),
    format: textOrJson,
  },
  report: 'JSON: { "changes": [{ "file", "title", "diff" }], "notes", "written" }',
  exits: {
    0: 'written, or nothing to do',
    1: 'not written: --yes is missing, or an alias fits no tag and --map does not name it',
    2: 'could not run',
  },
  async run(context, { values, positionals }) {
    const json = values.format === 'json';
    const folder = await readTerraformFolder(context, positionals);
    const root = onlyRoot(folder, folder.project);
    const given = values.tag;
    const { tags, off } = given.length > 0 ? { tags: given, off: [] } : await tagsOfWorkspaces(context, values, folder);
    const { texts, notes, open } = unwrap(planMapping(root, { tags, aliases: aliases(values) }));
    const draft = new CodeDraft(nodeFiles);
    draft.write(texts);
    const changes = draft.changes(
      file => `Map providers in ${folder.name(file.path)}`,
      lintRoot(root, { environment: context.env }),
    );
    const none = tags.length + off.length === 0 ? [withoutTags(proposedTags(root))] : [];
    const left = off.map(tag => `Configuration ${tag} is left out: TFC_AWS_PROVIDER_AUTH_${tag} is not true.`);
    const asked = open.length > 0 && values.yes ? [whichConfiguration(open)] : [];
    const all = [...none, ...left, ...notes, ...asked];
    return showAndWrite(context, folder, changes, { yes: values.yes && asked.length === 0, json, notes: all });
  },
});

/** Nothing goes to the default account without a word. */
const whichConfiguration = (open: readonly string[]): string =>
  `Say first which configuration these use: ${open.map(alias => `--map ${alias}=TAG`).join(', ')}; "default" stands for the one without a tag.`;

function withoutTags(proposed: readonly string[]): string {
  const none = 'The workspace has no tagged configuration.';
  if (proposed.length === 0) return none;
  return `${none} The code speaks as several AWS identities: set up ${proposed.map(tag => `tag ${tag} (tfc-oidc configure --tag ${tag})`).join(', ')}, then map the provider blocks.`;
}

function aliases(values: { readonly map: readonly string[] }): Readonly<Record<string, string>> {
  return Object.fromEntries(
    values.map.map(given => {
      const match = /^([^=]+)=(\w+)$/.exec(given);
      if (match === null) throw new UsageError(`--map takes ALIAS=TAG; it was "${given}"`);
      return [match[1] ?? '', match[2] ?? ''];
    }),
  );
}

/** All tags that the effective variables of the root's workspaces have. */
async function tagsOfWorkspaces(
  context: CliContext,
  values: WorkspaceValues,
  folder: TerraformFolder,
): Promise<TaggedConfigurations> {
  const sessions = new HcpSessions(context);
  const found = await targets(context, values, folder, sessions);
  if (found.length === 0) throw new UsageError('no workspace is named; give --tag, or --organization and --workspace');
  const read: TaggedConfigurations[] = [];
  for (const target of found) {
    const client = await sessions.open(target.hostname, target.root?.cloud);
    const which = { by: 'name', name: target.workspace } as const;
    read.push(unwrap(await taggedConfigurations(client, target.organization, which, context.signal)));
  }
  const tags = [...new Set(read.flatMap(r => r.tags))].sort();
  return { tags, off: [...new Set(read.flatMap(r => r.off))].filter(tag => !tags.includes(tag)) };
}
