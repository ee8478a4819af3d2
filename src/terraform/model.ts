import type { Location, Span } from '../core/text';
import type { Attribute, Block, Body, Expression, ParsedFile } from './syntax/ast';

/**
 * What a Terraform project says, with the place of every fact. A value that can't be known says why; nothing is ever guessed.
 * Grammar of `cloud` and `backend "remote"`: https://developer.hashicorp.com/terraform/cli/cloud/settings.
 */
export type Value<T> =
  | { readonly state: 'known'; readonly value: T; readonly source: ValueSource; readonly location?: Location }
  | { readonly state: 'unknown'; readonly why: string; readonly location?: Location }
  | { readonly state: 'absent' };

export type ValueSource =
  | { readonly kind: 'config' }
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'default' }
  /** `tfc-oidc.json`: what the repository says where its code says nothing. */
  | { readonly kind: 'project-file'; readonly file: string }
  /** `.terraform/environment`: what `terraform workspace select` wrote. */
  | { readonly kind: 'selected'; readonly file: string };

export type FileRole = 'config' | 'query' | 'tfvars' | 'component' | 'deployment' | 'test' | 'backend' | 'terragrunt';

export interface SourceFile {
  readonly path: string;
  readonly role: FileRole;
  readonly syntax: 'hcl' | 'json';
  /** `override.tf`, `*_override.tf`: its blocks replace or extend those of the other files. */
  readonly override: boolean;
  readonly text: string;
  readonly parsed: ParsedFile;
}

/** Something about the project that Terraform itself would refuse, or that stopped us from reading. */
export interface ProjectProblem {
  readonly code:
    | 'syntax'
    | 'block-unread'
    | 'file-skipped'
    | 'folder-skipped'
    | 'duplicate-cloud'
    | 'cloud-and-backend'
    | 'cloud-refused'
    | 'missing-workspaces'
    | 'workspace-conflict'
    | 'missing-organization'
    | 'missing-hostname'
    | 'module-missing'
    | 'too-many-folders';
  readonly message: string;
  readonly location?: Location;
}

export type Workspaces =
  | { readonly by: 'name'; readonly name: Value<string> }
  | {
      readonly by: 'tags';
      /** A list of tags, or key/value tags (since Terraform 1.10). */
      readonly tags: Value<readonly string[] | Readonly<Record<string, string>>>;
      readonly selected: Value<string>;
    }
  | { readonly by: 'prefix'; readonly prefix: Value<string>; readonly selected: Value<string> }
  /** Neither name nor tags: Terraform wants TF_WORKSPACE. */
  | { readonly by: 'nothing' };

/** Names for blocks that have none of their own. `file` says it. */
export interface CloudDefaults {
  readonly file: string;
  readonly organization?: string;
  readonly hostname?: string;
}

export interface CloudSettings {
  readonly kind: 'cloud' | 'remote' | 'stack' | 'none';
  readonly hostname: Value<string>;
  readonly organization: Value<string>;
  readonly workspaces: Workspaces;
  /** A filter and the place for new workspaces only. The subject is built from the project that the API reports. */
  readonly project: Value<string>;
  /** The name of the Stack, where the environment says it. */
  readonly stack?: Value<string>;
  /** Where a token is written down. Its value is never kept. */
  readonly token?: Location;
  /** The block's header. */
  readonly location?: Location;
  readonly block?: Block;
}

export interface ProviderBlock {
  /** The local name as written: `aws`, or what required_providers calls it. */
  readonly name: string;
  /** Which provider the local name stands for. */
  readonly kind: 'aws' | 'awscc';
  readonly alias: string | undefined;
  readonly file: SourceFile;
  readonly block: Block;
  /** Where its arguments stand: the block's body, or the `config` block's in a Stack. */
  readonly body: Body;
  readonly inStack: boolean;
}

export interface NamedBlock {
  readonly file: SourceFile;
  readonly block: Block;
  readonly body: Body;
}

export interface VariableBlock extends NamedBlock {
  readonly name: string;
  readonly default: Expression | undefined;
}

export interface ResourceBlock extends NamedBlock {
  readonly mode: 'resource' | 'data' | 'ephemeral';
  readonly type: string;
  readonly name: string;
}

/** A `module`, `component` or embedded `stack` block. */
export interface ModuleCall extends NamedBlock {
  readonly name: string;
  readonly source: Value<string>;
  /** The folder of the module, where it is inside the repository or under .terraform/modules. */
  readonly dir: string | undefined;
}

