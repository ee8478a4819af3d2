import { problemText, inEditor } from '../problemText';
import { type BindingChoices, desiredBinding, phasesOfUse } from '../../binding/desired/choices';
import type { DesiredRole } from '../../binding/desired/desired';
import type { StaticVariable } from '../../binding/facts';
import type { CodePlan } from '../../binding/plan/code';
import type { VariablePlan } from '../../binding/plan/variables';
import type { SetupEvent } from '../../binding/setup';
import type { PreparedBinding } from '../../binding/plan/prepare';
import type { Finding } from '../../lint/finding';
import { pretty } from '../../iam/policy/document';
import { readPolicyText } from '../../iam/policy/node';
import { prove, type ProofRow } from '../../iam/policy/prove';
import { readPolicy } from '../../iam/policy/statement';
import { markdownCode, markdownText } from '../../core/markdown';
import { unwrap } from '../../core/problem';
import { issuerUrl } from '../../oidc/names';
import { workspaceSubject } from '../../oidc/subject';
import type { ChosenAccount } from '../aws';

interface PreviewInput {
  readonly label: string;
  readonly binding: BindingChoices;
  readonly opened: ChosenAccount | undefined;
  /** Accounts whose roles the workspace uses today, where the chosen one is not among them. */
  readonly otherAccounts: readonly string[];
  readonly prepared: PreparedBinding | undefined;
  readonly variables: VariablePlan | undefined;
  readonly staticVariables: readonly StaticVariable[];
  /** What of the variables could not be read, in one sentence each. */
  readonly gaps: readonly string[];
  /** Why HCP Terraform was not asked. */
  readonly hcpProblem: string | undefined;
  readonly findings: readonly { readonly finding: Finding; readonly place: string }[];
  readonly code: CodePlan;
}

/** The whole setup of one workspace, as one Markdown document: what is, what will be, and the proof. */
export function bindingPreview(input: PreviewInput): string {
  const { binding, opened, prepared } = input;
  const [identity] = binding.workspaces;
  if (identity === undefined) throw new Error('a preview needs a workspace');
  const desired = prepared?.desired ?? unwrap(desiredBinding(binding));
  const lines = [
    `# ${`OIDC for ${markdownCode(`${identity.organization}/${identity.workspace}`)}`}`,
    '',
    `Root ${markdownCode(input.label)}, project ${markdownCode(identity.project)}, host ${markdownCode(binding.hostname)}, AWS account ${`${markdownCode(binding.accountId)}${opened?.alias === undefined ? '' : ` (${markdownText(opened.alias)})`}`}. **Nothing has been changed yet.**`,
    '',
  ];
  if (input.otherAccounts.length > 0)
    lines.push(
      `> **${'Another account:'}** ${`the workspace uses roles of AWS account ${input.otherAccounts.map(a => markdownCode(a)).join(', ')} today; this setup is in ${markdownCode(binding.accountId)}.`}`,
      '',
    );
  if (opened !== undefined) {
    lines.push(`AWS sees you as ${markdownCode(opened.caller.arn)}.`, '');
    if (opened.caller.root)
      lines.push(
        `> ${'You are the **root user** of this account. It works, but a role or a user should do this.'}`,
        '',
      );
  }
  lines.push(...changes(prepared), ...variables(input), ...findings(input));
  lines.push(
    `## ${'The subject of its runs'}`,
    '',
    'AWS compares this text, letter by letter:',
    '',
    '```text',
    workspaceSubject(identity, 'plan'),
    workspaceSubject(identity, 'apply'),
    '```',
    '',
  );
  lines.push(`## ${'Trust policies'}`, '');
  for (const role of desired.account.roles) {
    lines.push(`### ${roleTitle(role)}`, '', '```json', pretty(role.trustPolicy).trimEnd(), '```', '');
  }
  lines.push(
    `## ${'Proof'}`,
    '',
    'Each policy above was evaluated as AWS does, for this workspace and for strangers:',
    '',
  );
  for (const role of desired.account.roles) lines.push(...proof(role, rowsOf(role, binding)));
  lines.push(
    ...next(
      binding,
      input.variables === undefined ? (desired.variables[0]?.variables ?? []) : [],
      prepared !== undefined,
    ),
  );
  return lines.join('\n');
}

function rowsOf(role: DesiredRole, binding: BindingChoices): readonly ProofRow[] {
  const [identity] = binding.workspaces;
  if (identity === undefined) return [];
  // The proof reads the text that is shown, not the object that it was made from.
  const policy = readPolicy(readPolicyText(pretty(role.trustPolicy)).root);
  return prove(policy, {
    hostname: binding.hostname,
    audience: binding.audience,
    identity,
    phases: phasesOfUse(role.use),
  });
}

function roleTitle(role: DesiredRole): string {
  const use = role.use === 'run' ? 'plans and applies' : role.use === 'plan' ? 'plans' : 'applies';
  return `${markdownCode(role.name)}: ${use}`;
}

