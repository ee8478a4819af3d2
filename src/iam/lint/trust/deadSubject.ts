import { parseSubject, type ParsedSubject, subjectGrammars } from '../../../oidc/subject';
import { hasHole, idMark } from '../../policy/patterns/holes';
import type { StringAt } from '../../policy/statement';
import type { Found, TrustExpectation, TrustFinding } from './trustFinding';

/** Why no token fits a value, in the words of whoever wrote it. At least one finding. */
export function deadFindings(
  v: StringAt,
  wildcards: boolean,
  expected: TrustExpectation,
  found: Found,
): readonly TrustFinding[] {
  const text = v.value;
  // `workspace:prod:*` means the same as `workspace:prod:run_phase:*`: read it as such, and let fixes keep the text.
  const parsed =
    parseSubject(text) ??
    (wildcards ? parseSubject(text.replace(/(:workspace:[^:]*):\*+$/, '$1:run_phase:*')) : undefined) ??
    (wildcards ? parseSubject(text.replace(/(:(?:deployment|module):[^:]*):\*+$/, '$1:operation:*')) : undefined);
  if (parsed === undefined) return [found('malformed-subject', shapeMessage(text))];
  const rewrite = (title: string, newText: string): TrustFinding['fix'] => ({
    title,
    edits: [{ span: { start: v.start, end: v.end }, newText: JSON.stringify(newText) }],
  });
  const { segments: s } = parsed;
  const out: TrustFinding[] = [];
  if (parsed.kind === 'without-project') {
    const { project } = expected;
    const whole = `organization:${s['organization'] ?? ''}:project:${project ?? ''}:workspace:${s['workspace'] ?? ''}:run_phase:${s['run_phase'] ?? ''}`;
    out.push(
      found(
        'missing-project',
        'The project segment is missing. Tokens have it since 2023.',
        project === undefined ? undefined : rewrite('Insert the project', whole),
      ),
    );
  }
  for (const [name, value] of Object.entries(s)) {
    const shown = spoken[name] ?? name;
    if (value === '' && name === 'project') {
      const project = expected.project ?? 'Default Project';
      const message =
        'The project is blank. A workspace is always in a project; the first one is called "Default Project".';
      const fixed = text.replace(':project::', `:project:${project}:`);
      out.push(found('blank-project', message, rewrite(`Write project "${project}"`, fixed)));
    } else if (value === '') {
      out.push(found('blank-segment', `The ${shown} is blank, and no token has it so.`));
    } else if (value !== value.trim()) {
      const fixed = rewrite('Remove the blank', text.replace(`${name}:${value}`, `${name}:${value.trim()}`));
      out.push(found('padded-segment', `The ${shown} has a blank at its end, and no name has.`, fixed));
    } else out.push(...valueFindings(parsed, name, value, found));
  }
  if (out.length === 0) out.push(found('malformed-subject', shapeMessage(text)));
  return out;
}

const spoken: Readonly<Record<string, string>> = { run_phase: 'run phase', stack: 'Stack' };

function valueFindings(parsed: ParsedSubject, name: string, value: string, found: Found): readonly TrustFinding[] {
  if (name === 'run_phase' || name === 'operation') return phaseFindings(parsed, name, value, found);
  const grammar = parsed.kind === 'without-project' ? subjectGrammars.workspace : subjectGrammars[parsed.kind];
  const part = grammar.find(p => p.kind === 'name' && p.segment === name);
  if (part?.kind !== 'name') return [];
  const shown = spoken[name] ?? name;
  if (value.includes(idMark)) {
    const id = value.replaceAll(idMark, '');
    const message = `"${id}" is the id of a ${shown}; the subject of a token holds its name.`;
    return [found('id-for-name', message)];
  }
  const letters = value.replace(/\uE000\d+\uE001/g, '').replace(/[*?]/g, '');
  const bad = [...new Set([...letters].filter(letter => !part.letters.test(letter)))];
  if (bad.length > 0) {
    const signs = bad.map(spelled).join(' ');
    return [
      found(
        'impossible-name',
        `No ${shown} is called "${value}": names have letters, digits, "-" and "_"${part.letters.test(' ') ? ', and blanks inside' : ''}, not ${signs}. ${guess(value, shown)}`.trim(),
      ),
    ];
  }
  if (part.longest !== undefined && letters.length > part.longest)
    return [
      found('impossible-name', `The ${shown} has ${letters.length} characters; HCP Terraform allows ${part.longest}.`),
    ];
  return [];
}

