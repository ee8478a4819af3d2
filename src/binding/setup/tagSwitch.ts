import { isAbort } from '../../core/problem';
import { mapReader } from '../../core/mapReader';
import type { HcpClient } from '../../hcp/client/client';
import { readConfigurationCode } from '../../hcp/workspace/configurationCode';
import { currentConfiguration } from '../../hcp/workspace/planOnlyRun';
import { readRoot } from '../../terraform/read';
import type { VariableChange } from '../change';
import { codeFacts } from '../gather/code';
import { codeInWords } from '../prove/codeThatRuns';
import type { SetupMember } from './model';
import { nameOf } from '../place';

/**
 * Is every provider block of the code that runs use mapped to a configuration? As soon as a tag is switched on each has to be
 * (https://developer.hashicorp.com/terraform/cloud-docs/dynamic-provider-credentials/specifying-multiple-configurations), and the next
 * run stops otherwise. The files here say nothing of that: the code is read from HCP Terraform.
 */
type MappedCode =
  | { readonly state: 'mapped'; readonly code: string }
  | { readonly state: 'unmapped'; readonly code: string; readonly blocks: readonly string[] }
  /** `never`: the workspace has no configuration, so that no run uses another code than the first that will come. */
  | { readonly state: 'unknown'; readonly why: string; readonly never?: true };

async function mappedCode(
  client: HcpClient,
  workspace: { readonly id: string; readonly name: string },
  now: number,
  signal: AbortSignal,
): Promise<MappedCode> {
  const unknown = (why: string): MappedCode => ({ state: 'unknown', why });
  const version = await currentConfiguration(client, workspace, signal);
  if (!version.ok)
    return {
      ...unknown(version.problem.message),
      ...(version.problem.code === 'hcp-no-configuration' && { never: true }),
    };
  const read = await readConfigurationCode(client, version.value.id, signal);
  if (!read.ok) return unknown(read.problem.message);
  if (read.value.incomplete) return unknown('Its code is too long to be read whole.');
  const folder = `/${version.value.folder}`.replace(/(?<!\/)\/+$/, '') || '/';
  try {
    const root = await readRoot(mapReader(read.value.files), {}, folder, '/', {});
    if (root === undefined || root.module.files.length === 0)
      return unknown('There is no Terraform code in its working directory.');
    if (root.module.files.some(f => f.parsed.problems.length > 0)) return unknown('Its code has a syntax error.');
    const code = codeInWords(read.value, now);
    const open = codeFacts(root, []).providers.filter(p => p.mapsTo.kind === 'none');
    if (open.length === 0) return { state: 'mapped', code };
    const blocks = open.map(p => `provider "aws"${p.alias === undefined ? '' : ` (alias ${p.alias})`}`);
    return { state: 'unmapped', code, blocks };
  } catch (error) {
    if (isAbort(error) || signal.aborted) throw error;
    return unknown('Its code could not be read.');
  }
}

/** What comes of the code that runs use, for the changes of a setup with a tag. */
interface AfterTheCode {
  /** Without the switch of the tag where the code is not ready for it. */
  readonly changes: readonly VariableChange[];
  /** What has to be said before the yes. */
  readonly notes: readonly string[];
  /** Why nothing may be called proven with the tag switched on: the next run may stop. */
  readonly unproven: string | undefined;
  /** What has to follow the mapping of the code that the switch waits for; undefined: it does not wait. */
  readonly behind: string | undefined;
}

/** A switch that is on already is looked at too: the code may have been behind ever since. */
export async function afterTheCode(
  members: readonly SetupMember[],
  changes: readonly VariableChange[],
  tag: string | undefined,
  now: number,
  signal: AbortSignal,
): Promise<AfterTheCode> {
  if (tag === undefined) return { changes, notes: [], unproven: undefined, behind: undefined };
  const key = `TFC_AWS_PROVIDER_AUTH_${tag}`;
  const isWritten = changes.some(c => c.key === key);
  const notes: string[] = [];
  let isHeld = false;
  let unproven: string | undefined;
  for (const { hcp, place } of members) {
    if ('notAsked' in hcp || hcp.reading.source === undefined) continue;
    const found = await mappedCode(hcp.client, hcp.reading.source.workspace, now, signal);
    if (found.state === 'mapped') {
      if (isWritten)
        notes.push(
          `Each provider block of the code that runs of ${nameOf(place)} use (${found.code}) is mapped to a configuration; ${key} is written last.`,
        );
      continue;
    }
    isHeld ||= found.state === 'unmapped' && isWritten;
    if (found.state === 'unmapped' || found.never !== true) unproven ??= unprovenText(found, nameOf(place));
    notes.push(isWritten ? beforeTheSwitch(found, nameOf(place), tag) : behindTheSwitch(found, nameOf(place), tag));
  }
  if (!isHeld) return { changes, notes, unproven, behind: undefined };
  const behind = `Then configure tag ${tag} again: ${key} is written once runs use this code. A run in between stops where a block is mapped to ${tag}.`;
  return { changes: changes.filter(c => c.key !== key), notes, unproven, behind };
}

type NotMapped = Exclude<MappedCode, { readonly state: 'mapped' }>;

const blocksText = ({ blocks }: { readonly blocks: readonly string[] }): string =>
  `${blocks.slice(0, 3).join(', ')}${blocks.length > 3 ? ' …' : ''}`;

const unprovenText = (found: NotMapped, name: string): string =>
  found.state === 'unmapped'
    ? `The code that runs of ${name} use (${found.code}) does not say which configuration ${blocksText(found)} uses.`
    : `Whether the code that runs of ${name} use maps each provider block to a configuration is not known: ${found.why}`;

const beforeTheSwitch = (found: NotMapped, name: string, tag: string): string =>
  found.state === 'unmapped'
    ? `TFC_AWS_PROVIDER_AUTH_${tag} is left out: the code that runs of ${name} use (${found.code}) does not say which configuration ${blocksText(found)} uses, and with the tag switched on the next run would stop. Map the code (tfc-oidc map-providers --tag ${tag}), bring it to where runs take it from, then configure the tag again: the switch is written then.`
    : `Whether the code that runs of ${name} use maps each provider block to a configuration is not known here: ${found.why} Where one is not mapped, the next run stops once TFC_AWS_PROVIDER_AUTH_${tag} is written. Map the code first and push it (tfc-oidc map-providers --tag ${tag}); say yes only if you know that this is done.`;

const behindTheSwitch = (found: NotMapped, name: string, tag: string): string =>
  found.state === 'unmapped'
    ? `TFC_AWS_PROVIDER_AUTH_${tag} is on, and ${lowerFirst(unprovenText(found, name))} The next run stops. Map the code (tfc-oidc map-providers --tag ${tag}) and bring it to where runs take it from.`
    : `${unprovenText(found, name)} TFC_AWS_PROVIDER_AUTH_${tag} is on: where a block is not mapped, the next run stops.`;

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
