import { unreadProblem } from '../../binding/facts';
import type { RunProof } from '../../binding/prove/planOnlyRun';
import { ok, ProblemError, unwrap } from '../../core/problem';
import { readWorkspace } from '../../hcp/workspace/read';
import { openAwsAccount } from '../binding/accounts';
import { checkBindings, statusOptions } from '../binding/checkedBindings';
import { checkStacks } from '../binding/deployments';
import { HcpSessions } from '../binding/hcpSession';
import { proveDeployments, proveModule } from '../binding/proveLatest';
import { checkModule, moduleOptions } from '../binding/moduleTests';
import { jsonReport } from '../output/jsonReport';
import { followRun } from '../../binding/setup';
import { journalDir } from '../binding/journalPlace';
import { useCaseServices } from '../binding/services';
import { cliSurface } from '../binding/surface';
import { isNoProof, isWithoutEnd, runProofJson, runProofText } from '../output/runReport';
import { readTerraformFolder } from '../terraformFolder';
import { command } from '../command';
import { exitCode } from '../exitCode';
import { flag, textOrJson, UsageError } from '../option';

export const proveRun = command({
  name: 'prove-run',
  group: 'Set up',
  summary: 'prove a setup by a plan-only run in HCP Terraform; nothing is ever applied',
  operands: '[PATH]',
  about: `Starts a plan-only run of the configuration that HCP Terraform has of the workspace, follows it to its end, and shows the result. Where it ends in an error, its log goes to the doctor. Plan-only runs cannot be applied: the request says so, and a reply that says otherwise is cancelled and refused.

For a Stack nothing is started, since its runs begin when its code is pushed: the latest run of each deployment is read, with the diagnostics of its steps. Nor is it for the tests of a module (--module), which make and delete resources: their latest run is read. With --cloudtrail AWS's own record says whether the role was given to it.

Ctrl+C stops the following, and offers to cancel the run too (without a terminal it is cancelled).`,
  options: {
    ...statusOptions,
    cloudtrail: flag(
      'where the plan shows nothing of AWS, ask CloudTrail of the account of --profile whether the role was given (cloudtrail:LookupEvents; waits up to ten minutes)',
    ),
    ...moduleOptions,
    yes: flag('start the run; without it nothing is started'),
    format: textOrJson,
  },
  report: `JSON: { "runs": [{ "organization", "workspace", "state": "proven|unproven|failed|cancelled|waiting|running", "id", "status", "url", "planOnly", "configurationVersion", "code", "changes", "seconds", "diagnoses": [...] }] }; "unproven" has "doubts": why the plan need not have used the role. Of a Stack { "deployments": [{ "deployment", "state": "proven|unproven|failed|waiting|none", "id", "status", "at", "doubts", "diagnoses" }] }, of the tests of a module { "modules": [{ "module", … }] }`,
  exits: {
    0: 'proven',
    1: 'not proven, or --yes is missing',
    2: 'could not run, or the run came to no end (cancelled, waiting, still going on)',
  },
  async run(context, { values, positionals }) {
    const json = values.format === 'json';
    const { cloudtrail } = values;
    if (cloudtrail && values.profile === undefined)
      throw new UsageError('--cloudtrail needs --profile: CloudTrail belongs to an AWS account');
    const folder = await readTerraformFolder(context, positionals);
    const trail = () => (cloudtrail ? openAwsAccount(context, { ...values, account: undefined }) : undefined);
    const tests = await checkModule(context, values, folder);
    if (tests !== undefined) {
      const { exit, row } = await proveModule(context, tests, { opened: await trail(), json });
      if (json) context.out(jsonReport('prove-run', { runs: [], modules: [row] }));
      return exit;
    }
    const deployments = await checkStacks(context, values, folder);
    if (deployments.length > 0) {
      const journal = journalDir(context, values);
      const { exit, rows } = await proveDeployments(context, deployments, { opened: await trail(), journal, json });
      if (json) context.out(jsonReport('prove-run', { runs: [], deployments: rows }));
      return exit;
    }
    const bindings = await checkBindings(context, values, folder);
    if (bindings.length === 0)
      throw new UsageError(
        'no workspace is named: give --organization and --workspace, or a PATH whose cloud block names them',
      );
    const names = bindings.map(b => `${b.organization}/${b.workspace}`);
    if (!values.yes) {
      context.err(`Nothing was started. Repeat it with --yes to start a plan-only run in ${names.join(', ')}.\n`);
      return exitCode({ wrong: true });
    }
    const sessions = new HcpSessions(context);
    const services = useCaseServices(context, journalDir(context, values));
    const opened = await trail();
    const surface = cliSurface(context, { yes: values.yes, account: undefined }, json, {
      'ask-cloudtrail': () => Promise.resolve(cloudtrail),
    });
    const runs: ({ readonly organization: string; readonly workspace: string } & ReturnType<typeof runProofJson>)[] =
      [];
    const proofs: RunProof[] = [];
    for (const binding of bindings) {
      const { organization, workspace: name, facts } = binding;
      if (facts.workspace.state === 'unknown') throw new ProblemError(unreadProblem(facts.workspace));
      const client = await sessions.open(binding.hostname, binding.root?.cloud);
      const workspace = unwrap(await readWorkspace(client, organization, name, context.signal));
      const checked = { ...binding, place: { hostname: binding.hostname, organization, workspace: name } };
      const result = await followRun(checked, workspace, () => Promise.resolve(ok(client)), services, surface, opened);
      if (result === undefined) continue;
      proofs.push(result.proof);
      if (json) runs.push({ organization, workspace: name, ...runProofJson(result) });
      else context.out(runProofText(`${organization}/${name}`, result));
    }
    if (json) context.out(jsonReport('prove-run', { runs }));
    return exitCode({ wrong: proofs.some(isNoProof), stopped: proofs.some(isWithoutEnd) });
  },
});
