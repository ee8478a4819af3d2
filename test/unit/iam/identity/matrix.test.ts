import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  compareIdentities,
  type Identity,
  type Origin,
  readSharedFiles,
  regionProblem,
  requestSettings,
} from '../../../../src/iam/identity';
import { besides, owners, secretKey, type Shape, shapes } from '../../../support/identity/shapes';

const dir = '/home/me';

async function readShape({ config, credentials, env = {}, profile }: Shape) {
  const filled = Object.fromEntries(Object.entries(env).map(([k, v]) => [k, v?.replaceAll('{{DIR}}', dir)]));
  const environment = { AWS_EC2_METADATA_DISABLED: 'true', ...filled };
  const texts: Readonly<Record<string, string | undefined>> = {
    [`${dir}/.aws/config`]: config,
    [`${dir}/.aws/credentials`]: credentials,
    ...Object.fromEntries(Object.entries(besides).map(([name, text]) => [`${dir}/${name}`, text])),
  };
  const files = await readSharedFiles(environment, { home: dir, read: file => Promise.resolve(texts[file]) });
  return { files, environment, report: compareIdentities(environment, files, profile) };
}

/** Who the credentials of an origin belong to, as STS would say. */
function callerOf(
  shape: Shape,
  origin: Origin,
  set: 'cli' | 'terraform',
  files: Awaited<ReturnType<typeof readShape>>['files'],
): string {
  switch (origin.kind) {
    case 'environment':
      return owners[shape.env?.[origin.variable] ?? ''] ?? 'none';
    case 'static': {
      const settings = files[set].profiles.get(origin.profile)?.[origin.file] ?? {};
      return owners[settings['aws_access_key_id'] ?? ''] ?? 'none';
    }
    case 'assume-role':
      return callerOf(shape, origin.source, set, files) === 'none' ? 'none' : (origin.roleArn.split('/').at(-1) ?? '');
    case 'web-identity':
      return origin.roleArn === '' ? 'none' : (origin.roleArn.split('/').at(-1) ?? '');
    case 'credential-process':
      return files[set].profiles.get(origin.profile)?.settings['credential_process']?.includes('dave')
        ? 'dave'
        : 'none';
    default:
      return 'none';
  }
}

describe('whose credentials aws and terraform take', () => {
  for (const shape of shapes) {
    test(shape.name, async () => {
      const { files, environment, report } = await readShape(shape);
      const who = (identity: Identity, set: 'cli' | 'terraform'): string => {
        if (identity.origin === undefined) return 'none';
        const settings = files.cli.profiles.get(identity.profile.name)?.settings ?? {};
        const region = requestSettings(environment, files, settings, undefined).region ?? 'us-east-1';
        if (set === 'cli' && regionProblem(region, undefined) !== undefined) return 'none';
        return callerOf(shape, identity.origin, set, files);
      };
      assert.deepEqual(
        { aws: who(report.aws, 'cli'), terraform: who(report.terraform, 'terraform') },
        { aws: shape.aws, terraform: shape.terraform },
        JSON.stringify({ aws: report.aws, terraform: report.terraform }),
      );
      assert.ok(!JSON.stringify(report).includes(secretKey), 'no secret is told');
    });
  }

  test('there are more than a hundred, each of its own name', () => {
    assert.ok(shapes.length > 100, String(shapes.length));
    assert.equal(new Set(shapes.map(s => s.name)).size, shapes.length);
  });
});
