import { ProblemError, unwrap } from '../../core/problem';
import type { PermissionStatement } from '../../iam/policy/permissionDocument';
import { generatePermissions, type PermissionOptions, type Permissions } from '../../iam/needs/generate';
import { type Unread, unreadFiles } from '../../iam/needs/unread';
import { findingText, type OwnFinding, ownFindings } from '../../iam/needs/ownFindings';
import type { AskedPlace } from '../../iam/needs/collect';
import { readMapping } from '../../iam/needs/mapping';
import { policyHcl } from '../../iam/needs/hcl';
import { accountId } from '../../oidc/partition';
import type { Location } from '../../core/text';
import type { Root } from '../../terraform/model';
import type { OpenedAccount } from '../../binding/setup/model';
import { openAccount } from '../binding/accounts';
import { journalOption, profileOptions } from '../binding/setupOptions';
import { compareRoleWithUse, simulateRole } from '../binding/roleUse';
import { storesOf } from '../binding/stackLook';
import { filesAround, nodeFiles } from '../files';
import { partitionOf, partitionOption } from '../names';
import { permissionData, resourceReference } from '../permissionData';
import { readTerraformFolder, type TerraformFolder } from '../terraformFolder';
import { type CliContext, command } from '../command';
import { exitCode } from '../exitCode';
import { type Beside, besideTheCode, withWorkspace } from '../heldFiles';
import { choice, file, flag, host, list, section, text } from '../option';
import { askedCode } from '../permissionCode';
import { jsonReport } from '../output/jsonReport';

