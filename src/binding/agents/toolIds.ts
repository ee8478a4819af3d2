/** The ids of the tools for language models (their texts: tools.ts), apart so that the editor's start needs nothing else. */
export const agentToolIds = [
  'inspect_project',
  'lint',
  'explain_binding',
  'lint_trust',
  'prove',
  'permissions',
  'explain_denial',
] as const;
export type AgentToolId = (typeof agentToolIds)[number];

/** `lint_trust` is `tfcOidc_lintTrust` to the editor. */
export const editorName = (id: AgentToolId): string =>
  `tfcOidc_${id.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())}`;

/** Does the tool ask HCP Terraform or AWS? The others never leave the machine. */
export const asksServices = (id: AgentToolId): boolean => id === 'explain_binding';
