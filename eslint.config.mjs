import tseslint from 'typescript-eslint';

const assembledArn = {
  selector: 'TemplateLiteral[expressions.length>0] > TemplateElement:first-child[value.raw=/^arn:/]',
  message: 'Make ARNs by src/oidc/arns.ts.',
};

export default tseslint.config(
  { ignores: ['dist/', '.cache/', 'node_modules/', 'test/fixtures/', 'test/screenshots/'] },
  {
    files: ['src/**/*.ts', 'test/**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'max-lines': ['error', { max: 420, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/cli.ts', 'src/cli/**'],
    rules: { 'no-console': 'error' },
  },
  {
    // ARNs are put together in one place; what a pattern of one looks like is another thing.
    files: ['src/**/*.ts'],
    ignores: ['src/oidc/arns.ts'],
    rules: {
      'no-restricted-syntax': ['error', assembledArn],
    },
  },
  {
    // Registered commands and context keys have one owner each, so that the manifest test can hold them.
    files: ['src/vscode/**/*.ts', 'src/extension.ts'],
    ignores: ['src/vscode/commandRegistry.ts', 'src/vscode/contextKeys.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        assembledArn,
        {
          selector: "CallExpression[callee.property.name='registerCommand']",
          message: 'Register commands through CommandRegistry.',
        },
        { selector: "Literal[value='setContext']", message: 'Set context keys through ContextKeys.' },
      ],
    },
  },
  {
    // node:test's test() and describe() return promises that the runner itself awaits.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            {
              from: 'package',
              package: 'node:test',
              name: ['test', 'it', 'describe', 'suite', 'before', 'after', 'beforeEach', 'afterEach'],
            },
          ],
        },
      ],
    },
  },
);
