import * as vscode from 'vscode';
import type { PolicyJson } from '../../binding/desired/desired';
import { holdsNotAsked, readHolds, together } from '../../binding/gather/holds';
import {
  permissionSources,
  type PermissionSources,
  type WantedPermissions,
} from '../../binding/gather/permissionSources';
import { policyNotes } from '../../binding/gather/policyNotes';
import { isAbort } from '../../core/problem';
import { plainJson } from '../../iam/policy/node';
import { permissionFile } from '../../node/permissionFiles';
import { withProgress } from '../progress';
import { type Choice, configureTitle, pick, type Step } from '../steps';
import { type Choices, type PolicyChoice, rolesOf } from './choices';

/** Where a policy that is typed in the editor is kept until it is used. */
export interface PolicyPlaces {
  readonly drafts: vscode.Uri;
}

type Use = 'plan' | 'apply';
type Answer = PolicyChoice | { readonly kind: 'file' } | { readonly kind: 'write' } | { readonly kind: 'read-state' };

/** What plans and applies may do, apart. */
export function permissionSteps(places: PolicyPlaces): readonly Step<Choices>[] {
  const sources = permissionSources(permissionFile);
  return [step('plan', places, sources), step('apply', places, sources)];
}

function step(use: Use, places: PolicyPlaces, sources: PermissionSources): Step<Choices> {
  return async (state, position) => {
    const single = rolesOf(state).roles === 'single';
    if (state.profile === 'none' || (use === 'plan' && single)) return 'skipped';
    const placeholder = single
      ? 'What may the role do?'
      : use === 'plan'
        ? 'What may plans do?'
        : 'What may applies do?';
    if (state.holds === undefined) await readWhatIsThere(state, sources, false);
    for (;;) {
      const former = state.policies?.[use];
      const items = [...kept(former), ...answers(state, use, sources)];
      const current = items.find(({ value }) => former !== undefined && sameSource(value, former))?.value;
      const chosen = await pick({ title: configureTitle(), placeholder, items, current }, position);
      if (chosen.kind === 'read-state') {
        await readWhatIsThere(state, sources, true);
        continue;
      }
      const policy =
        chosen.kind === 'file'
          ? await fromFile(use)
          : chosen.kind === 'write'
            ? await written(state, use, places)
            : chosen;
      if (policy === undefined) continue;
      state.policies = { ...state.policies, [use]: policy };
      return 'asked';
    }
  };
}

const sameSource = (answer: Answer, former: PolicyChoice): boolean => {
  if (answer.kind === 'inline' && former.kind === 'inline')
    return answer === former || (answer.generated === true && former.generated === true);
  return (
    answer.kind === former.kind && (answer.kind !== 'managed' || former.kind !== 'managed' || answer.arn === former.arn)
  );
};

/** A policy of the person's own that was chosen before Back, so that it needn't be looked for again. */
function kept(former: PolicyChoice | undefined): readonly Choice<Answer>[] {
  if (former?.kind !== 'inline' || former.generated === true) return [];
  return [{ value: former, label: former.from, description: 'chosen before' }];
}

function answers(state: Choices, use: Use, sources: PermissionSources): readonly Choice<Answer>[] {
  const managed = (policy: string, detail: string): Choice<Answer> => ({
    value: { kind: 'managed', arn: `arn:PARTITION:iam::aws:policy/${policy}` },
    label: policy,
    description: 'AWS managed policy',
    detail,
  });
  const readOnly = managed(
    'ReadOnlyAccess',
    'Reads everything, secrets of some services included. Enough for most plans.',
  );
  const power = managed('PowerUserAccess', 'Everything but IAM. Wide: replace it by a policy for what the code needs.');
  const own: Choice<Answer>[] = [
    {
      value: { kind: 'file' },
      label: 'A policy file…',
      detail: 'A JSON file with Version and Statement, kept inline in the role.',
    },
    {
      value: { kind: 'write' },
      label: 'Write a policy in the editor…',
      detail: 'With completion and checks; the command goes on when you say so.',
    },
  ];
  const none: Choice<Answer> = {
    value: { kind: 'none' },
    label: 'None for now',
    detail: 'The role can be assumed and may do nothing until a policy is attached.',
  };
  return [...fromCode(state, use, sources), ...(use === 'plan' ? [readOnly] : [power]), ...own, none];
}

