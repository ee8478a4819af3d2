import * as vscode from 'vscode';
import { type BindingChoices, desiredBinding } from '../../binding/desired/choices';
import { exportAwsCli } from '../../binding/export/awsCli';
import type * as CloudFormation from '../../binding/export/cloudFormation';
import { existingIn, nothing } from '../../binding/export/existing';
import { exportTerraform } from '../../binding/export/terraform';
import type { PreparedBinding } from '../../binding/plan/prepare';
import { ProblemError, unwrap } from '../../core/problem';

/** Shows the setup as code in a new editor, for teams that keep IAM in a repository. */
export async function showExport(binding: BindingChoices, prepared: PreparedBinding | undefined): Promise<void> {
  const kinds = [
    {
      label: 'Terraform',
      description: 'AWS and tfe providers, with import blocks for what exists',
      form: 'terraform' as const,
    },
    { label: 'CloudFormation', description: 'YAML', form: 'cloudformation' as const },
    { label: 'AWS CLI', description: 'a bash script that can be run again', form: 'aws-cli' as const },
  ];
  const chosen = await vscode.window.showQuickPick(kinds, {
    title: 'Export as Code',
    placeHolder: 'In which form?',
    ignoreFocusOut: true,
  });
  if (chosen === undefined) return;
  const desired = prepared === undefined ? desiredBinding(binding) : { ok: true as const, value: prepared.desired };
  if (!desired.ok) throw new ProblemError(desired.problem);
  const existing = prepared === undefined ? nothing : existingIn(prepared.actual);
  const [content, language] =
    chosen.form === 'terraform'
      ? ([exportTerraform(desired.value, existing), 'terraform'] as const)
      : chosen.form === 'cloudformation'
        ? ([unwrap((await cloudFormation()).exportCloudFormation(desired.value, existing)), 'yaml'] as const)
        : ([exportAwsCli(desired.value), 'shellscript'] as const);
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content, language }));
}

/** Brings the YAML library, which is larger than everything else in this folder: loaded for this form only. */
const cloudFormation = (): Promise<typeof CloudFormation> => import('../../binding/export/cloudFormation');