export const permissions = command({
  name: 'permissions',
  group: 'Policies',
  summary: 'say which AWS permissions a configuration needs',
  operands: '[PATH]',
  about: `Writes a starting policy for a Terraform configuration: the IAM actions that its code is known to need.

What the code no longer has is still there: a block that was removed, a resource that was renamed, a key of for_each. A run refreshes and deletes it, so the policy of the code alone is too small then; give --state, --plan, --applied, or --remote. Of a state only names, ARNs and which arguments are set are read.

With --role and --profile AWS is asked too: --simulate before the first run, --compare-with-use after some weeks. "Needed by the code", "used" and "granted" are three different things, and the report keeps them apart.

A type that nothing is known of is listed under "unmapped"; it gets no wildcard. Files and modules that could not be read are listed under "unread": what they need is missing.`,
  options: {
    phase: choice(['plan', 'apply'], 'apply', 'plan: refresh only, nothing but reads; apply: all'),
    account: text('ID', 'account of the resources, for their ARNs (default: any)'),
    region: text('REGION', 'region of the resources (default: any)'),
    partition: partitionOption,
    guesses: flag('also count what a data source may need by the resource type of the same name'),
    'no-tag-conditions': flag("do not limit deletes in EC2 to what carries the provider's default tags"),
    state: file(
      'FILE',
      'what exists now, as a state file or by "terraform show -json": the policy also refreshes and deletes it',
    ),
    plan: file('FILE', 'a plan by "terraform show -json PLANFILE", with the state that it was made from'),
    'this-change-only': flag('with --plan: a policy for what this plan changes, and nothing else'),
    remote: flag(
      'also what the workspace of the cloud block holds, by the list of its resources, the redacted plan of the last run, and the code that was applied last; no values are read',
    ),
    'read-state': flag(
      'as --remote, with the names from the current state version. It holds secrets: types, names and ARNs alone are kept, in memory',
    ),
    applied: file('FOLDER', 'the code that was applied last: the policy is for both'),
    deployment: list(
      'NAME',
      'of a Stack: what this deployment needs, with the values that it gives (default: all code of the Stack)',
    ),
    ...section('Variable sets behind the stores of a Stack, read with --deployment or --role', {
      organization: text('ORG', 'organization of the variable sets (default: TF_STACKS_ORGANIZATION_NAME)'),
      hostname: host('HOST', 'default TF_STACKS_HOSTNAME, else app.terraform.io'),
    }),
    ...section('A role in AWS', {
      role: text(
        'ROLE',
        'name or ARN of the role that is looked at; of a Stack only components count whose providers assume it, and of a configuration whose provider blocks assume this ARN only their resources',
      ),
      simulate: flag(
        'before the first run: ask IAM what it would decide of the calls that the code needs, permissions boundary and organization included',
      ),
      'compare-with-use': flag(
        'after some weeks: what the role was granted, what it used (as AWS tells it) and what the code needs, and the smaller policy as a difference',
      ),
      yes: flag('with --compare-with-use: make the policy smaller; "tfc-oidc undo" takes it back'),
      profile: profileOptions.profile,
      journal: journalOption,
    }),
    format: choice(['text', 'json', 'terraform'], 'text', 'how to report'),
  },
  report: 'JSON: { "policy", "unmapped", "unread", "why", "size" } and more',
  exits: {
    0: 'done',
    1: 'done, but types are unmapped or modules wait for terraform init; with --simulate: a call would be refused; with --compare-with-use: a smaller policy is shown and not written',
    2: 'could not run, or a file, a folder or a local module could not be read (what the rest needs is reported all the same)',
  },
  run: async (context, { values, positionals }) => {
    const phase = values.phase;
    const format = values.format;
    const account = values.account;
    const region = values.region;
    const partition = partitionOf(values);
    const asksAws = values.simulate || values['compare-with-use'];
    const opened = asksAws ? await openAccount(context, values) : undefined;
    const place = placeOf(values, partition, opened);
    const folder = await readTerraformFolder(context, positionals);
    const found = rootOf(folder);
    const { stores, notes: ofStores } = await storesOf(context, found, values);
    const { root, ...asked } = askedCode(found, values, stores);
    const { beside, notRead } = await withWorkspace(context, root, values, await besideTheCode(context, values));
    const mapping = readMapping(permissionData('terraform.json.gz'));
    const generated = generatePermissions(root, mapping, {
      phase,
      place,
      guesses: values.guesses,
      tagConditions: !values['no-tag-conditions'],
      inputs: asked.inputs,
      role: values.role,
      ...defined(beside),
      ...(asked.more.length > 0 && { applied: [...asked.more, ...(beside.applied ?? [])] }),
    });
    const result = { ...generated, unread: [...unreadAround(root, folder), ...generated.unread] };
    if (opened !== undefined) {
      const whole = beside.held !== undefined || beside.applied !== undefined;
      const unread = result.unread.map(u => u.message);
      const needed = { policy: result.policy, unmapped: result.unmapped.map(u => u.type), unread, whole };
      const json = format === 'json';
      const question = { ...values, opened, needed, json, regions: [region ?? opened.account.region] };
      return values.simulate ? simulateRole(context, question) : compareRoleWithUse(context, folder, question);
    }
    const findings = ownFindings(generated, resourceReference());
    const notes = [
      ...(notRead === undefined ? [] : [notRead]),
      ...asked.notes,
      ...ofStores,
      ...(beside.held === undefined && beside.applied === undefined ? [codeAlone] : []),
      ...result.notes,
      ...(await newerProvider(context, root, result.provider)),
      ...openPlaces(result, account),
    ];
    if (format === 'json')
      context.out(
        jsonReport('permissions', {
          ...report(result, folder),
          findings: findings.map(f => findingReport(f, folder)),
          notes: [...result.unread.map(u => u.message), ...notes],
        }),
      );
    else if (format === 'terraform') {
      context.out(policyHcl(result.fit.policies, phase));
      context.err(besideCode(result, folder, findings, notes));
    } else context.out(textReport(result, folder, [...findings.map(f => findingText(f, placeIn(folder))), ...notes]));
    const waiting = result.unread.filter(u => u.notFetched === true).length;
    return exitCode({
      wrong: result.unmapped.length + waiting > 0,
      unread: result.unread.length > waiting || notRead !== undefined,
    });
  },
});