/** A sign that can be told from others: one that looks like a letter of the alphabet, or like nothing, by its number. */
function spelled(sign: string): string {
  if (sign === ' ') return 'a blank';
  if (/^[!-~]$/.test(sign)) return sign === '.' ? '"."' : sign;
  const code = `U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return /^[\p{L}\p{N}\p{S}]$/u.test(sign) ? `${sign} (${code})` : code;
}

/** What was probably meant by letters that no name has. */
function guess(value: string, shown: string): string {
  if (/^[<[{$].*[>\]}]$|^[<[{]|\b(your|leave)\b/i.test(value))
    return `A placeholder was left in: write the name of the ${shown}.`;
  if (/%[0-9A-Fa-f]{2}/.test(value)) return 'The subject is not URL-encoded: write a blank as a blank.';
  if (value.includes('/')) return 'A slash separates names, as in TFC_WORKSPACE_SLUG: write the one name only.';
  return '';
}

function phaseFindings(parsed: ParsedSubject, name: string, value: string, found: Found): readonly TrustFinding[] {
  if (/[*?]/.test(value) || hasHole(value)) return [];
  const wanted = parsed.kind === 'module-test' ? ['test_run'] : ['plan', 'apply'];
  if (wanted.includes(value)) return [];
  const what = name === 'run_phase' ? 'run phase' : 'operation';
  const message =
    wanted.length === 1
      ? `"${value}" is not the operation of a module test: it is test_run.`
      : `"${value}" is not a ${what}: there are plan and apply.`.replace('a operation', 'an operation');
  return [found('unknown-phase', message)];
}

const forms = {
  workspace: 'organization:ORG:project:PROJECT:workspace:WORKSPACE:run_phase:plan (or apply)',
  stack: 'organization:ORG:project:PROJECT:stack:STACK:deployment:DEPLOYMENT:operation:plan (or apply)',
  module: 'organization:ORG:module:MODULE:operation:test_run',
} as const;

/** What is wrong with the shape of a subject: the head, a segment too many or too few, one of another kind. */
function shapeMessage(text: string): string {
  const parts = text.split(':');
  if (parts[0] !== 'organization' && !/^[*?\uE000]/.test(text))
    return `A subject of HCP Terraform begins with "organization:", as in ${forms.workspace}. This one begins with "${parts[0] ?? ''}${parts.length > 1 ? ':' : ''}".`;
  const segments = parts.filter((_, i) => i % 2 === 0);
  const kind = segments.includes('stack') ? 'stack' : segments.includes('module') ? 'module' : 'workspace';
  const subjectOf = { workspace: "a workspace's", stack: "a Stack's", module: "a module test's" }[kind];
  if (kind === 'workspace' && segments.includes('operation'))
    return `A workspace's subject ends in run_phase, not operation: ${forms.workspace}.`;
  if (kind !== 'workspace' && segments.includes('run_phase'))
    return `A ${kind === 'stack' ? "Stack's" : "module test's"} subject ends in operation, not run_phase: ${forms[kind]}.`;
  const known = ['organization', 'project', 'workspace', 'run_phase', 'stack', 'deployment', 'operation', 'module'];
  const strange = segments.find(s => s !== '' && !known.includes(s) && !/[*?\uE000]/.test(s));
  if (strange !== undefined)
    return `No token has a segment "${strange}". ${capital(subjectOf)} subject is ${forms[kind]}.`;
  if (kind === 'workspace' && /:workspace:[^:]*$/.test(text))
    return 'The subject of a workspace ends in :run_phase:plan or :run_phase:apply.';
  if (kind === 'stack' && /:deployment:[^:]*$/.test(text))
    return 'The subject of a Stack ends in :operation:plan or :operation:apply.';
  return `No token fits "${text}". ${capital(subjectOf)} subject is ${forms[kind]}.`;
}

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
