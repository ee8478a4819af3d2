import { gatherBinding, notAsked } from '../../binding/gather/binding';
import { workspacesOf } from '../../binding/gather/workspacesOf';
import { runChecks } from '../../binding/checks/table';
import { trustJudge } from '../../binding/checks/judge';
import type { Check } from '../../binding/check';
import { type LookedAt, lookAtKeys as lookAt } from '../../binding/keys';
import { unwrap } from '../../core/problem';
import { type AuditRow, auditRows, auditWorkspaces } from '../../hcp/audit';
import type { HcpClient } from '../../hcp/client/client';
import { readWorkspace } from '../../hcp/workspace/read';
import type { CliContext } from '../command';
import type { TerraformFolder } from '../terraformFolder';
import { codeOf, commonSources, journals } from './services';
import { auditProgress } from './auditProgress';
import { HcpSessions } from './hcpSession';
import { type KeyLook, otherStacks, stackKeys } from './keyStacks';

/** Reads the workspaces and everything about the keys that stand in them. */
export async function lookAtKeys(context: CliContext, look: KeyLook): Promise<LookedAt> {
  const { hostname, organization, folder, opened, journal } = look;
  const sessions = new HcpSessions(context);
  const places = placesInCode(folder);
  const stacks = await stackKeys(context, look, sessions);
  const gaps: string[] = [];
  const rows: AuditRow[] = [];
  let client: HcpClient | undefined;
  if (organization !== undefined) {
    client = await sessions.open(hostname, undefined);
    rows.push(...unwrap(await auditWorkspaces(client, organization, {}, context.signal, auditProgress(context))));
    gaps.push(...(await otherStacks(client, organization, stacks.known, context.signal)));
  } else {
    for (const place of places) {
      client = await sessions.open(place.hostname, place.root.cloud);
      const workspace = unwrap(await readWorkspace(client, place.organization, place.workspace, context.signal));
      rows.push(...(await auditRows(client, [workspace], context.signal)));
    }
  }
  return lookAt(
    {
      hostname: organization === undefined ? (places[0]?.hostname ?? hostname) : hostname,
      organization,
      rows,
      client,
      code: (folder?.project.roots ?? []).map(root => ({
        root,
        workspaces: places.filter(p => p.root === root).map(p => `${p.organization}/${p.workspace}`),
        ...stacks.code.get(root),
      })),
      deployments: stacks.deployments,
      gaps,
      nameOf: file => folder?.name(file) ?? file,
      opened,
      journals: journals(journal),
      checks: (row, asked, signal) => checksOf(context, look, row, asked, signal),
    },
    context.signal,
  );
}

interface PlaceInCode {
  readonly root: TerraformFolder['project']['roots'][number];
  readonly hostname: string;
  readonly organization: string;
  readonly workspace: string;
}

/** The workspaces that the code names one by one. */
function placesInCode(folder: TerraformFolder | undefined): readonly PlaceInCode[] {
  return (folder?.project.roots ?? []).flatMap(root => {
    const named = workspacesOf(root.cloud);
    if (!named.ok || named.value.which.by !== 'name') return [];
    const { hostname, organization, which } = named.value;
    return [{ root, hostname, organization, workspace: which.name }];
  });
}

/** The workspace read anew with all its checks: what the proof rests on. */
async function checksOf(
  context: CliContext,
  { hostname, opened, journal }: KeyLook,
  row: AuditRow,
  client: HcpClient,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const { facts } = await gatherBinding(
    {
      ...(await commonSources(context, journal, opened !== undefined)),
      hostname,
      organization: row.workspace.organization,
      workspace: row.workspace.name,
      code: codeOf(context, undefined),
      client,
      account: opened ?? { missing: 'No AWS profile was chosen (--profile).' },
      pastedError: undefined,
      cloudTrail: notAsked('CloudTrail is asked by the doctor alone (--cloudtrail).'),
      now: Date.now(),
    },
    signal,
  );
  return runChecks(facts, trustJudge);
}
