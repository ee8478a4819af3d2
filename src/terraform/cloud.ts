import { asciiHost } from '../core/hostName';
import type { Environment } from '../core/host';
import type { Location } from '../core/text';
import {
  at,
  attributeOf,
  blocksOf,
  type CloudDefaults,
  type CloudSettings,
  headerSpan,
  type NamedBlock,
  type ProjectProblem,
  type SourceFile,
  type Value,
  type Workspaces,
} from './model';
import { refusedIn } from './cloudGrammar';
import { absent, type CloudContext, literalString, literalTags } from './cloudLiterals';
import type { Attribute, Block, Body } from './syntax/ast';

/**
 * The `cloud` block and `backend "remote"`, with the environment's fall-backs.
 * Source of the rules: hashicorp/terraform internal/cloud/backend.go and internal/configs/module.go.
 */
export interface BackendReading {
  readonly cloud: CloudSettings;
  readonly backend: { readonly type: string; readonly location: Location; readonly body: Body } | undefined;
  readonly problems: readonly ProjectProblem[];
}

const noSettings: CloudSettings = {
  kind: 'none',
  hostname: absent,
  organization: absent,
  workspaces: { by: 'nothing' },
  project: absent,
};

interface Candidate {
  readonly kind: 'cloud' | 'backend' | 'state_store';
  readonly block: Block;
  readonly file: SourceFile;
}

export function readCloud(terraformBlocks: readonly NamedBlock[], context: CloudContext): BackendReading {
  const candidates = terraformBlocks.flatMap(({ body, file }) =>
    body.blocks.flatMap((block): Candidate[] =>
      block.type === 'cloud' || block.type === 'backend' || block.type === 'state_store'
        ? [{ kind: block.type, block, file }]
        : [],
    ),
  );
  const problems: ProjectProblem[] = [];
  const primary = candidates.filter(c => !c.file.override);
  // An override file's block takes the place of all three kinds; its arguments are not merged.
  const overriding = candidates.filter(c => c.file.override);
  const clouds = primary.filter(c => c.kind === 'cloud');
  const others = primary.filter(c => c.kind !== 'cloud');
  for (const second of clouds.slice(1)) {
    problems.push({
      code: 'duplicate-cloud',
      message: 'A module may have one cloud block; Terraform refuses a second one.',
      location: at(second.file, headerSpan(second.block)),
    });
  }
  // A later override file takes the place of an earlier one, but within one file there is one block.
  for (const [i, second] of overriding.entries()) {
    if (!overriding.slice(0, i).some(first => first.file.path === second.file.path)) continue;
    problems.push({
      code: 'duplicate-cloud',
      message: 'A file may have one cloud block or backend; Terraform refuses a second one, in an override file too.',
      location: at(second.file, headerSpan(second.block)),
    });
  }
  for (const second of others.slice(1)) {
    problems.push({
      code: 'duplicate-cloud',
      message: 'A module may have one backend; Terraform refuses a second one.',
      location: at(second.file, headerSpan(second.block)),
    });
  }
  const [firstOther] = others;
  if (clouds.length > 0 && firstOther !== undefined) {
    problems.push({
      code: 'cloud-and-backend',
      message: 'A module may have a cloud block or a backend, not both.',
      location: at(firstOther.file, headerSpan(firstOther.block)),
    });
  }
  const chosen = overriding.at(-1) ?? clouds[0] ?? firstOther;
  if (chosen === undefined) return { cloud: noSettings, backend: undefined, problems };
  if (chosen.kind === 'cloud') return { cloud: cloudBlock(chosen, context, problems), backend: undefined, problems };
  const type = chosen.kind === 'state_store' ? 'state_store' : (chosen.block.labels[0]?.value ?? '');
  if (type === 'remote') return { cloud: remoteBackend(chosen, context, problems), backend: undefined, problems };
  return {
    cloud: noSettings,
    backend: { type, location: at(chosen.file, headerSpan(chosen.block)), body: chosen.block.body },
    problems,
  };
}

