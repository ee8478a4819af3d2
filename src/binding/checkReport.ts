import type { Check, CheckState } from './check';
import type { Diagnosis } from './doctor/diagnose';

/** Checks and diagnoses as text and as data: the one rendering that CLI, clipboard and agent tools share. */

const marks: Readonly<Record<CheckState, string>> = { ok: '✓', warning: '!', wrong: '✗', unknown: '?' };

export function checkText(check: Check): string {
  const where = [
    check.configuration === undefined || check.configuration === 'default' ? undefined : check.configuration,
  ].filter(w => w !== undefined);
  const head = `${marks[check.state]} ${check.state.padEnd(7)} ${check.title}${where.length > 0 ? ` [${where.join(', ')}]` : ''}`;
  const lines = [head, ...check.evidence.map(e => `    ${e}`)];
  if (check.state !== 'ok') {
    lines.push(`    ${check.why}`);
    if (check.nextStep !== undefined) lines.push(`    → ${check.nextStep}`);
  }
  return `${lines.join('\n')}\n`;
}

export function checkJson(check: Check): Readonly<Record<string, unknown>> {
  return {
    id: check.id,
    ...(check.configuration !== undefined && { configuration: check.configuration }),
    ...(check.phase !== undefined && { phase: check.phase }),
    title: check.title,
    state: check.state,
    evidence: check.evidence,
    why: check.why,
    ...(check.nextStep !== undefined && { nextStep: check.nextStep }),
    failureModes: check.failureModes,
    page: `docs/doctor.md#${check.id}`,
  };
}

/** A ranked list as Markdown, most likely cause first. */
export function diagnosesMarkdown(subject: string, diagnoses: readonly Diagnosis[], redact: boolean): string {
  const clean = (text: string): string => (redact ? text.replace(/\b\d{12}\b/g, '************') : text);
  const lines = [`# Doctor: ${subject}`, ''];
  if (diagnoses.length === 0) lines.push('Nothing speaks for a failure of dynamic credentials.', '');
  diagnoses.forEach((d, i) => {
    lines.push(
      `## ${i + 1}. ${d.mode.title}`,
      '',
      d.mode.explanation,
      '',
      ...d.evidence.map(e => `- ${e.replace(/[\r\n]+/g, ' ')}`),
      '',
      `**Do:** ${d.mode.nextStep}`,
      '',
    );
  });
  return clean(lines.join('\n'));
}

export function diagnosisJson(d: Diagnosis): Readonly<Record<string, unknown>> {
  return {
    failureMode: d.mode.number,
    id: d.mode.id,
    title: d.mode.title,
    confidence: Math.round(d.confidence * 100) / 100,
    explanation: d.mode.explanation,
    evidence: d.evidence,
    nextStep: d.mode.nextStep,
    checks: d.checks.map(c => c.id),
    page: `docs/doctor.md#${d.mode.id}`,
  };
}
