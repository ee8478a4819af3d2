import { awsManagedPolicyArn } from '../../oidc/arns';
import { identityOfFacts } from '../../binding/facts';
import type { BindingChoices } from '../../binding/desired/choices';
import { codeFacts, codeOwners } from '../../binding/gather/code';
import { notAsked } from '../../binding/gather/binding';
import { localCredentials, type Machine } from '../../binding/gather/localChain';
import type { SetupGroup, SetupMember } from '../../binding/setup';
import { unwrap } from '../../core/problem';
import { configurationTag, defaultAudience, hostname } from '../../oidc/names';
import { accountId, partitionName } from '../../oidc/partition';
import { workspaceIdentity } from '../../oidc/subject';
import type { ChosenAccount } from '../aws';
import type { AnalysedRoot } from '../projectStore';
import { type Choices, type GatheredWorkspace, policiesOf, rolesOf } from './choices';

const gathered = (choices: Choices, workspace: string): GatheredWorkspace | undefined =>
  choices.hcp?.find(h => h.workspace.name === workspace);

/** What is wanted of one workspace, before the account is asked. */
export function choicesOf(choices: Choices, analysed: AnalysedRoot, workspace: string): BindingChoices {
  return bindingChoices(choices, analysed, choices.opened, workspace);
}

/** One workspace as the use case takes it; each has roles of its own. */
export function groupOf(
  choices: Choices,
  analysed: AnalysedRoot,
  workspace: string,
  roots: readonly AnalysedRoot[],
  nameOf: (file: string) => string,
  machine: Machine,
): SetupGroup {
  const binding = choicesOf(choices, analysed, workspace);
  const hcp = gathered(choices, workspace);
  const { root, findings } = analysed;
  const member: SetupMember = {
    place: { hostname: binding.hostname, organization: choices.organization ?? '', workspace },
    code: { root, findings },
    hcp:
      hcp === undefined
        ? notAsked(choices.hcpProblem ?? '')
        : { client: hcp.client, reading: hcp.facts, kept: hcp.kept },
    local: localCredentials(machine, codeFacts(root, findings)),
    ...(binding.issuer !== undefined && { issuerHost: binding.issuer }),
  };
  return {
    members: [member],
    choices: binding,
    adopt: false,
    ownedByCode: roots.flatMap(r => codeOwners(r.root, nameOf)),
    variableTarget: choices.target ?? { type: 'workspace' },
    checkCaller: false,
    notes: notesOf(choices),
  };
}

/** What a person should know of the issuer, and of the policies that were made for the code, each sentence once. */
function notesOf(choices: Choices): readonly string[] {
  const { plan, apply } = policiesOf(choices);
  const ofCode = [apply, plan].flatMap(policy => (policy?.kind === 'inline' ? (policy.notes ?? []) : []));
  return [...new Set([...(choices.issuer?.notes ?? []), ...ofCode])];
}

function bindingChoices(
  choices: Choices,
  analysed: AnalysedRoot,
  opened: ChosenAccount | undefined,
  workspace: string,
): BindingChoices {
  const { cloud } = analysed.root;
  const known = choices.known?.find(w => w.name === workspace);
  const identity =
    known === undefined
      ? workspaceIdentity(choices.organization ?? '', choices.project ?? '', workspace)
      : identityOfFacts(known);
  const partition = opened?.caller.partition ?? 'aws';
  const { roles, names, path, tag, boundary } = rolesOf(choices);
  const permissions = (use: 'plan' | 'apply'): BindingChoices['policies']['plan'] & object => {
    const policy = policiesOf(choices)[use];
    if (policy?.kind === 'managed') return { attached: [awsManagedPolicyArn(partition, policy.name)] };
    if (policy?.kind !== 'inline') return { attached: [] };
    const { document: inline, additions } = policy;
    return { attached: [], inline, ...(additions !== undefined && { additions }) };
  };
  return {
    ...(known !== undefined && { workspaceId: known.id }),
    hostname: unwrap(hostname(cloud.hostname.state === 'known' ? cloud.hostname.value : 'app.terraform.io')),
    ...(choices.issuer?.issuer !== undefined && { issuer: choices.issuer.issuer }),
    identities: [identity],
    accountId: opened?.caller.accountId ?? unwrap(accountId(choices.account ?? '')),
    partition: unwrap(partitionName(partition)),
    audience: defaultAudience,
    roles,
    ...(tag !== undefined && { tag: unwrap(configurationTag(tag)) }),
    path,
    names,
    ...(boundary !== undefined && { boundaryArn: boundary }),
    policies: { run: permissions('apply'), plan: permissions('plan'), apply: permissions('apply') },
  };
}
