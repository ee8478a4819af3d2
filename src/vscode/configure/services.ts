import * as fs from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { CodeFiles } from '../../binding/apply/code';
import { planRootCode } from '../../binding/code/planRoot';
import type { JournalStore } from '../../binding/journal/journal';
import { withLock } from '../../binding/journal/lock';
import { type CheckedMember, readingClient, type SetupServices, type UseCaseServices } from '../../binding/setup';
import { ProblemError, unwrap } from '../../core/problem';
import { realWait } from '../../hcp/client/limiter';
import { thisProcess } from '../../node/thisProcess';
import { sharedFolder } from '../binding/journals';
import type { BindingStore } from '../board/bindingStore';
import type { HcpConnections } from '../hcp';
import type { AnalysedRoot, ProjectStore } from '../projectStore';
import type { ChosenAccount } from '../aws';
import { type EditorUi, stageTitle } from './surface';
import { planStackWiring } from '../../binding/code/planWiring';

/** What use cases of the editor work with. */
export interface UseCaseParts {
  readonly journals: JournalStore;
  readonly connections: HcpConnections;
  readonly env: NodeJS.ProcessEnv;
}

/** Runs what takes long, below a notification or on a page. */
export type During = UseCaseServices['during'];

export const belowNotification =
  (ui: Pick<EditorUi, 'progress'>): During =>
  (stage, workspaces, work) =>
    ui.progress(stageTitle(stage, workspaces), work);

export function useCaseServices({ journals, connections, env }: UseCaseParts, during: During): UseCaseServices {
  return {
    journals,
    // In the windows of the editor and on the command line.
    locked: async (subject, work) =>
      unwrap(await withLock(fs, sharedFolder(env), path.join, subject, thisProcess(), work)),
    client: (hostname, signal) => connections.open(hostname, undefined, signal),
    files: editorFiles,
    during,
    now: Date.now,
    wait: realWait,
  };
}

interface SetupParts extends UseCaseParts {
  readonly store: ProjectStore;
  readonly bindings: BindingStore;
}

/** What is read back goes into the sidebar. `opened`: the account with its alias, as the profile step has it. */
export function setupServices(
  parts: SetupParts,
  during: During,
  analysed: AnalysedRoot,
  opened: ChosenAccount | undefined,
): SetupServices {
  const { store, bindings, env } = parts;
  const current = async (): Promise<AnalysedRoot> => {
    await store.refresh();
    return store.all().find(r => r.root.dir === analysed.root.dir) ?? analysed;
  };
  return {
    ...useCaseServices(parts, during),
    check: async (members, read) => {
      if (opened !== undefined) bindings.useAccount({ ...opened, account: read?.account ?? opened.account });
      // Just these, by the names that were chosen: the code may name none, or a hundred.
      const checked = await bindings.checkPlaces(
        await current(),
        members.flatMap(({ place, hcp }) =>
          'workspace' in place ? [{ ...place, ...(!('notAsked' in hcp) && { client: readingClient(hcp) }) }] : [],
        ),
      );
      return checked.map((c): CheckedMember => ({ ...c, place: placeOf(c) }));
    },
    planCode: async ([root], { mappingOnly }, signal) => {
      const { root: now, findings, folder } = await current();
      const boundary = folder.uri.toString();
      return planRootCode(
        { host: store.reader.afresh(), env, boundary },
        { root: now, findings },
        { tags: root?.tags ?? [], fixes: !mappingOnly },
        file => nameOf(file.path),
        signal,
      );
    },
    planWiring: async (_root, choice, signal) => {
      const { root, findings, folder } = await current();
      const files = { host: store.reader.afresh(), env, boundary: folder.uri.toString() };
      return planStackWiring(files, { root, findings }, choice, file => nameOf(file.path), signal);
    },
  };
}

/** A file's name within the window. */
export const nameOf = (file: string): string => vscode.workspace.asRelativePath(vscode.Uri.parse(file, true), false);

const placeOf = ({ hostname, organization, workspace }: CheckedMember['place']): CheckedMember['place'] => ({
  hostname,
  organization,
  workspace,
});

/** Files as the editor has them, unsaved text included; what is written is saved at once. */
const editorFiles: CodeFiles = {
  async read(file) {
    try {
      return (await vscode.workspace.openTextDocument(vscode.Uri.parse(file, true))).getText();
    } catch (error) {
      if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return undefined;
      throw error;
    }
  },
  async write(file, text) {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(file, true));
    const edit = new vscode.WorkspaceEdit();
    const all = new vscode.Range(document.positionAt(0), document.positionAt(document.getText().length));
    edit.replace(document.uri, all, text);
    if (!(await vscode.workspace.applyEdit(edit, { isRefactoring: true })))
      throw new ProblemError({
        code: 'edit-refused',
        message: 'The editor did not take the edits. Nothing was written.',
        nextStep: 'Close dialogs that are open, then run the command again.',
      });
    await document.save();
  },
};
