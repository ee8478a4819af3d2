import { policySize } from '../../iam/policy/document';
import { evaluateText } from '../../iam/policy/evaluate';
import { lintTrustText } from '../../iam/lint/trust/lintTrust';
import { strangersOf } from '../../iam/policy/prove';
import { workspaceSubject, type WorkspaceIdentity } from '../../oidc/subject';
import type { TrustJudge } from './trust';

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
