import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { generatePermissions } from '../../../src/iam/needs/generate';
import type { Root } from '../../../src/terraform/model';
import { configurations } from '../../prove/configurations';
import { type Configuration, type Files, planOf, type Stage, stages } from '../../prove/phases';
import { type ProvenCall, type ProvenPhase, readRecording, recordingOf } from '../../prove/recording';
import type { PhaseResult } from '../../prove/run';
import { schemaOf } from '../../prove/schema';
import { projectOf } from '../../support/lintFixtures';
import { allows } from '../../support/observed';
import { mapping } from '../../support/permissions';

const folder = path.join(__dirname, '../../fixtures/proven');
const place = { partition: 'aws', region: 'us-east-1', account: '123456789012' };
const recorded = existsSync(folder) ? readdirSync(folder).map(file => file.replace(/\.txt$/, '')) : [];

async function rootOf(files: Files): Promise<Root> {
  const texts = Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== null);
  const { roots } = await projectOf(Object.fromEntries(texts));
  const root = roots.find(r => r.dir === '/p');
  assert.ok(root);
  return root;
}

/** The policy under which a stage runs: of its code, and of the code that made what is there. */
async function policiesOf(configuration: Configuration): Promise<(of: ProvenPhase) => string> {
  const roots = new Map<string, Promise<Root>>();
  const codeOf = (stage: Stage): Promise<Root> => {
    const files = planOf(configuration, stage, ['aws_x.y'])?.files ?? configuration.files;
    const key = JSON.stringify(files);
    const root = roots.get(key) ?? rootOf(files);
    roots.set(key, root);
    return root;
  };
  const all = new Map(await Promise.all(stages.map(async stage => [stage, await codeOf(stage)] as const)));
  const made = new Map<string, string>();
  return ({ stage, phase }) => {
    const code = all.get(stage);
    assert.ok(code);
    const before = stages.slice(0, stages.indexOf(stage)).flatMap(s => all.get(s) ?? []);
    const applied = [...new Set(before)];
    const key = `${phase} ${stages.findIndex(s => all.get(s) === code)} ${applied.length}`;
    const policy =
      made.get(key) ?? JSON.stringify(generatePermissions(code, mapping, { phase, place, applied }).policy);
    made.set(key, policy);
    return policy;
  };
}

for (const name of recorded) {
  test(`${name}: no call of its run under exactly its policies is refused in any stage`, async () => {
    const configuration = configurations().find(c => c.name === name);
    assert.ok(configuration, 'the recording is of no configuration');
    const of = await policiesOf(configuration);
    const { calls } = readRecording(readFileSync(path.join(folder, `${name}.txt`), 'utf8'));
    assert.ok(calls.length > 0);
    const allowed = ({ action, resources }: ProvenCall, phase: ProvenPhase): boolean =>
      allows({ name: 'policy', text: of(phase) }, [action, 200, ...resources], mapping);
    const refused = calls.flatMap(call =>
      call.phases.filter(phase => !allowed(call, phase)).map(p => `${p.stage} ${p.phase}: ${call.action}`),
    );
    assert.deepEqual(refused, []);
  });
}

test('a recording is read as it was written: each call once, with the phases that it was in', () => {
  const phase = (stage: Stage, of: 'plan' | 'apply', id: string): PhaseResult => ({
    ...{ stage, phase: of, outcome: 'passed', error: '', unused: [], milliseconds: 1 },
    calls: [
      {
        ...{ service: 'ec2', operation: 'DeleteVpc', refused: false },
        call: ['ec2:DeleteVpc', 200, `arn:aws:ec2:us-east-1:123456789012:vpc/vpc-${id}`],
      },
    ],
  });
  const phases = [phase('create', 'apply', '0a1b2c3d4e5f60718'), phase('destroy', 'plan', '1a1b2c3d4e5f60718')];
  const text = recordingOf({ name: 'x', phases }, { provider: '1', terraform: '2', emulator: 'moto 3' });
  assert.deepEqual(readRecording(text), {
    with: 'provider 1, terraform 2, moto 3',
    calls: [
      {
        phases: [
          { stage: 'create', phase: 'apply' },
          { stage: 'destroy', phase: 'plan' },
        ],
        action: 'ec2:DeleteVpc',
        resources: ['arn:aws:ec2:us-east-1:123456789012:vpc/vpc-0123456789abcdef0'],
      },
    ],
  });
});

test('of a schema only the types that are asked for are left', () => {
  const field = (number: number, bytes: Buffer): Buffer =>
    Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
  const entry = (number: number, name: string): Buffer => field(number, field(1, Buffer.from(name)));
  const provider = field(1, Buffer.from('p'));
  const whole = Buffer.concat([
    provider,
    entry(2, 'aws_a'),
    entry(2, 'aws_b'),
    entry(3, 'aws_b'),
    entry(7, 'arn_parse'),
  ]);
  assert.deepEqual(schemaOf(whole, new Set(['aws_a'])), Buffer.concat([provider, entry(2, 'aws_a')]));
  assert.deepEqual(schemaOf(whole, new Set()), provider);
});
