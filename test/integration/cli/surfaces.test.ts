import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { codeFacts } from '../../../src/binding/gather/code';
import { journalFolder } from '../../../src/binding/journal/folder';
import { readJournals } from '../../../src/binding/journal/journal';
import { planSetup, type SetupEvent, type SetupResult, setUp } from '../../../src/binding/setup';
import { questionActions } from '../../../src/board/page/runView';
import { configure } from '../../../src/cli/commands/configure';
import { openAwsAccount } from '../../../src/cli/binding/accounts';
import { readTarget } from '../../../src/cli/binding/configureRun';
import { KeptReplies } from '../../../src/hcp/client/keptReplies';
import { HcpSessions } from '../../../src/cli/binding/hcpSession';
import { thisMachine } from '../../../src/node/thisMachine';
import { setupServices } from '../../../src/cli/binding/services';
import { readTerraformFolder } from '../../../src/cli/terraformFolder';
import { lintRoot } from '../../../src/lint/lint';
import type { Choices } from '../../../src/vscode/configure/choices';
import { groupOf } from '../../../src/vscode/configure/targets';
import { PageDialogue, type PageUi } from '../../../src/vscode/page/dialogue';
import { ServerPair } from '../../support/binding/serverWorlds';
import * as fs from 'node:fs/promises';

const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
let pair: ServerPair;
before(async () => {
  pair = await ServerPair.open();
  pair.hcp.runner = { awsUrl: pair.aws.server.url };
});
beforeEach(() => {
  pair.aws.server.faults.clear();
  pair.hcp.state.nextRun = ['planned_and_finished'];
});
after(() => pair.close());

function seed(): void {
  pair.clear();
  pair.seed();
  pair.hcp.state.configuration(pair.workspace);
  pair.hcp.state.variable(pair.workspace, 'AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  pair.hcp.state.variable(pair.varset, 'AWS_SECRET_ACCESS_KEY', secret, { sensitive: true });
}

/** A person who reads nothing: the first button, and every tick. */
function careless(told: (event: SetupEvent) => void): PageDialogue {
  const ui: PageUi = {
    modal: ({ buttons }) => Promise.resolve(buttons[0]),
    differences: () => Promise.resolve(),
  };
  const dialogue: PageDialogue = new PageDialogue(
    ui,
    () => {
      const { question } = dialogue;
      if (question === undefined) return;
      if (question.id === 'clean-up-variables')
        for (const { id } of question.changes) if (!dialogue.ticked.has(id)) return dialogue.tick(id, true);
      const [first] = questionActions(question, dialogue.ticked);
      if (first !== undefined) void dialogue.press(first.id);
    },
    told,
  );
  return dialogue;
}

/** The editor's page, answered as the options of the command line do. */
async function inEditor(): Promise<{ readonly result: SetupResult; readonly events: readonly SetupEvent[] }> {
  const signal = new AbortController().signal;
  const context = pair.quietContext(signal);
  const journal = path.join(pair.aws.home, 'state', 'tfc-oidc', 'journal');
  const folder = await readTerraformFolder(context, ['project']);
  const [root] = folder.project.roots;
  assert.ok(root);
  const client = await new HcpSessions(context).open(pair.hcp.hostname, root.cloud);
  const place = { root, hostname: pair.hcp.hostname, organization: 'acme', workspace: 'prod' };
  const { member, workspace } = await readTarget(context, place, client, journal);
  assert.ok(!('notAsked' in member.hcp) && member.hcp.reading.source && member.hcp.reading.variables.state === 'known');
  const { reading } = member.hcp;
  const opened = await openAwsAccount(context, { profile: 'default', region: undefined, account: undefined });
  const findings = lintRoot(root, { environment: pair.env });
  const analysed = { root, findings, folder: {} } as unknown as NonNullable<Choices['analysed']>;
  assert.ok(codeFacts(root, findings));
  const choices: Choices = {
    analysed,
    organization: 'acme',
    workspaces: ['prod'],
    opened: { ...opened, alias: undefined },
    hcp: [
      {
        ...member.hcp.reading.source,
        staticCredentials: member.hcp.reading.variables.value.staticCredentials,
        facts: reading,
        client,
        kept: new KeptReplies(),
      },
    ],
    known: [workspace],
    policies: { plan: { kind: 'managed', name: 'ReadOnlyAccess' } },
  };
  const group = groupOf(choices, analysed, 'prod', [analysed], file => file, await thisMachine(context.env));
  const events: SetupEvent[] = [];
  const { surface } = careless(event => void events.push(event));
  const services = setupServices(context, journal, folder);
  const wishes = { removeStaticKeys: true, fixVariables: false, fixCode: false, proveByRun: true };
  const plan = await planSetup([group], opened, wishes, services, surface, signal);
  return { result: await setUp(plan, services, surface, signal), events };
}

const inTerminal = () =>
  pair.run(
    configure,
    ...['project', '--profile', 'default', '--yes', '--remove-static-keys', '--prove-run'],
    ...['--plan-policy-arn', 'ReadOnlyAccess'],
  );

const withoutIds = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replace(/\b(?:ws|var|varset|run)-\w+/g, 'ID'));

/** What both servers hold and what the journals say: without ids and times. */
async function trace(): Promise<unknown> {
  const folder = path.join(pair.aws.home, 'state', 'tfc-oidc', 'journal');
  const runs = await readJournals(journalFolder(fs, folder, path.join));
  return withoutIds({
    aws: pair.aws.server.dump(false),
    variables: [pair.workspace, pair.varset].map(of => of.vars.map(v => [v.key, v.value, v.category, v.sensitive])),
    journals: runs.map(r => [
      r.title,
      r.subject,
      r.state,
      r.steps.map(s => [s.change.title, s.state, s.effect, s.problem?.message]),
    ]),
  });
}

describe('the same answers through the terminal and through the editor', () => {
  test('leave the same account, variables and journals', async () => {
    seed();
    const terminal = await inTerminal();
    const one = await trace();
    assert.equal(terminal.code, 0, terminal.err);
    seed();
    const { result, events } = await inEditor();
    assert.deepEqual(await trace(), one);
    assert.equal(result.state, 'done');
    const proofs = events.flatMap(e => (e.id === 'proof' ? [e.state] : []));
    assert.deepEqual(proofs, ['proven', 'proven']);
    // Each check that one shows, the other shows with the same state.
    const [outcome] = result.outcomes.values();
    for (const check of outcome?.checked.flatMap(c => c.checks) ?? [])
      assert.ok(terminal.out.includes(`${check.state.padEnd(7)} ${check.title}`), `${check.id} ${check.state}`);
  });

  for (const [action, from] of [
    ['CreateRole', 2],
    ['AttachRolePolicy', 1],
  ] as const) {
    test(`say the same where ${action} is refused`, async () => {
      seed();
      pair.aws.server.faults.add({ action, kind: 'refuse', from });
      const terminal = await inTerminal();
      const one = await trace();
      assert.equal(terminal.code, 2);
      pair.aws.server.faults.clear();
      seed();
      pair.aws.server.faults.add({ action, kind: 'refuse', from });
      const { result, events } = await inEditor();
      assert.equal(result.state, 'stopped');
      assert.deepEqual(await trace(), one);
      const stopped = events.find(e => e.id === 'stopped');
      assert.ok(stopped?.id === 'stopped' && stopped.standing.problem);
      for (const sentence of [stopped.standing.problem.message, ...stopped.standing.credentials])
        assert.ok(terminal.err.includes(sentence), sentence);
      assert.match(terminal.err, /The static credentials of acme\/prod \(.*\) are still in place/);
    });
  }
});
