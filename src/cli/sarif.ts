import { uriPart } from '../core/text';
import { createHash } from 'node:crypto';
import type { Range } from '../core/text';
import { documentationPage, type Finding, type Severity } from '../lint/finding';
import { rules } from '../lint/table';
import type { Places } from './places';

/** SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), as GitHub code scanning takes it. */
const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
};

export function sarif(
  folder: Places,
  findings: readonly Finding[],
  tool: { readonly version: string; readonly homepage: string },
): string {
  const fingerprints = new Map<string, number>();
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'tfc-oidc',
            version: tool.version,
            semanticVersion: tool.version,
            informationUri: tool.homepage,
            rules: rules.map(rule => ({
              id: rule.code,
              shortDescription: { text: rule.title },
              fullDescription: { text: rule.explanation },
              ...(rule.fix !== undefined && { help: { text: `${rule.explanation} Fix: ${rule.fix}` } }),
              helpUri: `${tool.homepage.replace(/#.*$/, '')}/blob/main/${documentationPage(rule.code)}`,
              defaultConfiguration: { level: levels[rule.severity] },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: findings.map(finding => {
          const uri = folder.name(finding.location.file);
          const base = `${finding.code}\0${uri}\0${finding.message}`;
          const count = (fingerprints.get(base) ?? 0) + 1;
          fingerprints.set(base, count);
          return {
            ruleId: finding.code,
            ruleIndex: rules.findIndex(rule => rule.code === finding.code),
            level: levels[finding.severity],
            message: { text: finding.message },
            locations: [{ physicalLocation: physical(folder, finding.location) }],
            ...(finding.related.length > 0 && {
              relatedLocations: finding.related.map((related, id) => ({
                id,
                message: { text: related.message },
                physicalLocation: physical(folder, related.location),
              })),
            }),
            ...(finding.fixes.length > 0 && {
              fixes: finding.fixes.map(fix => ({
                description: { text: fix.title },
                artifactChanges: changes(folder, fix),
              })),
            }),
            partialFingerprints: {
              'tfcOidc/v1': createHash('sha256').update(`${base}\0${count}`).digest('hex'),
            },
          };
        }),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function changes(folder: Places, fix: Finding['fixes'][number]): unknown {
  const files = [...new Set(fix.edits.map(edit => edit.file))];
  return files.map(file => ({
    artifactLocation: { uri: uriOf(folder.name(file)) },
    replacements: fix.edits
      .filter(edit => edit.file === file)
      .map(edit => ({
        deletedRegion: region(folder.range(edit)),
        ...(edit.newText !== '' && { insertedContent: { text: edit.newText } }),
      })),
  }));
}

function physical(folder: Places, location: Finding['location']): unknown {
  return {
    artifactLocation: { uri: uriOf(folder.name(location.file)) },
    region: region(folder.range(location)),
  };
}

/** SARIF counts lines and columns from 1; the end column is the one behind the last character. */
export function region({ start, end }: Range): unknown {
  return {
    startLine: start.line + 1,
    startColumn: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
  };
}

export function uriOf(name: string): string {
  return name.split('/').map(uriPart).join('/');
}
