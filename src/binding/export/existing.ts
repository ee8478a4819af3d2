import type { Variable } from '../../hcp/variables/precedence';
import { oidcProviderArn } from '../../oidc/arns';
import type { ActualAccount } from '../plan/model';

/** What the account and the workspace already hold: exports import it, or leave it alone, instead of making it twice. */
export interface Existing {
  readonly providerArn?: string;
  readonly roles: readonly {
    readonly name: string;
    readonly inlinePolicyNames: readonly string[];
    readonly attachedPolicyArns: readonly string[];
  }[];
  readonly variables: readonly {
    readonly key: string;
    readonly id: string;
    /** The workspace's or variable set's name, as in DesiredVariables. */
    readonly scopeName: string;
    /** `varset-…`, which imports of variable sets need. */
    readonly scopeId?: string;
  }[];
}

export const nothing: Existing = { roles: [], variables: [] };

/** What an account was read to hold, and the variables that its workspaces were read to have. */
export function existingIn(actual: ActualAccount, variables: Existing['variables'] = []): Existing {
  return {
    ...(actual.provider !== undefined && { providerArn: actual.provider.arn }),
    roles: [...actual.roles].map(([name, role]) => ({
      name,
      inlinePolicyNames: Object.keys(role.inlinePolicies),
      attachedPolicyArns: role.attachedPolicyArns,
    })),
    variables,
  };
}

/** The environment variables that a workspace has of its own: what `import` blocks of tfe_variable need. */
export function existingVariables(workspace: string, all: readonly Variable[]): Existing['variables'] {
  return all
    .filter(v => v.category === 'env' && v.origin.from === 'workspace')
    .map(v => ({ key: v.key, id: v.id, scopeName: workspace }));
}

/** Turns a name into an identifier: letters, digits and underscores, not starting with a digit, unique among `taken`. */
export function identifier(name: string, taken: Set<string>): string {
  const base =
    name
      .replace(/[^A-Za-z0-9_]+/g, '_')
      .replace(/^(?=\d)/, '_')
      .toLowerCase() || 'item';
  let candidate = base;
  for (let n = 2; taken.has(candidate); n++) candidate = `${base}_${n}`;
  taken.add(candidate);
  return candidate;
}

/** The ARN of the account's provider for a URL: it is deterministic (host and path behind `oidc-provider/`). */
export function providerArn(partition: string, accountId: string, url: string): string {
  return oidcProviderArn(partition, accountId, url.replace(/^https:\/\//, ''));
}
