import type { Problem } from '../../core/problem';
import { looksSecret } from '../../core/redact';
import { shownValue } from '../../hcp/variables/display';
import type { EffectiveVariable, Variable, VariableOrigin } from '../../hcp/variables/precedence';
import { originText } from '../../hcp/variables/precedence';
import type { VariableReading } from '../../hcp/variables/read';
import type { Workspace } from '../../hcp/workspace/model';
import type { VariableChange } from '../change';
import type { DesiredVariable } from '../desired/desired';
import type { StaticVariable } from '../facts';

/** Where the variables go: the workspace itself, or a variable set that reaches it. */
export type VariableTarget =
  { readonly type: 'workspace' } | { readonly type: 'varset'; readonly id: string; readonly name: string };

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
  target: VariableTarget = { type: 'workspace' },
): VariablePlan {
  const changes: VariableChange[] = [];
  const problems: Problem[] = [];
  const notes: string[] = [];
  for (const wanted of desired) {
    const effective = reading.effective.find(v => v.key === wanted.key && v.category === 'env');
    if (effective !== undefined && effective.value === wanted.value) continue;
    const own = reading.all.find(v => v.key === wanted.key && v.category === 'env' && isAt(v, target));
    if (effective !== undefined && !isAt(effective, target) && (own !== undefined || beats(effective, target))) {
      problems.push({
        code: 'variable-beaten',
        message: `${wanted.key} of the ${originText(effective.origin)} beats what would be written ${target.type === 'workspace' ? 'to the workspace' : `to variable set "${target.name}"`}.`,
        nextStep: 'Change or remove that variable, or choose the place that it is in, then plan again.',
      });
      continue;
    }
    changes.push(...writesOf(workspace, target, own, wanted, notes));
  }
  const set = changes.map(c => c.scope).find(s => s.type === 'varset');
  const origin = reading.all.map(v => v.origin).find(o => o.from === 'varset' && o.id === set?.id);
  const reach = origin?.from === 'varset' ? reachOf(origin, reading.others?.get(origin.id) ?? 0) : undefined;
  if (reach !== undefined)
    notes.push(
      `${reach}: their runs use these roles too from then on, and are refused where the roles do not trust them.`,
    );
  return { changes: switchLast(changes), problems, notes };
}

/** The variable that turns dynamic credentials on comes after those that it needs: a run in between must not miss a role. */
const switchLast = (changes: readonly VariableChange[]): readonly VariableChange[] => {
  const isSwitch = (c: VariableChange): boolean => c.key.startsWith('TFC_AWS_PROVIDER_AUTH');
  return [...changes.filter(c => !isSwitch(c)), ...changes.filter(isSwitch)];
};

function isAt(variable: Variable, target: VariableTarget): boolean {
  const { origin } = variable;
  return target.type === 'workspace'
    ? origin.from === 'workspace'
    : origin.from === 'varset' && origin.id === target.id;
}

/** Would this variable still count if one of its name were written to the target? Only where that is sure is it written. */
function beats(effective: Variable, target: VariableTarget): boolean {
  return target.type === 'workspace' ? effective.origin.from === 'varset' && effective.origin.priority : true;
}

function writesOf(
  workspace: Workspace,
  target: VariableTarget,
  own: Variable | undefined,
  wanted: DesiredVariable,
  notes: string[],
): readonly VariableChange[] {
  const scope: VariableChange['scope'] =
    target.type === 'workspace' ? { type: 'workspace', id: workspace.id, name: workspace.name } : target;
  const where = target.type === 'workspace' ? `workspace ${workspace.name}` : `variable set ${target.name}`;
  const base = {
    kind: 'variable',
    hostname: workspace.hostname,
    scope,
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
        id: `variable:${scope.id}:${wanted.key}:create`,
        title: `Set ${wanted.key} in ${where}`,
        action: 'create',
        before: undefined,
        expected: undefined,
        destructive: false,
        undoable: true,
      },
    ];
  }
  const secret = looksSecret(own.value ?? '');
  const hidden = own.value === undefined || secret;
  // In place, whatever the value was: HCP Terraform takes a new value for a sensitive variable, which stays sensitive. Deleted and made
  // anew, a fault between the two would leave runs without a role.
  if (own.sensitive)
    notes.push(
      `${wanted.key} is sensitive and stays so. A role ARN is not a secret: made anew without the mark, everybody could read it.`,
    );
  return [
    {
      ...base,
      id: `variable:${scope.id}:${wanted.key}:update`,
      title: `Change ${wanted.key} in ${where}`,
      action: 'update',
      before: hidden ? undefined : own.value,
      expected: { id: own.id, versionId: own.versionId },
      destructive: true,
      undoable: !hidden,
      ...(hidden && { undoNote: lostValue(wanted.key, own.sensitive) }),
    },
  ];
}

/** What can't be taken back, in the one sentence that plan, preview, question and journal have for it. */
const lostValue = (key: string, sensitive: boolean): string =>
  sensitive
    ? `This cannot be undone: ${key} is sensitive, so the value that it has now cannot be read and is gone for good.`
    : `This cannot be undone: the value that ${key} has now looks like a secret, so it is not kept.`;

/**
 * Removes static credentials, each as its own change with its own yes. Found again by key and category, in every place that reaches the
 * workspace: with the strongest one gone the next would count.
 */
export function planRemovals(
  workspace: Workspace,
  reading: VariableReading,
  statics: readonly StaticVariable[],
): readonly VariableChange[] {
  return statics.flatMap(found => {
    const effective = reading.effective.find(
      (v: EffectiveVariable) => v.key === found.key && v.category === found.category,
    );
    if (effective === undefined) return [];
    return [effective, ...effective.shadows].flatMap(variable => {
      const { origin } = variable;
      if (origin.from === 'workspace')
        return [removal(workspace.hostname, { type: 'workspace', id: workspace.id, name: workspace.name }, variable)];
      if (origin.from !== 'varset') return [];
      const change = removal(workspace.hostname, { type: 'varset', id: origin.id, name: origin.name }, variable);
      const reach = reachOf(origin, reading.others?.get(origin.id) ?? 0);
      if (reach === undefined) return [change];
      const told = [change.undoNote, `${reach}: they lose it too.`].filter(note => note !== undefined);
      return [{ ...change, undoNote: told.join(' ') }];
    });
  });
}

/** Which other workspaces use a variable set; `undefined`: none. */
function reachOf(origin: Extract<VariableOrigin, { from: 'varset' }>, others: number): string | undefined {
  const set = `Variable set ${origin.name}`;
  if (origin.scope === 'global') return `${set} reaches all workspaces of the organization`;
  if (origin.scope === 'project') return `${set} reaches all workspaces of the project`;
  if (others === 0) return undefined;
  return `${set} reaches ${others === 1 ? '1 other workspace' : `${others} other workspaces`}`;
}

/** The removal of one variable; the value of a secret is not kept. */
export function removal(hostname: string, scope: VariableChange['scope'], variable: Variable): VariableChange {
  const where = scope.type === 'workspace' ? `workspace ${scope.name}` : `variable set ${scope.name}`;
  const hidden = shownValue(variable).hidden !== undefined;
  const undoNote = lostValue(variable.key, variable.sensitive);
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
