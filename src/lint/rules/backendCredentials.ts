import type { SourceFile } from '../../terraform/model';
import { attributeOf } from '../../terraform/model';
import type { Attribute, ObjectItem } from '../../terraform/syntax/ast';
import { remove } from '../removal';
import type { Rule, RuleFinding } from '../rule';

const keys: ReadonlySet<string> = new Set(['access_key', 'secret_key', 'token']);
const machine: ReadonlySet<string> = new Set([
  'profile',
  'shared_credentials_file',
  'shared_credentials_files',
  'shared_config_files',
]);

export const backendCredentials: Rule = {
  code: 'backend-credentials',
  severity: 'warning',
  summary: 'Keys or a profile in `backend "s3"` or `terraform_remote_state`',
  explanation:
    'Backends and remote state do not use the provider block; they take the credentials of the run. Keys written here are a leak and outlive every rotation, and a profile does not exist where HCP Terraform runs. Remove them. Between workspaces, `tfe_outputs` or shared remote state need no AWS credentials at all.',
  run: context =>
    context.modules.flatMap(module => [
      ...module.terraformBlocks.flatMap(({ file, body }) =>
        body.blocks
          .filter(b => b.type === 'backend' && b.labels[0]?.value === 's3')
          .flatMap(b => [...b.body.attributes, ...b.body.blocks.flatMap(inner => inner.body.attributes)])
          .flatMap(attribute => argument(file, attribute, 'backend "s3"')),
      ),
      ...module.resources
        .filter(r => r.mode === 'data' && r.type === 'terraform_remote_state')
        .flatMap(r => {
          const backend = attributeOf(r.body, 'backend')?.value;
          const config = attributeOf(r.body, 'config')?.value;
          if (backend?.kind !== 'string' || backend.value !== 's3' || config?.kind !== 'object') return [];
          return config.items.flatMap(item => objectItem(r.file, item, `terraform_remote_state "${r.name}"`));
        }),
    ]),
};

function argument(file: SourceFile, attribute: Attribute, where: string): readonly RuleFinding[] {
  if (attribute.value.kind === 'null') return [];
  return finding(file, attribute.name, attribute, where);
}

function objectItem(file: SourceFile, item: ObjectItem, where: string): readonly RuleFinding[] {
  if (item.keyText === undefined || item.value.kind === 'null') return [];
  return finding(file, item.keyText, item, where);
}

function finding(
  file: SourceFile,
  name: string,
  span: { readonly start: number; readonly end: number },
  where: string,
): readonly RuleFinding[] {
  const isKey = keys.has(name);
  if (!isKey && !machine.has(name)) return [];
  return [
    {
      file,
      span: { start: span.start, end: span.end },
      message: isKey
        ? `${name} in ${where} is a long-lived credential in the repository. Remove it: the run's own credentials are used.`
        : `${name} in ${where} names something on your machine that a run in HCP Terraform does not have. Remove it; set AWS_PROFILE on your machine instead.`,
      fixes: [{ id: 'remove-argument', title: `Remove ${name}`, edits: [remove(file, span)], preferred: isKey }],
    },
  ];
}
