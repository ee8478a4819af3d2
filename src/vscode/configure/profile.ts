import * as vscode from 'vscode';
import { problemText } from '../problemText';
import { isAbort, ProblemError } from '../../core/problem';
import { type ChosenAccount, openProfile, profileChoices, type ProfileChoice } from '../aws';
import { type Choice, closeAnswered, configureTitle, pick, type Step } from '../steps';
import { type Choices, otherAccountsInUse, takeProfile } from './choices';

/** The profile, and at once whose account it is. One that can't be opened says why, and the list is shown again. */
export function profileStep(env: NodeJS.ProcessEnv): Step<Choices> {
  return async (state, position) => {
    for (;;) {
      const none: Choice<ProfileChoice | 'none'> = {
        value: 'none',
        label: 'No profile: show the policies only',
        description: 'nothing is read or written in AWS',
      };
      const items: Choice<ProfileChoice | 'none'>[] = [...(await profileChoices(env)), none];
      // Objects are made anew each time the step is shown, so the former choice is found again by its name.
      const former = state.profile;
      const current =
        former === undefined || former === 'none'
          ? former
          : items.find(i => i.value !== 'none' && i.value.name === former.name)?.value;
      const chosen = await pick(
        {
          title: configureTitle(),
          placeholder: 'AWS profile of the account that the workspace deploys to',
          items,
          current,
        },
        position,
      );
      if (chosen === 'none') {
        takeProfile(state, chosen, undefined);
        return 'asked';
      }
      try {
        const opened = await openProfile(chosen, env);
        if (!(await sameAccount(state, opened.caller.accountId))) continue;
        if (!(await meantAccount(opened))) continue;
        takeProfile(state, chosen, opened);
        return 'asked';
      } catch (error) {
        // A sign-in that was cancelled leads back to the list, too.
        if (isAbort(error)) continue;
        if (!(error instanceof ProblemError)) throw error;
        void vscode.window.showErrorMessage(problemText(error.problem));
      }
    }
  };
}

/** Where `aws` and Terraform would take different credentials, only the user knows whose account is meant. */
async function meantAccount({ account, caller }: ChosenAccount): Promise<boolean> {
  const { differs, differences, text } = account.origin;
  if (!differs) return true;
  closeAnswered();
  const use = `Use Account ${caller.accountId}`;
  const answer = await vscode.window.showWarningMessage(
    `aws and terraform take different credentials here. Is account ${caller.accountId} meant?`,
    { modal: true, detail: [`${caller.arn}: ${text}`, ...differences].join('\n\n') },
    use,
  );
  return answer === use;
}

/** The workspace's roles of today may be in another account: that is either a move or a mistake, and only a person knows which. */
async function sameAccount(state: Choices, accountId: string): Promise<boolean> {
  const accounts = otherAccountsInUse(state, accountId);
  if (accounts.length === 0) return true;
  closeAnswered();
  const use = `Use Account ${accountId}`;
  const answer = await vscode.window.showWarningMessage(
    `The workspace uses roles of AWS account ${accounts.join(', ')} today; this profile is of account ${accountId}.`,
    {
      modal: true,
      detail:
        'Go on only if the workspace shall deploy to another account from now on, or if this becomes a second configuration with a tag of its own.',
    },
    use,
  );
  return answer === use;
}
