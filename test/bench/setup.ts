import path from 'node:path';
import { openWorld } from '../support/aws/world';
import { seedFirstSetup } from '../support/binding/firstSetup';
import { HcpServer } from '../support/hcp/server';
import { measured } from './cliRun';

/** First setup of one workspace and a second run that finds nothing to do, with the calls of each. Prints JSON. */
async function main(): Promise<void> {
  const world = await openWorld();
  const hcp = await HcpServer.start();
  seedFirstSetup(world, hcp);
  const env = {
    ...world.env,
    ...hcp.environment,
    HOME: world.home,
    XDG_STATE_HOME: path.join(world.home, 'state'),
    PATH: process.env['PATH'] ?? '',
  };
  const once = async (): Promise<object> => {
    const calls = { aws: world.server.calls().length, writes: world.server.writes().length };
    const requests = hcp.apiRequests.length;
    const args = ['configure', 'project', '--profile', 'default', '--yes', '--remove-static-keys', '--format', 'json'];
    const run = await measured(args, world.home, env);
    if (run.code !== 0) throw new Error(`configure ended with ${run.code}: ${run.err}${run.out}`);
    const own = hcp.apiRequests.slice(requests);
    return {
      milliseconds: run.figures.milliseconds,
      aws: world.server.calls().length - calls.aws,
      awsWrites: world.server.writes().length - calls.writes,
      hcp: own.length,
      hcpWrites: own.filter(request => request.method !== 'GET').length,
    };
  };
  const first = await once();
  const second = await once();
  await hcp.close();
  await world.close();
  console.log(JSON.stringify({ first, second }));
}

void main();
