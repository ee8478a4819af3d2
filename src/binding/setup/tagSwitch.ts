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
  | { readonly state: 'unknown'; readonly why: string };

async function mappedCode(
  client: HcpClient,
  workspace: { readonly id: string; readonly name: string },
  now: number,
  signal: AbortSignal,
): Promise<MappedCode> {
  const unknown = (why: string): MappedCode => ({ state: 'unknown', why });
  const version = await currentConfiguration(client, workspace, signal);
  if (!version.ok) return unknown(version.problem.message);
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

/** The changes without the switch of a tag for which the code is not ready, and what has to be said of it before the yes. */
export async function afterTheCode(
  members: readonly SetupMember[],
  changes: readonly VariableChange[],
  tag: string | undefined,
  now: number,
  signal: AbortSignal,
): Promise<{ readonly changes: readonly VariableChange[]; readonly notes: readonly string[] }> {
  const key = `TFC_AWS_PROVIDER_AUTH_${tag ?? ''}`;
  if (tag === undefined || !changes.some(c => c.key === key)) return { changes, notes: [] };
  const notes: string[] = [];
  let isHeld = false;
  for (const { hcp, place } of members) {
    if ('notAsked' in hcp || hcp.reading.source === undefined) continue;
    const found = await mappedCode(hcp.client, hcp.reading.source.workspace, now, signal);
    if (found.state === 'unmapped') {
      isHeld = true;
      notes.push(
        `${key} is left out: the code that runs of ${nameOf(place)} use (${found.code}) does not say which configuration ${found.blocks.slice(0, 3).join(', ')}${found.blocks.length > 3 ? ' …' : ''} uses, and with the tag switched on the next run would stop. Map the code (tfc-oidc map-providers --tag ${tag}), bring it to where runs take it from, then configure the tag again: the switch is written then.`,
      );
    } else if (found.state === 'unknown')
      notes.push(
        `Whether the code that runs of ${nameOf(place)} use maps each provider block to a configuration is not known here: ${found.why} Where one is not mapped, the next run stops once ${key} is written. Map the code first and push it (tfc-oidc map-providers --tag ${tag}); say yes only if you know that this is done.`,
      );
    else
      notes.push(
        `Each provider block of the code that runs of ${nameOf(place)} use (${found.code}) is mapped to a configuration; ${key} is written last.`,
      );
  }
  return { changes: isHeld ? changes.filter(c => c.key !== key) : changes, notes };
}
