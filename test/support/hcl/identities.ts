import { askOracle } from './oracle';

/** The AWS identities of a folder's files as HashiCorp's parser reads them, with no part of ours: keys of what each provider block says. */
export async function identitiesByOracle(
  texts: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const byFolder = new Map<string, Map<string, Record<string, unknown>>>();
  // Override files come last: what they say of a block takes the place of what it said.
  const isOverride = (name: string): boolean => /(?:^|[/_])override\.tf$/.test(name);
  const names = Object.keys(texts).sort((a, b) => Number(isOverride(a)) - Number(isOverride(b)));
  for (const name of names) {
    const json = name.endsWith('.tf') ? await askOracle(texts[name] ?? '') : undefined;
    for (const block of providersIn(json)) {
      const folder = name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : '';
      const blocks = byFolder.get(folder) ?? new Map<string, Record<string, unknown>>();
      const alias = JSON.stringify(block['alias'] ?? null);
      byFolder.set(folder, blocks.set(alias, { ...blocks.get(alias), ...block }));
    }
  }
  return new Map([...byFolder].map(([folder, blocks]) => [folder, new Set([...blocks.values()].map(keyOf))]));
}

const credentials = ['access_key', 'secret_key', 'token', 'profile', 'shared_config_files', 'shared_credentials_files'];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function providersIn(json: unknown): readonly Record<string, unknown>[] {
  const providers = isRecord(json) ? json['provider'] : undefined;
  const blocks = isRecord(providers) ? providers['aws'] : undefined;
  return Array.isArray(blocks) ? blocks.filter(isRecord) : [];
}

/** What says whose credentials the block takes; null and empty values say nothing. */
function keyOf(block: Record<string, unknown>): string {
  const says = credentials.map(name => block[name]).map(value => (isNothing(value) ? null : value));
  const roles = [block['assume_role'], block['assume_role_with_web_identity']].map(v => v ?? null);
  return JSON.stringify([...says, ...roles]);
}

/** The file of the default configuration holds what a run has anyway. */
const ownFile = /^\["\$\{var\.tfc_aws_dynamic_credentials\.default\.shared_config_file\}"\]$/;

const isNothing = (value: unknown): boolean =>
  ownFile.test(JSON.stringify(value) ?? '') ||
  value === undefined ||
  value === null ||
  value === '' ||
  value === '${null}' ||
  (Array.isArray(value) && value.length === 0);
