import { type BindingFacts, type Phase, phases, type RoleFacts } from '../facts';
import { accountsOf, type ReadAccount, rolesOfRuns } from './configurations';
import type { TrustJudge } from './judge';
import { type RefusalMode, trustVerdict } from './refusal';
import type { CheckResult } from './row';
import { label } from './variables';

/**
 * Where a sensitive variable hides the role of a phase: the roles of the account that trust the provider, each judged for this workspace.
 * A role of another account stays possible, so that none that fits is a warning and no more.
 */
export function hiddenRoleResults(facts: BindingFacts, judge: TrustJudge): readonly CheckResult<RefusalMode>[] {
  return accountsOf(facts).flatMap(account => {
    if (account.state !== 'read') return [];
    const known = new Set(rolesOfRuns(facts, account.configuration).map(use => use.phase));
    return phases.filter(phase => !known.has(phase)).flatMap(phase => hiddenRole(facts, account, phase, judge));
  });
}

function hiddenRole(
  facts: BindingFacts,
  a: ReadAccount,
  phase: Phase,
  judge: TrustJudge,
): readonly CheckResult<RefusalMode>[] {
  const { configuration, account } = a;
  const reference = configuration.roles[phase];
  const { trusting } = account;
  if (reference.state !== 'hidden' || trusting === undefined) return [];
  const base = { configuration: label(configuration), phase, title: `Trust for ${phase} runs` };
  const hidden = `${reference.variable} is sensitive, so which role it names cannot be read.`;
  const openly = { kind: 'rewrite-variables', keys: [reference.variable] } as const;
  if (trusting.state === 'unknown') {
    const nextStep = trusting.nextStep ?? 'Use a profile that may list roles (iam:ListRoles).';
    return [{ ...base, state: 'unknown', evidence: [], why: `${hidden} ${trusting.why}`, nextStep }];
  }
  const { roles, more } = trusting.value;
  const judged = roles.map(role => judgedRole(facts, a, phase, role, judge));
  const evidence = [
    ...judged.flatMap(j => j.lines),
    ...(more > 0 ? [`${more} more roles trust the provider, and were not read.`] : []),
  ];
  const fitting = judged.filter(j => j.mode === undefined);
  if (fitting.length > 0 || more > 0 || judged.length === 0) {
    const why =
      judged.length === 0
        ? `${hidden} No role of account ${account.accountId} trusts the provider.`
        : `${hidden} ${fitting.length === 1 ? 'One role' : `${fitting.length} roles`} of account ${account.accountId} would let these runs in.`;
    const nextStep = `Write ${reference.variable} anew as not sensitive${fitting.length === 1 ? `, with ${fitting[0]?.arn ?? ''}` : ''}.`;
    return [{ ...base, state: 'unknown', evidence, why, nextStep, remedy: openly }];
  }
  return [
    {
      ...base,
      state: 'warning',
      evidence,
      why: `${hidden} No role of account ${account.accountId} that trusts the provider lets these runs in.`,
      nextStep: `Let one of these roles trust the workspace, and write ${reference.variable} anew as not sensitive.`,
      remedy: openly,
      failureModes: [...new Set(judged.flatMap(j => j.mode ?? []))],
    },
  ];
}

/** What is said of one role; `mode` is missing where it lets the runs in, or where only AWS can tell. */
function judgedRole(
  facts: BindingFacts,
  a: ReadAccount,
  phase: Phase,
  role: RoleFacts,
  judge: TrustJudge,
): { readonly arn: string; readonly lines: readonly string[]; readonly mode: RefusalMode | undefined } {
  const { configuration, workspace, account } = a;
  const verdict = trustVerdict(facts, { arn: role.arn, phase, configuration, workspace, account, role }, judge);
  switch (verdict.decision) {
    case 'allow':
      return { arn: role.arn, lines: [`${role.arn} lets ${phase} runs in.`], mode: undefined };
    case 'undecided':
      return { arn: role.arn, lines: [`${role.arn}: only AWS can tell. ${verdict.why.join(' ')}`], mode: undefined };
    case 'deny':
      return {
        arn: role.arn,
        lines: [`${role.arn} refuses ${phase} runs.`, ...verdict.refusal.evidence],
        mode: verdict.refusal.mode,
      };
  }
}
