import { at } from '../../terraform/model';
import type { SourceFile } from '../../terraform/model';
import { removal } from '../edits/fixes';
import { pathsIn } from '../expressions';
import { allProviders, blockHeader, nested, nestedValue, providerName, type Nested } from '../providers';
import type { Rule } from '../rule';

export const webIdentity: Rule = {
  code: 'web-identity',
  severity: 'error',
  title: 'assume_role_with_web_identity in a workspace configuration',
  explanation:
    'HCP Terraform exchanges the token of the run for the role by itself. A block of your own replaces those credentials, and its token file is absent in the run. In a Stack the block is the documented way, so nothing is reported there.',
  fix: 'Removes the block.',
  check({ root, identities }) {
    return allProviders(root)
      .filter(({ provider }) => !provider.inStack)
      .flatMap(({ provider }) =>
        nested(provider.body, 'assume_role_with_web_identity').map(item => {
          const manual = usesWorkloadToken(item);
          return {
            location: at(provider.file, placeOf(item, provider.file)),
            statement: item.node,
            message: manual
              ? `${providerName(provider)} exchanges a workload identity token itself (assume_role_with_web_identity). That works; with dynamic provider credentials the block is no longer needed.`
              : `${providerName(provider)} has assume_role_with_web_identity, which replaces the credentials that HCP Terraform prepares for the run. Remove the block; in a Stack it would be right.`,
            ...(manual && { severity: 'information' as const }),
            fixes: removal(provider.file, item.node, {
              title: 'Remove assume_role_with_web_identity',
              preferred: !manual && identities.survive,
            }).map(fix => ({ ...fix, takesCredentials: true as const })),
            unnecessary: !manual,
          };
        }),
      );
  },
};

/** The header of a nested block, or the name of an argument. */
export function placeOf(item: Nested, file: SourceFile): { readonly start: number; readonly end: number } {
  return item.kind === 'block' ? blockHeader(item.node, file) : item.node.nameSpan;
}

/** The manual way of HashiCorp's documentation: a token from TFC_WORKLOAD_IDENTITY_TOKEN, handed in as a variable. */
function usesWorkloadToken(item: Nested): boolean {
  return ['web_identity_token', 'web_identity_token_file'].some(name => {
    const value = nestedValue(item, name);
    return (
      value !== undefined &&
      pathsIn(value).some(path =>
        path.steps.some(step => typeof step === 'string' && /tfc_workload_identity_token/i.test(step)),
      )
    );
  });
}