/** One folder of configuration files. */
export interface Module {
  readonly dir: string;
  /** In the order in which Terraform reads them: primary files by name, then override files by name. */
  readonly files: readonly SourceFile[];
  readonly providers: readonly ProviderBlock[];
  readonly resources: readonly ResourceBlock[];
  readonly variables: ReadonlyMap<string, VariableBlock>;
  readonly locals: ReadonlyMap<string, { readonly file: SourceFile; readonly attribute: Attribute }>;
  readonly calls: readonly ModuleCall[];
  readonly terraformBlocks: readonly NamedBlock[];
}

export interface StackDeployment extends NamedBlock {
  readonly name: string;
}

/** `store "varset" "NAME"`: values that a deployment reads from a variable set. */
export interface StackStore extends NamedBlock {
  readonly type: string;
  readonly name: string;
}

export interface Stack {
  readonly deployments: readonly StackDeployment[];
  readonly stores: readonly StackStore[];
  readonly identityTokens: readonly (NamedBlock & {
    readonly name: string;
    readonly audience: Value<readonly string[]>;
  })[];
}

export interface TfvarsAssignment {
  readonly name: string;
  readonly file: SourceFile;
  readonly attribute: Attribute;
}

/** What `terraform init` recorded last. May be stale: a hint, never a fact. */
export interface StateHint {
  readonly file: string;
  readonly type: string;
  readonly hostname: string | undefined;
  readonly organization: string | undefined;
  readonly workspace: string | undefined;
}

/** A file that a function of the code reads. Its text is for evaluating alone. */
export type FileText =
  | { readonly state: 'read'; readonly text: string; readonly path: string }
  | { readonly state: 'absent' }
  | { readonly state: 'unknown'; readonly why: string };

export interface Root {
  readonly dir: string;
  readonly dialect: 'terraform' | 'opentofu' | 'stack';
  readonly cloud: CloudSettings;
  /** A backend that is neither `cloud` nor `remote`. */
  readonly backend: { readonly type: string; readonly location: Location; readonly body: Body } | undefined;
  readonly module: Module;
  /** The root module and every child module that could be followed, each once. */
  readonly modules: readonly Module[];
  /** Of the tfvars files in the root's own folder. */
  readonly tfvars: readonly TfvarsAssignment[];
  /**
   * Files that are part of no module: tfvars files, tests, and settings of a backend (`prod.s3.tfbackend`). Also those of folders that hold nothing else: `env/prod.tfvars`, which
   * counts only where it is named, and `tests/main.tftest.hcl`.
   */
  readonly otherFiles: readonly SourceFile[];
  /** Files that functions such as file() read, by their paths as Terraform sees them. */
  readonly texts?: ReadonlyMap<string, FileText>;
  readonly stack: Stack | undefined;
  readonly stateHint: StateHint | undefined;
  readonly problems: readonly ProjectProblem[];
}

export interface Project {
  readonly folder: string;
  readonly roots: readonly Root[];
  readonly problems: readonly ProjectProblem[];
}

export function at(file: { readonly path: string }, span: Span): Location {
  return { file: file.path, span: { start: span.start, end: span.end } };
}

/** The header of a block: its type and labels. */
export function headerSpan(block: Block): Span {
  return { start: block.typeSpan.start, end: block.labels.at(-1)?.end ?? block.typeSpan.end };
}

export function attributeOf(body: Body, name: string): Attribute | undefined {
  return body.attributes.find(attribute => attribute.name === name);
}

export function blocksOf(body: Body, type: string): readonly Block[] {
  return body.blocks.filter(block => block.type === type);
}

/** What is known of a value; undefined: it is unknown, or there is none. */
export const knownValue = <T>(value: Value<T> | undefined): T | undefined =>
  value?.state === 'known' ? value.value : undefined;

/** Does the code name the workspaces that it is for, by a cloud block or a backend "remote"? */
export const namesWorkspaces = ({ cloud }: Pick<Root, 'cloud'>): boolean =>
  cloud.kind === 'cloud' || cloud.kind === 'remote';

/** The one workspace that a root is for, where that can be told. */
export function workspaceOf(cloud: CloudSettings): string | undefined {
  const w = cloud.workspaces;
  switch (w.by) {
    case 'name':
      return knownValue(w.name);
    case 'tags':
      return knownValue(w.selected);
    case 'prefix':
      return w.prefix.state === 'known' && w.selected.state === 'known' ? w.prefix.value + w.selected.value : undefined;
    case 'nothing':
      return undefined;
  }
}
