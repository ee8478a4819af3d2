import { permissionRules } from '../../iam/lint/permissions/permissionRules';
import type { PrintedFinding } from './printedFinding';
import { levels, pageOf, region, sarifLog, type Tool, uriOf } from './sarif';

/** SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), as GitHub code scanning takes it. */
export function policySarif(findings: readonly PrintedFinding[], tool: Tool): string {
  const own = Object.entries(permissionRules);
  const others = [...new Set(findings.map(f => f.code))].filter(code => !Object.hasOwn(permissionRules, code));
  const rules = [...own.map(([id, text]) => ({ id, text })), ...others.map(id => ({ id, text: id }))];
  return sarifLog(
    tool,
    rules.map(({ id, text }) => ({
      id,
      shortDescription: { text },
      helpUri: pageOf(tool, 'docs/permissions.md'),
    })),
    findings.map(f => {
      const artifactLocation = { uri: uriOf(f.file) };
      return {
        ruleId: f.code,
        ruleIndex: rules.findIndex(rule => rule.id === f.code),
        level: levels[f.severity],
        message: { text: f.message },
        locations: [{ physicalLocation: { artifactLocation, region: region(f.range) } }],
        ...(f.fixes.length > 0 && {
          fixes: f.fixes.map(fix => ({
            description: { text: fix.title },
            artifactChanges: [
              {
                artifactLocation,
                replacements: fix.edits.map(edit => ({
                  deletedRegion: region(edit.range),
                  ...(edit.newText !== '' && { insertedContent: { text: edit.newText } }),
                })),
              },
            ],
          })),
        }),
      };
    }),
  );
}
