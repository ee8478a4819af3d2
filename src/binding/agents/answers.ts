import { fail, ok, type Result } from '../../core/problem';
import { redact } from '../../core/redact';
import type { Location } from '../../core/text';
import type { Finding } from '../../lint/finding';
import { valueText, workspacesText } from '../../terraform/cloudText';
import type { Root } from '../../terraform/model';
import type { Check } from '../check';
import { checkText } from '../report';
import { denialAnswer, type PermissionKnowledge, permissionsAnswer, proveAnswer, trustAnswer } from './policyAnswers';
import type { AgentToolId } from './toolIds';
import { type AgentTool, agentTools } from './tools';

/** A root as an answer calls it. */
export interface AgentRoot {
  readonly label: string;
  readonly root: Root;
  readonly findings: readonly Finding[];
}

/** What was read of the bindings of one root, or why it was not. */
export interface AgentBindings {
  readonly label: string;
  readonly unread?: string;
  readonly workspaces: readonly {
    readonly hostname: string;
    readonly organization: string;
    readonly workspace: string;
    readonly checks: readonly Check[];
  }[];
}

/** What a surface has to give. Each is asked only by the tools that need it. */
export interface AgentSources {
  roots(): Promise<readonly AgentRoot[]>;
  /** `file:line` of a finding. */
  place(location: Location): string;
  bindings(roots: readonly AgentRoot[]): Promise<readonly AgentBindings[]>;
  knowledge(): Promise<PermissionKnowledge>;
}

/** What a tool answers: plain text, in English, without the value of any credential. A problem is an input that can't be used. */
export async function agentAnswer(id: AgentToolId, input: unknown, sources: AgentSources): Promise<Result<string>> {
  const given = inputsOf(id, input);
  if (!given.ok) return given;
  const text = await answer(id, given.value, sources);
  return text.ok ? ok(redact(text.value)) : text;
}

async function answer(id: AgentToolId, given: Inputs, sources: AgentSources): Promise<Result<string>> {
  if (id === 'lint_trust') return trustAnswer(given);
  if (id === 'prove') return ok(proveAnswer(given));
  if (id === 'explain_denial') return ok(denialAnswer(given, await sources.knowledge()));
  const all = await sources.roots();
  const roots = chosen(all, given['root']);
  if (roots.length === 0) return ok(noRoot(all, given['root']));
  switch (id) {
    case 'inspect_project':
      return ok(inspection(roots));
    case 'lint':
      return ok(findings(roots, sources));
    case 'explain_binding':
      return ok((await sources.bindings(roots)).map(states).join('\n\n'));
    case 'permissions': {
      const [only, ...more] = roots;
      if (only === undefined || more.length > 0)
        return wrongInput(`"root" must name one of the roots: ${roots.map(r => r.label).join(', ')}.`);
      return ok(permissionsAnswer(only.root, given, await sources.knowledge()));
    }
  }
}

type Inputs = Readonly<Record<string, string | undefined>>;

const wrongInput = (message: string): ReturnType<typeof fail> =>
  fail({ code: 'tool-input', message, nextStep: 'Call the tool again with the input that its description names.' });

/** The input by the table: texts only, those that are needed, and none that it does not know. */
function inputsOf(id: AgentToolId, input: unknown): Result<Inputs> {
  const tool: AgentTool | undefined = agentTools.find(t => t.id === id);
  const given = Object.entries(typeof input === 'object' && input !== null ? input : {});
  const out: Record<string, string> = {};
  for (const [name, value] of given) {
    const row = tool?.inputs[name];
    if (row === undefined) return wrongInput(`${id} takes no input "${name}".`);
    if (value === undefined || value === '') continue;
    if (typeof value !== 'string') return wrongInput(`The input "${name}" must be a text.`);
    if (row.choices?.includes(value) === false)
      return wrongInput(`The input "${name}" must be one of ${row.choices.join(', ')}.`);
    out[name] = value;
  }
  const missing = Object.entries(tool?.inputs ?? {}).find(
    ([name, row]) => row.needed === true && out[name] === undefined,
  );
  return missing === undefined ? ok(out) : wrongInput(`${id} needs the input "${missing[0]}".`);
}

function chosen(roots: readonly AgentRoot[], wanted: string | undefined): readonly AgentRoot[] {
  const name = wanted?.replace(/^\.?\/+|(?<!\/)\/+$/g, '');
  return name === undefined || name === '' ? roots : roots.filter(r => r.label === name);
}

function noRoot(roots: readonly AgentRoot[], wanted: string | undefined): string {
  if (roots.length === 0) return 'There is no Terraform configuration here.';
  return `There is no Terraform root "${wanted ?? ''}". The roots are: ${roots.map(r => r.label).join(', ')}.`;
}

function inspection(roots: readonly AgentRoot[]): string {
  return roots
    .map(({ label, root, findings: found }) => {
      const { cloud } = root;
      const providers = root.modules.flatMap(m => m.providers);
      const kind = cloud.kind === 'cloud' ? 'cloud block' : 'backend "remote"';
      return [
        `Root ${label}:`,
        cloud.kind === 'none'
          ? '- no cloud block and no backend "remote"'
          : cloud.kind === 'stack'
            ? '- a Stack'
            : `- ${kind} on ${valueText(cloud.hostname)}, organization ${valueText(cloud.organization)}, workspaces ${workspacesText(cloud)}`,
        providers.length === 0
          ? '- no AWS provider block'
          : `- AWS provider blocks: ${providers.map(p => (p.alias === undefined ? `${p.name} (default)` : `${p.name}.${p.alias}`)).join(', ')}`,
        `- findings: ${found.length}`,
      ].join('\n');
    })
    .join('\n\n');
}

function findings(roots: readonly AgentRoot[], sources: AgentSources): string {
  return roots
    .map(({ label, findings: found }) => {
      if (found.length === 0) return `Root ${label}: nothing to put right.`;
      const lines = found.map(f => `- ${f.severity} ${f.code} at ${sources.place(f.location)}: ${f.message}`);
      return [`Root ${label}:`, ...lines].join('\n');
    })
    .join('\n\n');
}

function states({ label, unread, workspaces }: AgentBindings): string {
  const parts = workspaces.map(
    w => `Workspace ${w.organization}/${w.workspace} on ${w.hostname}:\n${w.checks.map(checkText).join('')}`,
  );
  return [`Root ${label}:`, ...parts, ...(unread === undefined ? [] : [unread])].join('\n');
}
