import type { FileReader } from '../../core/host';
import type { Problem } from '../../core/problem';
import type { HcpClient } from '../../hcp/client/client';
import { type HcpStack, listStacks, readStack } from '../../hcp/stacks/read';
import { projectName, stackName, organizationName, hostname as hostName } from '../../oidc/names';
import type { StackNames } from '../checks/stack/underCheck';
import type { JournalStore } from '../journal/journal';
import { keptObjects } from '../journal/lines';

/** A Stack that HCP Terraform knows, by its names of today. */
export interface FoundStack {
  readonly names: StackNames;
  readonly id: string;
}

/** Where the code of a Stack is in its repository. */
export interface CodePlace {
  /** What remotes are called at the host of the repository: `acme/infrastructure`. */
  readonly repositories: readonly string[];
  /** Below the repository; empty for its top. */
  readonly folder: string;
}

/** The repository of a folder and its remotes; `undefined` where it is in none. */
export async function codePlace(files: FileReader, dir: string, boundary: string): Promise<CodePlace | undefined> {
  const text = await files.read(files.join(boundary, '.git', 'config'), 1024 * 1024).catch(() => undefined);
  if (text === undefined) return undefined;
  const repositories = [...text.matchAll(/^[ \t]*url[ \t]*=[ \t]*(\S+)[ \t\r]*$/gm)].flatMap(([, url = '']) =>
    repositoryIn(url),
  );
  return { repositories: [...new Set(repositories)], folder: files.relative(boundary, dir).replaceAll('\\', '/') };
}

/** `acme/infrastructure` of `git@host:acme/infrastructure.git` or `https://host/acme/infrastructure`. */
function repositoryIn(url: string): readonly string[] {
  const path = /^[a-z+]+:\/\/[^/]+\/(.+)$/i.exec(url)?.[1] ?? /^[^/]+:(?!\/\/)(.+)$/.exec(url)?.[1];
  const name = path?.replace(/\.git\/?$|(?<!\/)\/+$/g, '').replace(/^\/+/, '');
  return name === undefined || name === '' ? [] : [name];
}

/** What was found of a root is kept beside the journals: the list of Stacks is asked for once. */
const memory = 'seen-stacks';

interface Line {
  readonly dir: string;
  readonly hostname: string;
  readonly organization: string;
  readonly id: string;
}

async function remembered(store: JournalStore, wanted: Omit<Line, 'id'>): Promise<string | undefined> {
  const last = (await keptObjects(store, memory)).findLast(
    l => l['dir'] === wanted.dir && l['hostname'] === wanted.hostname && l['organization'] === wanted.organization,
  );
  const id = last?.['id'];
  return typeof id === 'string' ? id : undefined;
}

/** What is looked for, and with what. */
export interface StackSearch {
  readonly client: HcpClient;
  readonly organization: string;
  /** The name that somebody gave; undefined where the code has to tell. */
  readonly stack: string | undefined;
  readonly project: string | undefined;
  readonly dir: string;
  readonly place: CodePlace | undefined;
  readonly store: JournalStore | undefined;
}

/**
 * The Stack of a folder by the Stacks API: the one whose repository and working directory are those of the code, or the one of the name
 * that was given. Its id is remembered, so that the next look is one request, which also tells of a new name.
 */
export async function findStack(
  search: StackSearch,
  signal: AbortSignal,
): Promise<FoundStack | { readonly problem: Problem }> {
  const { client, organization, store, dir } = search;
  const key = { dir, hostname: client.hostname, organization };
  const id = store && (await remembered(store, key));
  if (id !== undefined) {
    const known = await readStack(client, id, signal);
    if (known.ok && fits(known.value, search)) return named(known.value, search);
  }
  const list = await listStacks(client, organization, signal);
  if (!list.ok) return { problem: list.problem };
  const found = list.value.filter(stack => fits(stack, search));
  const [only, ...more] = found;
  if (only === undefined) return { problem: none(search, list.value) };
  if (more.length > 0) return { problem: several(found) };
  if (store !== undefined) await store.append(memory, `${JSON.stringify({ ...key, id: only.id } satisfies Line)}\n`);
  return named(only, search);
}

function fits(stack: HcpStack, { stack: name, project, place }: StackSearch): boolean {
  if (project !== undefined && stack.project.name !== project) return false;
  if (name !== undefined) return stack.name === name;
  const repository = stack.repository?.toLowerCase();
  return (
    place !== undefined && stack.folder === place.folder && place.repositories.some(r => r.toLowerCase() === repository)
  );
}

function named(stack: HcpStack, { client, organization }: StackSearch): FoundStack | { readonly problem: Problem } {
  const names = {
    hostname: hostName(client.hostname),
    organization: organizationName(organization),
    project: projectName(stack.project.name ?? ''),
    stack: stackName(stack.name),
  };
  if (!names.organization.ok || !names.project.ok || !names.stack.ok || !names.hostname.ok)
    return {
      problem: {
        code: 'stack-project',
        message: `The project of Stack ${stack.name} cannot be read, and it is part of the subject.`,
        nextStep: 'Name it (--project), or use a token that may read the project.',
      },
    };
  return {
    id: stack.id,
    names: {
      hostname: names.hostname.value,
      organization: names.organization.value,
      project: names.project.value,
      stack: names.stack.value,
    },
  };
}

const inWords = (s: HcpStack): string => `${s.name} (project ${s.project.name ?? 'not known'})`;

const several = (found: readonly HcpStack[]): Problem => ({
  code: 'several-stacks',
  message: `Several Stacks fit this code: ${found.map(inWords).join(', ')}.`,
  nextStep: 'Say which one it is (--stack, --project; or TF_STACKS_STACK_NAME and TF_STACKS_PROJECT_NAME).',
});

function none({ organization, stack, place }: StackSearch, all: readonly HcpStack[]): Problem {
  const where =
    stack !== undefined
      ? `is called ${stack}`
      : place === undefined || place.repositories.length === 0
        ? 'can be found by the code here: it is in no Git repository with a remote'
        : `has the repository ${place.repositories.join(' or ')} and the folder "${place.folder}"`;
  const there = all.length === 0 ? 'The token sees none.' : `There are ${all.slice(0, 10).map(inWords).join(', ')}.`;
  return {
    code: 'no-such-stack',
    message: `No Stack of organization ${organization} ${where}. ${there}`,
    nextStep: 'Name it (--stack, --project; or TF_STACKS_STACK_NAME and TF_STACKS_PROJECT_NAME).',
  };
}
