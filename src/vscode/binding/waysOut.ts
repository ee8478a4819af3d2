import * as vscode from 'vscode';
import { wayOutOf } from '../../board/wayOut';
import { editDistance } from '../../core/editDistance';
import { ProblemError, unwrap } from '../../core/problem';
import { uriPart } from '../../core/text';
import type { HcpClient } from '../../hcp/client/client';
import { listOrganizations, listWorkspaces } from '../../hcp/workspace/read';
import type { BindingStore } from '../board/bindingStore';
import { valueText, workspacesText } from '../../terraform/cloudText';
import type { HcpConnections } from '../hcp';
import { pickRoot, type RowTarget } from '../pickers';
import { problemText } from '../problemText';
import { withProgress } from '../progress';
import type { AnalysedRoot, ProjectStore } from '../projectStore';

/** So many names of a long list are shown; the nearest come first. */
const shownNames = 50;

interface Names {
  readonly what: 'workspaces' | 'organizations';
  readonly wanted: string;
  readonly organization: string;
  readonly names: readonly string[];
}

/** What leads on where something could not be read: names that are like the one in the code, and who can give a permission. */
export class WaysOut {
  constructor(
    private readonly store: ProjectStore,
    private readonly bindings: BindingStore,
    private readonly connections: HcpConnections,
  ) {}

  /** Where a workspace or an organization was not found: those that there are, like names first. Choosing one opens its page. */
  async likeNames(target: RowTarget): Promise<void> {
    const analysed = target?.analysed ?? (await pickRoot(this.store, 'Which Terraform root?'));
    if (analysed === undefined) return;
    const { cloud } = analysed.root;
    const host = cloud.hostname.state === 'known' ? cloud.hostname.value : 'app.terraform.io';
    const found = await withProgress(`Asking ${host} what there is`, async signal => {
      const client = unwrap(await this.connections.open(host, cloud, signal));
      return namesOf(client, analysed, signal);
    });
    const names = [...found.names].sort((a, b) => distance(a, found.wanted) - distance(b, found.wanted));
    if (names.length === 0)
      throw new ProblemError({
        code: 'no-names',
        message:
          found.what === 'organizations'
            ? `The token shows no organization on ${host}.`
            : `The token shows no workspace of organization ${found.organization} on ${host}.`,
        nextStep: 'Sign in as somebody who may see it, or ask an owner of the organization.',
      });
    const title =
      found.what === 'organizations'
        ? `The code says "${found.wanted}"; these organizations are there`
        : `The code says "${found.wanted}"; these workspaces are there`;
    const chosen = await vscode.window.showQuickPick(names.slice(0, shownNames), {
      title,
      placeHolder: 'Enter copies the name and shows the place in the code',
    });
    if (chosen === undefined) return;
    await vscode.env.clipboard.writeText(chosen);
    if (cloud.kind !== 'none' && cloud.kind !== 'stack' && cloud.location !== undefined)
      await vscode.commands.executeCommand('tfcOidc.openLocation', cloud.location);
    void vscode.window.showInformationMessage(`"${chosen}" is in the clipboard.`);
  }

  /** What was refused, which permission it takes, and who can give it. */
  async explainPermission(target: RowTarget): Promise<void> {
    const analysed = target?.analysed ?? (await pickRoot(this.store, 'Which Terraform root?'));
    if (analysed === undefined) return;
    const workspaces =
      target?.checked === undefined ? (this.bindings.of(analysed)?.workspaces ?? []) : [target.checked];
    const problems = workspaces.flatMap(({ facts }) =>
      [facts.workspace, facts.variables, facts.run, facts.account].flatMap(f =>
        f.state === 'unknown' && f.problem !== undefined ? [f.problem] : [],
      ),
    );
    const status = this.bindings.of(analysed)?.problem;
    const all = status === undefined ? problems : [status, ...problems];
    // A permission may also be why something does not seem to exist.
    const refused = ['permission', 'names'].flatMap(kind => all.filter(p => wayOutOf(p)?.kind === kind));
    const [problem] = refused;
    const [other] = all;
    // What is in the way is no permission: it has a way out of its own.
    if (problem === undefined && other !== undefined) throw new ProblemError(other);
    if (problem === undefined) {
      void vscode.window.showInformationMessage('Nothing was refused in the last check of this root.');
      return;
    }
    const page = 'Open Team Access';
    const again = 'Try Again';
    const [first] = workspaces;
    const answer = await vscode.window.showWarningMessage(
      'A permission is missing',
      { modal: true, detail: [problemText(problem), permissionText(problem.message)].join('\n\n') },
      ...(first === undefined ? [] : [page]),
      again,
    );
    if (answer === again) await this.bindings.check([analysed]);
    else if (answer === page && first !== undefined) {
      const path = ['app', first.organization, 'workspaces', first.workspace, 'settings', 'access'];
      const url = `https://${first.hostname}/${path.map(uriPart).join('/')}`;
      await vscode.env.openExternal(vscode.Uri.parse(url));
    }
  }
}

/**
 * Which permission a refused request takes (https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/permissions),
 * and who can give it.
 */
function permissionText(message: string): string {
  if (/varsets?/.test(message))
    return 'It takes the organization permission "Manage all workspaces", or "Read" on the project that owns the variable set. An owner of the organization can give it.';
  if (/\/vars/.test(message))
    return 'It takes the workspace permission "Variables: read". An admin of the workspace or of its project, or an owner of the organization, can give it.';
  if (/\/runs/.test(message))
    return 'It takes the workspace permission "Runs: read". An admin of the workspace or of its project, or an owner of the organization, can give it.';
  return 'An admin of the workspace or of its project, or an owner of the organization, can give it.';
}

/** Workspaces of the organization; the organizations, where that one is not there. */
async function namesOf(client: HcpClient, { root }: AnalysedRoot, signal: AbortSignal): Promise<Names> {
  const organization = valueText(root.cloud.organization);
  if (root.cloud.organization.state === 'known') {
    const listed = await listWorkspaces(client, organization, {}, signal);
    if (listed.ok) {
      const wanted = workspacesText(root.cloud);
      return { what: 'workspaces', wanted, organization, names: listed.value.map(w => w.name) };
    }
    if (listed.problem.code !== 'hcp-not-found') throw new ProblemError(listed.problem);
  }
  const names = unwrap(await listOrganizations(client, signal));
  return { what: 'organizations', wanted: organization, organization, names };
}

const distance = (a: string, b: string): number => editDistance(a.toLowerCase(), b.toLowerCase());
