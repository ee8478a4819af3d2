import { uriPart } from '../../core/text';
import { createHash } from 'node:crypto';
import type { Range } from '../../core/text';
import { documentationPage, type Finding, type Severity } from '../../lint/finding';
import { rules } from '../../lint/table';
import type { Places } from './places';

/** SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), as GitHub code scanning takes it. */
export const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
};

/** What the manifest says of this product. */
export interface Tool {
  readonly version: string;
  readonly homepage: string;
}

export function sarif(folder: Places, findings: readonly Finding[], tool: Tool): string {
  const fingerprints = new Map<string, number>();
  return sarifLog(
    tool,
    rules.map(rule => ({
      id: rule.code,
      shortDescription: { text: rule.title },
      fullDescription: { text: rule.explanation },
      ...(rule.fix !== undefined && { help: { text: `${rule.explanation} Fix: ${rule.fix}` } }),
      helpUri: pageOf(tool, documentationPage(rule.code)),
      defaultConfiguration: { level: levels[rule.severity] },
    })),
    findings.map(finding => {
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
  );
}

/** The frame around rules and results (https://docs.oasis-open.org/sarif/sarif/v2.1.0/). */
export function sarifLog(tool: Tool, rules: readonly unknown[], results: readonly unknown[]): string {
  const driver = {
    name: 'tfc-oidc',
    version: tool.version,
    semanticVersion: tool.version,
    informationUri: tool.homepage,
    rules,
  };
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results }],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

/** A page of the project on the web. */
export const pageOf = (tool: Tool, page: string): string => `${tool.homepage.replace(/#.*$/, '')}/blob/main/${page}`;

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
