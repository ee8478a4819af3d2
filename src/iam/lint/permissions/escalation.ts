import type { PolicyNode } from '../../policy/node';
import type { ActionList } from '../../reference/actions';
import { type Grant, grantsOf, share } from './grants';
import { type PermissionFinding, place } from './permissionFinding';

export interface Escalation {
  /** The name under which the method was published. */
  readonly name: string;
  readonly actions: readonly string[];
  /** The service that is passed a role: `iam:PassedToService` can rule the method out. */
  readonly passedTo?: string;
  /** It works with what the caller makes itself: a part of the names, such as `role/app-*`, is enough, if all actions share it. */
  readonly makes?: true;
}

const pass = (name: string, passedTo: string, ...actions: readonly string[]): Escalation => ({
  name,
  actions: ['iam:PassRole', ...actions],
  passedTo: `${passedTo}.amazonaws.com`,
  makes: true,
});
const own = (name: string, ...actions: readonly string[]): Escalation => ({ name, actions });
const made = (name: string, ...actions: readonly string[]): Escalation => ({ name, actions, makes: true });

/**
 * Sets of actions that, allowed together, let a caller become administrator.
 * Sources: Rhino Security Labs, https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/ (and part 2), the list of
 * https://github.com/RhinoSecurityLabs/AWS-IAM-Privilege-Escalation, and Pathfinding.cloud for the later services.
 */
