import type { PolicyJson } from '../desired/desired';
import type { Fact, Phase } from '../facts';
import type { CodeOfRole } from '../stack/needs';
import type { WorkspaceHolds } from './holds';
import type { PermissionSources } from './permissionSources';
import { policyNotes } from './policyNotes';
import { ProblemError } from '../../core/problem';
import { compact, policySize } from '../../iam/policy/document';
import { policyQuotas } from '../../iam/lint/permissions/lintPermissions';
import type { PermissionDocument } from '../../iam/policy/permissionDocument';
import type { Root } from '../../terraform/model';

/** What `--permissions code` stands for: the policies of what runs need, inline in the roles. */
export interface CodePolicies {
  /** What was left out, counted and found, for a person to look at. */
  notes(accountId: string, partition: string): readonly string[];
  /** Undefined: nothing is known to be needed. `additions`: what a role allows today stays. */
  policy(
    phase: Phase,
    accountId: string,
    partition: string,
  ): { readonly inline: PolicyJson; readonly additions?: PermissionDocument } | undefined;
}

export function codePolicies(
  root: Root,
  holds: Fact<readonly WorkspaceHolds[]>,
  sources: PermissionSources,
  stack?: Omit<CodeOfRole, 'root'>,
): CodePolicies {
  return {
    notes: (accountId, partition) =>
      policyNotes(sources.needs(root, holds, 'apply', { partition, accountId }, stack), sources, root),
    policy: (phase, accountId, partition) => {
      const { permissions, additionsOnly } = sources.needs(root, holds, phase, { partition, accountId }, stack);
      const { policy } = permissions;
      if (policy.Statement.length === 0) return undefined;
      const size = policySize(compact(policy));
      if (size <= policyQuotas.role)
        return { inline: { ...policy }, ...(additionsOnly !== undefined && { additions: policy }) };
      throw new ProblemError({
        code: 'policy-too-large',
        message: `The policy that runs need for ${phase === 'plan' ? 'plans' : 'applies'} has ${size} characters; the inline policies of a role may have ${policyQuotas.role}.`,
        nextStep:
          'Split it into managed policies, create these (tfc-oidc permissions writes them), and attach them to the role (--policy-arn).',
      });
    },
  };
}