/** Where the resources will be: as the options say, or else where the profile is. */
function placeOf(
  values: Readonly<Record<'account' | 'region' | 'partition', string | undefined>>,
  partition: string | undefined,
  opened: OpenedAccount | undefined,
): AskedPlace {
  return {
    partition: opened?.caller.partition ?? (values.partition === undefined ? undefined : partition),
    region: values.region ?? opened?.account.region,
    account: values.account === undefined ? opened?.caller.accountId : unwrap(accountId(values.account)),
  };
}

/** What code cannot say: what is missing from the policy, what was found in it, and the notes. */
const besideCode = (
  { unmapped, unread }: Permissions,
  folder: TerraformFolder,
  findings: readonly OwnFinding[],
  notes: readonly string[],
): string =>
  [
    ...unmapped.map(u => `unmapped: ${u.address}\n`),
    ...unread.map(u => `unread: ${folder.name(u.location.file)}: ${u.message}\n`),
    ...findings.map(finding => `${finding.code}: ${findingText(finding, placeIn(folder))}\n`),
    ...notes.map(note => `note: ${note}\n`),
  ].join('');

const codeAlone =
  'This policy is for the code as it is now. What a run still has to refresh or delete, and the code no longer has, is not in it: give --state, --plan, --applied or --remote before you put a smaller policy into a role.';

/** Without the keys that have no value. */
function defined(beside: Beside): Pick<PermissionOptions, 'held' | 'applied' | 'only'> {
  const { held, applied, only } = beside;
  return { ...(held && { held }), ...(applied && { applied }), ...(only && { only }) };
}

const placeIn =
  (folder: TerraformFolder) =>
  (location: Location): string =>
    `${folder.name(location.file)}:${folder.range(location).start.line + 1}`;

function findingReport({ code, message, causes, nextStep }: OwnFinding, folder: TerraformFolder) {
  return {
    code,
    message,
    causes: causes.map(c => ({
      address: c.address,
      action: c.action,
      file: folder.name(c.location.file),
      range: folder.range(c.location),
    })),
    nextStep,
  };
}

/** Folders below PATH that could not be listed, and what is no file in the folders of the configuration. */
function unreadAround(root: Root, { project }: TerraformFolder): readonly Unread[] {
  const dirs = new Set(root.modules.map(m => m.dir));
  return unreadFiles(
    project.problems.filter(
      ({ code, location }) =>
        code === 'folder-skipped' || (location !== undefined && dirs.has(nodeFiles.dirname(location.file))),
    ),
  );
}

function rootOf({ project, folder }: TerraformFolder): Root {
  const skipped = project.problems.map(p => p.message);
  const [first, ...more] = project.roots;
  const own = project.roots.find(root => root.dir === folder) ?? (more.length === 0 ? first : undefined);
  if (own !== undefined) return own;
  const names = project.roots.map(root => nodeFiles.relative(folder, root.dir));
  throw new ProblemError(
    first === undefined
      ? {
          code: 'no-terraform',
          message: ['There is no Terraform configuration here.', ...skipped].join(' '),
          nextStep: 'Give the folder of a Terraform configuration.',
        }
      : {
          code: 'several-roots',
          message: `There are several configurations here: ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}.`,
          nextStep: 'Give the folder of one of them: each has its own role and policy.',
        },
  );
}

/** `.terraform.lock.hcl` may hold a newer provider than the one that the data stands for. */
async function newerProvider(context: CliContext, root: Root, known: string): Promise<readonly string[]> {
  const { host } = await filesAround(root.dir, context.env);
  const lock = await host.read(host.join(root.dir, '.terraform.lock.hcl'), 1024 * 1024).catch(() => undefined);
  const block = /^provider[ \t]+"[^"\n]*\/hashicorp\/aws"[ \t]*\{([^{}]*)/m.exec(lock ?? '')?.[1];
  const version = /^[ \t]*version[ \t]*=[ \t]*"([\d.]+)/m.exec(block ?? '')?.[1];
  if (version === undefined) return [];
  const [a = 0, b = 0, c = 0] = version.split('.').map(Number);
  const [x = 0, y = 0, z = 0] = known.split('.').map(Number);
  const newer = a !== x ? a > x : b !== y ? b > y : c > z;
  return newer
    ? [
        `The lock file has version ${version} of the AWS provider; this policy stands for ${known}. New calls may be missing.`,
      ]
    : [];
}

