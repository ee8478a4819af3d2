import type { BindingFacts, ConfigurationFacts } from '../facts';
import { isOlder } from './versions';
import { bindingRow } from './bindingRow';

/** Checks of the workspace as a whole. Each returns nothing where it has nothing to say. */

export const workspaceReadable = bindingRow({
  id: 'workspace-readable',
  title: 'Workspace',
  reason: 'workspace could not be read',
  why: 'The subject of every token is made of these names.',
  failureModes: [],
  inProof: 'needed',
  refutes: [],
  run: ({ facts }) => {
    if (facts.workspace.state === 'unknown') {
      return [
        {
          state: 'unknown',
          evidence: [],
          why: facts.workspace.why,
          nextStep:
            facts.workspace.nextStep ?? 'Sign in with a token that may read the workspace, or correct the names.',
          remedy: { kind: 'sign-in', hostname: undefined },
        },
      ];
    }
    const w = facts.workspace.value;
    const evidence = [`${w.organization}/${w.name} is in project "${w.project.name}" (${w.id}) on ${w.hostname}.`];
    return [{ state: 'ok', evidence }];
  },
});

/**
 * Commands that run on this machine whatever the mode is. From the CLI's design and from issues (hashicorp/terraform#24931, #31770).
 */
const alwaysLocal = [
  'terraform import, console, state, output, validate, init and test run on this machine whatever the mode is, without the role; import blocks run remotely.',
] as const;

export const executionMode = bindingRow({
  id: 'execution-mode',
  title: 'Execution mode',
  reason: result => (result.state === 'wrong' ? 'runs on your machine' : 'forced onto this machine'),
  why: 'HCP Terraform mints a token and delivers the variables to runs; not to commands that always run on your machine.',
  failureModes: ['local-execution'],
  inProof: 'counts',
  refutes: ['local-execution'],
  run: ({ facts }) => {
    if (facts.workspace.state === 'unknown') return [];
    const w = facts.workspace.value;
    const from = w.executionModeFrom === 'unknown' ? '' : `, set by the ${w.executionModeFrom}`;
    const title = `Execution mode: ${w.executionMode}`;
    const evidence = [`Runs of ${w.name} execute in mode "${w.executionMode}"${from}.`];
    const { local } = facts;
    const takes = local === undefined ? [] : [`On this machine the AWS provider takes ${local.source}.`];
    if (w.executionMode !== 'local' && local?.forced === true) {
      return [
        {
          title,
          state: 'warning',
          evidence: [
            ...evidence,
            'TF_FORCE_LOCAL_BACKEND is set here: plan and apply run on this machine all the same.',
            ...takes,
          ],
          why: 'What runs on this machine gets neither the variables of the workspace nor the role.',
          nextStep: 'Unset TF_FORCE_LOCAL_BACKEND.',
          failureModes: ['local-execution'],
        },
      ];
    }
    if (w.executionMode !== 'local') return [{ title, state: 'ok', evidence: [...evidence, ...alwaysLocal, ...takes] }];
    return [
      {
        title,
        state: 'wrong',
        evidence: [
          ...evidence,
          'Variables of the workspace and of its variable sets are not delivered, and the role is not used.',
          ...takes,
        ],
        why: 'In local execution HCP Terraform delivers no variables and mints no token: the OIDC role is not used, runs take whatever AWS credentials your machine has.',
        nextStep: 'Set the execution mode to remote or agent, or keep using a local AWS profile knowingly.',
        remedy: { kind: 'open-page', url: `${w.url}/settings/general` },
        failureModes: ['local-execution'],
      },
    ];
  },
});

const renames = (
  before: NonNullable<BindingFacts['remembered']>,
  now: { readonly organization: string; readonly project: string; readonly workspace: string },
): readonly string[] =>
  (['organization', 'project', 'workspace'] as const)
    .filter(what => before[what] !== now[what])
    .map(what => `The ${what} was renamed from "${before[what]}" to "${now[what]}".`);

