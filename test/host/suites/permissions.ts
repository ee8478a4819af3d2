import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { actionsAt, activated, codesOf, diagnosticsOf, fileUri } from '../cases/editor';
import { runMocha } from '../mochaRun';

const policyFile = fileUri('network', 'policy.json');
const codeFile = fileUri('network', 'queue.tf');
const policy = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["sqs:SendMesage", "s3:GetObject"],
      "Resource": ["arn:aws:sqs:eu-west-1:123456789012:orders", "arn:aws:s3:::files/*"]
    }
  ]
}
`;
const code = `resource "aws_sqs_queue" "orders" {
  name = "orders"
}

data "aws_iam_policy_document" "send" {
  statement {
    actions   = ["sqs:SendMesage"]
    resources = [aws_sqs_queue.orders.arn]
  }
}
`;

async function opened(uri: vscode.Uri, text: string): Promise<vscode.TextDocument> {
  await vscode.workspace.fs.writeFile(uri, Buffer.from(text));
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document);
  return document;
}

const placeOf = (document: vscode.TextDocument, text: string, more = 0): vscode.Position =>
  document.positionAt(document.getText().indexOf(text) + more);

async function hoverText(document: vscode.TextDocument, position: vscode.Position): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    position,
  );
  return hovers.flatMap(h => h.contents.map(c => (typeof c === 'string' ? c : c.value))).join('\n');
}

export const run = (): Promise<unknown> =>
  runMocha(() => {
    before(activated);
    after(async () => {
      for (const uri of [policyFile, codeFile])
        await vscode.workspace.fs.delete(uri).then(
          () => undefined,
          () => undefined,
        );
    });

    describe('permission policies in JSON', () => {
      it('get findings with fixes while they are typed', async () => {
        const document = await opened(policyFile, policy);
        const [found] = await diagnosticsOf(policyFile, d => d.length === 1);
        assert.ok(found);
        assert.deepEqual(codesOf(policyFile), ['unknown-action']);
        const actions = await actionsAt(document, found.range, 'quickfix');
        const fix = actions.find(a => a.title === 'Change to sqs:SendMessage');
        assert.ok(fix?.edit, actions.map(a => a.title).join(', '));
        await vscode.workspace.applyEdit(fix.edit);
        await diagnosticsOf(policyFile, d => d.length === 0);
        await document.save();
      });

      it('complete actions with level and description, and explain them on hover', async () => {
        const document = await vscode.workspace.openTextDocument(policyFile);
        const inside = placeOf(document, '"s3:GetObject"', '"s3:Get'.length);
        const list = await vscode.commands.executeCommand<vscode.CompletionList>(
          'vscode.executeCompletionItemProvider',
          policyFile,
          inside,
        );
        const item = list.items.find(i => typeof i.label === 'object' && i.label.label === 's3:GetObjectTagging');
        assert.ok(item, `${list.items.length} items`);
        assert.equal(typeof item.label === 'object' ? item.label.description : '', 'Read');
        const text = await hoverText(document, inside);
        assert.match(text, /retrieve objects from Amazon S3/);
        assert.match(text, /Condition keys/);
      });

      it('are told from other JSON', async () => {
        const other = fileUri('network', 'other.json');
        await opened(other, '{ "Statement": "of account", "Action": "none" }');
        const document = await vscode.workspace.openTextDocument(policyFile);
        const edit = new vscode.WorkspaceEdit();
        const start = placeOf(document, 's3:GetObject');
        edit.replace(policyFile, new vscode.Range(start, start.translate(0, 's3:GetObject'.length)), 's3:Nope9');
        await vscode.workspace.applyEdit(edit);
        // Both were open when this one was judged: the other has had its turn.
        await diagnosticsOf(policyFile, d => d.length === 1);
        assert.deepEqual(codesOf(other), []);
        await document.save();
        await vscode.workspace.fs.delete(other);
      });
    });

    describe('Terraform code', () => {
      it('gets findings for policy documents, and lenses that lead to the reasons', async () => {
        const document = await opened(codeFile, code);
        await diagnosticsOf(codeFile, d => d.length === 1);
        assert.deepEqual(codesOf(codeFile), ['unknown-action']);
        const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
          'vscode.executeCodeLensProvider',
          codeFile,
          10,
        );
        const [lens] = lenses.filter(l => l.command?.command === 'tfcOidc.whyPermissions');
        assert.match(lens?.command?.title ?? '', /^\d+ actions in plan, \d+ in apply$/);
        assert.equal(lens?.range.start.line, 0);
        assert.match(await hoverText(document, new vscode.Position(0, 14)), /`sqs:CreateQueue` \(Write\)/);
        const shown = new Promise<vscode.TextDocument>(resolve => {
          const subscription = vscode.workspace.onDidOpenTextDocument(d => {
            if (d.uri.scheme !== 'tfc-oidc-preview') return;
            subscription.dispose();
            resolve(d);
          });
        });
        await vscode.commands.executeCommand('tfcOidc.whyPermissions', ...(lens?.command?.arguments ?? []));
        const text = (await shown).getText();
        assert.match(text, /# Permissions of aws_sqs_queue\.orders/);
        assert.match(text, /queue\.tf:1\]\(file:.*#L1\)/);
        await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      });

      it('shows no lenses where the setting is off', async () => {
        const settings = vscode.workspace.getConfiguration('tfcOidc');
        await settings.update('permissionLens', false, vscode.ConfigurationTarget.Workspace);
        const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
          'vscode.executeCodeLensProvider',
          codeFile,
        );
        assert.deepEqual(
          lenses.filter(l => l.command?.command === 'tfcOidc.whyPermissions'),
          [],
        );
        await settings.update('permissionLens', undefined, vscode.ConfigurationTarget.Workspace);
      });
    });
  });
