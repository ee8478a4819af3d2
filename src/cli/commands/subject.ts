import { unwrap } from '../../core/problem';
import { subjectsOf } from '../../oidc/subject';
import { identitiesOf, identityOptions, phaseOptions, phasesOf, subjectHost } from '../names';
import { command } from '../command';
import { textOrJson } from '../option';
import { jsonReport } from '../output/jsonReport';

export const subject = command({
  name: 'subject',
  group: 'Policies',
  summary: 'print the subject (sub claim) of a workspace, Stack deployment or module test',
  operands: '',
  namesFromConfig: true,
  about: 'Prints the subject that workload identity tokens carry, one line for each phase.',
  options: { ...identityOptions, ...phaseOptions('for which phases (default both)'), format: textOrJson },
  report: 'JSON: { "subjects": [{ "phase", "subject" }] }',
  examples: ['tfc-oidc subject --organization acme --project "Default Project" --workspace prod'],
  exits: { 0: 'printed', 2: 'could not run' },
  run: async (context, { values }) => {
    subjectHost(values);
    const phases = phasesOf(values.phase ?? values.phases ?? 'plan,apply');
    const rows = identitiesOf(values).flatMap(identity =>
      unwrap(subjectsOf(identity, phases)).map((s, i) => ({
        phase: identity.kind === 'module-test' ? 'plan' : (phases[i] ?? 'plan'),
        subject: s,
      })),
    );
    if (values.format === 'json') context.out(jsonReport('subject', { subjects: rows }));
    else context.out(rows.map(row => `${row.subject}\n`).join(''));
    return 0;
  },
});
