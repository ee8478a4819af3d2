import { planBinding } from '../binding/accounts';
import { setupOptions, bindingRequest } from '../binding/setupOptions';
import { planJson, planText } from '../output/planReport';
import { command } from '../command';
import { exitCode } from '../exitCode';
import { textOrJson } from '../option';
import { jsonReport } from '../output/jsonReport';

export const plan = command({
  name: 'plan',
  group: 'Set up',
  summary: 'show what the IAM setup of a workspace would change in the AWS account; writes nothing',
  operands: '[PATH]',
  about: `Reads the OIDC provider and the roles of an AWS account with your own profile, compares them with what the workspace needs, and shows the shortest list of changes. Writes nothing. Also asks IAM what the caller may do, where it may ask.`,
  options: { format: textOrJson, ...setupOptions },
  report: `JSON: { "account": { "id", "partition", "caller", "root", "profile", "region", "differences": [] },
  "workspaces": [{ "hostname", "organization", "project", "name", "id" }],
  "provider": { "arn", "state": "create|update|unchanged" },
  "roles": [{ "use": "plan|apply|run", "tag", "name", "arn", "state": "create|update|unchanged" }],
  "changes": [{ "id", "kind", "title", "action", "input", "permission", "before", "after", "destructive", "undoable" }],
  "problems": [{ "code", "message", "nextStep" }], "drift": [{ "on", "kind", "detail" }], "notes": [],
  "variables": [{ "workspace", "key", "value", "category" }] }
"input" is what is sent to IAM, byte for byte. Nothing to do: "changes" is empty.`,
  exits: {
    0: 'the plan can be applied (or there is nothing to do)',
    1: 'it can\'t ("problems")',
    2: 'could not run',
  },
  async run(context, { values, positionals }) {
    const format = values.format;
    const request = await bindingRequest(context, values, positionals);
    const planned = await planBinding(context, request, true);
    const notes = request.notes(planned.caller.accountId, planned.caller.partition);
    context.out(format === 'json' ? jsonReport('plan', planJson(planned, notes)) : planText(planned, notes));
    return exitCode({ wrong: planned.plan.problems.length > 0 });
  },
});
