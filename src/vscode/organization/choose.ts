import * as vscode from 'vscode';
import { ProblemError, unwrap } from '../../core/problem';
import { listOrganizations } from '../../hcp/workspace/read';
import type { HcpConnections } from '../hcp';
import { withProgress } from '../progress';
import type { ProjectStore } from '../projectStore';
import type { OrganizationPlace } from './reader';

interface Item extends vscode.QuickPickItem {
  readonly place: OrganizationPlace | undefined;
}

/** The organizations that the code names, each once. */
function namedOrganizations(store: ProjectStore): readonly OrganizationPlace[] {
  const places = store.all().flatMap(({ root: { cloud } }): readonly OrganizationPlace[] => {
    if (cloud.kind === 'none' || cloud.organization.state !== 'known' || cloud.hostname.state !== 'known') return [];
    return [{ hostname: cloud.hostname.value, organization: cloud.organization.value }];
  });
  return [...new Map(places.map(p => [`${p.hostname}/${p.organization}`, p])).values()];
}

/** The one organization that the code names; one that a person picks where there are several, or another one is wanted. `undefined`: none was. */
export async function chooseOrganization(
  store: ProjectStore,
  connections: HcpConnections,
  another: boolean,
): Promise<OrganizationPlace | undefined> {
  const named = namedOrganizations(store);
  const [only] = named;
  if (only !== undefined && named.length === 1 && !another) return only;
  if (only !== undefined) {
    const items: readonly Item[] = [
      ...named.map(place => ({ label: place.organization, description: place.hostname, place })),
      { label: 'Another Organization…', description: 'of those that the token shows', place: undefined },
    ];
    const placeHolder = 'Which organization?';
    const chosen = await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true });
    if (chosen === undefined || chosen.place !== undefined) return chosen?.place;
  }
  return fromToken(only?.hostname ?? 'app.terraform.io', connections);
}

/** Of those that the token shows; the only one is not asked for. */
async function fromToken(hostname: string, connections: HcpConnections): Promise<OrganizationPlace | undefined> {
  const names = await withProgress(`Asking ${hostname} which organizations there are`, async signal =>
    unwrap(await listOrganizations(unwrap(await connections.open(hostname, undefined, signal)), signal)),
  );
  const [only] = names;
  if (only === undefined)
    throw new ProblemError({
      code: 'no-names',
      message: `The token shows no organization on ${hostname}.`,
      nextStep: 'Sign in as somebody who may see it, or ask an owner of the organization.',
    });
  const organization =
    names.length === 1 ? only : await vscode.window.showQuickPick(names, { placeHolder: 'Which organization?' });
  return organization === undefined ? undefined : { hostname, organization };
}
