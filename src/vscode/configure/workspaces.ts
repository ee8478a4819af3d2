import { problemText } from '../problemText';
import type { WorkspaceFacts } from '../../binding/facts';
import { wayOutOf } from '../../board/wayOut';
import { fail, ok, type Problem, type Result } from '../../core/problem';
import { hcpFacts } from '../../binding/gather/hcp';
import { writtenValues } from '../../binding/gather/memory';
import { type JournalStore, readJournals } from '../../binding/journal/journal';
import { KeptReplies } from '../../hcp/client/keptReplies';
import { feedingVariables } from '../../hcp/variables/feeding';
import { filterInWords, noWorkspaces } from '../../hcp/workspace/none';
import { listOrganizations, listWorkspaces } from '../../hcp/workspace/read';
import { organizationName, workspaceName } from '../../oidc/names';
import { type Root, workspaceOf } from '../../terraform/model';
import { withProgress } from '../progress';
import type { HcpConnections } from '../hcp';
import { ask, type Choice, configureTitle, pick, pickMany, type Step } from '../steps';
import { withoutList } from './withoutList';
import { type Choices, type GatheredWorkspace, takeOrganization, takeWorkspaces } from './choices';

/** The organization where the code names none: one of those that the token shows, else a typed one. */
export function organizationStep(connections: HcpConnections): Step<Choices> {
  return async (state, position) => {
    const { analysed } = state;
    if (analysed === undefined || analysed.root.cloud.organization.state === 'known') return 'skipped';
    const hostname = hostOf(analysed.root);
    const found = await withProgress(`Asking ${hostname} for its organizations`, async signal => {
      const client = await connections.find(hostname, analysed.root.cloud, signal);
      return 'missing' in client ? fail(client.problem) : listOrganizations(client, signal);
    });
    const title = configureTitle();
    if (found.ok && found.value.length > 0) {
      const items = found.value.map((value): Choice<string> => ({ value, label: value }));
      const options = { title, placeholder: 'Which organization?', items, current: state.organization };
      takeOrganization(state, await pick(options, position));
      return 'asked';
    }
    if (!found.ok && (await withoutList(connections, hostname, found.problem, position)) === 'again')
      return organizationStep(connections)(state, position);
    const prompt = 'Organization in HCP Terraform';
    const typed = await ask(
      {
        title,
        prompt: found.ok ? prompt : `${prompt}. ${problemText(found.problem)}`,
        placeholder: 'as its address shows it',
        value: state.organization,
        check: value => {
          const result = organizationName(value);
          return result.ok ? undefined : result.problem.message;
        },
      },
      position,
    );
    takeOrganization(state, typed);
    return 'asked';
  };
}

const hostOf = (root: Root): string =>
  root.cloud.hostname.state === 'known' ? root.cloud.hostname.value : 'app.terraform.io';

/** Which workspaces: the one that the block names, some of those with its tags or prefix, or any of the organization. */
export function workspaceStep(connections: HcpConnections): Step<Choices> {
  return async (state, position) => {
    const { analysed, organization } = state;
    if (analysed === undefined || organization === undefined) return 'skipped';
    const { cloud } = analysed.root;
    if (workspaceOf(cloud) !== undefined) return 'skipped';
    const found = await listed(connections, analysed.root, organization);
    if (!found.ok) {
      if ((await withoutList(connections, hostOf(analysed.root), found.problem, position)) === 'again')
        return workspaceStep(connections)(state, position);
      const typed = await ask(
        {
          title: configureTitle(),
          prompt: `Workspace. ${problemText(found.problem)}`,
          placeholder: 'the name, letter by letter',
          value: state.workspaces?.[0],
          check: value => {
            const result = workspaceName(value);
            return result.ok ? undefined : result.problem.message;
          },
        },
        position,
      );
      takeWorkspaces(state, [typed]);
      return 'asked';
    }
    // One workspace is no question.
    const [lone, ...others] = found.value;
    if (lone !== undefined && others.length === 0) {
      takeWorkspaces(state, [lone.name]);
      return 'skipped';
    }
    const items = found.value.map(({ name, project }): Choice<string> => ({
      value: name,
      label: name,
      description: project,
    }));
    const title = configureTitle();
    const current = state.workspaces ?? [];
    const { by } = cloud.workspaces;
    const workspaces =
      by === 'tags' || by === 'prefix'
        ? await pickMany(
            {
              title,
              placeholder: 'Which workspaces? Each gets roles of its own.',
              items,
              current: current.length > 0 ? current : items.length === 1 ? items.map(i => i.value) : [],
            },
            position,
          )
        : [await pick({ title, placeholder: 'Which workspace?', items, current: current[0] }, position)];
    takeWorkspaces(state, workspaces);
    return 'asked';
  };
}

