import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadAws } from '../../../src/iam/account/load';
import type { AwsAccount } from '../../../src/iam/account/types';
import type { StoredAccount } from './account';
import { exampleKey, staticProfile, writeProfiles } from './profiles';
import { AwsServer } from './server';

export const accountId = '123456789012';

/** A test server with one account, a home folder whose default profile reaches it, and the account opened by the real SDK. */
export interface World {
  readonly server: AwsServer;
  readonly stored: StoredAccount;
  readonly home: string;
  readonly env: Record<string, string>;
  readonly account: AwsAccount;
  readonly partition: string;
  /** How long the code under test asked to wait, in all; nothing waits really. */
  waited: number;
  open(profile?: string): Promise<AwsAccount>;
  close(): Promise<void>;
}

export const never = new AbortController().signal;

export async function openWorld(options: { partition?: string; region?: string } = {}): Promise<World> {
  const { partition = 'aws', region = 'us-east-1' } = options;
  const server = await new AwsServer().start();
  const stored = server.addAccount(accountId, { partition, alias: 'acme', accessKeyId: exampleKey });
  const home = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-'));
  const { config, credentials } = staticProfile(server.url, { region });
  const env = writeProfiles(home, config, credentials);
  const open = async (profile = 'default'): Promise<AwsAccount> => {
    const opened = await loadAws().openAccount({
      profile,
      env,
      wait: (milliseconds, signal) => {
        signal.throwIfAborted();
        world.waited += milliseconds;
        return Promise.resolve();
      },
    });
    if (!opened.ok) throw new Error(opened.problem.message);
    return opened.value;
  };
  const world: World = {
    server,
    stored,
    home,
    env,
    account: undefined as unknown as AwsAccount,
    partition,
    waited: 0,
    open,
    async close() {
      await server.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
  return Object.assign(world, { account: await open() });
}
