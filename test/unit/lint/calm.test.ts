import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Analysis } from '../../../src/lint/analysis';
import { memoryFiles } from '../../support/memoryFiles';

/** The codes that are found after each of the texts, as an editor has them one after the other. */
async function typed(texts: readonly string[]): Promise<readonly ReadonlyMap<string, number>[]> {
  const files = { '/r/main.tf': texts[0] ?? '' };
  const analysis = new Analysis(memoryFiles(files), {}, '/r', { ignore: () => false, severities: {} });
  await analysis.readAll(() => undefined);
  const out: ReadonlyMap<string, number>[] = [];
  for (const text of texts) {
    files['/r/main.tf'] = text;
    await analysis.readChanged(new Set(['/r/main.tf']));
    const counts = new Map<string, number>();
    for (const { code } of analysis.roots.flatMap(r => r.findings)) counts.set(code, (counts.get(code) ?? 0) + 1);
    out.push(counts);
  }
  return out;
}

/** Findings of a code that come, go and come again, or go, come and go. */
function flaps(states: readonly ReadonlyMap<string, number>[]): readonly string[] {
  const codes = new Set(states.flatMap(s => [...s.keys()]));
  return [...codes].flatMap(code => {
    const counts = states.map(s => s.get(code) ?? 0);
    const changes = counts.flatMap((count, i) =>
      i > 0 && count !== counts[i - 1] ? [count > (counts[i - 1] ?? 0)] : [],
    );
    return new Set(changes).size > 1 ? [`${code}: ${counts.join(' ')}`] : [];
  });
}

const argument: readonly string[] = [
  'profile = "dev"',
  'profile = var.profile',
  'access_key = "AKIAIOSFODNN7EXAMPLE"',
  'secret_key = local.keys["secret"]',
  'token = ""',
  'region = "eu-central-1"',
  'region = "${var.region}-1"',
  'alias = "b"',
  'shared_config_files = ["/etc/aws"]',
  'shared_config_files = [var.tfc_aws_dynamic_credentials.aliases["X"].shared_config_file]',
  'shared_config_files = try([var.tfc_aws_dynamic_credentials.default.shared_config_file], null)',
  'profile = !can(var.tfc_aws_dynamic_credentials.default) ? "dev" : null',
  'skip_credentials_validation = true',
  'skip_requesting_account_id = false',
  'max_retries = 3',
  'allowed_account_ids = ["111122223333"]',
  'default_tags {\n    tags = { a = "}" }\n  }',
  'assume_role {\n    role_arn = "arn:aws:iam::111122223333:role/r"\n  }',
  'assume_role_with_web_identity {\n    role_arn = "r"\n  }',
];

const around: readonly (readonly [string, string])[] = [
  ['provider "aws" {\n  region = "eu-west-1"\n  ', '\n}\n'],
  ['provider "aws" {\n  ', '\n  profile = "x"\n}\n\nresource "aws_sqs_queue" "q" {}\n'],
  [
    'provider "aws" {\n  region = "a"\n}\nprovider "aws" {\n  alias = "o"\n  profile = "x"\n  ',
    '\n}\nvariable "profile" {}\n',
  ],
  ['terraform {\n  backend "s3" {\n    ', '\n    bucket = "b"\n  }\n}\nprovider "aws" {\n  region = "r"\n}\n'],
];

test('no finding comes and goes while an argument is typed or deleted, letter by letter', async () => {
  const found: string[] = [];
  let keystrokes = 0;
  for (const [before, after] of around)
    for (const text of argument) {
      const steps = Array.from({ length: text.length + 1 }, (_, i) => before + text.slice(0, i) + after);
      keystrokes += 2 * text.length;
      for (const states of [await typed(steps), await typed([...steps].reverse())])
        found.push(...flaps(states).map(f => `${before}${text}: ${f}`));
    }
  assert.deepEqual(found, [], `${found.length} flaps in ${keystrokes} keystrokes`);
});

test('what is complete is judged at once, and a finding elsewhere does not wait', async () => {
  const half = 'provider "aws" {\n  region =\n}\n';
  const [, whole, beside] = await typed([
    half,
    'provider "aws" {\n  region = ""\n}\n',
    `${half}provider "aws" {\n  alias = "b"\n  region = "r"\n  profile = "x"\n}\n`,
  ]);
  assert.equal(whole?.get('missing-region'), 1);
  assert.equal(beside?.get('provider-profile'), 1);
});