function changes(prepared: PreparedBinding | undefined): string[] {
  if (prepared === undefined) return [];
  const { plan } = prepared;
  const lines = [`## ${'Changes in AWS'}`, ''];
  for (const problem of plan.problems) lines.push(`> **${'In the way:'}** ${markdownText(problemText(problem))}`, '');
  if (plan.changes.length === 0) lines.push('None: provider and roles are as they should be.', '');
  plan.changes.forEach((change, i) => {
    lines.push(
      `${i + 1}. **${markdownText(change.title)}**${change.destructive ? ` (${'replaces what this extension did not make'})` : ''}`,
      '',
    );
    lines.push(...fenced('diff', diff(change.before, change.after)), '');
  });
  for (const note of plan.notes) lines.push(`- ${markdownText(note)}`);
  for (const drift of plan.drift) lines.push(`- ${markdownText(drift.on)}: ${markdownText(drift.detail)}`);
  if (plan.notes.length + plan.drift.length > 0) lines.push('');
  return lines;
}

function variables({ variables: plan, staticVariables, gaps, hcpProblem }: PreviewInput): string[] {
  if (plan === undefined)
    return hcpProblem === undefined || hcpProblem === ''
      ? []
      : [`## ${'Variables'}`, '', `HCP Terraform was not asked: ${markdownText(hcpProblem)}`, ''];
  const lines = [`## ${'Variables in HCP Terraform'}`, ''];
  for (const problem of plan.problems) lines.push(`> **${'In the way:'}** ${markdownText(problemText(problem))}`, '');
  if (plan.changes.length === 0) lines.push('None to write: they are as they should be.', '');
  else {
    lines.push(...head('Change', 'Before', 'After'));
    for (const c of plan.changes)
      lines.push(
        `| ${markdownText(c.title)} | ${c.before === undefined ? '' : markdownCode(c.before)} | ${c.after === undefined ? '' : markdownCode(c.after)} |`,
      );
    lines.push('');
  }
  for (const gap of gaps) lines.push(`> **${'Not read:'}** ${markdownText(gap)}`, '');
  for (const note of plan.notes) lines.push(`- ${markdownText(note)}`);
  if (plan.notes.length > 0) lines.push('');
  if (staticVariables.length > 0) {
    lines.push(
      'Static credentials that would win over the role. Their removal is offered after the proof, each with its own tick:',
      '',
    );
    for (const v of staticVariables) lines.push(`- ${`${markdownCode(v.key)} of the ${markdownText(v.origin)}`}`);
  }
  return [...lines, ''];
}

function diff(before: string | undefined, after: string | undefined): string {
  const mark = (text: string | undefined, sign: string): string[] =>
    text === undefined || text === ''
      ? []
      : text
          .replace(/\n$/, '')
          .split('\n')
          .map(line => `${sign} ${line}`);
  const from = before?.split('\n') ?? [];
  const to = after?.split('\n') ?? [];
  let start = 0;
  while (start < from.length && start < to.length && from[start] === to[start]) start++;
  let end = 0;
  while (
    end < from.length - start &&
    end < to.length - start &&
    from[from.length - 1 - end] === to[to.length - 1 - end]
  )
    end++;
  return [
    ...mark(from.slice(0, start).join('\n'), ' '),
    ...mark(from.slice(start, from.length - end).join('\n'), '-'),
    ...mark(to.slice(start, to.length - end).join('\n'), '+'),
    ...mark(end === 0 ? '' : from.slice(from.length - end).join('\n'), ' '),
  ].join('\n');
}

function findings(input: PreviewInput): string[] {
  const lines = [`## ${'Findings in the code'}`, ''];
  if (input.findings.length === 0) return [...lines, 'None: nothing in the code stands in the way.', ''];
  lines.push(...head('Severity', 'Rule', 'Where', 'What'));
  for (const { finding, place } of input.findings)
    lines.push(
      `| ${finding.severity} | ${markdownCode(finding.code)} | ${markdownCode(place)} | ${markdownText(finding.message)} |`,
    );
  lines.push('');
  const { changes, fixed } = input.code;
  if (changes.length === 0) return [...lines, 'None of them has a fix that is right in every case.', ''];
  lines.push(
    `${fixed.length} of them can be fixed at once, last of all and after a yes of its own (keys are masked here):`,
    '',
  );
  for (const change of changes)
    lines.push(`**${markdownText(change.title)}**`, '', ...fenced('diff', diff(change.before, change.after)), '');
  return lines;
}

function proof(role: DesiredRole, rows: readonly ProofRow[]): string[] {
  return [
    ...head(`Who asks for ${markdownCode(role.name)}`, 'Answer', 'As it should be'),
    ...rows.map(row => `| ${markdownText(row.who)} | ${row.evaluation.decision} | ${row.holds ? '✓ yes' : '✗ NO'} |`),
    '',
  ];
}

