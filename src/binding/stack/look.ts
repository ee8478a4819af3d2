import type { FileReader } from '../../core/host';
import type { Problem } from '../../core/problem';
import type { HcpClient } from '../../hcp/client/client';
import { knownValue, type Root } from '../../terraform/model';
import type { StackNames } from '../checks/stack/underCheck';
import type { JournalStore } from '../journal/journal';
import { codePlace, findStack } from './find';
import { type GivenStackNames, stackHost, stackNamesOf } from './names';

/** What is known of the Stack of a folder. */
export interface StackLook {
  readonly names: StackNames | undefined;
  /** Why there are none. */
  readonly problem: Problem | undefined;
  readonly hostname: string;
  /** Undefined where nobody is signed in, or nothing had to be asked. */
  readonly client: HcpClient | undefined;
  /** With the id by which HCP Terraform knows the Stack; undefined where it was not found there, or nobody is signed in. */
  readonly known: { readonly client: HcpClient; readonly id: string } | undefined;
}

/** Where it is looked for. */
export interface StackLookSources {
  /** Undefined: nobody is signed in to that host. */
  clientFor(hostname: string): Promise<HcpClient | undefined>;
  readonly files: FileReader;
  /** The repository, or the folder that is open. */
  readonly boundary: string;
  /** Where the id of a Stack is kept. */
  readonly store: JournalStore | undefined;
}

/**
 * The names that were given, or those of the environment, or else the Stack that HCP Terraform has for the repository and the folder of the
 * code. Without a token only what was given counts.
 */
export async function lookForStack(
  root: Root,
  given: GivenStackNames,
  { clientFor, files, boundary, store }: StackLookSources,
  signal: AbortSignal,
  /** Ask HCP Terraform for the Stack only where its names are not complete. */
  namesAlone = false,
): Promise<StackLook> {
  const { cloud, dir } = root;
  const hostname = stackHost(cloud, given.hostname);
  const said = stackNamesOf(cloud, given);
  const names = 'names' in said ? said.names : undefined;
  const { organization, project, stack } = wanted(cloud, given, names);
  const nothing = (problem: Problem, asked?: HcpClient): StackLook => ({
    names,
    hostname,
    known: undefined,
    client: asked,
    problem,
  });
  if (organization === undefined) return nothing(unnamed('missing' in said ? said.missing : []));
  const stored = (root.stack?.stores.length ?? 0) > 0;
  if (namesAlone && names !== undefined && !stored)
    return { names, hostname, known: undefined, client: undefined, problem: undefined };
  const client = await clientFor(hostname);
  if (namesAlone && names !== undefined) return { names, hostname, known: undefined, client, problem: undefined };
  if (client === undefined) return nothing(unnamed('missing' in said ? said.missing : []));
  const found = await findStack(
    {
      client,
      organization,
      stack,
      project,
      dir,
      place: await codePlace(files, dir, boundary),
      store,
    },
    signal,
  );
  if ('problem' in found) return nothing(found.problem, client);
  return { names: found.names, hostname, problem: undefined, client, known: { client, id: found.id } };
}

/** What is asked for: whole names, else what somebody gave, else the environment. */
const wanted = (
  cloud: Root['cloud'],
  given: GivenStackNames,
  names: StackNames | undefined,
): Readonly<Record<'organization' | 'project' | 'stack', string | undefined>> => ({
  organization: names?.organization ?? given.organization ?? knownValue(cloud.organization),
  project: names?.project ?? given.project ?? knownValue(cloud.project),
  stack: names?.stack ?? given.stack ?? knownValue(cloud.stack),
});

const unnamed = (missing: readonly string[]): Problem => {
  const names = missing.length === 0 ? ['organization', 'project', 'stack'] : missing;
  return {
    code: 'stack-unnamed',
    message: `The ${names.join(', ')} of the Stack ${names.length === 1 ? 'is' : 'are'} not known here.`,
    nextStep: `Name ${names.length === 1 ? 'it' : 'them'} (${names.map(n => `--${n}`).join(', ')}; or ${names.map(n => `TF_STACKS_${n.toUpperCase()}_NAME`).join(', ')}), or sign in to HCP Terraform, which knows the Stacks of a repository (terraform login).`,
  };
};
