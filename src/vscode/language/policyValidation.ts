import * as vscode from 'vscode';
import { ProblemError } from '../../core/problem';
import type { ValidationFinding } from '../../iam/account/types';
import { type ChosenAccount, openProfile, profileChoices } from '../aws';
import type { BindingStore } from '../board/bindingStore';
import { withProgress } from '../progress';

const severities: Readonly<Record<ValidationFinding['type'], vscode.DiagnosticSeverity>> = {
  ERROR: vscode.DiagnosticSeverity.Error,
  SECURITY_WARNING: vscode.DiagnosticSeverity.Warning,
  WARNING: vscode.DiagnosticSeverity.Warning,
  SUGGESTION: vscode.DiagnosticSeverity.Information,
};

/** Access Analyzer's ValidatePolicy for the open policy, beside our own findings. Sent only after a yes that says what is sent where. */
export class PolicyValidation implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('tfc-oidc-access-analyzer');
  private readonly disposables: readonly vscode.Disposable[];

  constructor(
    private readonly bindings: BindingStore,
    private readonly env: NodeJS.ProcessEnv,
  ) {
    this.disposables = [
      this.collection,
      // What AWS said is about the text that was sent.
      vscode.workspace.onDidChangeTextDocument(e => this.collection.delete(e.document.uri)),
      vscode.workspace.onDidCloseTextDocument(d => this.collection.delete(d.uri)),
    ];
  }

  async run(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    if (document === undefined || !/\.jsonc?$/.test(document.uri.path) || !/"Statement"/.test(document.getText())) {
      throw new ProblemError({
        code: 'no-policy',
        message: 'The active editor holds no policy in JSON.',
        nextStep: 'Open the policy, then run the command again.',
      });
    }
    const account = this.bindings.chosenAccount ?? (await this.chooseAccount());
    if (account === undefined) return;
    const send = 'Send to AWS';
    const answer = await vscode.window.showInformationMessage(
      'Check this policy with AWS Access Analyzer?',
      {
        modal: true,
        detail: `The text of ${vscode.workspace.asRelativePath(document.uri)} is sent to AWS account ${account.caller.accountId} (access-analyzer:ValidatePolicy). AWS keeps nothing of it, and nothing is changed.`,
      },
      send,
    );
    if (answer !== send) return;
    const count = await this.validate(document, account);
    void vscode.window.showInformationMessage(
      count === 0
        ? 'Access Analyzer finds nothing in this policy.'
        : `Access Analyzer finds ${count} things in this policy: see Problems.`,
    );
  }

  /** Shows what AWS says of a text; resolves with how many findings there are. */
  async validate(document: vscode.TextDocument, { account, caller }: ChosenAccount): Promise<number> {
    const { version } = document;
    const told = await withProgress(`Asking Access Analyzer in account ${caller.accountId}`, signal =>
      account.validatePolicy(document.getText(), signal),
    );
    if (!told.ok) throw new ProblemError(told.problem);
    if (document.version !== version) return told.value.length;
    this.collection.set(
      document.uri,
      told.value.map(finding => {
        const { start, end } = finding.range ?? { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } };
        const range = new vscode.Range(start.line, start.character, end.line, end.character);
        const diagnostic = new vscode.Diagnostic(range, finding.details, severities[finding.type]);
        diagnostic.source = 'AWS Access Analyzer';
        diagnostic.code =
          finding.link === undefined
            ? finding.code
            : { value: finding.code, target: vscode.Uri.parse(finding.link, true) };
        return diagnostic;
      }),
    );
    return told.value.length;
  }

  private async chooseAccount(): Promise<ChosenAccount | undefined> {
    const choice = await vscode.window.showQuickPick(await profileChoices(this.env), {
      title: 'AWS profile for Access Analyzer',
      placeHolder: 'Nothing is sent before you have agreed',
    });
    return choice === undefined ? undefined : openProfile(choice.value, this.env);
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}
