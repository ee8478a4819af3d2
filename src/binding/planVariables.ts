import type { Problem } from '../core/problem';
import type { EffectiveVariable, Variable } from '../hcp/variables/precedence';
import { originText } from '../hcp/variables/precedence';
import type { VariableReading } from '../hcp/variables/read';
import type { Workspace } from '../hcp/workspace/model';
import type { VariableChange } from './change';
import type { DesiredVariable } from './desired';
import type { StaticVariable } from './facts';

export interface VariablePlan {
  readonly changes: readonly VariableChange[];
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/**
 * The shortest list of writes that gives a workspace these environment variables. A value that arrives by a variable set is as good
 * as one of the workspace. Pure: works from what was read, and each change says which version it was read at.
 */
export function planVariables(
  workspace: Workspace,
  reading: VariableReading,
  desired: readonly DesiredVariable[],
): VariablePlan {
  const changes: VariableChange[] = [];
  const problems: Problem[] = [];
  const notes: string[] = [];
  for (const wanted of desired) {
    const effective = reading.effective.find(v => v.key === wanted.key && v.category === 'env');
    if (effective !== undefined && effective.value === wanted.value) continue;
    const own = reading.all.find(v => v.key === wanted.key && v.category === 'env' && v.origin.from === 'workspace');
    if (effective !== undefined && effective.origin.from !== 'workspace' && own !== undefined) {
      // Only a priority set beats the workspace's own variable: writing the latter would change nothing.
      problems.push({
        code: 'priority-variable-set',
        message: `${wanted.key} of the ${originText(effective.origin)} beats the workspace's own variable.`,
        nextStep: 'Change or remove the variable in that variable set, then plan again.',
      });
      continue;
    }
    changes.push(...writesOf(workspace, own, wanted, notes));
  }
  return { changes, problems, notes };
}

function writesOf(
  workspace: Workspace,
  own: Variable | undefined,
  wanted: DesiredVariable,
  notes: string[],
): readonly VariableChange[] {
  const base = {
    kind: 'variable',
    hostname: workspace.hostname,
    scope: { type: 'workspace', id: workspace.id, name: workspace.name },
    key: wanted.key,
    category: 'env',
    language: 'plaintext',
    after: wanted.value,
    value: wanted.value,
    sensitive: false,
  } as const;
  if (own === undefined) {
    return [
      {
        ...base,
        id: `variable:${workspace.id}:${wanted.key}:create`,
        title: `Set ${wanted.key} in workspace ${workspace.name}`,
        action: 'create',
        before: undefined,
        expected: undefined,
        destructive: false,
        undoable: true,
      },
    ];
  }
  if (!own.sensitive) {
    return [
      {
        ...base,
        id: `variable:${workspace.id}:${wanted.key}:update`,
        title: `Change ${wanted.key} in workspace ${workspace.name}`,
        action: 'update',
        before: own.value,
        expected: { id: own.id, versionId: own.versionId },
        destructive: true,
        undoable: true,
      },
    ];
  }
  // A sensitive variable can only be deleted and made anew to be readable: that is what lets the checks see it.
  notes.push(`${wanted.key} is sensitive. It is replaced by one that can be read: a role ARN is no secret.`);
  return [
    removal(workspace.hostname, base.scope, own),
    {
      ...base,
      id: `variable:${workspace.id}:${wanted.key}:create`,
      title: `Set ${wanted.key} in workspace ${workspace.name}, readable`,
      action: 'create',
      before: undefined,
      expected: undefined,
      destructive: false,
      undoable: true,
    },
  ];
}

/** Removes static credentials, each as its own change with its own yes. Found again by key, category and place. */
export function planRemovals(
  workspace: Workspace,
  reading: VariableReading,
  statics: readonly StaticVariable[],
): readonly VariableChange[] {
  return statics.flatMap(found => {
    const variable = reading.effective.find(
      (v: EffectiveVariable) => v.key === found.key && v.category === found.category,
    );
    if (variable === undefined || (variable.origin.from !== 'workspace' && variable.origin.from !== 'varset'))
      return [];
    const scope =
      variable.origin.from === 'workspace'
        ? ({ type: 'workspace', id: workspace.id, name: workspace.name } as const)
        : ({ type: 'varset', id: variable.origin.id, name: variable.origin.name } as const);
    return [removal(workspace.hostname, scope, variable)];
  });
}

/** Names whose values are secrets, also where the variable was not marked sensitive. */
const secretName = /access_?key|secret|token/i;

function removal(hostname: string, scope: VariableChange['scope'], variable: Variable): VariableChange {
  const where = scope.type === 'workspace' ? `workspace ${scope.name}` : `variable set ${scope.name}`;
  const hidden = variable.sensitive || secretName.test(variable.key);
  const undoNote = variable.sensitive
    ? 'The value of a sensitive variable can not be read, so an undo can not bring it back.'
    : 'The value is a secret and is not kept, so an undo can not bring it back.';
  return {
    kind: 'variable',
    id: `variable:${scope.id}:${variable.category}:${variable.key}:delete`,
    title: `Remove ${variable.key} from ${where}`,
    hostname,
    scope,
    action: 'delete',
    key: variable.key,
    category: variable.category,
    value: undefined,
    before: hidden ? undefined : variable.value,
    after: undefined,
    language: 'plaintext',
    expected: { id: variable.id, versionId: variable.versionId },
    sensitive: hidden,
    destructive: true,
    undoable: !hidden,
    ...(hidden && { undoNote }),
  };
}
