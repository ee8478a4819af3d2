import { at, type Module } from '../../terraform/model';
import type { Expression } from '../../terraform/syntax/ast';
import { fileArguments } from '../arguments';
import { accountsNote, withoutCredentials } from '../credentials';
import { pathsIn } from '../expressions';
import { comesFromInjected, meantVariable } from '../injected';
import { mapProvider, tagsInUse } from '../mapping';
import { allProviders, originsOf, providerName, setInRun } from '../providers';
import type { Rule } from '../rule';

export const sharedFiles: Rule = {
  code: 'shared-files',
  severity: 'error',
  title: 'Shared AWS files in a provider block',
  explanation:
    'HCP Terraform hands over the credentials of a run in a shared config file of its own. A provider block that names other files reads those instead, and they are absent where the run executes. Files from var.tfc_aws_dynamic_credentials, var.tfc_vault_backed_aws_dynamic_credentials and var.tfc_hvs_backed_aws_dynamic_credentials are right.',
  fix: 'Removes the argument; where tags are in use, maps the provider with tfc_aws_dynamic_credentials instead.',
  check({ root, identities }) {
    const tagged = tagsInUse(root);
    return allProviders(root).flatMap(({ module, provider }) =>
      setInRun(root, module, provider.body, fileArguments)
        // Nothing fills the injected variables in a Stack.
        .filter(
          argument =>
            provider.inStack ||
            (!comesFromInjected(root, module, argument.value) && !isMisspelt(module, argument.value)),
        )
        .map(argument => ({
          location: at(provider.file, argument),
          statement: argument,
          message: provider.inStack
            ? `${providerName(provider)} sets ${argument.name}. In a Stack there are no such files, and the provider takes them before the role that it assumes by its token. Remove it.`
            : `${providerName(provider)} sets ${argument.name}. The provider then reads these files in place of the one that HCP Terraform prepares for the run. Remove it.${tagged ? '' : accountsNote(identities)}`,
          fixes:
            tagged && provider.kind === 'aws' && module.dir === root.dir && !provider.inStack
              ? mapProvider(module, provider, argument)
              : withoutCredentials({ root, identities }, module, provider, argument),
          related: originsOf(root, module, argument.value),
          unnecessary: true,
        })),
    );
  },
};

/** From a variable whose name is nearly right: the rule of the variable says so, and removing the argument would lose the mapping. */
function isMisspelt(module: Module, value: Expression): boolean {
  return pathsIn(value).some(({ steps: [head, name] }) => {
    if (head !== 'var' || typeof name !== 'string') return false;
    return module.variables.has(name) && meantVariable(name) !== undefined;
  });
}