function cloudBlock(chosen: Candidate, context: CloudContext, problems: ProjectProblem[]): CloudSettings {
  const { block, file } = chosen;
  const { env } = context;
  const location = at(file, headerSpan(block));
  problems.push(...refusedIn(block, 'cloud', file));
  const organization = withDefault(
    withFallback(literalString(block.body, 'organization', file, context), env, 'TF_CLOUD_ORGANIZATION'),
    context.defaults,
    'organization',
  );
  const named = withDefault(
    withFallback(literalString(block.body, 'hostname', file, context), env, 'TF_CLOUD_HOSTNAME'),
    context.defaults,
    'hostname',
  );
  // OpenTofu has no default host (opentofu internal/cloud/backend.go).
  const hostname: Value<string> =
    named.state !== 'absent' || context.opentofu
      ? named
      : { state: 'known', value: 'app.terraform.io', source: { kind: 'default' } };
  if (organization.state === 'absent') {
    problems.push({
      code: 'missing-organization',
      message: 'The cloud block names no organization, and TF_CLOUD_ORGANIZATION is not set.',
      location,
    });
  }
  if (hostname.state === 'absent') {
    problems.push({
      code: 'missing-hostname',
      message: 'OpenTofu has no default host: the cloud block needs a hostname, or TF_CLOUD_HOSTNAME.',
      location,
    });
  }
  const [workspaces] = blocksOf(block.body, 'workspaces');
  const project = withFallback(
    workspaces === undefined ? absent : literalString(workspaces.body, 'project', file, context),
    env,
    'TF_CLOUD_PROJECT',
  );
  problems.push(...withBlanks('organization', organization), ...withBlanks('hostname', named));
  const choice = cloudWorkspaces(workspaces, file, context, problems, location);
  if (choice.by === 'name') problems.push(...withBlanks('name', choice.name));
  return {
    kind: 'cloud',
    hostname: host(hostname),
    organization,
    workspaces: choice,
    project,
    ...tokenOf(block.body, file),
    location,
    block,
  };
}

function cloudWorkspaces(
  block: Block | undefined,
  file: SourceFile,
  context: CloudContext,
  problems: ProjectProblem[],
  location: Location,
): Workspaces {
  const fromEnvironment = context.env['TF_WORKSPACE'];
  const name = block === undefined ? absent : nonEmpty(literalString(block.body, 'name', file, context));
  const tagsAttribute = block === undefined ? undefined : tagsOf(block.body);
  if (name.state !== 'absent' && tagsAttribute !== undefined) {
    problems.push({
      code: 'workspace-conflict',
      message: 'A workspaces block takes name or tags, not both.',
      location: at(file, tagsAttribute.nameSpan),
    });
    return {
      by: 'name',
      name: {
        state: 'unknown',
        why: 'The workspaces block has both name and tags; Terraform refuses that.',
        location: at(file, tagsAttribute),
      },
    };
  }
  if (name.state !== 'absent') {
    if (name.state === 'known' && fromEnvironment && fromEnvironment !== name.value) {
      problems.push({
        code: 'workspace-conflict',
        message: `TF_WORKSPACE is "${fromEnvironment}", the cloud block names "${name.value}"; Terraform refuses to choose.`,
        ...(name.location && { location: name.location }),
      });
    }
    return { by: 'name', name };
  }
  if (tagsAttribute !== undefined) {
    problems.push(...notTexts(tagsAttribute, file));
    return {
      by: 'tags',
      tags: literalTags(tagsAttribute.value, at(file, tagsAttribute.value)),
      selected: selected(context),
    };
  }
  if (fromEnvironment)
    return {
      by: 'name',
      name: { state: 'known', value: fromEnvironment, source: { kind: 'environment', variable: 'TF_WORKSPACE' } },
    };
  // Tags that are not written out may be some.
  if (tagsAttribute === undefined)
    problems.push({
      code: 'missing-workspaces',
      message: 'The cloud block names no workspaces: it needs a name or tags, or TF_WORKSPACE must be set.',
      location,
    });
  return { by: 'nothing' };
}

/** Like an empty name, no tags at all are as good as none written (WorkspaceMapping.Strategy of internal/cloud). */
function tagsOf(body: Body): Attribute | undefined {
  const tags = attributeOf(body, 'tags');
  const { value } = tags ?? {};
  const isEmpty =
    value?.kind === 'null' || ((value?.kind === 'tuple' || value?.kind === 'object') && value.items.length === 0);
  return isEmpty ? undefined : tags;
}

/** Tags are texts: a list of them, or a map. */
function notTexts({ value }: Attribute, file: SourceFile): readonly ProjectProblem[] {
  const items = value.kind === 'tuple' ? value.items : value.kind === 'object' ? value.items.map(i => i.value) : [];
  const wrong = items.find(item => ['number', 'bool', 'null', 'tuple', 'object'].includes(item.kind));
  if (wrong === undefined) return [];
  const message = 'A tag must be a text in quotes; Terraform refuses anything else.';
  return [{ code: 'cloud-refused', message, location: at(file, wrong) }];
}

