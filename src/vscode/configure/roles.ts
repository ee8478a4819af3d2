import * as vscode from 'vscode';
import { isAbort, ProblemError } from '../../core/problem';
import { hostname, issuerHost } from '../../oidc/names';
import { oidcProviderArn } from '../../oidc/arns';
import type { ChosenAccount } from '../aws';
import { problemText } from '../problemText';
import { type Choice, configureTitle, GoBack, pick, type Position } from '../steps';
import type { Choices, ChosenRoles } from './choices';

/** Chooses among the roles that trust the provider; `undefined` where there is none to choose, or nothing was chosen. */
export async function existingRoles(state: Choices, signal: AbortSignal): Promise<ChosenRoles | undefined> {
  const { opened } = state;
  if (opened === undefined) return undefined;
  const roles = await rolesTrusting(state, opened, signal);
  if (roles === undefined) return undefined;
  const title = configureTitle();
  const items = roles.map((value): Choice<string> => ({ value, label: value }));
  const before = state.chosen?.names;
  let plan = before?.plan ?? before?.run;
  // Back leads from the second list to the first.
  const position = (step: number): Position => ({ step, canGoBack: step > 1 });
  for (;;) {
    try {
      plan = await pick({ title, placeholder: 'Role for plans', items, current: plan }, position(1));
      const current = before?.apply ?? before?.run ?? plan;
      const apply = await pick({ title, placeholder: 'Role for applies', items, current }, position(2));
      return plan === apply
        ? { from: 'account', roles: 'single', names: { run: plan }, path: '/' }
        : { from: 'account', roles: 'separate', names: { plan, apply }, path: '/' };
    } catch (error) {
      if (error instanceof vscode.CancellationError) return undefined;
      if (!(error instanceof GoBack)) throw error;
    }
  }
}

/** The names of the account's roles that trust the provider. Where there is none or they can't be read, a message says so. */
async function rolesTrusting(
  state: Choices,
  opened: ChosenAccount,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const named = state.analysed?.root.cloud.hostname;
  const host = hostname(named?.state === 'known' ? named.value : 'app.terraform.io');
  if (!host.ok) throw new ProblemError(host.problem);
  const { partition, accountId } = opened.caller;
  try {
    const provider = oidcProviderArn(partition, accountId, issuerHost(state.issuer?.issuer ?? host.value));
    const found = await opened.account.rolesTrusting(provider, signal);
    if (!found.ok) {
      void vscode.window.showErrorMessage(problemText(found.problem));
      return undefined;
    }
    if (found.value.length > 0) return found.value;
  } catch (error) {
    if (isAbort(error)) return undefined;
    throw error;
  }
  void vscode.window.showInformationMessage(`No role of account ${accountId} trusts ${host.value} yet.`);
  return undefined;
}
