import { choice, type Command } from '../command';
import { accountHelp, accountOptions } from '../accountOptions';
import { openAccount, workOut } from '../accountPlan';
import { planJson, planText, printJson } from '../planReport';

export const plan: Command = {
  name: 'plan',
  summary: 'show what "apply" would change in an AWS account; writes nothing',
  help: `Usage: tfc-oidc plan [PATH] [options]

Reads the OIDC provider and the roles of an AWS account with your own profile, compares them with what the workspace needs,
and shows the shortest list of changes. Writes nothing.

${accountHelp}

  --format text|json    how to report (default text)

JSON: { "account": { "id", "partition", "caller", "root", "profile", "region" },
        "workspace": { "hostname", "organization", "project", "name", "id" },
        "provider": { "arn", "state": "create|update|unchanged" },
        "roles": [{ "use": "plan|apply|run", "tag", "name", "arn", "state": "create|update|unchanged" }],
        "changes": [{ "id", "kind", "title", "action", "input", "permission", "before", "after", "destructive", "undoable" }],
        "problems": [{ "code", "message", "nextStep" }], "drift": [{ "on", "kind", "detail" }], "notes": [],
        "variables": [{ "key", "value", "category" }] }
"input" is what is sent to IAM, byte for byte. No changes: "changes" is empty.

Exit codes: 0 the plan can be applied (or there is nothing to do), 1 it can't ("problems"), 2 could not run.
`,
  options: accountOptions,
  async run(context, { values, positionals }) {
    const format = choice(values, 'format', ['text', 'json'], 'text');
    const opened = await openAccount(context, values);
    const worked = await workOut(context, opened, values, positionals, true);
    context.out(format === 'json' ? printJson(planJson(worked)) : planText(worked));
    return worked.plan.problems.length > 0 ? 1 : 0;
  },
};