interface Listed {
  readonly name: string;
  readonly project: string;
}

/** The workspaces to choose from; none at all is a problem. */
async function listed(
  connections: HcpConnections,
  root: Root,
  organization: string,
): Promise<Result<readonly Listed[]>> {
  const w = root.cloud.workspaces;
  const filter =
    w.by === 'tags' && w.tags.state === 'known'
      ? { tags: w.tags.value }
      : w.by === 'prefix' && w.prefix.state === 'known'
        ? { prefix: w.prefix.value }
        : {};
  const hostname = hostOf(root);
  return withProgress(`Listing the workspaces of ${organization}`, async signal => {
    const client = await connections.find(hostname, root.cloud, signal);
    if ('missing' in client) return fail(client.problem);
    const found = await listWorkspaces(client, organization, filter, signal);
    if (!found.ok) return found;
    if (found.value.length === 0) return fail(await noWorkspaces(client, organization, filterInWords(filter), signal));
    return ok(found.value.map(({ name, project }) => ({ name, project: project.name })));
  });
}

/** Reads the real projects and the variables, with the token that Terraform would use. Without one the project is asked for. */
export async function readWorkspaces(
  state: Choices,
  connections: HcpConnections,
  journals: JournalStore,
  signal: AbortSignal,
): Promise<void> {
  const { analysed, organization, workspaces } = state;
  delete state.hcp;
  delete state.known;
  delete state.hcpProblem;
  delete state.hcpWayOut;
  if (analysed === undefined || organization === undefined || workspaces === undefined) return;
  const { cloud } = analysed.root;
  const client = await connections.find(hostOf(analysed.root), cloud, signal);
  if ('missing' in client) {
    state.hcpProblem = client.missing;
    takeWayOut(state, client.problem);
    return;
  }
  const gathered: GatheredWorkspace[] = [];
  const known: WorkspaceFacts[] = [];
  const ownValue = writtenValues(await readJournals(journals));
  for (const name of workspaces) {
    const feeding = feedingVariables(analysed.root);
    const kept = new KeptReplies();
    const read = await hcpFacts(client.keeping(kept), organization, name, signal, { feeding, ownValue });
    if (read.workspace.state === 'known') known.push(read.workspace.value);
    if (read.source === undefined || read.variables.state === 'unknown') {
      const unknown = [read.workspace, read.variables].find(f => f.state === 'unknown');
      state.hcpProblem ??= unknown?.state === 'unknown' ? unknown.why : '';
      if (unknown?.state === 'unknown' && unknown.problem !== undefined) takeWayOut(state, unknown.problem);
      continue;
    }
    const { staticCredentials } = read.variables.value;
    gathered.push({ ...read.source, staticCredentials, facts: read, client, kept });
  }
  if (gathered.length > 0) state.hcp = gathered;
  // The subject of each holds its real project; that of one that could not be read is asked for.
  if (known.length > 0) state.known = known;
  const [first] = known;
  if (first !== undefined && known.length === workspaces.length) state.project = first.project.name;
}

function takeWayOut(state: Choices, problem: Problem): void {
  const way = wayOutOf(problem);
  if (way !== undefined) state.hcpWayOut ??= way;
}
