import type { Fact, Unread } from '../../binding/facts';
import { holdsNotAsked, readHolds, together, type WorkspaceHolds } from '../../binding/gather/holds';
import type { HcpClient } from '../../hcp/client/client';
import { noTokenProblem } from '../../hcp/tokens/report';
import { readWorkspace } from '../../hcp/workspace/read';
import type { CloudSettings } from '../../terraform/model';
import type { CliContext } from '../command';
import { HcpSessions } from './hcpSession';

/** A workspace that was read already. */
export interface KnownWorkspace {
  readonly client: HcpClient;
  readonly id: string;
}

/** The workspaces of a role by their names, where nobody has read them. */
export interface NamedPlace {
  readonly hostname: string;
  readonly cloud: CloudSettings | undefined;
  readonly organization: string;
  readonly workspaces: readonly string[];
}

/** What the workspaces of a role hold; without a token that is not known, and says so. */
export async function holdsOf(
  context: CliContext,
  where: NamedPlace | readonly KnownWorkspace[],
  options: { readonly readState: boolean; readonly switches: (type: string) => readonly string[] },
): Promise<Fact<readonly WorkspaceHolds[]>> {
  const found = isKnown(where) ? where : await find(context, where);
  if (!isKnown(found)) return found;
  const all: Fact<WorkspaceHolds>[] = [];
  for (const { client, id } of found)
    all.push(
      await readHolds(
        { client, workspaceId: id, consent: options.readState, switches: options.switches },
        context.signal,
      ),
    );
  return together(all);
}

const isKnown = (value: object): value is readonly KnownWorkspace[] => Array.isArray(value);

async function find(
  context: CliContext,
  { hostname, cloud, organization, workspaces }: NamedPlace,
): Promise<readonly KnownWorkspace[] | Unread> {
  const { found, client } = await new HcpSessions(context).find(hostname, cloud);
  if (client === undefined) {
    const { message, nextStep } = noTokenProblem(hostname, found);
    return holdsNotAsked(`What the workspace holds could not be read: ${message}`, nextStep);
  }
  const out: KnownWorkspace[] = [];
  for (const name of workspaces) {
    const workspace = await readWorkspace(client, organization, name, context.signal);
    if (!workspace.ok)
      return holdsNotAsked(
        `What the workspace holds could not be read: ${workspace.problem.message}`,
        workspace.problem.nextStep,
      );
    out.push({ client, id: workspace.value.id });
  }
  return out;
}