export const escalations: readonly Escalation[] = [
  made('CreateUserWithPolicyAndAccessKey', 'iam:CreateUser', 'iam:AttachUserPolicy', 'iam:CreateAccessKey'),
  made('CreateUserWithInlinePolicyAndAccessKey', 'iam:CreateUser', 'iam:PutUserPolicy', 'iam:CreateAccessKey'),
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
  made('CreateRoleAndAttachPolicy', 'iam:CreateRole', 'iam:AttachRolePolicy'),
  made('CreateRoleAndPutPolicy', 'iam:CreateRole', 'iam:PutRolePolicy'),
  own('AddUserToGroup', 'iam:AddUserToGroup'),
  // Alone: a trust policy that names the caller's own ARN needs no sts:AssumeRole in the same account
  // (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html).
  own('UpdateRolePolicyToAssumeIt', 'iam:UpdateAssumeRolePolicy'),
  made('UpdateTrustAndAttachPolicy', 'iam:UpdateAssumeRolePolicy', 'iam:AttachRolePolicy'),
  made('UpdateTrustAndPutPolicy', 'iam:UpdateAssumeRolePolicy', 'iam:PutRolePolicy'),
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

/** Who has the policy, as far as it is known: whoever may change these, changes what it may do itself. */
export interface PolicyOwner {
  /** The policy's own name. */
  readonly policy?: string;
  /** The role, user or group that has it, by name. */
  readonly holder?: string;
  /** Is a resource, as it stands in the code, the one that has it? */
  readonly isHolder?: (resource: PolicyNode) => boolean;
  /** The policy was made here for a role that runs assume, whose name is not known, and which is none that the code holds. */
  readonly generated?: true;
}

/** Actions on a policy, and on who has one, by which a caller gives itself any permission. */
const onPolicy: readonly string[] = ['iam:CreatePolicyVersion', 'iam:SetDefaultPolicyVersion'];
const onOwnRole: readonly string[] = ['iam:PutRolePolicy', 'iam:AttachRolePolicy'];
const onHolder: readonly string[] = [
  ...[...onOwnRole, 'iam:DeleteRolePermissionsBoundary', 'iam:PutUserPolicy', 'iam:AttachUserPolicy'],
  ...['iam:DeleteUserPermissionsBoundary', 'iam:PutGroupPolicy', 'iam:AttachGroupPolicy'],
];
const wanted: ReadonlySet<string> = new Set([...escalations.flatMap(e => e.actions), ...onPolicy, ...onHolder]);

/** A set of actions that the statements allow, and where: `broad` on any resource, else the pattern that they share. */
interface Hit {
  readonly escalation: Escalation;
  readonly on: string | undefined;
  /** Of broad ones: the patterns that are more than `*`, such as every role of an account. */
  readonly named?: readonly string[];
  readonly node: PolicyNode;
}

/** Above this many, one finding names them together: "*" allows all there are. */
const many = 3;

/** A set inside of a larger one that was found is not told again. */
export function lintEscalation(
  statements: readonly PolicyNode[],
  list: ActionList,
  owner: PolicyOwner = {},
): readonly PermissionFinding[] {
  const grants = grantsOf(statements, list, wanted);
  const hits = escalations.flatMap(e => hitOf(e, grants));
  const inside = (e: Escalation, o: Escalation): boolean =>
    o.actions.length > e.actions.length && e.actions.every(a => o.actions.includes(a));
  const widest = hits.filter(h => !hits.some(o => inside(h.escalation, o.escalation)));
  const itself = owner.generated === true ? onEveryRole(grants, hits) : onItself(grants, owner);
  const byPlace = new Map<PolicyNode, Hit[]>();
  for (const hit of widest) byPlace.set(hit.node, [...(byPlace.get(hit.node) ?? []), hit]);
  const told = [...byPlace].flatMap(([node, here]): readonly PermissionFinding[] => {
    if (here.length <= many) return here.map(hit => finding(hit.node, sentence(hit)));
    const named = here.slice(0, many).map(h => h.escalation.name);
    return [
      finding(
        node,
        `Privilege escalation in ${here.length} known ways ("${named.join('", "')}", …): the caller can become administrator.`,
      ),
    ];
  });
  return [...told, ...itself];
}

const finding = (node: PolicyNode, message: string): PermissionFinding => ({
  code: 'escalation',
  severity: 'warning',
  message,
  ...place(node),
});

function sentence({ escalation, on, named = [] }: Hit): string {
  const start = `Privilege escalation "${escalation.name}": ${escalation.actions.join(' + ')}`;
  return on === undefined
    ? `${start} on ${named.length === 0 ? 'any resource' : named.join(' and ')} can make the caller an administrator.`
    : `${start} on ${on} can make the caller an administrator: what it makes there can be given any permission. A permissions boundary in a condition rules it out.`;
}

function hitOf(escalation: Escalation, grants: ReadonlyMap<string, readonly Grant[]>): readonly Hit[] {
  const of = (action: string): readonly Grant[] => grants.get(action) ?? [];
  const { passedTo, makes } = escalation;
  const passes = (g: Grant): boolean => g.broad && (passedTo === undefined || g.passesTo(passedTo));
  const lists = escalation.actions.map(action =>
    of(action).filter(g => (action === 'iam:PassRole' ? passes(g) : g.broad || (makes === true && g.open))),
  );
  const [first] = lists;
  const [node] = first ?? [];
  if (first === undefined || node === undefined || lists.some(l => l.length === 0)) return [];
  const broad = lists.map(l => l.filter(g => g.broad));
  const [place0] = broad[0] ?? [];
  if (place0 !== undefined && broad.every(l => l.length > 0)) {
    const patterns = broad.flatMap(l => (l.some(g => g.pattern === '*') ? [] : (l[0]?.pattern ?? [])));
    return [{ escalation, on: undefined, named: [...new Set(patterns)], node: place0.node }];
  }
  // A role that is passed is not what is made.
  const making = lists.filter((_, i) => escalation.actions[i] !== 'iam:PassRole');
  const shared = share(making);
  const narrow = shared?.find(g => !g.broad) ?? shared?.[0];
  return narrow === undefined ? [] : [{ escalation, on: narrow.pattern, node: (shared?.[0] ?? node).node }];
}

/** Every role is also the one that has the policy: no `sts:AssumeRole` is needed to become what it makes of it. */
function onEveryRole(
  grants: ReadonlyMap<string, readonly Grant[]>,
  hits: readonly Hit[],
): readonly PermissionFinding[] {
  return onOwnRole.flatMap(action => {
    const [broad] = (grants.get(action) ?? []).filter(g => g.broad);
    if (broad === undefined || hits.some(h => h.on === undefined && h.escalation.actions.includes(action))) return [];
    return [
      finding(
        broad.node,
        `Privilege escalation: ${action} on every role, the one that has this policy too, lets it become administrator.`,
      ),
    ];
  });
}

function onItself(grants: ReadonlyMap<string, readonly Grant[]>, owner: PolicyOwner): readonly PermissionFinding[] {
  const narrow = (action: string): readonly Grant[] => (grants.get(action) ?? []).filter(g => !g.broad);
  const policies = onPolicy.flatMap(action =>
    narrow(action).flatMap(g => {
      const named = g.names(owner.policy);
      if (named === 'no') return [];
      const what =
        action === 'iam:CreatePolicyVersion'
          ? 'write a version of it with any permission'
          : 'go back to a version of it that allows more';
      return [
        finding(
          g.node,
          named === 'yes'
            ? `Privilege escalation: the policy allows ${action} on itself, so whoever has it can ${what}.`
            : `Privilege escalation, if the caller has the policy ${g.pattern}: ${action} lets it ${what}.`,
        ),
      ];
    }),
  );
  const isHolder = (g: Grant): boolean =>
    (owner.holder !== undefined && g.names(owner.holder) === 'yes') ||
    (g.resource !== undefined && owner.isHolder?.(g.resource) === true);
  const holders = onHolder.flatMap(action =>
    narrow(action)
      .filter(isHolder)
      .map(g =>
        finding(
          g.node,
          `Privilege escalation: ${action} on who has this policy${owner.holder === undefined ? '' : ` (${owner.holder})`} lets it give itself any permission.`,
        ),
      ),
  );
  return [...policies, ...holders];
}
