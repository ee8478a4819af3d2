import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { type AwsAnswer, awsAnswer } from '../binding/gather/whoami';
import { readSharedFiles } from '../iam/identity';
import { nodeFiles } from '../node/files';
import { editorAgent } from './connection';
import { inEditor } from './problemText';
import { ok, type Problem, ProblemError, type Result } from '../core/problem';
import { loadAws } from '../iam/account/load';
import type { AwsAccount, CallerIdentity, ProfileInfo } from '../iam/account/types';
import { withProgress } from './progress';
import type { Choice } from './steps';

/** An account as the chosen profile sees it. */
export interface ChosenAccount {
  readonly account: AwsAccount;
  readonly caller: CallerIdentity;
  readonly alias: string | undefined;
}

const kinds = (): Readonly<Record<ProfileInfo['kind'], string>> => ({
  static: 'access keys',
  sso: 'SSO',
  'credential-process': 'credential process',
  'assume-role': 'assumes a role',
  'web-identity': 'web identity',
  login: 'console sign-in',
  environment: 'environment variables',
  incomplete: 'no credentials',
});

/** The profile's name, or `undefined` for the credentials of the environment. */
export interface ProfileChoice {
  readonly name: string | undefined;
}

/** The user's profiles as a pick list. Credentials are not read for it, only the names and kinds. */
export async function profileChoices(env: NodeJS.ProcessEnv): Promise<readonly Choice<ProfileChoice>[]> {
  const words = kinds();
  const profiles = await loadAws().listProfiles(env);
  return profiles.map((profile): Choice<ProfileChoice> => ({
    value: { name: profile.name },
    label: profile.name ?? 'Environment variables',
    description: [words[profile.kind], profile.region, profile.customEndpoint ? 'own endpoint' : undefined]
      .filter(text => text !== undefined)
      .join(', '),
    ...(profile.detail !== undefined && { detail: profile.detail }),
  }));
}

/** Opens the account behind a profile, asking for an MFA code where the profile wants one, and says who the caller is. */
export async function openProfile(profile: ProfileChoice, env: NodeJS.ProcessEnv): Promise<ChosenAccount> {
  const shown = profile.name ?? 'Environment variables';
  for (;;) {
    const opened = await withProgress(`Asking AWS who "${shown}" is`, signal => identify(profile, env, signal));
    if (opened.ok) return opened.value;
    if (!(await signIn(opened.problem, profile))) throw new ProblemError(opened.problem);
  }
}

/** `assume`: the ARN of a role that the profile assumes. */
export function accountOf(
  profile: ProfileChoice,
  env: NodeJS.ProcessEnv,
  assume?: string,
): Promise<Result<AwsAccount>> {
  return loadAws().openAccount({
    ...(profile.name !== undefined && { profile: profile.name }),
    ...(assume !== undefined && { assume }),
    env,
    agentFor: bundle => editorAgent(env, bundle),
    mfaCode: async serial => {
      const code = await vscode.window.showInputBox({
        title: `MFA code for ${serial}`,
        prompt: 'Six digits from the device',
        ignoreFocusOut: true,
        password: true,
      });
      if (code === undefined) throw new vscode.CancellationError();
      return code;
    },
  });
}

/** Which AWS identity a profile gives here, and why. */
export async function whoIs(profile: ProfileChoice, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<AwsAnswer> {
  const read = (file: string): Promise<string | undefined> => nodeFiles.read(file).catch(() => undefined);
  const sharedFiles = await readSharedFiles(env, { home: homedir(), read });
  return awsAnswer({ environment: env, sharedFiles }, profile.name, () => accountOf(profile, env), signal);
}

async function identify(
  profile: ProfileChoice,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Result<ChosenAccount>> {
  const opened = await accountOf(profile, env);
  if (!opened.ok) return opened;
  const caller = await opened.value.identity(signal);
  if (!caller.ok) return caller;
  return ok({ account: opened.value, caller: caller.value, alias: await opened.value.alias(signal) });
}

/** An expired SSO session: offers the sign-in in a terminal, and waits until that ends. */
async function signIn(problem: Problem, profile: ProfileChoice): Promise<boolean> {
  if (problem.code !== 'sso-expired') return false;
  const button = 'Sign In';
  const answer = await vscode.window.showWarningMessage(
    problem.message,
    { modal: true, detail: inEditor(problem.nextStep) },
    button,
  );
  if (answer !== button) throw new vscode.CancellationError();
  // Arguments go as a list, never through a shell: a profile's name may hold anything.
  const task = new vscode.Task(
    { type: 'tfcOidc.ssoLogin' },
    vscode.TaskScope.Workspace,
    'AWS SSO sign-in',
    'TFC OIDC',
    new vscode.ProcessExecution('aws', [
      'sso',
      'login',
      ...(profile.name === undefined ? [] : ['--profile', profile.name]),
    ]),
  );
  const execution = await vscode.tasks.executeTask(task);
  return new Promise<boolean>(resolve => {
    const subscription = vscode.tasks.onDidEndTaskProcess(e => {
      if (e.execution !== execution) return;
      subscription.dispose();
      resolve(e.exitCode === 0);
    });
  });
}
