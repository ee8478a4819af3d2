import { recordings } from '../support/observed';
import type { Configuration } from './phases';
import { compute } from './templates/compute';
import { data } from './templates/data';
import { deployments } from './templates/deployments';
import { entrances } from './templates/entrances';
import { governance } from './templates/governance';
import { messages } from './templates/messages';
import type { Template } from './templates/template';

export const templates: readonly Template[] = [
  ...messages,
  ...data,
  ...compute,
  ...entrances,
  ...governance,
  ...deployments,
];

const provider = (tags: string): string => `provider "aws" {
  region = "us-east-1"
${tags}}
`;

const archive = (code: string): Record<string, null> =>
  Object.fromEntries([...code.matchAll(/"([\w-]+\.zip)"/g)].map(([, file = '']) => [file, null]));

/** A root whose names come from a variable's default. */
const asRoot = ({ name, code, change: [old, changed] }: Template): Configuration => ({
  name,
  files: {
    'main.tf': `${provider('')}variable "prefix" {\n  default = "prove"\n}\n${code}`,
    ...archive(code),
  },
  update: old === changed ? [] : [{ old, new: changed }],
});

/** The same code as a module that is called for two keys, with default tags that change too. */
const asModule = ({ name, code, change: [old, changed] }: Template): Configuration => ({
  name: `${name}-each`,
  files: {
    'main.tf': `${provider('  default_tags {\n    tags = {\n      Owner = "shop"\n    }\n  }\n')}module "part" {\n  for_each = toset(["blue", "green"])\n  source   = "./part"\n  prefix   = "prove-\${each.key}"\n}\n`,
    'part/main.tf': `variable "prefix" {\n  type = string\n}\n${code}`,
    ...archive(code),
  },
  update: [{ old: 'Owner = "shop"', new: 'Owner = "edge"' }, ...(old === changed ? [] : [{ old, new: changed }])],
});

/** All that is proven: what was recorded, and each service as a root and as a module for two keys. */
export function configurations(): readonly Configuration[] {
  return [
    ...recordings().map(({ name, files, update }) => ({
      name: `recorded-${name}`,
      files: { ...files, ...archive(Object.values(files).join('\n')) },
      update,
    })),
    ...templates.flatMap(t => [asRoot(t), asModule(t)]),
  ];
}
