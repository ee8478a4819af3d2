import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { mapping } from '../support/permissions';
import { startMoto } from '../support/aws/moto/server';
import { AwsModels } from './awsCall';
import { configurations } from './configurations';
import { iamNamesOf, IamCalls } from './iamCall';
import { matrixOf, withMatrix } from './matrix';
import { type Configuration, type Stage, stages } from './phases';
import { recordingOf } from './recording';
import { EnforcingProxy } from './proxy';
import { type ConfigurationResult, prove } from './run';

/**
 * npm run permissions:prove -- [NAME…] [--stages create,change,…] [--results FILE] [--write] [--record VERSION]
 *
 * Runs terraform and the AWS provider under exactly the policies that are made for them: each call goes through a proxy that answers
 * AccessDenied to what they do not allow, on its way to moto. --results keeps what was seen and goes on where it stopped; --write puts the matrix into docs/permissions.md, and
 * --record keeps each run without a refusal as a fixture (test/fixtures/observed); VERSION is that of the provider.
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
  const names = args.filter((a, i) => !a.startsWith('--') && !/^--(?:results|stages|record)$/.test(args[i - 1] ?? ''));
  const wanted = new Set(stages.filter(stage => only === undefined || only.split(',').includes(stage)));
  const results = resultsIn(file);
  const moto = await startMoto(path.join(__dirname, 'requirements.txt'));
  if ('missing' in moto) {
    process.stderr.write(`There is no emulator: ${moto.missing}\n`);
    return 2;
  }
  const calls = new IamCalls(mapping, account, await iamNamesOf());
  const proxy = await EnforcingProxy.start(moto.url, AwsModels.at(botocoreData(moto.packages)), calls, mapping);
  try {
    for (const configuration of configurations()) {
      if (names.length > 0 && !names.includes(configuration.name)) continue;
      if (results.some(r => r.name === configuration.name)) continue;
      const prover = { proxy, mapping, provider: providerPlace(), account, region, wanted };
      const reset = async (): Promise<void> => {
        calls.forget();
        await moto.reset();
      };
      const result = await prove(configuration, { ...prover, reset });
      results.push(result);
      process.stdout.write(`${lineOf(result)}\n`);
      if (file !== undefined) writeFileSync(file, JSON.stringify(results));
      if (version !== undefined) record(configuration, result, version);
    }
  } finally {
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
function record(configuration: Configuration, result: ConfigurationResult, provider: string): void {
  if (result.phases.some(p => p.outcome === 'refused')) return;
  const asked = execFileSync('terraform', ['version', '-json'], { encoding: 'utf8' });
  const { terraform_version: terraform } = JSON.parse(asked) as { readonly terraform_version: string };
  const emulator = /^moto==(.*)$/m.exec(readFileSync(path.join(__dirname, 'requirements.txt'), 'utf8'))?.[1] ?? '';
  const of = { provider, terraform, emulator: `moto ${emulator}`, account, region };
  const text = `${JSON.stringify(recordingOf(configuration, result, of), null, 1)}\n`;
  writeFileSync(path.join(__dirname, '..', 'fixtures', 'observed', `${configuration.name}.json`), text);
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
