import type { TypeMapping } from './mapping';
import { benignRefusals } from './tables/calls';

/** Where a refused call comes from, and what this product's tables say of it. */
export interface RefusedCall {
  /** As Terraform's log names it; undefined: the log does not say. */
  readonly address: string | undefined;
  readonly type: string | undefined;
  /** What to do here, and in the tables: one sentence each. */
  readonly says: readonly string[];
}

/** Terraform tells the resource behind the message: `with module.a.aws_sns_topic.b,`, or in JSON lines `"address":"…"`. */
const behind =
  /(?:\bwith |\\?"address\\?":\s*\\?")((?:module\.[^\s,]+?\.)?(?:data\.)?(aws_\w+)\.\w[\w-]*(?:\[(?:\d+|\\?"[^"\\]*\\?")\])?)/;

/**
 * The resource whose call was refused, by a run's log, with the row of the tables that has the call or lacks it.
 * @param action as AWS writes it, in any case
 */
export function refusedCall(log: string, action: string, mapping: TypeMapping): RefusedCall {
  const found = resourceIn(log, action);
  const data = found?.address.includes('data.') === true;
  return {
    address: found?.address,
    type: found?.type,
    says: [...benign(action), ...row(found?.type, data, action, mapping)],
  };
}

function resourceIn(log: string, action: string): { address: string; type: string } | undefined {
  const wanted = action.toLowerCase();
  for (const part of log.split(/(?=\bError: )/)) {
    if (!part.toLowerCase().includes(wanted)) continue;
    const [, address, type] = behind.exec(part) ?? [];
    if (address !== undefined && type !== undefined) return { address, type };
  }
  return undefined;
}

function benign(action: string): readonly string[] {
  const reason = benignRefusals.get(action.toLowerCase());
  return reason === undefined ? [] : [`The provider goes on without this call: ${reason}.`];
}

function row(type: string | undefined, data: boolean, action: string, mapping: TypeMapping): readonly string[] {
  if (type === undefined) return [];
  const name = mapping.actionsFrom('').find(known => known.toLowerCase() === action.toLowerCase()) ?? action;
  const mapped = mapping.find(type);
  const hand = mapping.byHand(type);
  const calls = data
    ? [...(mapping.dataSource(type) ?? [])]
    : [...Object.values(mapped ?? {}).flat(), ...hand.read, ...hand.write];
  const table = data ? 'dataSources.txt' : 'resources.txt';
  if (!calls.includes(name))
    return [
      `Nothing here says that ${type} calls ${name}: allow it by hand, and report it. The row would be "${type} ${data ? 'read' : 'read|write'} ${name}" in src/iam/needs/tables/${table}.`,
    ];
  const words = mapping.onlyWith(data ? `data.${type}` : type).get(name);
  if (words === undefined)
    return [
      `${type} is known to call ${name}: make the policy anew (tfc-oidc permissions), with the state where the code no longer has the resource (--state).`,
    ];
  return [
    `${type} is known to call ${name} only where the code has ${words.split(',').join(' or ')} (src/iam/needs/tables/${table}): make the policy anew with the state, which tells what is set there (--state).`,
  ];
}
