/** The arrows of docs/architecture.md: vscode, cli -> binding -> iam, hcp, lint -> oidc, terraform. */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: [`^src/${from}/`, '^src/core/', ...allowed.map(a => `^src/${a}/`)] },
});
/**
 * What a room shows to others; what is beside it is its own business. A room has one `index.ts` where everything behind it is needed
 * together, and several files where a surface must not load the rest of the room (`check` starts without the permission tables).
 */
const faces = {
  'iam/account': ['askedTypes', 'load', 'retry', 'types', 'webIdentityRecord'],
  'iam/identity': ['index'],
  'iam/inCode': ['cloudFormation', 'marker', 'policiesInCode', 'template', 'yaml'],
  'iam/lint': [
    'finding',
    'permissions/lintPermissions',
    'permissions/permissionFinding',
    'permissions/permissionRules',
    'trust/lintFile',
    'trust/lintHcl',
    'trust/lintTrust',
    'trust/trustFinding',
    'trust/trustRules',
  ],
  'iam/needs': [
    'additions',
    'collect',
    'compare',
    'generate',
    'hcl',
    'held/index',
    'mapping',
    'need',
    'ownFindings',
    'refusedCall',
    'scope',
    'tables/calls',
    'unread',
    'why',
  ],
  'terraform/syntax': ['ast', 'hcl', 'json', 'walk'],
  'terraform/values': ['index'],
  'hcp/tokens': ['find', 'report', 'runHelper'],
  'binding/checks': [
    'arn',
    'events',
    'judge',
    'moduleTests',
    'received',
    'row',
    'rows',
    'stack/underCheck',
    'table',
    'variables',
  ],
  'binding/doctor': ['consult', 'diagnose', 'errorText', 'pastedEvents', 'received'],
  'binding/keys': ['history', 'id', 'index', 'keep', 'memory', 'model'],
  'binding/migrate': ['index'],
  'binding/setup': ['index', 'model'],
  'binding/stack': ['groups', 'look', 'names', 'needs', 'wiring', 'written'],
  'binding/use': ['compare', 'index'],
};
const face = ([room, files]) => ({
  name: `face-of-${room.replace('/', '-')}`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${room}/` },
  to: { path: `^src/${room}/`, pathNot: `^src/${room}/(?:${files.join('|')})\\.ts$` },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: { path: '^src/' }, to: { circular: true } },
    {
      name: 'vscode-only-in-vscode',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/vscode/', '^src/extension\\.ts$'] },
      to: { path: '^vscode$' },
    },
    {
      name: 'aws-sdk-only-in-iam',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/iam/account/'] },
      to: { path: '@aws-sdk|@smithy' },
    },
    ...Object.entries(faces).map(face),
    only('core', 'core', []),
    only('terraform', 'terraform', []),
    only('oidc', 'oidc', []),
    only('node', 'node', ['iam/identity']),
    only('lint', 'lint', ['oidc', 'terraform', 'iam/policy']),
    only('hcp', 'hcp', ['oidc', 'terraform']),
    only('iam', 'iam', ['oidc', 'terraform']),
    only('binding', 'binding', ['iam', 'hcp', 'lint', 'oidc', 'terraform']),
    only('board', 'board', ['binding', 'hcp', 'lint', 'oidc', 'terraform']),
    only('cli', 'cli', ['node', 'binding', 'iam', 'hcp', 'lint', 'oidc', 'terraform']),
    only('vscode', 'vscode', ['board', 'node', 'binding', 'iam', 'hcp', 'lint', 'oidc', 'terraform']),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.cache)/' },
  },
};
