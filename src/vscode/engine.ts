/**
 * What reads and judges code. This file is the entry of dist/engine.js, which is loaded when the first reading starts: activation
 * itself needs none of it.
 */
export { lintTrustInCode } from '../iam/policy/lintHcl';
export { lintTrustText } from '../iam/policy/lintTrust';
export { chosenFix, fixAllEdits } from '../lint/fixAll';
export { lintRoot } from '../lint/lint';
export { readProject } from '../terraform/read';
export { explainAt } from '../oidc/explain';
