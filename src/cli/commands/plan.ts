import { unifiedDiff } from '../unifiedDiff';
import { bindingHelp, bindingOptions, bindingRequest } from '../bindingOptions';
import { changesText, planBinding, type PlannedBinding } from '../binding';
import { choice, type Command } from '../command';

export const plan: Command = {
  name: 'plan',
  summary: 'show what the IAM setup of a workspace would change in the AWS account',
  help: `Reads the account and shows the changes that "apply" would make. Writes nothing.

Usage: tfc-oidc plan [PATH] --project PROJECT [options]

${bindingHelp}
  --format text|json    json: { "account": { "id", "partition", "caller" }, "provider", "roles", "changes": [{ "id", "action",
                        "title", "before", "after", "destructive" }], "variables": [...], "problems": [...], "notes", "drift" }

Exit codes: 0 nothing to do or can be applied, 1 something stands in the way, 2 could not run.`,
  options: bindingOptions,
  async run(context, { values, positionals }) {
    const format = choice(values, 'format', ['text', 'json'], 'text');
    const planned = await planBinding(context, await bindingRequest(context, values, positionals));
    context.out(format === 'json' ? planJson(planned) : planText(planned));
    return planned.plan.problems.length > 0 ? 1 : 0;
  },
};

export function planJson(planned: PlannedBinding, more: Readonly<Record<string, unknown>> = {}): string {
  const { plan: p, caller, desired } = planned;
  const value = {
    account: { id: caller.accountId, partition: caller.partition, caller: caller.arn },
    provider: p.provider,
    roles: p.roles,
    changes: p.changes.map(c => ({
      id: c.id,
      action: c.action,
      title: c.title,
      before: c.before ?? null,
      after: c.after ?? null,
      destructive: c.destructive,
    })),
    variables: desired.variables.flatMap(set =>
      set.variables.map(v => ({ scope: set.scope.name, key: v.key, value: v.value, category: 'env' })),
    ),
    problems: p.problems,
    notes: p.notes,
    drift: p.drift,
    ...more,
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

export function planText(planned: PlannedBinding): string {
  const { plan: p, caller, desired } = planned;
  const out = [`Account ${caller.accountId} (${caller.partition}), as ${caller.arn}\n`];
  if (p.changes.length === 0) out.push('Nothing to do: the account is as it should be.\n');
  else {
    out.push(`${p.changes.length} ${p.changes.length === 1 ? 'change' : 'changes'}:\n`, changesText(p.changes));
    for (const change of p.changes) {
      out.push(`\n${textDiff(change.title, change.before ?? '', change.after ?? '')}`);
    }
  }
  out.push('\nEnvironment variables for the workspace (not sensitive):\n');
  for (const set of desired.variables)
    for (const v of set.variables) out.push(`  ${set.scope.name}: ${v.key} = ${v.value}\n`);
  for (const note of p.notes) out.push(`Note: ${note}\n`);
  for (const d of p.drift) out.push(`Drift: ${d.on}: ${d.detail}\n`);
  for (const problem of p.problems)
    out.push(`In the way: ${problem.message} (${problem.code})\n  ${problem.nextStep}\n`);
  return out.join('');
}

/** The difference of two texts: what is between their common first and last lines. */
export function textDiff(name: string, before: string, after: string): string {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  start = before.lastIndexOf('\n', start - 1) + 1;
  let tail = 0;
  while (tail < before.length - start && tail < after.length - start && before.at(-1 - tail) === after.at(-1 - tail))
    tail++;
  return unifiedDiff(name, before, [
    { span: { start, end: before.length - tail }, newText: after.slice(start, after.length - tail) },
  ]);
}
