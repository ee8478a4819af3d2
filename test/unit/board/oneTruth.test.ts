import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { agentAnswer } from '../../../src/binding/agents/answers';
import type { Check } from '../../../src/binding/check';
import { trustJudge } from '../../../src/binding/checks/judge';
import { runChecks } from '../../../src/binding/checks/table';
import { consult } from '../../../src/binding/doctor/consult';
import { type BindingFacts, unknown } from '../../../src/binding/facts';
import { checkJson, checkText, openQuestions } from '../../../src/binding/report';
import type { BoardInput, BoardRoot, BoardWorkspace, Row } from '../../../src/board/model';
import { doctorPage } from '../../../src/board/page/doctor';
import { rootRow } from '../../../src/board/rows';
import type { Root } from '../../../src/terraform/model';
import { brokenWorlds, healthy } from '../../support/binding/world';
import { projectOf } from '../../support/lintFixtures';

/** One world, told by each surface: the same checks in the same states, under the same ids or titles. */

const pool = [healthy, ...Object.values(brokenWorlds)];
const unread = unknown('It was refused.', 'Ask for the permission.');
/** Of worlds that are broken in different places, and of which not everything could be read. */
const worlds = fc
  .tuple(fc.constantFrom(...pool), fc.constantFrom(...pool), fc.constantFrom(...pool), fc.nat(15))
  .map(([a, b, c, lost]): BindingFacts => ({
    ...a,
    workspace: lost & 1 ? unread : a.workspace,
    variables: lost & 2 ? unread : b.variables,
    account: lost & 4 ? unread : c.account,
    run: lost & 8 ? unread : b.run,
  }));

const code =
  'terraform {\n  cloud {\n    organization = "acme"\n    workspaces {\n      name = "prod"\n    }\n  }\n}\n';
const rootOf = async (): Promise<Root> => {
  const [root] = (await projectOf({ 'main.tf': code })).roots;
  assert.ok(root);
  return root;
};

const tag = ({ configuration }: Check): string =>
  configuration === undefined || configuration === 'default' ? '' : ` [${configuration}]`;
const sorted = (lines: readonly string[]): readonly string[] => [...lines].sort();
const byId = (checks: readonly Check[]): readonly string[] =>
  sorted(checks.map(c => `${c.id} ${c.configuration ?? ''} ${c.phase ?? ''} ${c.state}`));
const byTitle = (checks: readonly Check[]): readonly string[] =>
  sorted(checks.map(c => `${c.state} ${c.title}${tag(c)}`));

/** Heads of checks in a text: mark, state, title. The mark has to fit the state. */
function told(text: string): readonly string[] {
  const marks: Readonly<Record<string, string>> = { '✓': 'ok', '!': 'warning', '✗': 'wrong', '?': 'unknown' };
  const heads = [...text.matchAll(/^([✓!✗?]) (ok|warning|wrong|unknown) +(.*)$/gmu)];
  return sorted(
    heads.map(([, mark = '', state = '', title = '']) => {
      assert.equal(marks[mark], state);
      return `${state} ${title}`;
    }),
  );
}

function inSidebar(root: Root, facts: BindingFacts, checks: readonly Check[]): readonly string[] {
  const workspace = { organization: 'acme', workspace: 'prod', hostname: 'app.terraform.io', checks, facts };
  const input: BoardInput<BoardRoot, BoardWorkspace> = {
    analysed: { root, findings: [] },
    label: '.',
    status: { at: facts.now, names: ['prod'], workspaces: [workspace], problem: undefined },
    place: ({ file }) => file,
    provenAt: () => undefined,
    unpushedSince: undefined,
    now: facts.now,
  };
  const all = (row: Row<BoardRoot, BoardWorkspace>): readonly Row<BoardRoot, BoardWorkspace>[] => [
    row,
    ...(row.rows?.() ?? []).flatMap(all),
  ];
  const rows = all(rootRow(input, true)).filter(row => row.kind === 'check');
  return sorted(
    rows.map(({ check, state }) => `${check?.id ?? ''} ${check?.configuration ?? ''} ${check?.phase ?? ''} ${state}`),
  );
}

async function toAgents(root: Root, checks: readonly Check[]): Promise<readonly string[]> {
  const workspace = { hostname: 'app.terraform.io', organization: 'acme', workspace: 'prod', checks };
  const answer = await agentAnswer(
    'explain_binding',
    {},
    {
      roots: () => Promise.resolve([{ label: '.', root, findings: [] }]),
      place: ({ file }) => file,
      bindings: () => Promise.resolve([{ label: '.', workspaces: [workspace] }]),
      knowledge: () => Promise.reject(new Error('not asked')),
    },
  );
  assert.ok(answer.ok);
  return told(answer.value);
}

test('every surface gives the same checks and states for one world', async () => {
  const root = await rootOf();
  await fc.assert(
    fc.asyncProperty(worlds, async facts => {
      const checks = runChecks(facts, trustJudge);
      assert.ok(checks.length > 0);
      assert.deepEqual(byId(checks.map(checkJson) as unknown as readonly Check[]), byId(checks), 'JSON');
      assert.deepEqual(told(checks.map(checkText).join('')), byTitle(checks), 'text');
      assert.deepEqual(inSidebar(root, facts, checks), byId(checks), 'sidebar');
      assert.deepEqual(await toAgents(root, checks), byTitle(checks), 'agents');
    }),
    { numRuns: 100, includeErrorInReport: true },
  );
});

test('the page of the doctor lists what could not be read as the checks say it, and calls nothing wrong that no check or text does', () => {
  fc.assert(
    fc.property(worlds, facts => {
      const checks = runChecks(facts, trustJudge);
      const report = { ...consult(facts, checks), subject: 'acme/prod' };
      const page = doctorPage({ report, pasted: '', accountId: undefined, trailAsked: false });
      const lines = page.sections.flatMap(s => (s.kind === 'checks' ? s.rows : []));
      assert.deepEqual(
        sorted(lines.filter(l => l.state === 'unknown').map(l => l.title)),
        sorted(openQuestions(checks).map(c => c.title)),
      );
      const wrong = checks.filter(c => c.state === 'wrong' || c.state === 'warning');
      const told = facts.run.state === 'known' || facts.pastedError !== undefined;
      if (wrong.length === 0 && !told) assert.equal(page.state === 'wrong', false);
      for (const check of wrong.filter(c => c.state === 'wrong' && c.failureModes.length > 0))
        assert.ok(
          report.diagnoses.some(d => check.failureModes.includes(d.mode.id)),
          `${check.id} is wrong, and the doctor names no cause for it`,
        );
    }),
    { numRuns: 200, includeErrorInReport: true },
  );
});
