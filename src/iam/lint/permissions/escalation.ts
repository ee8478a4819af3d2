import { entry, listOf, type PolicyNode } from '../../policy/node';
import type { ActionList } from '../../reference/actions';
import { type PermissionFinding, place } from './permissionFinding';

export interface Escalation {
  /** The name under which the method was published. */
  readonly name: string;
  readonly actions: readonly string[];
  /** The service that is passed a role: `iam:PassedToService` can rule the method out. */
  readonly passedTo?: string;
}

const pass = (name: string, passedTo: string, ...actions: readonly string[]): Escalation => ({
  name,
  actions: ['iam:PassRole', ...actions],
  passedTo: `${passedTo}.amazonaws.com`,
});
const own = (name: string, ...actions: readonly string[]): Escalation => ({ name, actions });

/**
 * Sets of actions that, allowed together on any resource, let a caller become administrator.
 * Sources: Rhino Security Labs, https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/ (and part 2), the list of
 * https://github.com/RhinoSecurityLabs/AWS-IAM-Privilege-Escalation, and Pathfinding.cloud for the later services.
 */
export const escalations: readonly Escalation[] = [
  own('CreateUserWithPolicyAndAccessKey', 'iam:CreateUser', 'iam:AttachUserPolicy', 'iam:CreateAccessKey'),
  own('CreateUserWithInlinePolicyAndAccessKey', 'iam:CreateUser', 'iam:PutUserPolicy', 'iam:CreateAccessKey'),
  own('CreateNewPolicyVersion', 'iam:CreatePolicyVersion'),
  own('SetExistingDefaultPolicyVersion', 'iam:SetDefaultPolicyVersion'),
  own('CreateAccessKey', 'iam:CreateAccessKey'),
  own('CreateLoginProfile', 'iam:CreateLoginProfile'),
  own('UpdateLoginProfile', 'iam:UpdateLoginProfile'),
  own('AttachUserPolicy', 'iam:AttachUserPolicy'),
  own('AttachGroupPolicy', 'iam:AttachGroupPolicy'),
  own('AttachRolePolicy', 'iam:AttachRolePolicy', 'sts:AssumeRole'),
  own('PutUserPolicy', 'iam:PutUserPolicy'),
  own('PutGroupPolicy', 'iam:PutGroupPolicy'),
  own('PutRolePolicy', 'iam:PutRolePolicy', 'sts:AssumeRole'),
  own('CreateRoleAndAttachPolicy', 'iam:CreateRole', 'iam:AttachRolePolicy'),
  own('CreateRoleAndPutPolicy', 'iam:CreateRole', 'iam:PutRolePolicy'),
  own('AddUserToGroup', 'iam:AddUserToGroup'),
  own('UpdateRolePolicyToAssumeIt', 'iam:UpdateAssumeRolePolicy', 'sts:AssumeRole'),
  own('UpdateTrustAndAttachPolicy', 'iam:UpdateAssumeRolePolicy', 'iam:AttachRolePolicy'),
  own('UpdateTrustAndPutPolicy', 'iam:UpdateAssumeRolePolicy', 'iam:PutRolePolicy'),
  own('DeleteRolePermissionsBoundary', 'iam:DeleteRolePermissionsBoundary'),
  own('DeleteUserPermissionsBoundary', 'iam:DeleteUserPermissionsBoundary'),
  pass('CreateEC2WithExistingIP', 'ec2', 'ec2:RunInstances'),
  pass('PassExistingRoleToNewLambdaThenInvoke', 'lambda', 'lambda:CreateFunction', 'lambda:InvokeFunction'),
  pass(
    'PassRoleToNewLambdaThenTriggerWithExistingDynamo',
    'lambda',
    'lambda:CreateFunction',
    'lambda:CreateEventSourceMapping',
  ),
  pass('PassRoleToNewLambdaThenAddPermission', 'lambda', 'lambda:CreateFunction', 'lambda:AddPermission'),
  own('EditExistingLambdaFunctionWithRole', 'lambda:UpdateFunctionCode'),
  own('EditExistingLambdaFunctionLayers', 'lambda:UpdateFunctionConfiguration'),
  pass('PassExistingRoleToNewGlueDevEndpoint', 'glue', 'glue:CreateDevEndpoint'),
  own('UpdateExistingGlueDevEndpoint', 'glue:UpdateDevEndpoint'),
  pass('PassExistingRoleToNewGlueJob', 'glue', 'glue:CreateJob', 'glue:StartJobRun'),
  pass('PassExistingRoleToCloudFormation', 'cloudformation', 'cloudformation:CreateStack'),
  own('UpdateExistingCloudFormationStack', 'cloudformation:UpdateStack'),
  pass(
    'PassExistingRoleToNewDataPipeline',
    'datapipeline',
    'datapipeline:CreatePipeline',
    'datapipeline:PutPipelineDefinition',
  ),
  pass(
    'PassExistingRoleToNewSageMakerNotebook',
    'sagemaker',
    'sagemaker:CreateNotebookInstance',
    'sagemaker:CreatePresignedNotebookInstanceUrl',
  ),
  own('OpenExistingSageMakerNotebook', 'sagemaker:CreatePresignedNotebookInstanceUrl'),
  pass('PassExistingRoleToNewCodeBuildProject', 'codebuild', 'codebuild:CreateProject', 'codebuild:StartBuild'),
  pass('PassExistingRoleToNewECSTask', 'ecs-tasks', 'ecs:RegisterTaskDefinition', 'ecs:RunTask'),
  own('SendCommandToExistingInstance', 'ssm:SendCommand'),
  own('StartSessionOnExistingInstance', 'ssm:StartSession'),
];

