import { trustQuota } from '../../iam/policy/document';
import { oidcProviderArn } from '../../oidc/arns';
import { phases } from '../facts';
import type { Remedy } from '../remedy';
import { issuerOfWorkspace } from './arn';
import { bindingRow } from './bindingRow';
import { type ReadRole, rolesRead } from './configurations';
import { hiddenRoleResults } from './hiddenRoles';
import { namesOf, type RefusalMode, trustVerdict } from './refusal';
import { byPhase, type CheckResult } from './row';
import { label } from './variables';

/** Checks of the trust policies of the roles that were read. */

const of = (read: ReadRole): { readonly configuration: string; readonly phase: ReadRole['phase'] } => ({
  configuration: label(read.configuration),
  phase: read.phase,
});

export const roleTrustsRun = bindingRow({
  id: 'role-trusts-run',
  title: 'Trust for runs',
  reason: byPhase('plan runs refused', 'apply runs refused', 'runs refused'),
  why: 'AWS compares the subject of the token with the trust policy, letter by letter.',
  failureModes: ['subject-mismatch', 'renamed', 'phase-mismatch', 'provider-mismatch', 'audience-missing'],
  inProof: 'needed',
  refutes: ['subject-mismatch', 'renamed', 'phase-mismatch', 'provider-mismatch'],
  run: ({ facts, judge }) => [
    ...rolesRead(facts).map((read): CheckResult<RefusalMode> => {
      const base = { ...of(read), title: `Trust for ${read.phase} runs` };
      const verdict = trustVerdict(facts, read, judge);
      switch (verdict.decision) {
        case 'allow':
          return { ...base, state: 'ok', evidence: [`${read.role.name} trusts "${verdict.subject}".`] };
        case 'undecided':
          return {
            ...base,
            state: 'unknown',
            evidence: verdict.why,
            why: 'The policy uses something whose value is known only to AWS at run time.',
            nextStep: `Name the subject itself in the trust policy of ${read.role.name}, or see what a run does (tfc-oidc prove-run).`,
          };
        case 'deny': {
          const { mode, evidence, nextStep, remedy } = verdict.refusal;
          return { ...base, state: 'wrong', evidence, nextStep, remedy, failureModes: [mode] };
        }
      }
    }),
    ...hiddenRoleResults(facts, judge),
  ],
});

const updateTrust = (read: ReadRole, change: 'add' | 'narrow'): Remedy => ({
  kind: 'update-trust',
  change,
  roleArn: read.arn,
  phases: phases.filter(phase => {
    const role = read.configuration.roles[phase];
    return role.state === 'set' && role.arn === read.arn;
  }),
  tag: read.configuration.tag,
});

export const strangersRefused = bindingRow({
  id: 'strangers-refused',
  title: 'Strangers are refused',
  reason: byPhase('strangers reach plan role', 'strangers reach apply role', 'strangers reach the role'),
  why: 'Names of organizations are first come, first served: a pattern that is too wide lets others in.',
  failureModes: [],
  inProof: 'counts',
  refutes: [],
  run: ({ facts, judge }) =>
    rolesRead(facts).map(read => {
      const { workspace, account, role, configuration } = read;
      const base = { ...of(read), title: `Strangers are refused (${read.phase} role)` };
      const hostname = issuerOfWorkspace(workspace);
      const providerArn = oidcProviderArn(account.partition, account.accountId, hostname);
      const { audience } = configuration;
      const letIn = judge
        .strangers(namesOf(workspace))
        .filter(
          ({ subject }) =>
            judge.judge(role.trustPolicy, { hostname, providerArn, subject, audience }).decision === 'allow',
        );
      if (letIn.length === 0)
        return { ...base, state: 'ok', evidence: [`${role.name} refuses every stranger that was tried.`] };
      return {
        ...base,
        state: 'wrong',
        evidence: letIn.map(s => `${role.name} can be assumed by ${s.name}: "${s.subject}".`),
        nextStep: 'Name exactly one organization, project and workspace.',
        remedy: updateTrust(read, 'narrow'),
        failureModes: [],
      };
    }),
});

