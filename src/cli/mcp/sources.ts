import type { AgentBindings, AgentRoot, AgentSources } from '../../binding/agents/answers';
import type { PermissionKnowledge } from '../../binding/agents/policyAnswers';
import type { Location } from '../../core/text';
import { readMapping } from '../../iam/needs/mapping';
import { lintRoot } from '../../lint/lint';
import { checkBindings } from '../binding/checkedBindings';
import type { CliContext } from '../command';
import { permissionData, resourceReference } from '../permissionData';
import { readTerraformFolder, type TerraformFolder } from '../terraformFolder';

export interface McpValues {
  readonly profile: string | undefined;
  readonly region: string | undefined;
  readonly journal: string | undefined;
}

let knowledge: PermissionKnowledge | undefined;

/** What one call of a tool reads: the files as they are now. */
export class McpSources implements AgentSources {
  private reading: Promise<TerraformFolder> | undefined;
  private folder: TerraformFolder | undefined;

  constructor(
    private readonly context: CliContext,
    private readonly values: McpValues,
    private readonly positionals: readonly string[],
  ) {}

  async roots(): Promise<readonly AgentRoot[]> {
    this.reading ??= readTerraformFolder(this.context, this.positionals);
    const folder = (this.folder = await this.reading);
    const severities = folder.settings?.severities ?? {};
    return folder.project.roots.map(root => ({
      label: folder.name(root.dir),
      root,
      findings: lintRoot(root, { environment: this.context.env, severities }),
    }));
  }

  place(location: Location): string {
    const { folder } = this;
    return folder === undefined ? '' : `${folder.name(location.file)}:${folder.range(location).start.line + 1}`;
  }

  async bindings(roots: readonly AgentRoot[]): Promise<readonly AgentBindings[]> {
    const { folder } = this;
    if (folder === undefined) return [];
    const wanted = { ...folder, project: { ...folder.project, roots: roots.map(r => r.root) } };
    const values = {
      ...this.values,
      organization: undefined,
      workspace: [],
      hostname: undefined,
      issuer: undefined,
      'read-state': false,
    };
    const read = await checkBindings(this.context, values, wanted);
    return roots.map(({ label, root }) => {
      const workspaces = read.filter(b => b.root === root);
      return {
        label,
        workspaces,
        ...(workspaces.length === 0 && { unread: 'No cloud block of it names a workspace that could be read.' }),
      };
    });
  }

  knowledge(): Promise<PermissionKnowledge> {
    knowledge ??= { reference: resourceReference(), mapping: readMapping(permissionData('terraform.json.gz')) };
    return Promise.resolve(knowledge);
  }
}
