import type { FileRole } from './model';
import { mayBeTerragrunt } from './terragruntNames';

export interface FileKind {
  readonly role: FileRole;
  readonly syntax: 'hcl' | 'json';
  readonly override: boolean;
  readonly tofu: boolean;
  /** The name without its Terraform ending. */
  readonly stem: string;
}

const endings: readonly (readonly [string, FileRole, 'hcl' | 'json', boolean])[] = [
  ['.tfvars.json', 'tfvars', 'json', false],
  ['.tfvars', 'tfvars', 'hcl', false],
  ['.tofu.json', 'config', 'json', true],
  ['.tofu', 'config', 'hcl', true],
  ['.tf.json', 'config', 'json', false],
  ['.tf', 'config', 'hcl', false],
  ['.tfcomponent.hcl', 'component', 'hcl', false],
  ['.tfcomponent.json', 'component', 'json', false],
  // The name of component files before Stacks left their beta.
  ['.tfstack.hcl', 'component', 'hcl', false],
  ['.tfdeploy.hcl', 'deployment', 'hcl', false],
  ['.tfdeploy.json', 'deployment', 'json', false],
  // https://developer.hashicorp.com/terraform/language/files/tfquery
  ['.tfquery.hcl', 'query', 'hcl', false],
  ['.tfquery.json', 'query', 'json', false],
  ['.tftest.hcl', 'test', 'hcl', false],
  ['.tftest.json', 'test', 'json', false],
  ['.tofutest.hcl', 'test', 'hcl', false],
  ['.tofutest.json', 'test', 'json', false],
  // The documented name of files for `terraform init -backend-config`.
  ['.tfbackend', 'backend', 'hcl', false],
];

/** Is it code of a module? Values, tests and settings of a backend go with one. */
export function isCode(role: FileRole): boolean {
  return role !== 'tfvars' && role !== 'test' && role !== 'backend';
}

/** What a file is to Terraform, or nothing. Names that start with ".", or end with "~" or in "#…#", are editors' leavings. */
export function fileKind(name: string): FileKind | undefined {
  if (name.startsWith('.') || name.endsWith('~') || (name.startsWith('#') && name.endsWith('#'))) return undefined;
  for (const [ending, role, syntax, tofu] of endings) {
    if (!name.endsWith(ending) || name.length === ending.length) continue;
    const stem = name.slice(0, -ending.length);
    return {
      role,
      syntax,
      tofu,
      stem,
      override: role === 'config' && (stem === 'override' || stem.endsWith('_override')),
    };
  }
  if (!mayBeTerragrunt(name)) return undefined;
  return { role: 'terragrunt', syntax: 'hcl', tofu: false, stem: name.slice(0, -4), override: false };
}

/** By which schema its JSON is read. */
export function jsonKind(role: FileRole): 'config' | 'tfvars' | 'stack' {
  if (role === 'tfvars') return 'tfvars';
  return role === 'config' || role === 'test' || role === 'query' ? 'config' : 'stack';
}

/** The files of one folder that Terraform or OpenTofu reads, in their order. */
export function readableFiles(names: readonly string[]): readonly { readonly name: string; readonly kind: FileKind }[] {
  return names
    .flatMap(name => {
      const kind = fileKind(name);
      return kind === undefined ? [] : [{ name, kind }];
    })
    .sort((a, b) => Number(a.kind.override) - Number(b.kind.override) || (a.name < b.name ? -1 : 1));
}

/** Is it a file that OpenTofu alone reads? */
export const isTofu = (path: string): boolean => /\.tofu(?:\.json)?$/.test(path);

/** Whether Terraform loads a tfvars file by itself. https://developer.hashicorp.com/terraform/language/values/variables */
function isAutomatic(name: string): boolean {
  return /^terraform\.tfvars(?:\.json)?$/.test(name) || /\.auto\.tfvars(?:\.json)?$/.test(name);
}

/** Terraform's order of tfvars files, later ones win: terraform.tfvars, terraform.tfvars.json, *.auto.*; then those named by hand. */
export function tfvarsRank(name: string): number {
  if (name === 'terraform.tfvars') return 0;
  if (name === 'terraform.tfvars.json') return 1;
  return isAutomatic(name) ? 2 : 3;
}
