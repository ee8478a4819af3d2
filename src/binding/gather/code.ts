import type { Finding } from '../../lint/finding';
import { type InjectedUse, injectedUses, type InjectedVariable } from '../../lint/injected';
import { configuresItself } from '../../lint/providers';
import { attributeOf, at, headerSpan, type Root } from '../../terraform/model';
import { evaluate, isShowable, rootValues, stringOf } from '../../terraform/values';
import type { Location } from '../../core/text';
import type { CodeFacts, ProviderMapping } from '../facts';
import type { CodeOwner } from '../plan/model';

/** What the checks need to know of a root's code. */
export function codeFacts(root: Root, findings: readonly Finding[]): CodeFacts {
  const providers = root.modules.flatMap(module =>
    module.providers
      .filter(provider => !provider.inStack && !provider.file.override)
      .filter(provider => module.dir === root.dir || configuresItself(provider))
      .map(provider => {
        const values = ['shared_config_files', 'shared_credentials_files'].flatMap(
          name => attributeOf(provider.body, name)?.value ?? [],
        );
        const uses = values.flatMap(value => injectedUses(root, module, value));
        return {
          alias: provider.alias,
          location: at(provider.file, headerSpan(provider.block)),
          mapsTo: mappingOf(uses),
          inChildModule: module.dir !== root.dir,
        };
      }),
  );
  const declared = (variable: InjectedVariable): Location | undefined => {
    const block = root.module.variables.get(variable);
    return block && at(block.file, headerSpan(block.block));
  };
  return {
    findings,
    providers,
    declaresDynamicCredentials: declared('tfc_aws_dynamic_credentials'),
    declaresBacked: {
      vault: declared('tfc_vault_backed_aws_dynamic_credentials'),
      hvs: declared('tfc_hvs_backed_aws_dynamic_credentials'),
    },
    managedRoles: root.modules.flatMap(module =>
      module.resources.flatMap(resource => {
        const name =
          resource.mode === 'resource' && resource.type === 'aws_iam_role'
            ? attributeOf(resource.body, 'name')?.value
            : undefined;
        return name?.kind === 'string'
          ? [
              {
                name: name.value,
                address: `${resource.type}.${resource.name}`,
                location: at(resource.file, headerSpan(resource.block)),
              },
            ]
          : [];
      }),
    ),
    regionSet: !findings.some(finding => finding.code === 'missing-region'),
    regions: regionsOf(root),
  };
}

const backings = {
  tfc_aws_dynamic_credentials: 'native',
  tfc_vault_backed_aws_dynamic_credentials: 'vault',
  tfc_hvs_backed_aws_dynamic_credentials: 'hvs',
} as const satisfies Readonly<Record<InjectedVariable, string>>;

/** A tag before a default: a block that names both was meant for the tag. */
function mappingOf(uses: readonly InjectedUse[]): ProviderMapping {
  for (const { part, variable } of uses)
    if (part.kind === 'alias' && part.tag !== undefined)
      return { kind: 'tag', tag: part.tag, backing: backings[variable] };
  const use = uses.find(({ part }) => part.kind === 'default');
  return use === undefined ? { kind: 'none' } : { kind: 'default', backing: backings[use.variable] };
}

function regionsOf(root: Root): readonly string[] {
  const values = rootValues(root);
  const found = root.modules.flatMap(module =>
    module.providers.flatMap(provider =>
      ['region', 'sts_region'].flatMap(name => {
        const attribute = attributeOf(provider.body, name);
        if (attribute === undefined) return [];
        return values.uses(module).flatMap(scope => {
          const value = evaluate(attribute.value, scope.frame);
          const region = isShowable(value) ? stringOf(value) : undefined;
          return region === undefined || region === '' ? [] : [region];
        });
      }),
    ),
  );
  return [...new Set(found)];
}

/** Roles and providers that the project itself manages: those are changed in the code, not behind its back. */
export function codeOwners(root: Root, nameOf: (file: string) => string): readonly CodeOwner[] {
  return root.modules.flatMap(m =>
    m.resources.flatMap((r): CodeOwner[] => {
      const [kind, argument] =
        r.type === 'aws_iam_role'
          ? (['role', 'name'] as const)
          : r.type === 'aws_iam_openid_connect_provider'
            ? (['provider', 'url'] as const)
            : [undefined, ''];
      const value = kind === undefined || r.mode !== 'resource' ? undefined : attributeOf(r.body, argument)?.value;
      if (kind === undefined || value?.kind !== 'string') return [];
      return [
        {
          kind,
          name: value.value.replace(/^https:\/\//, '').replace(/\/$/, ''),
          where: `${r.type}.${r.name} in ${nameOf(r.file.path)}`,
        },
      ];
    }),
  );
}
