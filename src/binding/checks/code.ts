import { bindingRow } from './bindingRow';

/** The injected variable in a project that runs where nothing injects it. */
export const dynamicCredentialsInjected = bindingRow({
  id: 'dynamic-credentials-injected',
  title: 'tfc_aws_dynamic_credentials gets its value',
  reason: 'a variable gets no value',
  why: 'HCP Terraform gives this variable a value in remote runs, and only where dynamic credentials are configured.',
  failureModes: ['variable-not-injected'],
  inProof: 'counts',
  refutes: ['variable-not-injected'],
  run: ({ facts }) => {
    const declared = facts.code?.declaresDynamicCredentials;
    if (declared === undefined || facts.variables.state === 'unknown') return [];
    const { configurations } = facts.variables.value;
    const local = facts.workspace.state === 'known' && facts.workspace.value.executionMode === 'local';
    const base = { location: declared };
    if (configurations.some(c => c.backing === 'native' && c.enabled !== 'no') && !local) {
      const evidence = ['Remote runs get the variable from HCP Terraform. Local plans and tests do not.'];
      return [{ ...base, state: 'ok', evidence }];
    }
    if (local)
      return [
        {
          ...base,
          state: 'wrong',
          evidence: ['Runs execute on your machine, where nothing gives the variable a value.'],
          nextStep: 'Give it a value in a git-ignored *.auto.tfvars file.',
          failureModes: ['variable-not-injected'],
        },
      ];
    // Configurations that are named and switched off have a smaller remedy of their own.
    const remedy = configurations.length === 0 ? { remedy: { kind: 'configure', tag: undefined } as const } : {};
    return [
      {
        ...base,
        state: 'wrong',
        evidence: ['The variable is declared, and dynamic credentials are not configured in the workspace.'],
        nextStep: 'Configure dynamic credentials for the workspace, or remove the variable.',
        ...remedy,
        failureModes: ['variable-not-injected'],
      },
    ];
  },
});
