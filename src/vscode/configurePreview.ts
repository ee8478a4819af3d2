import type { Finding } from '../lint/finding';
import { pretty, type TrustDocument } from '../iam/policy/document';
import type { ProofRow } from '../iam/policy/prove';
import type { Subject } from '../oidc/names';
import type { WorkspaceIdentity } from '../oidc/subject';

interface PreviewInput {
  readonly label: string;
  readonly hostname: string;
  readonly identity: WorkspaceIdentity;
  readonly account: string;
  readonly subjects: readonly Subject[];
  readonly policies: readonly {
    readonly use: string;
    readonly policy: TrustDocument;
    readonly proof: readonly ProofRow[];
  }[];
  readonly findings: readonly { readonly finding: Finding; readonly place: string }[];
  readonly fixable: number;
}

/** The whole setup of one workspace, as one Markdown document. */
export function configurePreview(input: PreviewInput): string {
  const { identity } = input;
  const lines = [
    `# OIDC for ${code(`${identity.organization}/${identity.workspace}`)}`,
    '',
    `Root ${code(input.label)}, project ${code(identity.project)}, host ${code(input.hostname)}, AWS account ${code(input.account)}. Nothing has been changed yet.`,
    '',
    '## 1. Findings in the code',
    '',
  ];
  if (input.findings.length === 0) lines.push('None: nothing in the code stands in the way.', '');
  else {
    lines.push('| Severity | Rule | Where | What |', '|---|---|---|---|');
    for (const { finding, place } of input.findings)
      lines.push(`| ${finding.severity} | ${code(finding.code)} | ${code(place)} | ${cell(finding.message)} |`);
    lines.push(
      '',
      input.fixable === 0
        ? 'None of them has a fix that is right in every case.'
        : `${input.fixable} of them can be fixed at once, after your yes.`,
      '',
    );
  }
  lines.push(
    '## 2. The subject of its runs',
    '',
    'AWS compares this text, letter by letter:',
    '',
    '```text',
    ...input.subjects,
    '```',
    '',
  );
  lines.push('## 3. Trust policies', '');
  for (const { use, policy } of input.policies) {
    lines.push(
      `### ${use === 'run' ? 'One role for plan and apply' : `Role for ${use} runs`}`,
      '',
      '```json',
      pretty(policy).trimEnd(),
      '```',
      '',
    );
  }
  lines.push(
    '## 4. Proof',
    '',
    'Each policy above was evaluated as AWS does, for this workspace and for strangers:',
    '',
  );
  for (const { use, proof } of input.policies) {
    lines.push(`| Who asks for the ${use} role | Answer | As it should be |`, '|---|---|---|');
    for (const row of proof)
      lines.push(`| ${cell(row.who)} | ${row.evaluation.decision} | ${row.holds ? '✓ yes' : '✗ NO'} |`);
    lines.push('');
  }
  lines.push(
    '## 5. What comes next',
    '',
    `1. In AWS account ${code(input.account)}: the OIDC provider ${code(`https://${input.hostname}`)} with the audience ${code('aws.workload.identity')}, and the ${input.policies.length === 1 ? 'role' : 'roles'} with the trust ${input.policies.length === 1 ? 'policy' : 'policies'} above. ${code('tfc-oidc plan')} shows the changes, ${code('tfc-oidc apply')} makes them.`,
    `2. In the workspace, as environment variables: ${code('TFC_AWS_PROVIDER_AUTH')} = ${code('true')}, ${input.policies.map(p => code(`TFC_AWS_${p.use.toUpperCase()}_ROLE_ARN`)).join(' and ')}.`,
    '3. A plan as the real proof. Only then remove static keys from the workspace and from variable sets.',
    '',
  );
  return lines.join('\n');
}

/** Code that no content can end, whatever name it holds. */
function code(text: string): string {
  return text.includes('`') ? `\`\` ${cell(text)} \`\`` : `\`${cell(text)}\``;
}

function cell(text: string): string {
  return text
    .replaceAll('|', '\\|')
    .replace(/[\r\n]+/g, ' ')
    .replaceAll('<', '&lt;');
}
