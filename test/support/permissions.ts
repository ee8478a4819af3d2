import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { generatePermissions, type Permissions } from '../../src/iam/needs/generate';
import { readMapping } from '../../src/iam/needs/mapping';
import type { Phase } from '../../src/iam/needs/need';
import { projectOf } from './lintFixtures';

const data = path.join(__dirname, '../../src/iam/data/terraform.json.gz');
export const mapping = readMapping(readFileSync(data));
const place = { partition: 'aws', region: 'eu-central-1', account: '111122223333' };

/** The policy of code that is written in the test; more files by name. */
export async function ofCode(
  code: string,
  phase: Phase = 'apply',
  options: { guesses?: boolean; region?: string; role?: string | undefined; files?: Record<string, string> } = {},
): Promise<Permissions> {
  const project = await projectOf({ ...(code !== '' && { 'main.tf': code }), ...options.files });
  const root = project.roots.find(r => r.dir === '/p');
  assert.ok(root);
  return generatePermissions(root, mapping, {
    phase,
    place: { ...place, region: options.region },
    guesses: options.guesses ?? false,
    role: options.role,
  });
}

/** All actions of a policy. */
export const all = (p: Permissions): readonly string[] => p.policy.Statement.flatMap(s => s.Action);
export const resourcesOf = (p: Permissions, action: string): readonly string[] =>
  p.policy.Statement.filter(s => s.Action.includes(action)).flatMap(s => s.Resource);
export const conditionsOf = (p: Permissions, action: string): readonly unknown[] =>
  p.policy.Statement.filter(s => s.Action.includes(action)).map(s => s.Condition);