function next(
  binding: BindingChoices,
  toSet: readonly { readonly key: string; readonly value: string }[],
  applies: boolean,
): string[] {
  const steps: string[] = [];
  if (!applies)
    steps.push(
      `In AWS account ${markdownCode(binding.accountId)}: the OIDC provider ${markdownCode(issuerUrl(binding.hostname))} with the audience ${markdownCode(binding.audience)}, and the roles above. Run this command with an AWS profile, or ${markdownCode('tfc-oidc apply')}.`,
    );
  if (toSet.length > 0) steps.push('In the workspace, set the environment variables below. They are not sensitive.');
  if (applies && toSet.length === 0)
    steps.push(
      'Everything is read back from AWS and HCP Terraform, and proven.',
      'Only then the removal of static keys and the fixes of the code are offered, each with a yes of its own.',
      'A plan-only run is offered as the real proof.',
    );
  else
    steps.push(
      'A plan as the real proof. Only then remove static keys from the code, the workspace and variable sets.',
    );
  const table =
    toSet.length === 0
      ? []
      : ['', ...head('Variable', 'Value'), ...toSet.map(v => `| ${markdownCode(v.key)} | ${markdownCode(v.value)} |`)];
  return [`## ${'What comes next'}`, '', ...steps.map((step, i) => `${i + 1}. ${step}`), ...table, ''];
}

/** One line of what was done, for the result document. */
export interface DoneLine {
  readonly title: string;
  readonly state: string;
  readonly milliseconds: number;
}

type WrittenRun = Pick<Extract<SetupEvent, { id: 'written' }>, 'state' | 'done' | 'total' | 'problem' | 'warning'>;

/** What was done, change by change. */
export function resultPreview(
  prepared: PreparedBinding,
  result: WrittenRun,
  lines: readonly DoneLine[],
  variablesWritten: boolean,
  credentials: readonly string[],
): string {
  const workspace = prepared.choices.workspaces[0]?.workspace ?? '';
  const title =
    result.state === 'complete'
      ? `Done: OIDC for ${markdownCode(workspace)}`
      : result.state === 'cancelled'
        ? `Stopped on your wish: OIDC for ${markdownCode(workspace)}`
        : `Stopped: OIDC for ${markdownCode(workspace)}`;
  return [
    `# ${title}`,
    '',
    `${result.done} of ${result.total} changes hold in AWS account ${markdownCode(prepared.caller.accountId)}.`,
    '',
    ...head('Change', 'State', 'Time'),
    ...lines.map(l => `| ${markdownText(l.title)} | ${l.state} | ${l.milliseconds} ms |`),
    '',
    ...(result.problem === undefined
      ? []
      : [
          `> ${markdownText(result.problem.message)} (${markdownCode(result.problem.code)}${result.problem.requestId === undefined ? '' : `, ${`request ${markdownCode(result.problem.requestId)}`}`})`,
          '>',
          `> ${markdownText(inEditor(result.problem.nextStep))}`,
          '',
        ]),
    ...(result.warning === undefined ? [] : [`> ${markdownText(problemText(result.warning))}`, '']),
    ...(result.state === 'complete'
      ? next(prepared.choices, variablesWritten ? [] : (prepared.desired.variables[0]?.variables ?? []), true)
      : [
          // Told from the journal: what is in place now.
          ...credentials.flatMap(sentence => [markdownText(sentence), '']),
          'Run **Configure TFC OIDC** again to go on.',
          '',
        ]),
    '**TFC OIDC: Undo…** in the palette takes these changes back.',
    '',
  ].join('\n');
}

/** The first two lines of a table. */
function head(...columns: readonly string[]): readonly string[] {
  return [`| ${columns.join(' | ')} |`, `|${'---|'.repeat(columns.length)}`];
}

function fenced(language: string, text: string): string[] {
  return ['   ```' + language, ...text.split('\n').map(line => `   ${line}`), '   ```'];
}

/** What was read back after the setup, check by check: the end of the command, and all that a second run has to say. */
export function provenPreview(proofs: readonly Extract<SetupEvent, { id: 'proof' }>[]): string {
  const words = { ok: '✓', warning: '!', wrong: '✗', unknown: '?' } as const;
  return proofs
    .map(({ place: { organization, workspace }, checks }) => {
      const open = checks.filter(c => c.state !== 'ok');
      return [
        open.length === 0
          ? `# ${`Proven: ${markdownCode(`${organization}/${workspace}`)}`}`
          : `# ${`Read back: ${markdownCode(`${organization}/${workspace}`)}`}`,
        '',
        open.length === 0
          ? 'Everything was read back from AWS and HCP Terraform, and holds.'
          : `${checks.length - open.length} of ${checks.length} checks hold.`,
        '',
        ...head('', 'Check', 'What was seen'),
        ...checks.map(
          c =>
            `| ${words[c.state]}&nbsp;${c.state} | ${markdownText(c.title)} | ${c.evidence.map(e => markdownText(e)).join('<br>')} |`,
        ),
        '',
        ...open.flatMap(c =>
          c.nextStep === undefined ? [] : [`- ${markdownText(c.title)}: ${markdownText(inEditor(c.nextStep))}`],
        ),
        '',
      ].join('\n');
    })
    .join('\n');
}
