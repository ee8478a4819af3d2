/** The arrows of docs/architecture.md: vscode, cli -> binding -> iam, hcp, lint -> oidc, terraform. */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: [`^src/${from}/`, '^src/core/', ...allowed.map(a => `^src/${a}/`)] },
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