/** Reads what the workspaces hold, so that a policy is not made smaller than what runs still refresh and delete. */
async function readWhatIsThere(state: Choices, sources: PermissionSources, consent: boolean): Promise<void> {
  const workspaces = state.hcp ?? [];
  if (state.analysed === undefined || state.opened === undefined || workspaces.length === 0) return;
  const switches = (type: string): readonly string[] => sources.switches(type);
  try {
    state.holds = await withProgress('Reading what the workspace holds', async signal => {
      const all = [];
      for (const { client, workspace } of workspaces)
        all.push(await readHolds({ client, workspaceId: workspace.id, consent, switches }, signal));
      return together(all);
    });
  } catch (error) {
    // Cancelled: what is there is not known, and nothing is taken away.
    if (!isAbort(error)) throw error;
  }
}

/** A policy for what runs need, where that is anything and fits in a role. */
function fromCode(state: Choices, use: Use, sources: PermissionSources): readonly Choice<Answer>[] {
  const { analysed, opened } = state;
  if (analysed === undefined || opened === undefined) return [];
  const { partition, accountId } = opened.caller;
  const holds = state.holds ?? notRead(state);
  const wanted = sources.needs(analysed.root, holds, use, { partition, accountId });
  const [policy, ...more] = wanted.permissions.fit.policies;
  if (policy === undefined || more.length > 0 || policy.Statement.length === 0) return [];
  const document: PolicyJson = { ...policy };
  const notes = policyNotes(wanted, sources, analysed.root);
  const additions = wanted.additionsOnly === undefined ? {} : { additions: policy };
  const own: Choice<Answer> = {
    value: { kind: 'inline', document, from: 'the code', generated: true, notes, ...additions },
    label: 'What the code needs',
    description: `and what exists, provider ${wanted.permissions.provider}`,
    detail: summary(wanted),
  };
  const asks = wanted.additionsOnly !== undefined && state.holds?.state === 'known';
  const reading: Choice<Answer> = {
    value: { kind: 'read-state' },
    label: '$(eye) Read the names of what exists from the state…',
    detail:
      'The state holds secrets. Types, names and ARNs alone are kept, in memory; then the policy can get smaller too.',
  };
  return asks ? [own, reading] : [own];
}

const notRead = (state: Choices): ReturnType<typeof holdsNotAsked> =>
  holdsNotAsked(
    state.hcpProblem ?? 'What the workspace holds was not read.',
    'Sign in to HCP Terraform, then configure again.',
  );

function summary({ permissions: { policy }, unmapped, additionsOnly }: WantedPermissions): string {
  const actions = new Set(policy.Statement.flatMap(s => s.Action)).size;
  const known = `${actions} actions in ${policy.Statement.length} statements, each with the line that needs it.`;
  const types = unmapped.length === 0 ? '' : ` Nothing is known of ${unmapped.join(', ')}: add what they need.`;
  return `${known}${types}${additionsOnly === undefined ? '' : ' A role that exists only gets more.'}`;
}

async function fromFile(use: Use): Promise<PolicyChoice | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title: use === 'plan' ? 'Policy for plans' : 'Policy for applies',
      filters: { JSON: ['json', 'jsonc'] },
    })) ?? [];
  if (file === undefined) return undefined;
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  return inline(text, vscode.workspace.asRelativePath(file));
}

/** Opens a draft beside the wizard; it is used as it stands when the person says so. */
async function written(state: Choices, use: Use, places: PolicyPlaces): Promise<PolicyChoice | undefined> {
  const name = `${(state.workspaces?.[0] ?? 'workspace').replace(/[^\w.-]+/g, '-')}-${use}.iam-policy.json`;
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
