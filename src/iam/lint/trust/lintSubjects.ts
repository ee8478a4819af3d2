import { parseSubject } from '../../../oidc/subject';
import { parseOperator } from '../../policy/evaluate';
import { hasHole } from '../../policy/patterns/holes';
import type { Clause, StringAt } from '../../policy/statement';
import type { TrustExpectation, TrustFinding } from './trustFinding';

/** One value of the subject condition: its form, and what its wildcards let in. */
export function subjectFindings(clause: Clause, v: StringAt, expected: TrustExpectation): readonly TrustFinding[] {
  const operator = parseOperator(clause.operator);
  if (!operator.base.startsWith('string') || operator.base.startsWith('stringnot')) return [];
  const like = operator.base === 'stringlike';
  const at = { start: v.start, end: v.end };
  const found = (
    code: string,
    weight: TrustFinding['weight'],
    message: string,
    fix?: TrustFinding['fix'],
  ): TrustFinding => ({ code, weight, message, ...at, ...(fix && { fix }) });
  const rewrite = (title: string, text: string): TrustFinding['fix'] => ({
    title,
    edits: [{ span: at, newText: JSON.stringify(text) }],
  });
  const text = v.value;
  if (/\$\{(?![*?$]\})/.test(text))
    return [found('policy-variable', 'note', 'A policy variable in the subject: only AWS knows its value.')];
  if (like && /^[*?]+$/.test(text)) {
    return [
      found(
        'any-subject',
        'too-broad',
        'A bare * lets in every organization of the host. For app.terraform.io IAM refuses it.',
      ),
    ];
  }
  const broad = like ? breadth(text) : undefined;
  // A part that only Terraform knows may be more than one name: nothing is said where that would matter.
  if (broad?.code === 'open-pattern' && hasHole(text) && !/^organization:[^:*?]+:project:/.test(text)) return [];
  if (broad?.code === 'any-organization' && hasHole(text.slice(0, text.search(/[*?]/)))) return [];
  if (broad !== undefined) return [found(broad.code, 'too-broad', broad.message)];
  // `workspace:prod:*` means the same as `workspace:prod:run_phase:*`: read it as such, and let fixes keep the text.
  const parsed = parseSubject(text) ?? (like ? parseSubject(text.replace(/:\*+$/, ':run_phase:*')) : undefined);
  if (parsed === undefined) {
    if (hasHole(text)) return [];
    if (/^organization:[^:]*:project:[^:]*:workspace:[^:]*$/.test(text)) {
      return [
        found('malformed-subject', 'broken', 'The subject of a workspace ends in :run_phase:plan or :run_phase:apply.'),
      ];
    }
    return [
      found(
        'malformed-subject',
        'broken',
        `"${text}" is no subject of HCP Terraform, as in organization:ORG:project:PROJECT:workspace:WORKSPACE:run_phase:PHASE.`,
      ),
    ];
  }
  const out: TrustFinding[] = [];
  const s = parsed.segments;
  if (parsed.kind === 'without-project') {
    const project = expected.project;
    out.push(
      found(
        'missing-project',
        'broken',
        'The project segment is missing. Tokens have it since 2023.',
        project === undefined
          ? undefined
          : rewrite(
              'Insert the project',
              `organization:${s['organization'] ?? ''}:project:${project}:workspace:${s['workspace'] ?? ''}:run_phase:${s['run_phase'] ?? ''}`,
            ),
      ),
    );
  }
  for (const [name, value] of Object.entries(s)) {
    if (value === '') {
      const project = name === 'project' ? (expected.project ?? 'Default Project') : undefined;
      out.push(
        found(
          name === 'project' ? 'blank-project' : 'blank-segment',
          'broken',
          name === 'project'
            ? 'The project is blank. A workspace is always in a project; the first one is called "Default Project".'
            : `The ${name} is blank, and no token has it so.`,
          project === undefined
            ? undefined
            : rewrite(`Write project "${project}"`, text.replace(':project::', `:project:${project}:`)),
        ),
      );
    } else if (value !== value.trim()) {
      out.push(
        found(
          'padded-segment',
          'broken',
          `The ${name} has a blank at its end, and no name has.`,
          rewrite('Remove the blank', text.replace(`${name}:${value}`, `${name}:${value.trim()}`)),
        ),
      );
    }
  }
  const phase = s['run_phase'] ?? s['operation'];
  if (
    phase !== undefined &&
    parsed.kind !== 'module-test' &&
    !/[*?]/.test(phase) &&
    !hasHole(phase) &&
    phase !== 'plan' &&
    phase !== 'apply' &&
    phase !== ''
  ) {
    out.push(found('unknown-phase', 'broken', `"${phase}" is no run phase: there are plan and apply.`));
  }
  return [...out, ...nameFindings(parsed.segments, expected, found)];
}

