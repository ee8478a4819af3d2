import { looksSecret } from '../../core/redact';
import type { Variable } from '../../hcp/variables/precedence';
import { originText } from '../../hcp/variables/precedence';
import type { VariableReading } from '../../hcp/variables/read';
import type { Workspace } from '../../hcp/workspace/model';
import type { VariableChange } from '../change';
import type { DesiredVariable } from '../desired/desired';
import type { SuspiciousVariable } from '../facts';
import { removal } from './variables';

/**
 * Puts names, categories and values right that HCP Terraform ignores without a word: a misspelt variable gives its value to the one
 * that was meant (where that is not set anyhow) and goes; one of the wrong category likewise; quotes and white space around a value
 * go. What only a person can know (another value) is left. `desired`: variables that are written anyhow.
 */
export function planRepairs(
  workspace: Workspace,
  reading: VariableReading,
  suspicious: readonly SuspiciousVariable[],
  desired: readonly DesiredVariable[],
): readonly VariableChange[] {
  const taken = new Set([
    ...desired.map(v => v.key),
    ...reading.effective.filter(v => v.category === 'env').map(v => v.key),
  ]);
  return suspicious.flatMap(found => {
    const variable = reading.all.find(
      v => v.key === found.key && originText(v.origin) === found.origin && fits(v, found),
    );
    const scope = variable === undefined ? undefined : scopeOf(workspace, variable);
    if (variable === undefined || scope === undefined) return [];
    switch (found.problem) {
      case 'misspelt':
      case 'category': {
        const meant = found.problem === 'category' ? found.key : found.suggestion;
        const moved =
          !taken.has(meant) && !variable.sensitive && variable.value !== undefined && !looksSecret(variable.value);
        taken.add(meant);
        return [
          ...(moved ? [creation(workspace, scope, meant, variable.value ?? '')] : []),
          removal(workspace.hostname, scope, variable),
        ];
      }
      case 'quoted':
      case 'padded':
        return desired.some(v => v.key === found.key) ? [] : [correction(workspace, scope, variable, found.suggestion)];
      case 'value':
        return [];
    }
  });
}

/** One name may be there in both categories. */
const fits = (variable: Variable, found: SuspiciousVariable): boolean =>
  found.problem === 'category' ? variable.category === 'terraform' : true;

function scopeOf(workspace: Workspace, { origin }: Variable): VariableChange['scope'] | undefined {
  if (origin.from === 'workspace') return { type: 'workspace', id: workspace.id, name: workspace.name };
  return origin.from === 'varset' ? { type: 'varset', id: origin.id, name: origin.name } : undefined;
}

const placeOf = (scope: VariableChange['scope']): string =>
  `${scope.type === 'workspace' ? 'workspace' : 'variable set'} ${scope.name}`;

function creation(workspace: Workspace, scope: VariableChange['scope'], key: string, value: string): VariableChange {
  return {
    kind: 'variable',
    id: `variable:${scope.id}:${key}:create`,
    title: `Set ${key} in ${placeOf(scope)}`,
    hostname: workspace.hostname,
    scope,
    action: 'create',
    key,
    category: 'env',
    value,
    before: undefined,
    after: value,
    language: 'plaintext',
    expected: undefined,
    sensitive: false,
    destructive: false,
    undoable: true,
  };
}

function correction(
  workspace: Workspace,
  scope: VariableChange['scope'],
  variable: Variable,
  value: string,
): VariableChange {
  return {
    kind: 'variable',
    id: `variable:${scope.id}:${variable.key}:update`,
    title: `Change ${variable.key} in ${placeOf(scope)}`,
    hostname: workspace.hostname,
    scope,
    action: 'update',
    key: variable.key,
    category: variable.category,
    value,
    before: variable.value,
    after: value,
    language: 'plaintext',
    expected: { id: variable.id, versionId: variable.versionId },
    sensitive: false,
    destructive: true,
    undoable: true,
  };
}
