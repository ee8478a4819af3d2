import * as vscode from 'vscode';
import type { Check } from '../../binding/check';
import { type DoctorReport, doctorReport } from '../../binding/report';
import { runChecks } from '../../binding/checks/table';
import { consult as consultation } from '../../binding/doctor/consult';
import type { BindingFacts } from '../../binding/facts';
import { tellsOfRefusal, withRefusals } from '../../binding/gather/permissions';
import { trailFacts } from '../../binding/gather/trail';
import { trustJudge } from '../../binding/checks/judge';
import { permissionSources } from '../../binding/gather/permissionSources';
import { permissionFile } from '../../node/permissionFiles';
import type { ChosenAccount } from '../aws';
import type { CheckedWorkspace } from '../board/bindingStore';
import { withProgress } from '../progress';
import type { Previews } from '../preview';

/**
 * The doctor for one workspace: a pasted error text if there is one, CloudTrail if the person agrees, the ranked causes, and for the
 * most likely one that has a remedy a button that leads to it.
 */
export async function consult(
  checked: CheckedWorkspace,
  account: ChosenAccount | undefined,
  previews: Previews,
  putRight: (check: Check) => Promise<void>,
): Promise<void> {
  const subject = `${checked.organization}/${checked.workspace}`;
  const title = vscode.l10n.t('Doctor for {0}', checked.workspace);
  const pasted = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t('Paste an error text, or leave it empty: the log of the latest run is read anyway.'),
    ignoreFocusOut: true,
  });
  if (pasted === undefined) return;
  let facts: BindingFacts = pasted.trim() === '' ? checked.facts : { ...checked.facts, pastedError: pasted };
  if (account !== undefined) {
    if (tellsOfRefusal(facts)) facts = await readPolicies(account, facts);
    const asked = await askCloudTrail(title, account, facts);
    if (asked === undefined) return;
    facts = asked;
  }
  const report = { subject, ...consultation(facts, runChecks(facts, trustJudge)) };
  await previews.showMarkdown(`${vscode.l10n.t('Doctor {0}', checked.workspace)}.md`, doctorReport(report, 'markdown'));
  await nextSteps(report, putRight);
}

/** A refused call: the policies of the roles say which statement lacks what. */
function readPolicies(account: ChosenAccount, facts: BindingFacts): Thenable<BindingFacts> {
  return withProgress(vscode.l10n.t("Reading the roles' policies in account {0}", account.caller.accountId), signal =>
    withRefusals(facts, account.account, permissionSources(permissionFile), signal),
  );
}

/** The facts with what AWS received, where the person wants that; `undefined`: they gave up. */
async function askCloudTrail(
  title: string,
  account: ChosenAccount,
  facts: BindingFacts,
): Promise<BindingFacts | undefined> {
  const ask = {
    label: vscode.l10n.t('Ask CloudTrail what AWS received'),
    detail: vscode.l10n.t(
      'Reads the event history of AssumeRoleWithWebIdentity with your profile (cloudtrail:LookupEvents). Events take up to 15 minutes to appear.',
    ),
    value: true,
  };
  const skip = {
    label: vscode.l10n.t('Without CloudTrail'),
    detail: vscode.l10n.t('From the checks and the log of the latest run.'),
    value: false,
  };
  const answer = await vscode.window.showQuickPick([skip, ask], {
    title,
    placeHolder: vscode.l10n.t('Look at AWS account {0} too?', account.caller.accountId),
    ignoreFocusOut: true,
  });
  if (answer === undefined) return undefined;
  if (!answer.value) return facts;
  return withProgress(vscode.l10n.t('Asking CloudTrail of account {0}', account.caller.accountId), async signal => ({
    ...facts,
    trail: await trailFacts(account, facts, signal),
  }));
}

async function nextSteps(report: DoctorReport, putRight: (check: Check) => Promise<void>): Promise<void> {
  const { diagnoses, outcome, others } = report;
  const [first] = diagnoses;
  if (first === undefined) {
    void vscode.window.showInformationMessage(withoutCause(outcome, others.length));
    return;
  }
  const remedy = first.leading.find(c => c.remedy !== undefined);
  const fix = vscode.l10n.t('Put This Right…');
  const copy = vscode.l10n.t('Copy as Markdown');
  const masked = vscode.l10n.t('Copy Without Account Numbers');
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t('Most likely: {0}.', first.mode.title),
    ...(remedy === undefined ? [] : [fix]),
    copy,
    masked,
  );
  if (answer === fix && remedy !== undefined) await putRight(remedy);
  else if (answer === copy || answer === masked)
    await vscode.env.clipboard.writeText(doctorReport({ ...report, redact: answer === masked }, 'markdown'));
}

function withoutCause(outcome: DoctorReport['outcome'], others: number): string {
  if (others > 0)
    return vscode.l10n.t('The text tells of something else than dynamic credentials; the report says what.');
  switch (outcome) {
    case 'cannot-tell':
      return vscode.l10n.t("The doctor can't tell: nothing in the text is known as a message about credentials.");
    case 'unread':
      return vscode.l10n.t('The doctor found no cause, but the workspace could not be read; the report says why.');
    default:
      return vscode.l10n.t('The doctor found nothing that speaks for a failure of dynamic credentials.');
  }
}
