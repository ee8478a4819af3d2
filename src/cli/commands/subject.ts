import { unwrap } from '../../core/problem';
import { subjectsOf } from '../../oidc/subject';
import { choice, type Command, noPositionals, text } from '../command';
import { identitiesOf, identityHelp, identityOptions, phasesOf } from '../names';

export const subject: Command = {
  name: 'subject',
  summary: 'print the subject (sub claim) of a workspace, Stack deployment or module test',
  help: `Prints the subject that workload identity tokens carry, one line for each phase.

Usage: tfc-oidc subject --organization ORG --project PROJECT --workspace NAME [options]

${identityHelp}
  --phase PHASES        plan, apply or plan,apply (default: both)
  --format text|json    json: { "subjects": [{ "phase", "subject" }] }

Example:
  tfc-oidc subject --organization acme --project "Default Project" --workspace prod`,
  options: { ...identityOptions, phase: { type: 'string' }, phases: { type: 'string' }, format: { type: 'string' } },
  run: (context, { values, positionals }) => {
    noPositionals(positionals);
    const phases = phasesOf(text(values, 'phase') ?? text(values, 'phases', 'plan,apply'));
    const rows = identitiesOf(values).flatMap(identity =>
      unwrap(subjectsOf(identity, phases)).map((s, i) => ({
        phase: identity.kind === 'module-test' ? 'plan' : (phases[i] ?? 'plan'),
        subject: s,
      })),
    );
    if (choice(values, 'format', ['text', 'json'], 'text') === 'json')
      context.out(`${JSON.stringify({ subjects: rows }, null, 2)}\n`);
    else context.out(rows.map(row => `${row.subject}\n`).join(''));
    return Promise.resolve(0);
  },
};
