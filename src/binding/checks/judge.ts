import type { Phase } from '../facts';
import { policySize } from '../../iam/policy/document';
import { evaluateText } from '../../iam/policy/webIdentity';
import { lintTrustText } from '../../iam/lint/trust/lintTrust';
import { strangersOf } from '../../iam/policy/prove';
import { workspaceSubject, type WorkspaceIdentity } from '../../oidc/subject';

/** Evaluates trust policies; the evaluator of src/iam/policy in the product. */
export interface TrustJudge {
  /** May a token with this subject and audience assume a role with this trust policy? `why` explains a refusal, clause by clause. */
  judge(
    policy: string,
    request: TrustRequest,
  ): { readonly decision: 'allow' | 'deny' | 'undecided'; readonly why: readonly string[] };
  /** The subject of a workspace's run (https://developer.hashicorp.com/terraform/cloud-docs/dynamic-provider-credentials/workload-identity-tokens). */
  subject(names: { organization: string; project: string; workspace: string }, phase: Phase): string;
  /** Strangers who must be refused, with a name for each. */
  strangers(names: {
    organization: string;
    project: string;
    workspace: string;
  }): readonly { readonly name: string; readonly subject: string }[];
  /** Does the policy meet AWS's rule for shared providers (the subject is evaluated, not by a bare `*`)? */
  meetsSharedProviderRule(policy: string, hostname: string): boolean;
  /** Characters that count against the trust policy quota of 2,048. */
  size(policy: string): number;
}

export interface TrustRequest {
  readonly hostname: string;
  readonly providerArn: string;
  readonly subject: string;
  readonly audience: string;
}

/** Names that HCP Terraform itself reported: they are taken as they are, whatever they hold. */
const identity = (names: { organization: string; project: string; workspace: string }): WorkspaceIdentity => ({
  kind: 'workspace',
  organization: names.organization as WorkspaceIdentity['organization'],
  project: names.project as WorkspaceIdentity['project'],
  workspace: names.workspace as WorkspaceIdentity['workspace'],
});

/** The evaluator of src/iam/policy, as the checks ask it. */
export const trustJudge: TrustJudge = {
  judge: (policy, request) => {
    const { decision, why } = evaluateText(policy, request);
    return { decision, why };
  },
  subject: (names, phase) => workspaceSubject(identity(names), phase),
  strangers: names => strangersOf(identity(names), ['plan']).map(s => ({ name: s.who, subject: s.subject })),
  meetsSharedProviderRule: (policy, hostname) =>
    !lintTrustText(policy, { hostname }).findings.some(f => f.code === 'missing-subject' || f.code === 'any-subject'),
  size: policySize,
};
