import { attributeOf, blocksOf, type Module, type ResourceBlock } from '../../terraform/model';
import { pathOf } from './modulePaths';
import { resourceOf } from './scope';

/**
 * What the `removed` blocks of a module delete, as resources without arguments: nothing is known of them but the type. With
 * `lifecycle { destroy = false }` Terraform only forgets them.
 * https://developer.hashicorp.com/terraform/language/block/removed
 */
export function removedResources(module: Module): readonly ResourceBlock[] {
  return module.files
    .filter(file => file.role === 'config')
    .flatMap(file =>
      blocksOf(file.parsed.body, 'removed').flatMap((block): readonly ResourceBlock[] => {
        const from = attributeOf(block.body, 'from')?.value;
        const [type = '', name = '', ...more] = (from && pathOf(from)) ?? [];
        const forgets = blocksOf(block.body, 'lifecycle').some(l => {
          const destroy = attributeOf(l.body, 'destroy')?.value;
          return destroy?.kind === 'bool' && destroy.text === 'false';
        });
        if (!type.startsWith('aws_') || more.length > 0 || forgets) return [];
        if (resourceOf(module, 'resource', type, name) !== undefined) return [];
        const body = { ...block.body, attributes: [], blocks: [] };
        return [{ mode: 'resource', type, name, file, block, body }];
      }),
    );
}
