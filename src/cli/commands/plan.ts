import { planBinding } from '../binding/binding';
import { bindingHelp, bindingOptions, bindingRequest } from '../binding/bindingOptions';
import { choice, type Command } from '../command';
import { planJson, planText, printJson } from '../output/planReport';

export const plan: Command = {
  name: 'plan',
  summary: 'show what the IAM setup of a workspace would change in the AWS account; writes nothing',
  help: `Usage: tfc-oidc plan [PATH] [options]

Reads the OIDC provider and the roles of an AWS account with your own profile, compares them with what the workspace needs,
and shows the shortest list of changes. Writes nothing. Also asks IAM what the caller may do, where it may ask.

${bindingHelp}

  --format text|json    how to report (default text)

JSON: { "account": { "id", "partition", "caller", "root", "profile", "region" },
        "workspaces": [{ "hostname", "organization", "project", "name", "id" }],
        "provider": { "arn", "state": "create|update|unchanged" },
        "roles": [{ "use": "plan|apply|run", "tag", "name", "arn", "state": "create|update|unchanged" }],
        "changes": [{ "id", "kind", "title", "action", "input", "permission", "before", "after", "destructive", "undoable" }],
        "problems": [{ "code", "message", "nextStep" }], "drift": [{ "on", "kind", "detail" }], "notes": [],
        "variables": [{ "workspace", "key", "value", "category" }] }
"input" is what is sent to IAM, byte for byte. Nothing to do: "changes" is empty.

Exit codes: 0 the plan can be applied (or there is nothing to do), 1 it can't ("problems"), 2 could not run.
`,
  options: bindingOptions,
  async run(context, { values, positionals }) {
    const format = choice(values, 'format', ['text', 'json'], 'text');
    const request = await bindingRequest(context, values, positionals);
    const planned = await planBinding(context, request, true);
    const { notes } = request;
    context.out(format === 'json' ? printJson(planJson(planned, notes)) : planText(planned, notes));
    return planned.plan.problems.length > 0 ? 1 : 0;
  },
};