/** Condition keys that keep a grant from being "on any resource". */
const limiting = /^(?:iam:PermissionsBoundary|iam:PolicyARN|(?:aws|iam):ResourceTag\/.*)$/i;

/** The resource is everything, or everything of one kind: `*`, `arn:aws:iam::123456789012:role/*`. */
function isEverything(resource: PolicyNode): boolean {
  return (
    resource.kind === 'string' &&
    (/^(?:\*+|arn:(?:[^:]*:){0,3}\*+|arn:[^:]*:[^:]*:[^:]*:[^:]*:(?:\*+|[\w-]+[/:]\??\*+))$/.test(resource.value) ||
      /^arn:[^:]*:iam:[^:]*:[^:]*:(?:role|user|group|policy)\*+$/.test(resource.value))
  );
}

interface Grants {
  /** By action: where it is allowed on any resource. */
  readonly actions: ReadonlyMap<string, PolicyNode>;
  /** The services that roles may be passed to; undefined: any. */
  readonly passedTo: readonly string[] | undefined;
}

/** What the statements together allow on any resource, less what they deny on any resource without a condition. */
function broadGrants(statements: readonly PolicyNode[], list: ActionList): Grants {
  const allowed = new Map<string, PolicyNode>();
  const denied = new Set<string>();
  let passedTo: readonly string[] | undefined = [];
  for (const s of statements) {
    const effect = entry(s, 'Effect')?.value;
    if (effect?.kind !== 'string') continue;
    const keys = conditionKeys(entry(s, 'Condition')?.value);
    const everywhere =
      entry(s, 'NotResource') !== undefined || listOf(entry(s, 'Resource')?.value).some(r => isEverything(r));
    if (!everywhere) continue;
    if (effect.value === 'Deny' && keys.length === 0 && entry(s, 'NotResource') === undefined) {
      for (const [name] of actionsOf(s, list)) denied.add(name);
    }
    if (effect.value !== 'Allow' || keys.some(k => limiting.test(k.key))) continue;
    const to = keys.find(k => k.key.toLowerCase() === 'iam:passedtoservice')?.values;
    for (const [name, node] of actionsOf(s, list)) {
      allowed.set(name, node);
      if (name === 'iam:PassRole')
        passedTo = to === undefined || passedTo === undefined ? undefined : [...passedTo, ...to];
    }
  }
  for (const name of denied) allowed.delete(name);
  return { actions: allowed, passedTo };
}

/** The actions of a statement, each with the place that allows it. */
function actionsOf(statement: PolicyNode, list: ActionList): readonly (readonly [string, PolicyNode])[] {
  const texts = (key: string): readonly (PolicyNode & { kind: 'string' })[] =>
    listOf(entry(statement, key)?.value).filter((n): n is PolicyNode & { kind: 'string' } => n.kind === 'string');
  const not = entry(statement, 'NotAction');
  if (not !== undefined) {
    const out = new Set(texts('NotAction').flatMap(n => list.matching(n.value).map(f => f.name)));
    // What it leaves out is known only where all of it is written out.
    if (listOf(not.value).some(n => n.kind !== 'string')) return [];
    return list.matching('*').flatMap(f => (out.has(f.name) ? [] : [[f.name, not.value] as const]));
  }
  return texts('Action').flatMap(n => list.matching(n.value === '*:*' ? '*' : n.value).map(f => [f.name, n] as const));
}

function conditionKeys(condition: PolicyNode | undefined): readonly { key: string; values: readonly string[] }[] {
  if (condition === undefined) return [];
  if (condition.kind !== 'object') return [{ key: 'unknown', values: [] }];
  return condition.entries.flatMap(operator =>
    operator.value.kind !== 'object'
      ? [{ key: 'unknown', values: [] }]
      : operator.value.entries.map(e => ({
          key: e.key,
          values: listOf(e.value).flatMap(v => (v.kind === 'string' ? [v.value] : [])),
        })),
  );
}

/** Above this many, one finding names them together: "*" allows all there are. */
const many = 3;

/** A set inside of a larger one that was found is not told again. */
export function lintEscalation(statements: readonly PolicyNode[], list: ActionList): readonly PermissionFinding[] {
  const { actions: allowed, passedTo } = broadGrants(statements, list);
  const hits = escalations.filter(
    e =>
      e.actions.every(a => allowed.has(a)) &&
      (e.passedTo === undefined || passedTo === undefined || passedTo.some(p => p === e.passedTo || /[*?]/.test(p))),
  );
  const widest = hits.filter(
    e => !hits.some(o => o.actions.length > e.actions.length && e.actions.every(a => o.actions.includes(a))),
  );
  const byPlace = new Map<PolicyNode, Escalation[]>();
  for (const e of widest) {
    const node = allowed.get(e.actions[0] ?? '');
    if (node === undefined) continue;
    byPlace.set(node, [...(byPlace.get(node) ?? []), e]);
  }
  return [...byPlace].flatMap(([node, sets]): readonly PermissionFinding[] => {
    if (sets.length > many) {
      const named = sets.slice(0, many).map(e => e.name);
      const message = `Privilege escalation in ${sets.length} known ways ("${named.join('", "')}", …): the caller can become administrator.`;
      return [{ code: 'escalation', severity: 'warning', message, ...place(node) }];
    }
    return sets.map(e => ({
      code: 'escalation',
      severity: 'warning',
      message: `Privilege escalation "${e.name}": ${e.actions.join(' + ')} on any resource can make the caller an administrator.`,
      ...place(node),
    }));
  });
}
