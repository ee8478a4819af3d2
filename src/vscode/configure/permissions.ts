import * as vscode from 'vscode';
import type { PolicyJson } from '../../binding/desired/desired';
import { generatePermissions, type Permissions } from '../../iam/needs/generate';
import { readMapping, type TypeMapping } from '../../iam/needs/mapping';
import { plainJson } from '../../iam/policy/node';
import { permissionFile } from '../../node/permissionFiles';
import { type Choice, configureTitle, pick, type Step } from '../steps';
import { type Choices, type PolicyChoice, rolesOf } from './choices';

/** Where a policy that is typed in the editor is kept until it is used. */
export interface PolicyPlaces {
  readonly drafts: vscode.Uri;
}

type Use = 'plan' | 'apply';
type Answer = PolicyChoice | { readonly kind: 'file' } | { readonly kind: 'write' };

/** What plans and applies may do, apart. */
export function permissionSteps(places: PolicyPlaces): readonly Step<Choices>[] {
  let read: TypeMapping | undefined;
  const mapping = (): TypeMapping => (read ??= readMapping(permissionFile('terraform.json.gz')));
  return [step('plan', places, mapping), step('apply', places, mapping)];
}

function step(use: Use, places: PolicyPlaces, mapping: () => TypeMapping): Step<Choices> {
  return async (state, position) => {
    const single = rolesOf(state).roles === 'single';
    if (state.profile === 'none' || (use === 'plan' && single)) return 'skipped';
    const placeholder = single
      ? 'What may the role do?'
      : use === 'plan'
        ? 'What may plans do?'
        : 'What may applies do?';
    for (;;) {
      const former = state.policies?.[use];
      const items = [...kept(former), ...answers(state, use, mapping)];
      const current = items.find(({ value }) => former !== undefined && sameSource(value, former))?.value;
      const chosen = await pick({ title: configureTitle(), placeholder, items, current }, position);
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

function answers(state: Choices, use: Use, mapping: () => TypeMapping): readonly Choice<Answer>[] {
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
  return [...fromCode(state, use, mapping), ...(use === 'plan' ? [readOnly] : [power]), ...own, none];
}

/** A starting policy for what the code is known to need, where it needs anything and fits in a role. */
function fromCode(state: Choices, use: Use, mapping: () => TypeMapping): readonly Choice<Answer>[] {
  const { analysed, opened } = state;
  if (analysed === undefined || opened === undefined) return [];
  const { partition, accountId } = opened.caller;
  const place = { partition, region: undefined, account: accountId };
  const result = generatePermissions(analysed.root, mapping(), { phase: use, place });
  const [policy, ...more] = result.fit.policies;
  if (policy === undefined || more.length > 0 || policy.Statement.length === 0) return [];
  const document: PolicyJson = { ...policy };
  return [
    {
      value: { kind: 'inline', document, from: 'the code', generated: true },
      label: 'What the code needs',
      description: `starting policy, provider ${result.provider}`,
      detail: summary(result),
    },
  ];
}

function summary({ policy, unmapped }: Permissions): string {
  const actions = new Set(policy.Statement.flatMap(s => s.Action)).size;
  const known = `${actions} actions in ${policy.Statement.length} statements, each with the line that needs it.`;
  if (unmapped.length === 0) return known;
  const types = [...new Set(unmapped.map(u => u.type))].join(', ');
  return `${known} ${`Nothing is known of ${types}: add what they need.`}`;
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