export const trustAcceptable = bindingRow({
  id: 'trust-acceptable',
  title: 'IAM accepts the trust policy',
  reason: 'IAM refuses the trust policy',
  why: 'IAM refuses any change to such a policy, and until then anyone with a token of the host may fit.',
  failureModes: ['trust-policy-refused'],
  inProof: 'counts',
  refutes: ['trust-policy-refused'],
  run: ({ facts, judge }) =>
    rolesRead(facts).flatMap((read): readonly CheckResult<'trust-policy-refused'>[] => {
      const host = issuerOfWorkspace(read.workspace);
      if (judge.meetsSharedProviderRule(read.role.trustPolicy, host)) return [];
      return [
        {
          ...of(read),
          title: `IAM accepts the trust policy (${read.phase} role)`,
          state: 'wrong',
          evidence: [`The trust policy of ${read.role.name} does not evaluate ${host}:sub.`],
          nextStep: `Add a condition on ${host}:sub to the trust policy of ${read.role.name}.`,
          remedy: updateTrust(read, 'narrow'),
          failureModes: ['trust-policy-refused'],
        },
      ];
    }),
});

export const trustSize = bindingRow({
  id: 'trust-size',
  title: 'Length of the trust policy',
  reason: 'trust policy is too long',
  why: 'IAM refuses longer ones unless the quota was raised.',
  failureModes: ['trust-policy-too-long'],
  inProof: 'counts',
  refutes: ['trust-policy-too-long'],
  run: ({ facts, judge }) =>
    rolesRead(facts).flatMap((read): readonly CheckResult<'trust-policy-too-long'>[] => {
      const size = judge.size(read.role.trustPolicy);
      if (size <= trustQuota * 0.93) return [];
      return [
        {
          ...of(read),
          title: `Length of the trust policy (${read.phase} role)`,
          state: 'warning',
          evidence: [`The trust policy of ${read.role.name} has ${size} of ${trustQuota} characters.`],
          nextStep: 'Share the workspaces among several roles, or ask for a higher quota (L-C07B4B0D).',
          failureModes: ['trust-policy-too-long'],
        },
      ];
    }),
});

export const roleUnchanged = bindingRow({
  id: 'role-unchanged',
  title: 'Ownership of the role',
  reason: 'role was changed elsewhere',
  why: 'A change by hand is undone by the next deployment of its code. This tool does not write to it.',
  failureModes: ['managed-elsewhere'],
  inProof: 'counts',
  refutes: ['managed-elsewhere'],
  run: ({ facts }) =>
    rolesRead(facts).flatMap((read): readonly CheckResult<'managed-elsewhere'>[] => {
      const { role, phase } = read;
      const inCode = facts.code?.managedRoles.find(r => r.name === role.name);
      const owner = inCode?.address ?? role.managedBy;
      const base = {
        ...of(read),
        title: `Ownership of the ${phase} role`,
        ...(inCode !== undefined && { location: inCode.location }),
      };
      const drifted = role.drifted === true;
      if (owner !== undefined && !drifted)
        return [{ ...base, state: 'ok', evidence: [`${role.name} is managed by ${owner}.`] }];
      if (owner !== undefined)
        return [
          {
            ...base,
            state: 'wrong',
            evidence: [`${role.name} is managed by ${owner}.`, 'Its policy differs from what was set up.'],
            nextStep: 'Change the code that owns the role, or export the setup as code.',
            ...(inCode !== undefined && { remedy: { kind: 'open-file', location: inCode.location } }),
            failureModes: ['managed-elsewhere'],
          },
        ];
      if (!drifted) return [];
      return [
        {
          ...base,
          state: 'warning',
          evidence: [`The trust policy of ${role.name} was changed after we wrote it.`],
          why: 'Somebody else changes this role.',
          nextStep: 'Compare the policies, then keep theirs or write ours again.',
          failureModes: ['managed-elsewhere'],
        },
      ];
    }),
});