/** `backend "remote"` reads none of the TF_CLOUD_* variables. */
function remoteBackend(chosen: Candidate, context: CloudContext, problems: ProjectProblem[]): CloudSettings {
  const { block, file } = chosen;
  const location = at(file, headerSpan(block));
  problems.push(...refusedIn(block, 'remote', file));
  const organization = orUnknown(
    withDefault(nonEmpty(literalString(block.body, 'organization', file, context)), context.defaults, 'organization'),
    'backend "remote" names no organization here; terraform init -backend-config may give it.',
    location,
  );
  const hostname = withDefault(
    nonEmpty(literalString(block.body, 'hostname', file, context)),
    context.defaults,
    'hostname',
  );
  const [workspaces] = blocksOf(block.body, 'workspaces');
  const name = workspaces === undefined ? absent : nonEmpty(literalString(workspaces.body, 'name', file, context));
  const prefix = workspaces === undefined ? absent : nonEmpty(literalString(workspaces.body, 'prefix', file, context));
  if (name.state !== 'absent' && prefix.state !== 'absent') {
    problems.push({
      code: 'workspace-conflict',
      message: 'A workspaces block takes name or prefix, not both.',
      location,
    });
  }
  const chosenByHand = context.env['TF_WORKSPACE'];
  if (name.state === 'known' && chosenByHand && chosenByHand !== name.value && chosenByHand !== 'default')
    problems.push({
      code: 'workspace-conflict',
      message: `TF_WORKSPACE is "${chosenByHand}", backend "remote" names "${name.value}"; Terraform refuses to choose.`,
      location,
    });
  const choice: Workspaces =
    name.state !== 'absent'
      ? { by: 'name', name }
      : prefix.state !== 'absent'
        ? { by: 'prefix', prefix, selected: selected(context) }
        : { by: 'nothing' };
  return {
    kind: 'remote',
    hostname:
      hostname.state === 'absent'
        ? { state: 'known', value: 'app.terraform.io', source: { kind: 'default' } }
        : host(hostname),
    organization,
    workspaces: choice,
    project: absent,
    ...tokenOf(block.body, file),
    location,
    block,
  };
}

/** "default" is what Terraform starts with. Behind tags or a prefix there is no such workspace (ErrDefaultStateNotSupported). */
function selected(context: CloudContext): Value<string> {
  const variable = context.env['TF_WORKSPACE'];
  if (variable === 'default') return absent;
  if (variable) return { state: 'known', value: variable, source: { kind: 'environment', variable: 'TF_WORKSPACE' } };
  if (context.selected !== undefined && context.selected.name !== 'default') {
    return { state: 'known', value: context.selected.name, source: { kind: 'selected', file: context.selected.file } };
  }
  return absent;
}

function withFallback(value: Value<string>, env: Environment, variable: string): Value<string> {
  const own = nonEmpty(value);
  if (own.state !== 'absent') return own;
  const fallback = env[variable];
  return fallback ? { state: 'known', value: fallback, source: { kind: 'environment', variable } } : absent;
}

/** What the repository's own file says, where block and environment say nothing. */
export function withDefault(
  value: Value<string>,
  defaults: CloudDefaults | undefined,
  name: 'organization' | 'hostname',
): Value<string> {
  const fallback = defaults?.[name];
  if (value.state !== 'absent' || fallback === undefined || defaults === undefined) return value;
  return { state: 'known', value: fallback, source: { kind: 'project-file', file: defaults.file } };
}

/** Terraform takes an empty string for unset. */
function nonEmpty(value: Value<string>): Value<string> {
  return value.state === 'known' && value.value === '' ? absent : value;
}

/** A heredoc ends with a line break, and a name has no blanks. */
function withBlanks(name: string, value: Value<string>): readonly ProjectProblem[] {
  if (value.state !== 'known' || value.source.kind !== 'config' || !/\s/.test(value.value)) return [];
  const message = `"${name}" has a blank or line break in it; Terraform refuses that.`;
  return [{ code: 'cloud-refused', message, ...(value.location && { location: value.location }) }];
}

function orUnknown(value: Value<string>, why: string, location: Location): Value<string> {
  return value.state === 'absent' ? { state: 'unknown', why, location } : value;
}

/** A host as Terraform compares it. It refuses what is a URL: https://pkg.go.dev/github.com/hashicorp/terraform-svchost#ForComparison */
function host(value: Value<string>): Value<string> {
  if (value.state !== 'known') return value;
  const name = asciiHost(value.value.trim()).toLowerCase();
  // Nothing that a URL would read as another part of it: "app.terraform.io@example.com" is a user at example.com.
  if (/^[\w-]+(?:\.[\w-]+)*(?::\d+)?$/.test(name)) return { ...value, value: name };
  const why = `"${asciiHost(value.value)}" is not a valid host name: expected one like app.terraform.io, without "https://" and slashes.`;
  return { state: 'unknown', why, ...(value.location && { location: value.location }) };
}

function tokenOf(body: Body, file: SourceFile): { token?: Location } {
  const token = attributeOf(body, 'token');
  return token === undefined ? {} : { token: at(file, token) };
}
