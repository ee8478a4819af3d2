import type { Check } from '../check';
import type { BindingFacts } from '../facts';
import type { TrustJudge } from './judge';
import { type CheckResult, type CheckRow, reasonOf } from './row';
import type { TestsUnderCheck } from './moduleTests';
import { bindingRows, type CheckId, stackRows, testsRows } from './rows';
import type { StackUnderCheck } from './stack/underCheck';

/** All checks of one binding. Pure: the same facts give the same checks. */
export const runChecks = (facts: BindingFacts, judge: TrustJudge): readonly Check[] =>
  byConfiguration(runRows(bindingRows, { facts, judge }));

/** All checks of one deployment of a Stack. */
export const stackChecks = (stack: StackUnderCheck): readonly Check[] => runRows(stackRows, stack);

/** All checks of the tests of one registry module. */
export const moduleChecks = (tests: TestsUnderCheck): readonly Check[] => runRows(testsRows, tests);

const runRows = <Facts>(rows: readonly CheckRow<Facts, CheckId>[], facts: Facts): readonly Check[] =>
  rows.flatMap(row => row.run(facts).map(result => checkOf(row, result)));

function checkOf<Facts>(row: CheckRow<Facts, CheckId>, result: CheckResult): Check {
  const { title = row.title, why = row.why, ...found } = result;
  return { failureModes: [], ...found, id: row.id, title, why, ...reasonOf(row, result) };
}

/** What is said of the workspace as a whole, then each configuration with all that is said of it. */
function byConfiguration(checks: readonly Check[]): readonly Check[] {
  const order = [...new Set(checks.map(check => check.configuration))];
  const whole = checks.filter(check => check.configuration === undefined);
  const named = order.filter(configuration => configuration !== undefined);
  return [...whole, ...named.flatMap(configuration => checks.filter(check => check.configuration === configuration))];
}
