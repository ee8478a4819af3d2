import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { generatePermissions, type Permissions } from '../../src/iam/needs/generate';
import type { TypeMapping } from '../../src/iam/needs/mapping';
import type { Phase } from '../../src/iam/needs/need';
import type { PermissionDocument } from '../../src/iam/policy/permissionDocument';
import { evaluatePermissions, type NamedPolicy } from '../../src/iam/policy/permissions';
import { fitsFormat, wordOf } from '../../src/iam/reference/arnFormat';
import type { Root } from '../../src/terraform/model';
import { projectOf } from './lintFixtures';

/** One phase of a recorded run: with the first code, or with the changed code and what the first left behind. */
export type RecordedPhase = 'create-apply' | 'update-plan' | 'update-apply' | 'destroy-apply';

/** What the real provider called for one configuration (test/fixtures/README.md). */
export interface Recording {
  readonly name: string;
  readonly provider: string;
  readonly account: string;
  readonly region: string;
  readonly files: Readonly<Record<string, string | null>>;
  readonly update: readonly { readonly old: string; readonly new: string }[];
  /** Phases that ended with an error of the emulator, and how it begins. */
  readonly broken: Readonly<Partial<Record<RecordedPhase, string>>>;
  readonly calls: Readonly<Partial<Record<RecordedPhase, readonly RecordedCall[]>>>;
}

/** The action in IAM, the reply's status, and the resources of the call: one for each kind that the action can take. */
export type RecordedCall = readonly [action: string, status: number, ...resources: string[]];

const folder = path.join(__dirname, '..', 'fixtures', 'observed');

export function recordings(): readonly Recording[] {
  return readdirSync(folder)
    .filter(file => file.endsWith('.json'))
    .sort()
    .map(file => {
      const text = readFileSync(path.join(folder, file), 'utf8');
      return { name: file.replace(/\.json$/, ''), ...(JSON.parse(text) as Omit<Recording, 'name'>) };
    });
}

async function rootOf(recording: Recording, changed: boolean): Promise<Root> {
  const texts = Object.entries(recording.files).flatMap(([name, text]): readonly [string, string][] => {
    if (text === null) return [];
    const after = changed ? recording.update.reduce((t, u) => t.replace(u.old, () => u.new), text) : text;
    return [[name, after]];
  });
  const project = await projectOf(Object.fromEntries(texts));
  const root = project.roots.find(r => r.dir === '/p');
  assert.ok(root, recording.name);
  return root;
}

/** The policies under which each phase would run: of the code as it is then, and of the code that was applied before. */
export async function policiesOf(
  recording: Recording,
  mapping: TypeMapping,
): Promise<(phase: RecordedPhase) => Permissions> {
  const [first, changed] = [await rootOf(recording, false), await rootOf(recording, true)];
  const place = { partition: 'aws', region: recording.region, account: recording.account };
  const known = new Map<string, Permissions>();
  return phase => {
    const use: Phase = phase === 'update-plan' ? 'plan' : 'apply';
    const created = phase === 'create-apply';
    const key = `${use} ${created}`;
    const made =
      known.get(key) ??
      generatePermissions(created ? first : changed, mapping, {
        phase: use,
        place,
        ...(!created && { applied: [first] }),
      });
    known.set(key, made);
    return made;
  };
}

/**
 * Does a policy allow a call: on each kind of resource that the action requires, or, where all kinds are optional, on one of them?
 * What a condition asks of a call that was not recorded counts as given. Of a call without a resource only the action is asked.
 */
export function allows(policy: NamedPolicy, [action, , ...resources]: RecordedCall, mapping: TypeMapping): boolean {
  const allowed = (resource: string): boolean =>
    evaluatePermissions([policy], { action, resource }).decision !== 'deny';
  if (resources.length === 0) {
    const { Statement } = JSON.parse(policy.text) as PermissionDocument;
    return Statement.some(s => s.Effect === 'Allow' && s.Action.includes(action));
  }
  const kinds = new Map<string, boolean[]>();
  const formats = mapping.formats(action);
  for (const resource of resources) {
    const format = formats.find(f => f.required && fitsFormat(resource, f.format));
    const word = format === undefined ? '' : wordOf(format.format);
    kinds.set(word, [...(kinds.get(word) ?? []), allowed(resource)]);
  }
  const required = [...kinds].filter(([word]) => word !== '');
  const lists = required.length > 0 ? required : [...kinds];
  // AWS marks every kind that can have tags as required: a call is about one of them.
  if (/Tag/.test(action)) return lists.some(([, truths]) => truths.includes(true));
  return lists.every(([, truths]) => truths.includes(true));
}
