import { pathToFileURL } from 'node:url';
import type { ArtifactLocation, Log, PhysicalLocation, Region, ReportingDescriptor, Result, Run } from 'sarif';
import type { Range } from '../../core/text';
import { uriPart } from '../../core/text';
import type { Severity } from '../../lint/finding';
import { fingerprints } from './fingerprint';
import type { PrintedFinding } from './printedFinding';
import type { RuleText } from './ruleTexts';

const levels = { error: 'error', warning: 'warning', information: 'note' } as const satisfies Record<Severity, string>;

/** What the manifest says of this product. */
export interface Tool {
  readonly version: string;
  readonly homepage: string;
}

/** What a report is about: other programs tell reports of one run apart by it. */
export interface ReportScope {
  /** The command: reports of `check` and of `lint-policy` do not replace each other. */
  readonly command: string;
  /** The folder in which it ran, absolute: files are named from there on. */
  readonly folder: string;
}

/** SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), as GitHub code scanning takes it. */
export function sarif(
  findings: readonly PrintedFinding[],
  rules: readonly RuleText[],
  tool: Tool,
  { command, folder }: ReportScope,
): string {
  const names = fingerprints(findings);
  const run: Run = {
    tool: {
      driver: {
        name: 'tfc-oidc',
        fullName: `Configure TFC OIDC ${tool.version}`,
        organization: 'tfc-oidc',
        version: tool.version,
        semanticVersion: tool.version,
        informationUri: tool.homepage,
        rules: rules.map(rule => descriptor(rule, tool)),
      },
    },
    automationDetails: { id: `tfc-oidc/${command}/` },
    originalUriBaseIds: {
      '%SRCROOT%': {
        uri: `${pathToFileURL(folder).href.replace(/\/$/, '')}/`,
        description: { text: 'The folder in which the command ran.' },
      },
    },
    columnKind: 'utf16CodeUnits',
    results: findings.map((finding, i) => result(finding, rules, names[i] ?? '')),
  };
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [run],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

/** A page of the project on the web. */
export const pageOf = (tool: Tool, page: string): string => `${tool.homepage.replace(/#.*$/, '')}/blob/main/${page}`;

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** `hard-coded-key` as SARIF wants names: HardCodedKey. */
const pascal = (id: string): string =>
  id
    .split(/[^A-Za-z0-9]+/)
    .map(word => `${word[0]?.toUpperCase() ?? ''}${word.slice(1).toLowerCase()}`)
    .join('');

function descriptor(rule: RuleText, tool: Tool): ReportingDescriptor {
  const { id, title, explanation, fix, severity, page, security, tags } = rule;
  const uri = pageOf(tool, page);
  const help = `${sentence(explanation)}${fix === undefined ? '' : ` Fix: ${sentence(fix)}`}`;
  return {
    id,
    // A name that says what the id says is none (SARIF1001).
    ...(/[^A-Za-z0-9]/.test(id) && { name: pascal(id) }),
    shortDescription: { text: sentence(title) },
    fullDescription: { text: sentence(explanation) },
    help: { text: help, markdown: `${help}\n\n[What it means and what to do](${uri})` },
    helpUri: uri,
    defaultConfiguration: { level: levels[severity] },
    properties: { tags: [...tags], precision: 'high', 'security-severity': security.toFixed(1) },
  };
}

function result(finding: PrintedFinding, rules: readonly RuleText[], fingerprint: string): Result {
  const { related = [], fixes } = finding;
  return {
    ruleId: finding.code,
    ruleIndex: rules.findIndex(rule => rule.id === finding.code),
    level: levels[finding.severity],
    message: { text: sentence(finding.message) },
    locations: [{ physicalLocation: physical(finding) }],
    ...(related.length > 0 && {
      relatedLocations: related.map((one, id) => ({
        id: id + 1,
        message: { text: sentence(one.message) },
        physicalLocation: physical(one),
      })),
    }),
    ...(fixes.length > 0 && {
      fixes: fixes.map(fix => ({
        description: { text: sentence(fix.title) },
        artifactChanges: [...new Set(fix.edits.map(edit => edit.file ?? finding.file))].map(file => ({
          artifactLocation: artifact(file),
          replacements: fix.edits
            .filter(edit => (edit.file ?? finding.file) === file)
            .map(edit => ({
              deletedRegion: region(edit.range),
              ...(edit.newText !== '' && { insertedContent: { text: edit.newText } }),
            })),
        })),
      })),
    }),
    partialFingerprints: { 'tfcOidc/v1': fingerprint },
  };
}

const artifact = (file: string): ArtifactLocation => ({ uri: uriOf(file), uriBaseId: '%SRCROOT%' });

const physical = ({ file, range }: { readonly file: string; readonly range: Range }): PhysicalLocation => ({
  artifactLocation: artifact(file),
  region: region(range),
});

/** SARIF counts lines and columns from 1; the end column is the one behind the last character. */
function region({ start, end }: Range): Region {
  return {
    startLine: start.line + 1,
    startColumn: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
  };
}

function uriOf(name: string): string {
  return name.split('/').map(uriPart).join('/');
}
