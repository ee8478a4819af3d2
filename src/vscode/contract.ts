/** Ids that the manifest and the code share. A test holds both together; nothing registers an id that is not here. */
export const commandIds = [
  'tfcOidc.configure',
  'tfcOidc.export',
  'tfcOidc.undo',
  'tfcOidc.checkBindings',
  'tfcOidc.checkRoot',
  'tfcOidc.doctor',
  'tfcOidc.proveRun',
  'tfcOidc.filter',
  'tfcOidc.clearFilter',
  'tfcOidc.fixCheck',
  'tfcOidc.openInBrowser',
  'tfcOidc.likeNames',
  'tfcOidc.explainPermission',
  'tfcOidc.bringCode',
  'tfcOidc.chooseProfile',
  'tfcOidc.signIn',
  'tfcOidc.signOut',
  'tfcOidc.whoami',
  'tfcOidc.refresh',
  'tfcOidc.fixRoot',
  'tfcOidc.writeCloud',
  'tfcOidc.mapProviders',
  'tfcOidc.whyPermissions',
  'tfcOidc.validatePolicy',
  'tfcOidc.ignoreFinding',
  'tfcOidc.openLocation',
  'tfcOidc.explainRule',
  'tfcOidc.showLog',
  'tfcOidc.copyText',
  'tfcOidc.showOrganization',
  'tfcOidc.resumeOrganization',
  'tfcOidc.refreshOrganization',
  'tfcOidc.closeOrganization',
  'tfcOidc.reportOrganization',
  'tfcOidc.migrateNext',
  'tfcOidc.showKeys',
  'tfcOidc.changeKey',
] as const;
export type CommandId = (typeof commandIds)[number];

export type ContextKey = 'tfcOidc.state' | 'tfcOidc.filtered' | 'tfcOidc.organization';

/** Why the view is empty: one welcome text for each. */
export type ViewState = 'loading' | 'noFolder' | 'noTerraform' | 'ready';

export const viewId = 'tfcOidc.bindings';
export const diagnosticSource = 'TFC OIDC';
export const previewScheme = 'tfc-oidc-preview';
/** The type of our webviews, by which VS Code restores them. */
export const pageType = 'tfcOidc.page';

/** Files whose findings the editor shows, by pattern: another extension may own the language id, or be off. */
export const documentSelector = [
  { pattern: '**/*.{tf,tofu,tfvars,tfbackend}' },
  { pattern: '**/*.{tf,tofu,tfvars}.json' },
  // Of Stacks, queries and tests, and Terragrunt's: what those include may have any name.
  { pattern: '**/*.hcl' },
] as const;

/** Files that may hold permission policies. */
export const policySelector = [{ pattern: '**/*.{json,jsonc}' }, { pattern: '**/*.{tf,tofu}' }] as const;

/** Where the project's documents are on the web. */
export const pages = 'https://github.com/tfc-oidc/vscode-configure-tfc-oidc/blob/main/';