/** What would make the ARNs narrower. */
function openPlaces({ policy }: Permissions, account: string | undefined): readonly string[] {
  const arns = policy.Statement.flatMap(s => s.Resource.filter(r => r.startsWith('arn:')).map(r => r.split(':')));
  return [
    ...(arns.some(([, , , region]) => region === '*') ? ['ARNs hold any region: give --region.'] : []),
    ...(account === undefined && arns.some(a => a[4] === '*') ? ['ARNs hold any account: give --account.'] : []),
  ];
}

const reason = (need: Permissions['needs'][number], folder: TerraformFolder) => ({
  address: need.address,
  file: folder.name(need.location.file),
  range: folder.range(need.location),
  source: need.source,
  confidence: need.confidence,
});

function report(result: Permissions, folder: TerraformFolder) {
  const why: Record<string, ReturnType<typeof reason>[]> = {};
  for (const need of [...result.needs].sort((a, b) => (a.action < b.action ? -1 : a.action > b.action ? 1 : 0))) {
    (why[need.action] ??= []).push(reason(need, folder));
  }
  return {
    policy: result.policy,
    unmapped: result.unmapped.map(u => ({
      type: u.type,
      address: u.address,
      file: folder.name(u.location.file),
      range: folder.range(u.location),
    })),
    unread: result.unread.map(u => ({
      what: u.what,
      ...(u.address !== undefined && { address: u.address }),
      file: folder.name(u.location.file),
      range: folder.range(u.location),
      message: u.message,
    })),
    why,
    size: result.fit.characters,
    fit: { how: result.fit.how, says: result.fit.sentence },
    ...(result.fit.policies.length > 1 && { policies: result.fit.policies }),
    provider: result.provider,
  };
}

function textReport(result: Permissions, folder: TerraformFolder, notes: readonly string[]): string {
  const lines = [
    `Starting policy for AWS provider ${result.provider} (${result.fit.characters} characters). ${result.fit.sentence}`,
  ];
  for (const statement of result.policy.Statement) {
    lines.push('', `${statement.Sid}: ${statement.Resource.join(', ')}`);
    for (const [test, keys] of Object.entries(statement.Condition ?? {}))
      for (const [key, value] of Object.entries(keys))
        lines.push(`  where ${test} ${key} ${[value].flat().join(', ')}`);
    for (const action of statement.Action)
      lines.push(`  ${action}  (${addressesOf(result, statement, action).join(', ')})`);
  }
  if (result.unmapped.length > 0) lines.push('', 'Nothing is known of these; the policy leaves them out:');
  for (const u of result.unmapped)
    lines.push(`  ${u.address}  ${folder.name(u.location.file)}:${folder.range(u.location).start.line + 1}`);
  if (result.unread.length > 0) lines.push('', 'Not read; what these need is missing:');
  for (const u of result.unread)
    lines.push(`  ${folder.name(u.location.file)}:${folder.range(u.location).start.line + 1}  ${u.message}`);
  for (const note of notes) lines.push('', `Note: ${note}`);
  return `${lines.join('\n')}\n`;
}

/** The resources that a statement has an action for: one action may be in several statements, with other conditions. */
function addressesOf(result: Permissions, statement: PermissionStatement, action: string): readonly string[] {
  const of = result.needs.filter(n => n.action === action);
  const values = (c: PermissionStatement['Condition']): readonly string[] =>
    Object.values(c ?? {}).flatMap(keys => Object.values(keys).flatMap(value => [value].flat()));
  const limits = values(statement.Condition);
  const same = of.filter(n => n.condition !== undefined && values(n.condition).every(v => limits.includes(v)));
  return [...new Set((same.length > 0 ? same : of.filter(n => n.condition === undefined)).map(n => n.address))];
}
