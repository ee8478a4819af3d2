import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { LineIndex } from '../../core/text';
import { readActions } from '../../iam/permissions/actions';
import { lintPermissionText } from '../../iam/permissions/lintPermissions';
import { choice, type Command, UsageError } from '../command';
import { readInput } from '../input';

export const lintPolicy: Command = {
  name: 'lint-policy',
  summary: 'say what is wrong or too broad in a permission policy',
  help: `Lints a permission policy: JSON, or JSON with comments (IAM takes none: a finding).

Usage: tfc-oidc lint-policy FILE [options]      (FILE: a policy, or - for standard input)

  --format json|text    default json: { "findings": [...], "size": N }

Exit codes: 0 nothing found, 1 findings, 2 could not run.`,
  options: { format: { type: 'string' } },
  run: async (context, { values, positionals }) => {
    const format = choice(values, 'format', ['json', 'text'], 'json');
    const { name, text: input } = await readInput(context, positionals, 'policy');
    if (/\.(?:tf|tofu)(?:\.json)?$/.test(name))
      throw new UsageError('lint-policy reads JSON policies, not Terraform code');
    const report = lintPermissionText(input, readActions(readFileSync(dataFile('actions.json.gz'))));
    const index = new LineIndex(report.text);
    const findings = report.findings.map(f => ({
      code: f.code,
      severity: f.severity,
      message: f.message,
      range: index.range(f),
      fixes:
        f.fix === undefined
          ? []
          : [{ title: f.fix.title, edits: f.fix.edits.map(e => ({ range: index.range(e.span), newText: e.newText })) }],
    }));
    if (format === 'json') context.out(`${JSON.stringify({ findings, size: report.size }, null, 2)}\n`);
    else
      for (const f of findings)
        context.out(
          `${name}:${f.range.start.line + 1}:${f.range.start.character + 1}: ${f.severity} ${f.code}: ${f.message}\n`,
        );
    return findings.length === 0 ? 0 : 1;
  },
};

/** Beside the bundle (dist/data), or in the sources when they run unbundled. */
function dataFile(name: string): string {
  const bundled = path.join(__dirname, 'data', name);
  return existsSync(bundled) ? bundled : path.join(__dirname, '../../iam/permissions/data', name);
}
