import type { StackNames } from '../../binding/checks/stack/underCheck';
import { codePlace, findStack } from '../../binding/stack/find';
import { type GivenStackNames, stackHost, stackNamesOf } from '../../binding/stack/names';
import type { Problem } from '../../core/problem';
import type { HcpClient } from '../../hcp/client/client';
import type { Root } from '../../terraform/model';
import type { CliContext } from '../command';
import { filesAround } from '../files';
import { journalToRead } from './journalPlace';
import type { HcpSessions } from './hcpSession';
import { journals } from './services';

/** What is known of the Stack of a folder. */
export interface StackLook {
  readonly names: StackNames | undefined;
  /** Why there are none. */
  readonly problem: Problem | undefined;
  readonly hostname: string;
  /** With the id by which HCP Terraform knows the Stack; undefined where it was not found there, or nobody is signed in. */
  readonly known: { readonly client: HcpClient; readonly id: string } | undefined;
}

/**
 * The names that were given, or those of the environment, or else the Stack that HCP Terraform has for the repository and the folder of the
 * code. Without a token only what was given counts.
 */
export async function lookForStack(
  context: CliContext,
  root: Root,
  given: GivenStackNames & { readonly journal?: string | undefined },
  sessions: HcpSessions,
  /** Ask HCP Terraform for the Stack only where its names are not complete. */
  namesAlone = false,
): Promise<StackLook> {
  const { cloud, dir } = root;
  const hostname = stackHost(cloud, given.hostname);
  const said = stackNamesOf(cloud, given);
  const names = 'names' in said ? said.names : undefined;
  const organization = names?.organization ?? given.organization ?? textOf(cloud.organization);
  if (namesAlone && names !== undefined) return { names, hostname, known: undefined, problem: undefined };
  const nothing = (problem: Problem): StackLook => ({ names, hostname, known: undefined, problem });
  if (organization === undefined) return nothing(unnamed('missing' in said ? said.missing : []));
  const { client } = await sessions.find(hostname, cloud);
  if (client === undefined) return nothing(unnamed('missing' in said ? said.missing : []));
  const { host, boundary } = await filesAround(dir, context.env);
  const journal = journalToRead(context, { journal: given.journal });
  const found = await findStack(
    {
      client,
      organization,
      stack: names?.stack ?? given.stack ?? textOf(cloud.stack),
      project: names?.project ?? given.project ?? textOf(cloud.project),
      dir,
      place: await codePlace(host, dir, boundary),
      store: journal === undefined ? undefined : journals(journal),
    },
    context.signal,
  );
  if ('problem' in found) return nothing(found.problem);
  return { names: found.names, hostname, problem: undefined, known: { client, id: found.id } };
}

const textOf = (value: Root['cloud']['project'] | undefined): string | undefined =>
  value?.state === 'known' ? value.value : undefined;

const unnamed = (missing: readonly string[]): Problem => {
  const names = missing.length === 0 ? ['organization', 'project', 'stack'] : missing;
  return {
    code: 'stack-unnamed',
    message: `The ${names.join(', ')} of the Stack ${names.length === 1 ? 'is' : 'are'} not known here.`,
    nextStep: `Name ${names.length === 1 ? 'it' : 'them'} (${names.map(n => `--${n}`).join(', ')}; or ${names.map(n => `TF_STACKS_${n.toUpperCase()}_NAME`).join(', ')}), or sign in to HCP Terraform, which knows the Stacks of a repository (terraform login).`,
  };
};
