import { at, attributeOf } from '../../terraform/model';
import { isUnset } from '../expressions';
import { allProviders, blockHeader, providerName, sameConfiguration } from '../providers';
import type { Rule } from '../rule';

export const missingRegion: Rule = {
  code: 'missing-region',
  severity: 'information',
  title: 'AWS provider without a region',
  explanation:
    'Dynamic credentials bring no region. Without region in the provider block, the workspace needs the environment variable AWS_REGION; otherwise the run stops with "The argument "region" is required". A Stack has no workspace: its provider names the region in the config block.',
  check({ root, environment }) {
    if (environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION']) return [];
    return allProviders(root).flatMap(({ module, provider }) => {
      const parts = sameConfiguration(module, provider);
      // An expression may have any value, so it counts as a region.
      const hasRegion = parts.some(p => {
        const region = attributeOf(p.body, 'region')?.value;
        return region !== undefined && !isUnset(region);
      });
      if (hasRegion || parts[0] !== provider) return [];
      return [
        {
          location: at(provider.file, blockHeader(provider.block, provider.file)),
          statement: provider.block,
          message: provider.inStack
            ? `${providerName(provider)} has no region. Set region in its config block.`
            : `${providerName(provider)} has no region. Set region here, or AWS_REGION as an environment variable of the workspace.`,
        },
      ];
    });
  },
};
