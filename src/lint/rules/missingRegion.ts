import { headerSpan } from '../../terraform/model';
import { describe, sameProvider, setAttribute } from '../provider';
import type { Rule } from '../rule';

export const missingRegion: Rule = {
  code: 'missing-region',
  severity: 'information',
  summary: 'An AWS provider without `region`, and no region in the environment',
  explanation:
    'The provider needs a region, and the token is exchanged at the STS endpoint of that region. Set `region` in the block, or AWS_REGION as an environment variable of the workspace. A region set in the workspace can not be seen from here, so this is information only.',
  run: context => {
    if (context.env['AWS_REGION'] || context.env['AWS_DEFAULT_REGION']) return [];
    return context.modules.flatMap(module =>
      module.providers
        .filter(provider => !provider.file.override)
        .filter(provider => sameProvider(module, provider).every(p => setAttribute(p.body, 'region') === undefined))
        .map(provider => ({
          file: provider.file,
          span: headerSpan(provider.block),
          message: `${describe(provider)} names no region. Set region here, or AWS_REGION as an environment variable of the workspace.`,
        })),
    );
  },
};
