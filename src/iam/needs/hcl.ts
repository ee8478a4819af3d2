import type { PermissionDocument } from '../policy/permissionDocument';
import type { Phase } from './need';

/** The documents as `aws_iam_policy_document` data sources, in the layout of `terraform fmt`. */
export function policyHcl(parts: readonly PermissionDocument[], phase: Phase): string {
  return parts
    .map((part, i) => {
      const name = parts.length > 1 ? `terraform_${phase}_${i + 1}` : `terraform_${phase}`;
      const statements = part.Statement.map(s => {
        // `terraform fmt` aligns the arguments of one paragraph; a list over several lines begins its own.
        const width = s.Action.length > 1 ? 6 : s.Resource.length > 1 ? 7 : 9;
        const pad = (name: string): string => name.padEnd(width);
        const lines = [
          '  statement {',
          `    ${pad('sid')} = ${quoted(s.Sid)}`,
          `    ${pad('effect')} = "Allow"`,
          list('actions', s.Action, s.Resource.length > 1 ? 7 : width),
          list('resources', s.Resource, 9),
        ];
        for (const [test, keys] of Object.entries(s.Condition ?? {})) {
          for (const [variable, value] of Object.entries(keys)) {
            lines.push(
              '',
              '    condition {',
              `      test     = ${quoted(test)}`,
              `      variable = ${quoted(variable)}`,
              `      values   = [${[value].flat().map(quoted).join(', ')}]`,
              '    }',
            );
          }
        }
        return [...lines, '  }'].join('\n');
      });
      return `data "aws_iam_policy_document" "${name}" {\n${statements.join('\n\n')}\n}\n`;
    })
    .join('\n');
}

function list(name: string, values: readonly string[], width: number): string {
  const [only = '', ...more] = values;
  if (more.length === 0) return `    ${name.padEnd(width)} = [${quoted(only)}]`;
  return [`\n    ${name} = [`, ...values.map(v => `      ${quoted(v)},`), '    ]'].join('\n');
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(/\$\{/g, '$$$${').replace(/%\{/g, '%%{');
}
