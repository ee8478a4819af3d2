import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { startCli } from '../aws/cliProcess';
import type { ServerPair } from '../binding/serverWorlds';
import { type FaultAt, hcpFault, type Met } from './kinds';
import { awsCall, type Call, hcpCall, type Watch } from './watch';

/** Calls `met` at each call, before its effect; the fault that it returns, the call meets. */
export async function watched<T>(
  pair: ServerPair,
  watch: Watch,
  met: (call: Call) => Met | Promise<Met>,
  run: () => Promise<T>,
  done?: (call: Call) => Promise<void>,
): Promise<T> {
  const { server } = pair.aws;
  server.onCall = async (entry, moment) => {
    if (watch.asking) return;
    const call = awsCall(entry);
    if (moment === 'before') {
      watch.before(call, { aws: entry });
      const fault = await met(call);
      if (fault?.aws !== undefined) {
        const { kind, lasting, body } = fault.aws;
        const action = lasting ? '*' : entry.action;
        server.faults.add({ action, kind, times: lasting ? Infinity : 1, ...(body !== undefined && { body }) });
      }
      return;
    }
    // An error that comes after the effect has its status already.
    try {
      await watch.after(call, entry.status < 400 || entry.fault === 'error-after');
    } finally {
      await done?.(call);
    }
  };
  pair.hcp.onCall = async (request, moment) => {
    if (watch.asking) return undefined;
    const call = hcpCall(request);
    if (moment === 'after') {
      try {
        await watch.after(call, true);
      } finally {
        await done?.(call);
      }
      return undefined;
    }
    watch.before(call, { hcp: request });
    return (await met(call))?.hcp;
  };
  try {
    return await run();
  } finally {
    server.onCall = undefined;
    pair.hcp.onCall = undefined;
    server.faults.clear();
  }
}

/** A process that is killed at the call of a fault, before or after its effect. */
export async function killedAt(
  pair: ServerPair,
  watch: Watch,
  at: FaultAt,
  { child, ended }: ReturnType<typeof startCli>,
): Promise<void> {
  let n = -1;
  let dead = false;
  const kill = async (): Promise<void> => {
    dead = true;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  await watched(
    pair,
    watch,
    async call => {
      n += 1;
      if (n !== at.index || dead || at.kind !== 'killed before effect') return undefined;
      await kill();
      if (call.service === 'AWS') return { aws: { kind: 'drop-before' as const, lasting: false } };
      return { hcp: hcpFault(at) };
    },
    () => ended,
    async () => {
      if (n >= at.index && !dead && at.kind === 'killed after effect') await kill();
    },
  );
  assert.ok(dead, `the process was not killed: it made ${n + 1} calls`);
}
