import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { whoIs } from '../../../src/vscode/aws';
import type { Choices } from '../../../src/vscode/configure/choices';
import { VscodeUi } from '../../../src/vscode/configure/editorUi';
import { profileStep } from '../../../src/vscode/configure/profile';
import { editorSurface } from '../../../src/vscode/configure/surface';
import { editorFetch } from '../../../src/vscode/connection';
import type { Previews } from '../../../src/vscode/preview';
import { exampleKey, exampleSecret, staticProfile, writeProfiles } from '../../support/aws/profiles';
import { AwsServer } from '../../support/aws/server';
import { ConnectProxy, hasOpenssl } from '../../support/connectProxy';
import { HcpServer } from '../../support/hcp/server';
import { activated } from '../cases/editor';
import { Person } from '../cases/person';
import { runMocha } from '../mochaRun';

const account = '123456789012';
/** Beside a process, `aws` takes what that prints and the AWS provider these. */
const otherKeys = `aws_access_key_id = AKIAI44QH8DHBEXAMPLE\naws_secret_access_key = je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY\n`;
const host = 'tfe.acme.example';
const awsHosts = ['iam.amazonaws.com', 'sts.eu-central-1.amazonaws.com'];

/** Whose account, whose token and which certificates count inside the extension host. */
export const run = (): Promise<unknown> =>
  runMocha(() => {
    let aws: AwsServer;
    let hcp: HcpServer;
    let home: string;
    let env: Record<string, string>;
    let person: Person;

    before(async () => {
      aws = await new AwsServer().start();
      aws.addAccount(account, { partition: 'aws', alias: 'acme', accessKeyId: exampleKey });
      hcp = await HcpServer.start();
      home = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-'));
      const { config, credentials } = staticProfile(aws.url, { region: 'eu-central-1' });
      const printed = JSON.stringify({ Version: 1, AccessKeyId: exampleKey, SecretAccessKey: exampleSecret });
      writeFileSync(path.join(home, 'printed.json'), printed);
      const two = `[profile two]\nregion = eu-central-1\nendpoint_url = ${aws.url}\ncredential_process = cat ${path.join(home, 'printed.json')}\n${otherKeys}`;
      env = writeProfiles(home, config + two, credentials);
      // The extension reads the environment of its process.
      Object.assign(process.env, env);
      await activated();
      person = new Person();
    });
    after(async () => {
      person.leave();
      await aws.stop();
      await hcp.close();
      rmSync(home, { recursive: true, force: true });
    });
    beforeEach(() => {
      person.seen.length = 0;
      person.answer = () => undefined;
    });
    const shown = (): string => person.seen.map(s => s.text).join('\n');

    it('Show My Accounts and Tokens names account, caller, source and what terraform takes, and no secret', async () => {
      await vscode.commands.executeCommand('tfcOidc.whoami');
      const text = vscode.workspace.textDocuments.map(d => d.getText()).find(t => t.includes('# Accounts and tokens'));
      assert.ok(text !== undefined, 'no document was shown');
      for (const line of [
        /^ *credentials +.*profile "default"/m,
        new RegExp(`^ *account +${account} \\(acme\\)`, 'm'),
        new RegExp(`^ *caller +arn:aws:iam::${account}:user/admin`, 'm'),
        /^ *terraform +.*profile "default"/m,
        /^ *token +none/m,
        /^ *looked at +secret storage of VS Code/m,
      ])
        assert.match(text, line);
      for (const secret of [exampleSecret, exampleKey]) assert.ok(!(text + shown()).includes(secret));
    });

    describe('where aws and terraform take different credentials', () => {
      it('the profile is taken once the account was named', async () => {
        const use = `Use Account ${account}`;
        const answers = [undefined, use];
        let lists = 0;
        person.answer = ({ text }) => {
          if (!/AWS profile/.test(text)) return undefined;
          lists += 1;
          return 'two';
        };
        const { showWarningMessage } = vscode.window;
        const asked: string[] = [];
        const ask = (message: string, options: vscode.MessageOptions, ...buttons: string[]): Promise<unknown> => {
          asked.push([message, options.detail, ...buttons].join('\n'));
          return Promise.resolve(answers.shift());
        };
        Object.defineProperty(vscode.window, 'showWarningMessage', { value: ask, configurable: true, writable: true });
        const state: Choices = {};
        try {
          assert.equal(await profileStep(env)(state, { step: 1, canGoBack: false }), 'asked');
        } finally {
          const value = { value: showWarningMessage, configurable: true, writable: true };
          Object.defineProperty(vscode.window, 'showWarningMessage', value);
        }
        // A no leads back to the list.
        assert.deepEqual([asked.length, lists], [2, 2]);
        assert.equal(state.opened?.caller.accountId, account);
        for (const text of asked) {
          assert.match(text, /aws and terraform take different credentials here. Is account 123456789012 meant\?/);
          assert.match(text, /different identities here: aws takes .*provider takes /);
          for (const secret of [exampleSecret, 'je7MtGbClwBF']) assert.ok(!text.includes(secret));
        }
      });

      it('undo asks, and a no is a no; what was asked when the profile was chosen is not asked twice', async () => {
        const question = { accountId: account, caller: 'arn:aws:iam::123456789012:user/admin', origin: 'its keys' };
        const ui = new VscodeUi(undefined as unknown as Previews);
        const answer = (accountConfirmed: boolean): Promise<boolean> =>
          editorSurface(ui, { accountConfirmed }, () => undefined).answers['confirm-account'](question);
        const { showWarningMessage } = vscode.window;
        const dismissed = (): Promise<undefined> => Promise.resolve(undefined);
        assert.equal(await answer(false), true);
        assert.match(shown(), /Is account 123456789012 meant/);
        Object.defineProperty(vscode.window, 'showWarningMessage', { value: dismissed, configurable: true });
        try {
          assert.equal(await answer(false), false);
          assert.equal(await answer(true), true);
        } finally {
          Object.defineProperty(vscode.window, 'showWarningMessage', { value: showWarningMessage, configurable: true });
        }
      });
    });

    describe('TLS in the extension host', function () {
      let proxy: ConnectProxy;
      before(async function () {
        if (!hasOpenssl) return this.skip();
        proxy = await ConnectProxy.start(home, [host, ...awsHosts], name => (name === host ? hcp.origin : aws.url));
        // VS Code makes the connections of its extensions, and goes by its own setting.
        await vscode.workspace.getConfiguration('http').update('proxy', `http://127.0.0.1:${proxy.port}`, true);
        return undefined;
      });
      after(async () => {
        await vscode.workspace.getConfiguration('http').update('proxy', undefined, true);
        await proxy?.close();
      });

      const signal = new AbortController().signal;
      const discovery = async (more: Readonly<Record<string, string>>): Promise<number | string> => {
        try {
          const url = `https://${host}/.well-known/terraform.json`;
          return (await editorFetch(more)(url, { redirect: 'manual', signal })).status;
        } catch (error) {
          const { code, cause } = error as { code?: string; cause?: { code?: string } };
          return code ?? cause?.code ?? String(error);
        }
      };
      const caller = async (more: Readonly<Record<string, string>>) =>
        whoIs(
          { name: undefined },
          {
            AWS_ACCESS_KEY_ID: exampleKey,
            AWS_SECRET_ACCESS_KEY: exampleSecret,
            AWS_REGION: 'eu-central-1',
            AWS_CONFIG_FILE: path.join(home, 'none'),
            AWS_SHARED_CREDENTIALS_FILE: path.join(home, 'none'),
            ...more,
          },
          signal,
        );

      it('HCP Terraform: SSL_CERT_FILE, SSL_CERT_DIR and NODE_EXTRA_CA_CERTS, through the proxy', async () => {
        for (const more of [
          { SSL_CERT_FILE: proxy.certificate },
          { SSL_CERT_DIR: path.dirname(proxy.certificate) },
          { NODE_EXTRA_CA_CERTS: proxy.certificate },
        ]) {
          proxy.tunnels.length = 0;
          assert.equal(await discovery(more), 200, JSON.stringify(more));
          assert.deepEqual(
            proxy.tunnels.map(t => t.target),
            [`${host}:443`],
          );
        }
      });

      it('AWS: the same, AWS_CA_BUNDLE beside them', async () => {
        for (const name of ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS', 'AWS_CA_BUNDLE']) {
          const answer = await caller({ [name]: proxy.certificate });
          assert.equal(answer.account, account, `${name}: ${JSON.stringify(answer.problem)}`);
        }
      });

      it('a CA that nothing names is refused on both sides, and the message names the ways out', async () => {
        assert.match(String(await discovery({})), /SELF_SIGNED_CERT|UNABLE_TO/);
        const { problem } = await caller({});
        assert.match(problem?.message ?? '', /certificate/);
        assert.match(problem?.nextStep ?? '', /NODE_EXTRA_CA_CERTS or SSL_CERT_FILE, AWS_CA_BUNDLE/);
      });
    });
  });
