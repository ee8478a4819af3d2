import type { PolicyJson } from '../../binding/desired/desired';
import type { Phase } from '../../binding/facts';
import { permissionSources } from '../../binding/gather/permissionSources';
import { ProblemError } from '../../core/problem';
import { compact, policySize } from '../../iam/policy/document';
import { policyQuotas } from '../../iam/lint/permissions/lintPermissions';
import { permissionFile } from '../../node/permissionFiles';
import type { Root } from '../../terraform/model';

/** What `--permissions code` stands for: the starting policies of a root, inline in its roles. */
export interface CodePolicies {
  /** What was left out, for a person to look at. */
  readonly notes: readonly string[];
  /** Undefined: the code is known to need nothing. */
  policy(phase: Phase, accountId: string, partition: string): PolicyJson | undefined;
}

export function codePolicies(root: Root): CodePolicies {
  const sources = permissionSources(permissionFile);
  // Which types are known depends on no account.
  const { unmapped, unread } = sources.needs(root, 'apply', { partition: 'aws', accountId: '000000000000' });
  return {
    notes: [
      ...(unmapped.length === 0
        ? []
        : [
            `Nothing is known of the permissions that ${unmapped.join(', ')} need: the policy leaves them out. Add them with --policy-arn, or to the role.`,
          ]),
      ...unread.map(sentence => `${sentence} The policy leaves out what it needs.`),
    ],
    policy: (phase, accountId, partition) => {
      const { policy } = sources.needs(root, phase, { partition, accountId });
      if (policy.Statement.length === 0) return undefined;
      const size = policySize(compact(policy));
      if (size <= policyQuotas.role) return { ...policy };
      throw new ProblemError({
        code: 'policy-too-large',
        message: `The policy that the code needs for ${phase === 'plan' ? 'plans' : 'applies'} has ${size} characters; the inline policies of a role may have ${policyQuotas.role}.`,
        nextStep:
          'Write it with "tfc-oidc permissions", which splits it into managed policies, create these, and attach them with --policy-arn.',
      });
    },
  };
}
