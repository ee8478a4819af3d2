import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { whoIs } from '../../../src/vscode/aws';
import { VscodeUi } from '../../../src/vscode/configure/editorUi';
import { editorSurface } from '../../../src/vscode/configure/surface';
import { editorFetch } from '../../../src/vscode/connection';
import { HcpConnections } from '../../../src/vscode/hcp';
import { nodeFiles } from '../../../src/node/files';
import { exampleKey, exampleSecret, staticProfile, writeProfiles } from '../../support/aws/profiles';
import { AwsServer } from '../../support/aws/server';
import { ConnectProxy, hasOpenssl } from '../../support/connectProxy';
import { HcpServer } from '../../support/hcp/server';
import { activated } from '../cases/editor';
import { Person } from '../cases/person';
import { runMocha } from '../mochaRun';

const account = '123456789012';
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
      env = writeProfiles(home, config, credentials);
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
      // No option or command of the terminal.
      assert.doesNotMatch(text, /[( ]--[a-z]|tfc-oidc whoami/);
    });

    it('where there is no profile, a message says how to make one', async () => {
      const none = path.join(home, 'none');
      const before = { ...process.env };
      Object.assign(process.env, { AWS_CONFIG_FILE: none, AWS_SHARED_CREDENTIALS_FILE: none });
      try {
        await vscode.commands.executeCommand('tfcOidc.chooseProfile');
      } finally {
        Object.assign(process.env, before);
      }
      assert.match(shown(), /This machine has no AWS profile.*"aws configure sso"/);
      assert.match(shown(), /"Open a Terminal"/);
    });

    it('a sign-in counts where the token that Terraform would take is refused, and only there', async () => {
      const kept = new Map<string, string>();
      const secrets = {
        get: (name: string) => Promise.resolve(kept.get(name)),
        store: (name: string, value: string) => Promise.resolve(void kept.set(name, value)),
        delete: (name: string) => Promise.resolve(void kept.delete(name)),
      } as unknown as vscode.SecretStorage;
      const { hostname, token } = hcp;
      const never = new AbortController().signal;
      const works = async (connections: HcpConnections): Promise<boolean> => {
        const client = await connections.open(hostname, undefined, never);
        return client.ok && (await client.value.get('/account/details', {}, never)).ok;
      };
      const withToken = (value: string): HcpConnections =>
        new HcpConnections(secrets, nodeFiles, { HOME: home, [`TF_TOKEN_${hostname}`]: value });
      const old = withToken('an-old-token');
      assert.equal(await works(old), false);
      person.answer = ({ text }) => (text.startsWith('A user or team token') ? token : undefined);
      assert.equal(await old.signIn(hostname), true);
      assert.equal(await works(old), true);
      assert.ok(![...kept].some(([, value]) => value.includes('an-old-token')));
      // Another token of Terraform's own comes first again.
      assert.equal(await works(withToken('another-token')), false);
      assert.equal(await works(withToken(token)), true);
    });

    describe('where aws and terraform take different credentials', () => {
      it('undo asks, and a no is a no; what was asked when the profile was chosen is not asked twice', async () => {
        const question = { accountId: account, caller: 'arn:aws:iam::123456789012:user/admin', origin: 'its keys' };
        const ui = new VscodeUi();
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