export const namesUnchanged = bindingRow({
  id: 'names-unchanged',
  title: 'Names since the binding was made',
  reason: result => (result.state === 'wrong' ? 'another workspace took the name' : 'renamed since the setup'),
  why: 'The trust policy holds names.',
  failureModes: ['renamed'],
  inProof: 'counts',
  refutes: [],
  run: ({ facts }) => {
    const before = facts.remembered;
    if (before === undefined || facts.workspace.state === 'unknown') return [];
    const w = facts.workspace.value;
    if (before.workspaceId !== w.id) {
      return [
        {
          state: 'wrong',
          evidence: [
            `The workspace named ${w.name} was ${before.workspaceId} when the binding was made and is ${w.id} now.`,
          ],
          why: 'Another workspace has taken the name. AWS knows names only, so this workspace can assume the roles of the former one.',
          nextStep:
            'Make sure that this workspace is the one that should hold these roles; otherwise change the trust policy now.',
          failureModes: ['renamed'],
        },
      ];
    }
    const changed = renames(before, {
      organization: w.organization,
      project: w.project.name,
      workspace: w.name,
    });
    if (changed.length === 0)
      return [{ state: 'ok', evidence: ['Organization, project and workspace have the names they had.'] }];
    return [
      {
        state: 'warning',
        evidence: changed,
        why: 'Tokens carry the new names. A trust policy with the old ones refuses every run.',
        nextStep: 'See whether the trust policies know the new names, and add them where they do not.',
        failureModes: ['renamed'],
      },
    ];
  },
});

/** Agent minimums: 1.7.0 dynamic credentials, 1.8.0 Vault-backed, 1.12.0 several configurations, 1.16.0 HVS-backed. */
function neededVersion(configurations: readonly Pick<ConfigurationFacts, 'backing' | 'tag'>[]): string {
  if (configurations.some(c => c.backing === 'hvs')) return '1.16.0';
  if (configurations.some(c => c.tag !== undefined)) return '1.12.0';
  return configurations.some(c => c.backing === 'vault') ? '1.8.0' : '1.7.0';
}

/** Agents before this one may start a run before the file with Vault's credentials is written. */
const withoutRace = '1.14.1';

export const agentVersions = bindingRow({
  id: 'agent-versions',
  title: 'Agent versions',
  reason: result => (result.state === 'wrong' ? 'agents are too old' : 'no agent connected'),
  why: 'The agent exchanges the token for AWS credentials; an older one does not know how.',
  failureModes: ['agent', 'shared-config-file'],
  inProof: 'counts',
  refutes: [],
  run: ({ facts }) => {
    if (facts.workspace.state === 'unknown' || facts.workspace.value.executionMode !== 'agent') return [];
    const { agents } = facts.workspace.value;
    if (agents.state === 'unknown') {
      const nextStep = agents.nextStep ?? 'Use a token that may read the agent pools of the organization.';
      return [{ state: 'unknown', evidence: [], why: agents.why, nextStep }];
    }
    const configurations = facts.variables.state === 'known' ? facts.variables.value.configurations : [];
    const vault = configurations.some(c => c.backing !== 'native');
    const needed = neededVersion(configurations);
    const live = agents.value.filter(agent => agent.status !== 'exited');
    const old = live.filter(agent => agent.version !== undefined && isOlder(agent.version, needed));
    if (old.length > 0) {
      return [
        {
          state: 'wrong',
          evidence: old.map(
            agent => `Agent ${agent.name} has version ${agent.version ?? 'unknown'}; this setup needs ${needed}.`,
          ),
          nextStep: `Update the agents to ${vault && isOlder(needed, withoutRace) ? withoutRace : needed} or later.`,
          failureModes: vault ? ['shared-config-file', 'agent'] : ['agent'],
        },
      ];
    }
    const racing = vault
      ? live.filter(agent => agent.version !== undefined && isOlder(agent.version, withoutRace))
      : [];
    if (racing.length > 0)
      return [
        {
          state: 'warning',
          evidence: racing.map(agent => `Agent ${agent.name} has version ${agent.version ?? 'unknown'}.`),
          why: `Agents before ${withoutRace} may start a run before the file with Vault's credentials is written.`,
          nextStep: `Update the agents to ${withoutRace} or later.`,
          failureModes: ['shared-config-file'],
        },
      ];
    if (live.length === 0) {
      return [
        {
          state: 'warning',
          evidence: ['The agent pool has no agent that is connected.'],
          why: 'Without an agent no run starts.',
          nextStep: 'Start an agent of the pool.',
          failureModes: ['agent'],
        },
      ];
    }
    return [{ state: 'ok', evidence: [`All agents have ${needed} or later.`] }];
  },
});
