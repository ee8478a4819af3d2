import { ProblemError, unwrap } from '../core/problem';
import { type Held, type HeldCode, heldCode, readHeld } from '../iam/needs/held';
import { permissionSources } from '../binding/gather/permissionSources';
import { permissionFile } from '../node/permissionFiles';
import { type Root, workspaceOf } from '../terraform/model';
import { holdsOf } from './binding/holds';
import { readProject } from '../terraform/read';
import type { CliContext } from './command';
import { filesAround, nodeFiles } from './files';
import { logMebibytes, readInput } from './input';
import { UsageError } from './option';

/** What `permissions` knows beside the code: what exists, what was applied last, and what one plan changes. */
export interface Beside {
  readonly held: readonly HeldCode[] | undefined;
  readonly applied: readonly Root[] | undefined;
  readonly only: ReadonlySet<string> | undefined;
}

export async function besideTheCode(
  context: CliContext,
  values: {
    readonly plan: string | undefined;
    readonly state: string | undefined;
    readonly applied: string | undefined;
    readonly 'this-change-only': boolean;
  },
): Promise<Beside> {
  const { plan, state, applied } = values;
  if (values['this-change-only'] && plan === undefined) throw new UsageError('--this-change-only needs --plan');
  const read = async (name: string): Promise<Held> => {
    const input = await readInput(context, [name], 'plan or state', logMebibytes);
    return unwrap(readHeld(input.text, input.name));
  };
  const ofPlan = plan === undefined ? undefined : await read(plan);
  if (plan !== undefined && ofPlan?.kind !== 'plan')
    throw new UsageError(`--plan: ${plan} is a state; give it with --state`);
  const ofState = state === undefined ? undefined : await read(state);
  const all = [...(ofPlan?.resources ?? []), ...(ofState?.resources ?? [])];
  // A plan holds the state that it was made from.
  const resources = [...new Map(all.map(resource => [resource.address, resource])).values()];
  return {
    held:
      ofPlan === undefined && ofState === undefined
        ? undefined
        : [await heldCode(resources, nodeFiles.join(context.cwd, state ?? plan ?? ''))],
    applied: applied === undefined ? undefined : [await rootIn(context, applied)],
    only: values['this-change-only'] ? ofPlan?.changed : undefined,
  };
}

/** The same with what the workspace of the cloud block holds, where that is asked for. `notRead`: why it is not known. */
export async function withWorkspace(
  context: CliContext,
  root: Root,
  values: { readonly remote: boolean; readonly 'read-state': boolean },
  beside: Beside,
): Promise<{ readonly beside: Beside; readonly notRead: string | undefined }> {
  if (!values.remote && !values['read-state']) return { beside, notRead: undefined };
  const { hostname, organization } = root.cloud;
  const workspace = workspaceOf(root.cloud);
  if (hostname.state !== 'known' || organization.state !== 'known' || workspace === undefined)
    throw new UsageError('--remote needs a cloud block that names organization and workspace');
  const sources = permissionSources(permissionFile);
  const found = await holdsOf(
    context,
    { hostname: hostname.value, cloud: root.cloud, organization: organization.value, workspaces: [workspace] },
    { readState: values['read-state'], switches: type => sources.switches(type) },
  );
  if (found.state === 'unknown') return { beside, notRead: [found.why, found.nextStep].filter(Boolean).join(' ') };
  const applied = [...(beside.applied ?? []), ...found.value.flatMap(h => h.applied)];
  const named = found.value.every(h => h.named || h.applied.length > 0);
  const notes = found.value.flatMap(h => h.notes);
  return {
    beside: {
      ...beside,
      held: [...(beside.held ?? []), ...found.value.flatMap(h => h.held ?? [])],
      applied: applied.length === 0 ? undefined : applied,
    },
    notRead: named
      ? undefined
      : ['The names of what the workspace holds are not known: give --read-state.', ...notes].join(' '),
  };
}

async function rootIn(context: CliContext, name: string): Promise<Root> {
  const folder = nodeFiles.join(context.cwd, name);
  const { host, boundary } = await filesAround(folder, context.env);
  const project = await readProject(host, context.env, folder, boundary, { signal: context.signal });
  const root = project.roots.find(r => r.dir === folder) ?? (project.roots.length === 1 ? project.roots[0] : undefined);
  if (root === undefined)
    throw new ProblemError({
      code: 'no-terraform',
      message: `${name} is not the folder of one Terraform configuration.`,
      nextStep: 'Give the folder of the code that was applied last, such as a checkout of the former commit.',
    });
  return root;
}
