import * as vscode from 'vscode';
import type { PolicyJson } from '../../binding/desired/desired';
import { plainJson } from '../../iam/policy/node';
import type { PolicyChoice } from './choices';

/** Where a policy that is typed in the editor is kept until it is used. */
export interface PolicyPlaces {
  readonly drafts: vscode.Uri;
}

/** A policy of a file that a person chooses. */
export async function policyFromFile(use: 'plan' | 'apply'): Promise<PolicyChoice | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title: use === 'plan' ? 'Policy for plans' : 'Policy for applies',
      filters: { JSON: ['json', 'jsonc'] },
    })) ?? [];
  if (file === undefined) return undefined;
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  return inline(text, vscode.workspace.asRelativePath(file));
}

/** Opens a draft in an editor of its own; it is used as it stands when the person says so. */
export async function writtenPolicy(
  workspace: string,
  use: 'plan' | 'apply',
  places: PolicyPlaces,
): Promise<PolicyChoice | undefined> {
  const name = `${workspace.replace(/[^\w.-]+/g, '-')}-${use}.iam-policy.json`;
  const file = vscode.Uri.joinPath(places.drafts, name);
  const exists = await vscode.workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
  if (!exists) {
    const skeleton = {
      Version: '2012-10-17',
      Statement: [{ Sid: 'Example', Effect: 'Allow', Action: ['s3:GetObject'], Resource: [] }],
    };
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(`${JSON.stringify(skeleton, null, 2)}\n`));
  }
  const document = await vscode.workspace.openTextDocument(file);
  await vscode.window.showTextDocument(document, { preview: false });
  const useIt = 'Use This Policy';
  const answer = await vscode.window.showInformationMessage(
    'Write the policy, then go on with it. It is shown again before anything is changed.',
    useIt,
  );
  if (answer !== useIt) return undefined;
  await document.save();
  return inline(document.getText(), name);
}

/** A text as a policy, or a message that says what it lacks. */
function inline(text: string, from: string): PolicyChoice | undefined {
  const value = plainJson(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && 'Statement' in value)
    return { kind: 'inline', document: value as PolicyJson, from };
  void vscode.window.showErrorMessage(
    `${from} holds no policy: a policy is a JSON object with Version and Statement. Choose again.`,
  );
  return undefined;
}
