import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { mapping } from '../support/permissions';
import { startMoto } from '../support/aws/moto/server';
import { AttachedProvider, providerIn } from './attached';
import { AwsModels } from './awsCall';
import { configurations } from './configurations';
import { iamNamesOf, IamCalls } from './iamCall';
import { matrixOf, withMatrix } from './matrix';
import { type Files, type Stage, stages } from './phases';
import { recordingOf } from './recording';
import { EnforcingProxy } from './proxy';
import { seed } from './seed';
import { type ConfigurationResult, prove } from './run';

/**
 * npm run permissions:prove -- [NAME…] [--stages create,change,…] [--results FILE] [--write] [--record VERSION] [--plans DIR]
 *
 * Runs terraform and the AWS provider under exactly the policies that are made for them: each call goes through a proxy that answers
 * AccessDenied to what they do not allow, on its way to moto. --results keeps what was seen and goes on where it stopped; --write puts the matrix into docs/permissions.md, and
 * --record keeps each run without a refusal as a fixture (test/fixtures/proven); VERSION is that of the provider.
 * Environment: PROVE_PROVIDER_DIR (a folder with terraform-provider-aws), PROVE_PLUGIN_MIRROR (a filesystem mirror); else the network.
 */
const account = '123456789012';
const region = 'us-east-1';
const docs = path.join(__dirname, '..', '..', 'docs', 'permissions.md');

async function main(args: readonly string[]): Promise<number> {
  const value = (name: string): string | undefined => {
    const at = args.indexOf(name);
    return at < 0 ? undefined : args[at + 1];
  };
  const [file, only, version] = [value('--results'), value('--stages'), value('--record')];
  const plans = value('--plans');
  const options = /^--(?:results|stages|record|plans)$/;
  const names = args.filter((a, i) => !a.startsWith('--') && !options.test(args[i - 1] ?? ''));
  const planned =
    plans === undefined
      ? undefined
      : async (name: string, shown: () => Promise<string>): Promise<void> => {
          mkdirSync(plans, { recursive: true });
          writeFileSync(path.join(plans, `${name}.json`), await shown());
        };
  const wanted = new Set(stages.filter(stage => only === undefined || only.split(',').includes(stage)));
  const results = resultsIn(file);
  const moto = await startMoto(path.join(__dirname, 'requirements.txt'));
  if ('missing' in moto) {
    process.stderr.write(`There is no emulator: ${moto.missing}\n`);
    return 2;
  }
  const calls = new IamCalls(mapping, account, await iamNamesOf());
  const proxy = await EnforcingProxy.start(moto.url, AwsModels.at(botocoreData(moto.packages)), calls, mapping);
  const program = providerIn(providerPlace());
  const begun = (): Promise<AttachedProvider> | undefined =>
    program === undefined ? undefined : AttachedProvider.start(program, proxy.environment);
  let attached = await begun();
  try {
    for (const configuration of configurations()) {
      if (names.length > 0 && !names.includes(configuration.name)) continue;
      const kept = results.find(r => r.name === configuration.name);
      if (kept !== undefined) {
        if (version !== undefined) record(kept, version);
        continue;
      }
      if (attached?.ended === true) attached = await begun();
      const prover = { proxy, mapping, provider: providerPlace(), attached, account, region, wanted };
      const reset = async (files: Files): Promise<void> => {
        calls.forget();
        await moto.reset();
        await seed(moto.url, files);
      };
      const result = await prove(configuration, { ...prover, reset, planned });
      results.push(result);
      process.stdout.write(`${lineOf(result)}\n`);
      if (file !== undefined) writeFileSync(file, JSON.stringify(results));
      if (version !== undefined) record(result, version);
    }
  } finally {
    attached?.close();
    await proxy.close();
    await moto.stop();
  }
  for (const strange of new Set(proxy.strange)) process.stdout.write(`not understood: ${strange}\n`);
  const matrix = matrixOf(results);
  process.stdout.write(`${matrix}\n`);
  if (args.includes('--write')) writeFileSync(docs, withMatrix(readFileSync(docs, 'utf8'), matrix));
  return results.some(r => r.phases.some(p => p.outcome === 'refused')) ? 1 : 0;
}

/** One fixture; a run with a refusal is no proof of what is needed. */
function record(result: ConfigurationResult, provider: string): void {
  const ended = result.phases.filter(p => p.outcome === 'passed');
  if (result.phases.some(p => p.outcome === 'refused') || ended.length < 2) return;
  const asked = execFileSync('terraform', ['version', '-json'], { encoding: 'utf8' });
  const { terraform_version: terraform } = JSON.parse(asked) as { readonly terraform_version: string };
  const emulator = /^moto==(.*)$/m.exec(readFileSync(path.join(__dirname, 'requirements.txt'), 'utf8'))?.[1] ?? '';
  const folder = path.join(__dirname, '..', 'fixtures', 'proven');
  mkdirSync(folder, { recursive: true });
  const text = recordingOf(result, { provider, terraform, emulator: `moto ${emulator}` });
  writeFileSync(path.join(folder, `${result.name}.txt`), text);
}

const providerPlace = () => ({
  folder: process.env['PROVE_PROVIDER_DIR'],
  mirror: process.env['PROVE_PLUGIN_MIRROR'],
});

function resultsIn(file: string | undefined): ConfigurationResult[] {
  return file !== undefined && existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as ConfigurationResult[])
    : [];
}

/** botocore's data beside moto. */
function botocoreData(packages: string): string {
  const folder = path.join(packages, 'botocore', 'data');
  if (!existsSync(folder) || readdirSync(folder).length === 0) throw new Error(`${folder} is not there`);
  return folder;
}

function lineOf({ name, phases }: ConfigurationResult): string {
  const of = (stage: Stage): string =>
    phases
      .filter(p => p.stage === stage)
      .map(p => `${p.phase} ${p.outcome}${p.error === '' ? '' : ` (${p.error.slice(0, 90)})`}`)
      .join(', ');
  const refused = phases.flatMap(p =>
    p.calls.filter(c => c.refused).map(c => `  ${p.stage} ${p.phase}: ${c.call.join(' ')}`),
  );
  const parts = stages.map(stage => [stage, of(stage)] as const).filter(([, text]) => text !== '');
  return [`${name}: ${parts.map(([stage, text]) => `${stage}: ${text}`).join('; ')}`, ...new Set(refused)].join('\n');
}

main(process.argv.slice(2)).then(
  code => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 2;
  },
);
