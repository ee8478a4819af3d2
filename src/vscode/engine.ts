/**
 * What reads and judges code. This file is the entry of dist/engine.js, which is loaded when the first reading starts: activation
 * itself needs none of it.
 */
export { lintTrustInCode } from '../iam/lint/trust/lintHcl';
export { lintTrustText } from '../iam/lint/trust/lintTrust';
export { roleNameAt, rolesMade } from '../lint/madeRoles';
export { Analysis } from '../lint/analysis';
export { leftovers } from '../lint/edits/leftovers';
export { folderSettings } from '../lint/folderSettings';
export { rules } from '../lint/table';
export { chosenFix, fixAllEdits, harmlessFix } from '../lint/fixAll';
export { explainAt } from '../oidc/explain';
export { comparedWithRuns } from '../binding/doctor/received';
export { roleLinks } from '../oidc/console';
export { dynamicVariables, nameAt } from '../oidc/nameAt';
export { commentAbove } from '../lint/edits/fixes';