/** Differences to the names that were given. Case and blanks are the ones that people overlook. */
function nameFindings(
  segments: Readonly<Record<string, string>>,
  expected: TrustExpectation,
  found: (code: string, weight: TrustFinding['weight'], message: string) => TrustFinding,
): readonly TrustFinding[] {
  const out: TrustFinding[] = [];
  for (const name of ['organization', 'project', 'workspace'] as const) {
    const wanted = expected[name];
    const written = segments[name];
    if (wanted === undefined || written === undefined || written === wanted || /[*?\uE000]/.test(written)) continue;
    if (written.trim().toLowerCase() === wanted.toLowerCase()) {
      out.push(
        found(
          'name-differs',
          'note',
          `The ${name} is "${written}" here and "${wanted}" in HCP Terraform. Every letter counts.`,
        ),
      );
    }
  }
  return out;
}

/**
 * What a pattern's wildcards let in beyond one workspace, Stack or module. `*` spans colons, so a wildcard is safe only in the last
 * segment (the phase), or as the whole project between an exact organization and an exact workspace, whose names are unique.
 */
function breadth(pattern: string): { readonly code: string; readonly message: string } | undefined {
  if (!/[*?]/.test(pattern)) return undefined;
  const organization = /^organization:([^:*?]+):/.exec(pattern)?.[1];
  if (organization === undefined) {
    return {
      code: 'any-organization',
      message:
        'The wildcard begins before the organization ends. Anyone can create an organization whose name fits, and assume the role.',
    };
  }
  const rest = pattern.slice(`organization:${organization}:`.length);
  if (/^\*+$/.test(rest)) {
    return {
      code: 'whole-organization',
      message: `Everything in ${organization} may assume the role: every workspace, Stack and module test.`,
    };
  }
  const workspace = /^project:([^:]*):workspace:([^:]*):run_phase:([^:]*)$/.exec(rest);
  if (workspace !== null) {
    const [, , name = ''] = workspace;
    if (/[*?]/.test(name)) {
      return /^\*+$/.test(name)
        ? {
            code: 'any-workspace',
            message: 'Every workspace may assume the role, also one that somebody creates tomorrow.',
          }
        : {
            code: 'workspace-pattern',
            message: `"${name}" also fits workspaces that somebody creates tomorrow, such as "${name.replaceAll('*', '-evil').replaceAll('?', 'x')}".`,
          };
    }
    // With an exact workspace the project adds nothing to who gets in: names of workspaces are unique in an organization.
    return undefined;
  }
  const stack = /^project:([^:]*):stack:([^:]*):deployment:([^:]*):operation:([^:]*)$/.exec(rest);
  if (stack !== null) {
    const [, project = '', name = '', deployment = ''] = stack;
    return [project, name, deployment].some(part => /[*?]/.test(part))
      ? { code: 'stack-pattern', message: 'The pattern fits other Stacks or deployments too.' }
      : undefined;
  }
  const module = /^module:([^:]*):operation:([^:]*)$/.exec(rest);
  if (module !== null)
    return /[*?]/.test(module[1] ?? '')
      ? { code: 'module-pattern', message: 'The pattern fits the tests of other modules too.' }
      : undefined;
  if (/^project:[^:*?]+:\*+$/.test(rest))
    return { code: 'whole-project', message: 'Every workspace and Stack of the project may assume the role.' };
  // Without a phase it fits no token at all: the form is at fault, not the breadth.
  if (/^project:[^:]*:workspace:[^:*?]+$/.test(rest)) return undefined;
  const tail = /^project:([^:]*):workspace:([^:*?]+):(?:run_phase:)?\*+$/.exec(rest);
  if (tail !== null) return undefined;
  if (/^workspace:[^:]+:/.test(rest)) return undefined;
  return {
    code: 'open-pattern',
    message: 'The wildcard spans colons, so the pattern fits subjects of other workspaces, Stacks or modules.',
  };
}
