import { cannotTell, checkJson, diagnosisJson, doctorReport, redacted } from '../../binding/report';
import { receivedJson } from '../../binding/checks/received';
import { consult, consultChecks, type Consultation } from '../../binding/doctor/consult';
import type { Diagnosis } from '../../binding/doctor/diagnose';
import { type Fact, onlyText } from '../../binding/facts';
import { checkBindings, statusOptions } from '../binding/checkedBindings';
import { logMebibytes, readInput } from '../input';
import { remedyCommands } from '../binding/remedyCommands';
import type { CheckedDeployment } from '../../binding/gather/deployments';
import type { CheckedTests } from '../../binding/gather/moduleTests';
import { checkModule, moduleOptions } from '../binding/moduleTests';
import { checkStacks, nothingHere } from '../binding/deployments';
import { readTerraformFolder, type TerraformFolder } from '../terraformFolder';
import { type CliContext, command } from '../command';
import { type ExitCode, exitCode } from '../exitCode';
import { choice, file, flag, UsageError } from '../option';
import { jsonReport } from '../output/jsonReport';

export const doctor = command({
  name: 'doctor',
  group: 'State',
  summary: 'explain why a run could not get AWS credentials, most likely cause first',
  operands: '[PATH]',
  about: `Runs all checks of a binding, reads the log of its latest run if that ended in an error, and matches both to the ways in which dynamic provider credentials go wrong (docs/doctor.md). Writes nothing.`,
  options: {
    ...statusOptions,
    error: file('FILE', 'an error text to read as well, or - for standard input'),
    'only-error': flag('look at the error text alone: nothing is read from HCP Terraform or AWS'),
    cloudtrail: flag(
      'also ask CloudTrail what AWS received (LookupEvents for AssumeRoleWithWebIdentity, in the regions of workspace, provider blocks and profile, and us-east-1 for the global endpoint of STS); needs --profile and cloudtrail:LookupEvents. Off unless given',
    ),
    redact: flag('hide account numbers'),
    ...moduleOptions,
    format: choice(['text', 'markdown', 'json'], 'text', 'how to report'),
  },
  report: `JSON: { "bindings": [{ "organization", "workspace", "deployment", "module", "outcome": "causes|cannot-tell|unread|silent", "diagnoses": [{ "failureMode", "id", "title", "confidence", "explanation", "evidence", "nextStep", "checks", "page", "fixes" }], "checks": [...], "received": [{ "at", "region", "roleArn", "phase", "subject", "provider", "errorCode", "trusted", "differsAt", "segment" }] }] }, the last one with --cloudtrail: the latest calls that AWS received, the subject of the trust policy that comes nearest, and the first segment that differs (-1: none). "other": [{ "code", "title", "line", "nextStep" }] where a text holds errors of another kind`,
  exits: {
    0: 'nothing speaks for a failure',
    1: 'causes were found',
    2: 'could not run, could not read the workspace, or cannot tell what the text means',
  },
  async run(context, { values, positionals }) {
    const format = values.format;
    const named = values.error;
    const error =
      named === undefined ? undefined : (await readInput(context, [named], 'error text', logMebibytes)).text;
    if (values['only-error']) {
      if (error === undefined) throw new UsageError('--only-error needs --error');
      return report(context, format, values.redact, [textRow(error)]);
    }
    const cloudTrail = values.cloudtrail;
    if (cloudTrail && values.profile === undefined)
      throw new UsageError('--cloudtrail needs --profile: CloudTrail belongs to an AWS account');
    const folder = await readTerraformFolder(context, positionals);
    const tests = await checkModule(context, values, folder);
    if (tests !== undefined) return report(context, format, values.redact, [testsRow(tests, error)]);
    const bindings = await checkBindings(context, values, folder, {
      ...(error !== undefined && { pastedError: error }),
      cloudTrail,
    });
    const deployments = await checkStacks(context, values, folder, error);
    if (bindings.length + deployments.length === 0 && format !== 'json') context.out(nothingHere(folder));
    // A text says something of its own, whatever stands in the folder in which somebody hands it over.
    if (bindings.length + deployments.length === 0 && error !== undefined)
      return report(context, format, values.redact, [textRow(error)]);
    return report(context, format, values.redact, [
      ...bindings.map(b => ({
        subject: `${b.organization}/${b.workspace}`,
        organization: b.organization,
        workspace: b.workspace,
        ...consult(b.facts, b.checks),
        fixesOf: (d: Diagnosis) =>
          remedyCommands(d.leading, {
            path: positionals[0] ?? '.',
            organization: b.organization,
            workspace: b.workspace,
            hostname: b.hostname,
            profile: values.profile,
            inCode: b.root !== undefined && values.organization === undefined,
          }),
      })),
      ...deployments.map(d => deploymentRow(d, folder, error)),
    ]);
  },
});

