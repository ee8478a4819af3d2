import type { Check } from '../check';
import type { BindingFacts } from '../facts';
import { isOlder } from './versions';

/** Checks of the workspace as a whole. Each returns nothing where it has nothing to say. */

export function workspaceReadable(facts: BindingFacts): readonly Check[] {
  const base = { id: 'workspace-readable', title: 'Workspace' } as const;
  if (facts.workspace.state === 'unknown') {
    return [{ ...base, state: 'unknown', evidence: [], why: facts.workspace.why, failureModes: [] }];
  }
  const w = facts.workspace.value;
  return [
    {
      ...base,
      state: 'ok',
      evidence: [`${w.organization}/${w.name} is in project "${w.project.name}" (${w.id}) on ${w.hostname}.`],
      why: 'The subject of every token is made of these names.',
      failureModes: [],
    },
  ];
}

/**
 * Commands that run on this machine whatever the mode is. From the CLI's design and from issues (hashicorp/terraform#24931, #31770).
 */
const alwaysLocal = [
  'terraform import, console, state, output, validate, init and test run on this machine whatever the mode is, without the role; import blocks run remotely.',
] as const;

export function executionMode(facts: BindingFacts): readonly Check[] {
  if (facts.workspace.state === 'unknown') return [];
  const w = facts.workspace.value;
  const from = w.executionModeFrom === 'unknown' ? '' : `, set by the ${w.executionModeFrom}`;
  const base = { id: 'execution-mode', title: `Execution mode: ${w.executionMode}` } as const;
  const evidence = [`Runs of ${w.name} execute in mode "${w.executionMode}"${from}.`];
  const { local } = facts;
  const takes = local === undefined ? [] : [`On this machine the AWS provider takes ${local.source}.`];
  if (w.executionMode !== 'local' && local?.forced === true) {
    return [
      {
        ...base,
        state: 'warning',
        evidence: [
          ...evidence,
          'TF_FORCE_LOCAL_BACKEND is set here: plan and apply run on this machine all the same.',
          ...takes,
        ],
        why: 'What runs on this machine gets neither the variables of the workspace nor the role.',
        nextStep: 'Unset TF_FORCE_LOCAL_BACKEND.',
        failureModes: [10],
      },
    ];
  }
  if (w.executionMode !== 'local') {
    return [
      {
        ...base,
        state: 'ok',
        evidence: [...evidence, ...alwaysLocal, ...takes],
        why: 'HCP Terraform mints a token and delivers the variables to runs; not to commands that always run on your machine.',
        failureModes: [],
      },
    ];
  }
  return [
    {
      ...base,
      state: 'wrong',
      evidence: [
        ...evidence,
        'Variables of the workspace and of its variable sets are not delivered, and the role is not used.',
        ...takes,
      ],
      why: 'In local execution HCP Terraform delivers no variables and mints no token: the OIDC role is not used, runs take whatever AWS credentials your machine has.',
      nextStep: 'Set the execution mode to remote or agent, or keep using a local AWS profile knowingly.',
      remedy: { kind: 'open-page', url: `${w.url}/settings/general` },
      failureModes: [10],
    },
  ];
}

export function namesUnchanged(facts: BindingFacts): readonly Check[] {
  const before = facts.remembered;
  if (before === undefined || facts.workspace.state === 'unknown') return [];
  const w = facts.workspace.value;
  const base = { id: 'names-unchanged', title: 'Names since the binding was made' } as const;
  if (before.workspaceId !== w.id) {
    return [
      {
        ...base,
        state: 'wrong',
        evidence: [
          `The workspace named ${w.name} was ${before.workspaceId} when the binding was made and is ${w.id} now.`,
        ],
        why: 'Another workspace has taken the name. AWS knows names only, so this workspace can assume the roles of the former one.',
        nextStep:
          'Make sure that this workspace is the one that should hold these roles; otherwise change the trust policy now.',
        remedy: { kind: 'configure', tag: undefined },
        failureModes: [2],
      },
    ];
  }
  const renames = [
    ['organization', before.organization, w.organization],
    ['project', before.project, w.project.name],
    ['workspace', before.workspace, w.name],
  ] as const;
  const changed = renames.filter(([, old, now]) => old !== now);
  if (changed.length === 0) {
    return [
      {
        ...base,
        state: 'ok',
        evidence: ['Organization, project and workspace have the names they had.'],
        why: 'The trust policy holds names.',
        failureModes: [],
      },
    ];
  }
  return [
    {
      ...base,
      state: 'warning',
      evidence: changed.map(([what, old, now]) => `The ${what} was renamed from "${old}" to "${now}".`),
      why: 'Tokens carry the new names. A trust policy with the old ones refuses every run.',
      nextStep: 'Update the trust policies to the new names.',
      remedy: { kind: 'configure', tag: undefined },
      failureModes: [2],
    },
  ];
}

/** Agent minimums: 1.7.0 dynamic credentials, 1.8.0 Vault-backed, 1.12.0 several configurations, 1.14.1 fixes the Vault race. */
export function agentVersions(facts: BindingFacts): readonly Check[] {
  if (facts.workspace.state === 'unknown' || facts.workspace.value.executionMode !== 'agent') return [];
  const base = { id: 'agent-versions', title: 'Agent versions' } as const;
  const agents = facts.workspace.value.agents;
  if (agents.state === 'unknown') {
    return [{ ...base, state: 'unknown', evidence: [], why: agents.why, failureModes: [] }];
  }
  const configurations = facts.variables.state === 'known' ? facts.variables.value.configurations : [];
  const tagged = configurations.some(c => c.tag !== undefined);
  const vault = configurations.some(c => c.backing !== 'native');
  const needed = vault ? '1.14.1' : tagged ? '1.12.0' : '1.7.0';
  const live = agents.value.filter(agent => agent.status !== 'exited');
  const old = live.filter(agent => agent.version !== undefined && isOlder(agent.version, needed));
  if (old.length > 0) {
    return [
      {
        ...base,
        state: 'wrong',
        evidence: old.map(
          agent => `Agent ${agent.name} has version ${agent.version ?? 'unknown'}; this setup needs ${needed}.`,
        ),
        why: 'The agent exchanges the token for AWS credentials; an older one does not know how.',
        nextStep: `Update the agents to ${needed} or later.`,
        failureModes: vault ? [22, 19] : [19],
      },
    ];
  }
  if (live.length === 0) {
    return [
      {
        ...base,
        state: 'warning',
        evidence: ['The agent pool has no agent that is connected.'],
        why: 'Without an agent no run starts.',
        nextStep: 'Start an agent of the pool.',
        failureModes: [19],
      },
    ];
  }
  return [
    {
      ...base,
      state: 'ok',
      evidence: [`All agents have ${needed} or later.`],
      why: 'The agent exchanges the token for AWS credentials.',
      failureModes: [],
    },
  ];
}
