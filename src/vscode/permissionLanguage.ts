/**
 * What the editor knows of permissions. This file is the entry of dist/permissionLanguage.js, which is loaded when a policy or a
 * resource is looked at first: activation needs none of it, and the data is read with it.
 */
import type { PermissionKnowledge } from '../binding/agents/policyAnswers';
import { readActions } from '../iam/reference/actions';
import type { ActionKnowledge } from '../iam/reference/actionLanguage';
import { generatePermissions } from '../iam/needs/generate';
import { lintPermissionsInCode, lintPermissionText } from '../iam/lint/permissions/lintPermissions';
import type { PermissionDocument } from '../iam/policy/permissionDocument';
import { collectNeeds } from '../iam/needs/collect';
import type { Phase } from '../iam/needs/need';
import { planWrites } from '../iam/needs/tables/calls';
import { readMapping, type TypeMapping } from '../iam/needs/mapping';
import type { PermissionFinding } from '../iam/lint/permissions/permissionFinding';
import { readDescriptions, readResources } from '../iam/reference/reference';
import type { RootNeeds } from '../iam/needs/why';
import { entry, listOf, readPolicyText } from '../iam/policy/node';
import { permissionFile } from '../node/permissionFiles';
import type { Root, SourceFile } from '../terraform/model';

export { actionAt, actionNameAt, describeAction, proposals } from '../iam/reference/actionLanguage';
export { blockText, needingBlocks, whyText } from '../iam/needs/why';

let known: ActionKnowledge | undefined;
let mapping: TypeMapping | undefined;
const needs = new WeakMap<Root, RootNeeds>();

/** IAM's actions with their resources and AWS's descriptions. */
export function knowledge(): ActionKnowledge {
  if (known === undefined) {
    const actions = readActions(permissionFile('actions.json.gz'));
    known = {
      reference: readResources(permissionFile('resources.json.gz'), actions),
      descriptions: readDescriptions(permissionFile('descriptions.json.gz'), actions),
    };
  }
  return known;
}

/** What the tools for language models know. */
export const permissionKnowledge = (): PermissionKnowledge => ({ reference: knowledge().reference, mapping: table() });

/** The code says where its resources are: the partition is that of the provider's region. */
const place = { partition: undefined, region: undefined, account: undefined };

/** What a root needs. A root that was read again is another object: what was worked out for the former one is forgotten with it. */
export function needsOf(root: Root): RootNeeds {
  const former = needs.get(root);
  if (former !== undefined) return former;
  const made = { plan: collect(root, 'plan'), apply: collect(root, 'apply') };
  needs.set(root, made);
  return made;
}

/** The policies are a good deal more work than the needs, and few ask for them. */
export function policiesOf(root: Root): Readonly<Record<Phase, PermissionDocument>> {
  const of = (phase: Phase): PermissionDocument => generatePermissions(root, table(), { phase, place }).policy;
  return { plan: of('plan'), apply: of('apply') };
}

function collect(root: Root, phase: Phase): RootNeeds[Phase] {
  const collected = collectNeeds(root, table(), { phase, place, guesses: false, tagConditions: false });
  // As in the generated policy: a plan only reads, save for a written list.
  const reads = (action: string): boolean => /^(?:read|list)$/.test(table().level(action) ?? '');
  return {
    ...collected,
    needs:
      phase === 'apply' ? collected.needs : collected.needs.filter(n => reads(n.action) || planWrites.has(n.action)),
    provider: table().provider,
  };
}

function table(): TypeMapping {
  return (mapping ??= readMapping(permissionFile('terraform.json.gz')));
}

/** Findings of a JSON file; `undefined` where it holds no permission policy. */
export function lintJson(text: string): readonly PermissionFinding[] | undefined {
  const { root } = readPolicyText(text);
  const statements = root === undefined ? [] : listOf(entry(root, 'Statement')?.value);
  const looksLikeOne = statements.some(
    s => s.kind === 'object' && s.entries.some(e => /^(?:Effect|(?:Not)?Actions?)$/i.test(e.key)),
  );
  return looksLikeOne ? lintPermissionText(text, knowledge().reference).findings : undefined;
}

/** Findings of a Terraform file; `undefined` where it holds no policy. */
export function lintCode(file: SourceFile): readonly PermissionFinding[] | undefined {
  const { findings, policies } = lintPermissionsInCode(file.parsed, file.text, knowledge().reference);
  return policies.length === 0 ? undefined : findings;
}