interface Row extends Consultation {
  readonly subject: string;
  readonly organization: string;
  readonly workspace: string;
  /** Of a Stack; it has no workspace. */
  readonly deployment?: string;
  /** Of the tests of a module; they have no workspace. */
  readonly module?: string;
  readonly fixesOf: (diagnosis: Diagnosis) => readonly string[];
}

const textRow = (error: string): Row => ({
  subject: 'the error text',
  organization: '',
  workspace: '',
  ...consult(onlyText(error), []),
  fixesOf: () => [],
});

/** A deployment takes the place of the workspace. No command puts its causes right: each step stands in its advice. */
function deploymentRow({ root, wiring, run, checks }: CheckedDeployment, folder: TerraformFolder, error?: string): Row {
  const organization = root.cloud.organization.state === 'known' ? root.cloud.organization.value : '';
  return {
    subject: `Deployment "${wiring.deployment.name}" of the Stack in ${folder.name(root.dir)}`,
    organization,
    workspace: '',
    deployment: wiring.deployment.name,
    ...consultChecks('stack', error ?? errorsOf(run), checks),
    fixesOf: () => [],
  };
}

/** The same of the tests of a module. */
function testsRow({ identity, module, run, checks }: CheckedTests, error?: string): Row {
  return {
    subject: `the tests of module ${module.name}`,
    organization: identity.organization,
    workspace: '',
    module: module.name,
    ...consultChecks('module-test', error ?? errorsOf(run), checks),
    fixesOf: () => [],
  };
}

/** What the failed steps of the latest run say. */
const errorsOf = (run: Fact<{ readonly errors: string } | undefined> | undefined): string | undefined =>
  run?.state === 'known' && run.value !== undefined && run.value.errors !== '' ? run.value.errors : undefined;

type Format = 'text' | 'markdown' | 'json';

function report(context: CliContext, format: Format, redact: boolean, rows: readonly Row[]): ExitCode {
  if (format === 'json') {
    const bindings = rows.map(r => ({
      organization: r.organization,
      workspace: r.workspace,
      ...(r.deployment !== undefined && { deployment: r.deployment }),
      ...(r.module !== undefined && { module: r.module }),
      outcome: r.outcome,
      ...(r.outcome === 'cannot-tell' && { message: cannotTell }),
      diagnoses: r.diagnoses.map(d => ({ ...diagnosisJson(d), fixes: r.fixesOf(d) })),
      checks: r.checks.map(checkJson),
      ...(r.others.length > 0 && { other: r.others }),
      ...(r.received.length > 0 && { received: r.received.map(receivedJson) }),
    }));
    const document = jsonReport('doctor', { bindings });
    context.out(redact ? redacted(document) : document);
  } else {
    for (const row of rows) context.out(`${doctorReport({ ...row, redact }, format)}\n`);
  }
  return exitCode({
    wrong: rows.some(r => r.outcome === 'causes'),
    unread: rows.some(r => r.outcome !== 'silent'),
  });
}
