import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { addCloudBlock, type CloudChoice } from '../../../../src/binding/code/cloudBlock';
import { remoteToCloud } from '../../../../src/binding/code/remoteToCloud';
import type { NewText } from '../../../../src/binding/code/draft';
import type { Result } from '../../../../src/core/problem';
import type { CloudSettings, Root, Value } from '../../../../src/terraform/model';
import { validHcl } from '../../../support/hcl/generate';
import { rootOf } from '../../../support/root';

const choice: CloudChoice = {
  hostname: 'app.terraform.io',
  organization: 'acme',
  workspaces: { by: 'name', name: 'prod' },
};
const value = <T>(v: Value<T>): T | undefined => (v.state === 'known' ? v.value : undefined);
const must = (made: Result<NewText>): NewText => {
  assert.ok(made.ok, made.ok ? '' : made.problem.message);
  return made.value;
};
const refused = (made: Result<NewText>): string => (made.ok ? 'made' : made.problem.code);

/** Without the missing prototype that random objects have. */
const plain = (tags: unknown): unknown => (Array.isArray(tags) || tags === undefined ? tags : { ...(tags as object) });

interface Said {
  readonly kind: string;
  readonly hostname: unknown;
  readonly organization: unknown;
  readonly workspaces: unknown;
}
function said(cloud: CloudSettings): Said {
  const w = cloud.workspaces;
  return {
    kind: cloud.kind,
    hostname: value(cloud.hostname),
    organization: value(cloud.organization),
    workspaces:
      w.by === 'name'
        ? value(w.name)
        : w.by === 'tags'
          ? plain(value(w.tags))
          : w.by === 'prefix'
            ? value(w.prefix)
            : null,
  };
}

/** What is said of a root, apart from where: a block of a type that nobody knows is named before and after alike. */
const problemsOf = (root: Root): readonly string[] => root.problems.map(p => `${p.code} ${p.message}`);

/** The text after, and what a fresh reading of it says. */
async function add(files: Readonly<Record<string, string>>, wanted = choice): Promise<{ text: string; now: Said }> {
  const root = await rootOf(files);
  const made = must(addCloudBlock(root, wanted));
  const name = made.file.path.replace('/r/', '');
  const again = await rootOf({ ...files, [name]: made.text });
  assert.deepEqual(problemsOf(again), problemsOf(root));
  return { text: made.text, now: said(again.cloud) };
}
async function turn(
  files: Readonly<Record<string, string>>,
  more: Parameters<typeof remoteToCloud>[1] = {},
): Promise<{ text: string; before: Said; now: Said }> {
  const root = await rootOf(files);
  const made = must(remoteToCloud(root, more));
  const name = made.file.path.replace('/r/', '');
  const again = await rootOf({ ...files, [name]: made.text });
  assert.deepEqual(problemsOf(again), problemsOf(root));
  return { text: made.text, before: said(root.cloud), now: said(again.cloud) };
}

describe('a cloud block for a root without one', () => {
  test('goes into the terraform block that is there', async () => {
    const { text } = await add({ 'main.tf': 'terraform {\n  required_version = ">= 1.5"\n}\n' });
    assert.equal(
      text,
      'terraform {\n  cloud {\n    organization = "acme"\n\n    workspaces {\n      name = "prod"\n    }\n  }\n\n  required_version = ">= 1.5"\n}\n',
    );
  });

  test('or into a new one, in the file where it is looked for', async () => {
    const { text } = await add(
      { 'a.tf': 'locals {}\n', 'versions.tf': '# pins\n' },
      {
        ...choice,
        hostname: 'app.eu.terraform.io',
        workspaces: { by: 'tags', tags: ['app', 'eu'] },
        project: 'Shop Front',
      },
    );
    assert.equal(
      text,
      '# pins\n\nterraform {\n  cloud {\n    hostname     = "app.eu.terraform.io"\n    organization = "acme"\n\n    workspaces {\n      project = "Shop Front"\n      tags    = ["app", "eu"]\n    }\n  }\n}\n',
    );
  });

  test('fits every shape of a terraform block', async () => {
    for (const block of [
      'terraform {}',
      'terraform { }',
      'terraform {\n}',
      'terraform { required_version = "1.5" }',
      'terraform {\n\n  required_version = "1.5"\n}',
      'terraform { # comment\n  required_version = "1.5"\n}',
      'terraform {\n\trequired_providers {\n\t\taws = {}\n\t}\n}',
      '  terraform {\n    required_version = "1.5"\n  }',
    ])
      for (const eol of ['\n', '\r\n']) {
        const { now, text } = await add({ 'main.tf': `${block}\n`.replaceAll('\n', eol) });
        assert.deepEqual(
          now,
          { kind: 'cloud', hostname: 'app.terraform.io', organization: 'acme', workspaces: 'prod' },
          block,
        );
        if (eol === '\r\n') assert.doesNotMatch(text, /[^\r]\n/);
        for (const kept of ['required_version = "1.5"', '# comment', 'aws = {}'])
          if (block.includes(kept)) assert.ok(text.includes(kept), kept);
      }
  });

  test('in JSON, whatever its shape', async () => {
    for (const json of [
      '{}',
      '{"terraform":{"required_version":"1.5"}}',
      '{"terraform":[{"required_version":"1.5"}]}',
      '{"provider":{"aws":{}}}',
    ]) {
      const { now } = await add(
        { 'main.tf.json': json },
        { ...choice, workspaces: { by: 'tags', tags: { team: 'shop' } } },
      );
      assert.deepEqual(now.workspaces, { team: 'shop' }, json);
    }
  });

  test('OpenTofu has no default host, so it is named', async () => {
    assert.match((await add({ 'main.tofu': 'terraform {\n}\n' })).text, /hostname\s+= "app\.terraform\.io"/);
  });

  test('is refused where the state has a place already, or nobody could tell what belongs to what', async () => {
    const cases = {
      'cloud-exists': { 'main.tf': 'terraform {\n  cloud {\n    organization = "a"\n  }\n}\n' },
      'remote-exists': { 'main.tf': 'terraform {\n  backend "remote" {\n    organization = "a"\n  }\n}\n' },
      'backend-exists': { 'main.tf': 'terraform {\n  backend "s3" {}\n}\n' },
      syntax: { 'main.tf': 'terraform {\n  required_version = \n' },
      stack: { 'a.tfcomponent.hcl': 'component "x" {\n  source = "./x"\n}\n' },
    };
    for (const [code, files] of Object.entries(cases))
      assert.equal(refused(addCloudBlock(await rootOf(files), choice)), code);
  });

  test('law: whatever the rest of the file, it is read back as chosen and every line stays', async () => {
    const name = fc.constantFrom('acme', 'a-b_c', 'X9');
    const workspaces = fc.oneof(
      name.map(n => ({ by: 'name', name: n }) as const),
      fc.array(name, { minLength: 1 }).map(tags => ({ by: 'tags', tags }) as const),
      fc
        .dictionary(fc.constantFrom('team', 'x y', '0', 'a"b'), fc.constantFrom('v', '${x}', '%{', '\\'))
        .filter(d => Object.keys(d).length > 0)
        .map(tags => ({ by: 'tags', tags }) as const),
    );
    await fc.assert(
      fc.asyncProperty(validHcl, name, workspaces, fc.boolean(), async (text, organization, chosen, there) => {
        const eol = text.includes('\r\n') ? '\r\n' : '\n';
        const before = there ? `${text}${eol}terraform {${eol}  required_version = "1.5"${eol}}${eol}` : text;
        const { now, text: after } = await add({ 'main.tf': before }, { ...choice, organization, workspaces: chosen });
        assert.deepEqual(now, {
          kind: 'cloud',
          hostname: 'app.terraform.io',
          organization,
          workspaces: chosen.by === 'name' ? chosen.name : plain(chosen.tags),
        });
        let at = 0;
        for (const line of before.split(/\r?\n/)) {
          const found = after.indexOf(line, at);
          assert.ok(found >= 0, line);
          at = found + line.length;
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('backend "remote" turned into cloud', () => {
  const remote = (inner: string): string =>
    `terraform {\n  required_version = "1.5"\n\n  backend "remote" {\n${inner}  }\n}\n`;

  test('keeps its host, organization and workspace', async () => {
    const { text, before, now } = await turn({
      'main.tf': remote(
        '    hostname     = "tfe.acme.example" # ours\n    organization = "acme"\n\n    workspaces {\n      name = "prod"\n    }\n',
      ),
    });
    assert.deepEqual(now, { ...before, kind: 'cloud' });
    assert.match(text, /^ {2}cloud \{$/m);
    assert.match(text, /# ours/);
  });

  test('a prefix needs tags or a name', async () => {
    const files = { 'main.tf': remote('    organization = "acme"\n    workspaces {\n      prefix = "app-"\n    }\n') };
    assert.equal(refused(remoteToCloud(await rootOf(files))), 'prefix-needs-tags');
    const tags = await turn(files, { workspaces: { by: 'tags', tags: ['app'] } });
    assert.deepEqual([tags.now.kind, tags.now.workspaces], ['cloud', ['app']]);
    const named = await turn(files, { workspaces: { by: 'name', name: 'app-prod' } });
    assert.deepEqual([named.now.kind, named.now.workspaces], ['cloud', 'app-prod']);
    assert.doesNotMatch(named.text, /prefix/);
  });

  test('an organization from -backend-config has to be written', async () => {
    for (const inner of ['    workspaces {\n      name = "prod"\n    }\n', '']) {
      const files = { 'main.tf': inner === '' ? 'terraform {\n  backend "remote" {}\n}\n' : remote(inner) };
      const more = { workspaces: { by: 'name', name: 'prod' } } as const;
      assert.equal(refused(remoteToCloud(await rootOf(files), more)), 'organization-missing');
      const { now } = await turn(files, { ...more, organization: 'acme' });
      assert.deepEqual([now.organization, now.workspaces], ['acme', 'prod'], inner);
    }
  });

  test('one-line blocks, CRLF, override files and JSON', async () => {
    for (const files of [
      {
        'main.tf':
          'terraform {\n  backend "remote" {\n    organization = "acme"\n    workspaces { name = "prod" }\n  }\n}\n',
      },
      {
        'main.tf': remote('    organization = "acme"\n    workspaces {\n      name = "prod"\n    }\n').replaceAll(
          '\n',
          '\r\n',
        ),
      },
      {
        'main.tf':
          'terraform {\n  backend remote {\n    organization = "acme"\n    workspaces {\n      name = "prod"\n    }\n  }\n}\n',
      },
      {
        'main.tf': 'locals {}\n',
        'x_override.tf': remote('    organization = "acme"\n    workspaces {\n      name = "prod"\n    }\n'),
      },
      {
        'main.tf.json':
          '{"terraform":{"backend":{"remote":{"organization":"acme","workspaces":{"name":"prod"}}},"required_version":"1.5"}}',
      },
      {
        'main.tf.json':
          '{"terraform":[{"backend":{"remote":[{"organization":"acme","workspaces":[{"name":"prod"}]}]}}]}',
      },
    ]) {
      const { before, now } = await turn(files as Readonly<Record<string, string>>);
      assert.deepEqual(now, { ...before, kind: 'cloud' }, JSON.stringify(files));
    }
  });

  test('a root without one is refused', async () => {
    assert.equal(refused(remoteToCloud(await rootOf({ 'main.tf': 'locals {}\n' }))), 'no-remote');
  });

  test('law: settings survive, whatever the rest of the file', async () => {
    const name = fc.constantFrom('acme', 'a-b_c', 'X9');
    await fc.assert(
      fc.asyncProperty(
        validHcl,
        name,
        name,
        fc.option(fc.constantFrom('tfe.acme.example', 'app.eu.terraform.io')),
        async (text, organization, workspace, host) => {
          const eol = text.includes('\r\n') ? '\r\n' : '\n';
          const block = remote(
            `${host === null ? '' : `    hostname = "${host}"\n`}    organization = "${organization}"\n    workspaces {\n      name = "${workspace}"\n    }\n`,
          ).replaceAll('\n', eol);
          const { before, now, text: after } = await turn({ 'main.tf': `${text}${eol}${block}` });
          assert.deepEqual(now, { ...before, kind: 'cloud' });
          assert.equal(after, `${text}${eol}${block.replace('backend "remote"', 'cloud')}`);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('backend "remote" with empty and contradicting settings', () => {
  const remote = (inner: string): Record<string, string> => ({
    'main.tf': `terraform {\n  backend "remote" {\n${inner}  }\n}\n`,
  });
  const cloud = (inner: string): string => `terraform {\n  cloud {\n${inner}  }\n}\n`;
  const acme = '    organization = "acme"\n';
  const tags = { workspaces: { by: 'tags', tags: ['app'] } } as const;

  test('an empty name or prefix is none, and does not stay', async () => {
    const made = async (inner: string, more: Parameters<typeof remoteToCloud>[1] = {}): Promise<string> =>
      must(remoteToCloud(await rootOf(remote(inner)), more)).text;
    const both = (name: string, prefix: string): string =>
      `${acme}    workspaces {\n      name   = "${name}"\n      prefix = "${prefix}"\n    }\n`;
    assert.equal(await made(both('prod', '')), cloud(`${acme}    workspaces {\n      name = "prod"\n    }\n`));
    assert.equal(await made(both('', 'app-'), tags), cloud(`${acme}    workspaces {\n      tags = ["app"]\n    }\n`));
    assert.equal(
      await made('    organization = ""\n    workspaces {\n      name = "prod"\n    }\n', { organization: 'acme' }),
      cloud(`${acme}    workspaces {\n      name = "prod"\n    }\n`),
    );
    assert.equal(
      await made('', { organization: 'acme', workspaces: { by: 'name', name: 'prod' } }),
      cloud(`${acme}\n    workspaces {\n      name = "prod"\n    }\n`),
    );
    assert.equal(refused(remoteToCloud(await rootOf(remote(both('', 'app-'))))), 'prefix-needs-tags');
    const json = (workspaces: string): Record<string, string> => ({
      'main.tf.json': `{"terraform":{"backend":{"remote":{"organization":"","workspaces":${workspaces}}}}}`,
    });
    const { text } = must(remoteToCloud(await rootOf(json('{"name":"prod","prefix":""}')), { organization: 'acme' }));
    assert.deepEqual(JSON.parse(text), {
      terraform: { cloud: { organization: 'acme', workspaces: { name: 'prod' } } },
    });
  });

  test('another organization or workspace than the block names is refused', async () => {
    const root = await rootOf(remote(`${acme}    workspaces {\n      name = "prod"\n    }\n`));
    assert.equal(refused(remoteToCloud(root, { organization: 'other' })), 'organization-differs');
    assert.equal(refused(remoteToCloud(root, { workspaces: { by: 'name', name: 'stage' } })), 'workspace-differs');
    assert.equal(refused(remoteToCloud(root, tags)), 'workspace-differs');
    assert.equal(
      refused(remoteToCloud(root, { organization: 'acme', workspaces: { by: 'name', name: 'prod' } })),
      'made',
    );
  });
});

test('files that hold JSON and no object are told or passed over, never a bug', async () => {
  for (const json of [
    '6',
    'null',
    'true',
    '"x"',
    '[]',
    '[6]',
    '[[{}]]',
    '{"terraform":6}',
    '{"terraform":[6,null]}',
    '',
  ]) {
    for (const files of [
      { 'main.tf.json': json },
      { 'main.tf.json': json, 'other.tf': 'locals {}\n' },
      { 'main.tf': 'terraform {\n}\n', 'versions.tf.json': json },
    ]) {
      const root = await rootOf(files);
      for (const made of [addCloudBlock(root, choice), remoteToCloud(root, choice)])
        if (!made.ok) assert.ok(made.problem.nextStep.length > 5, json);
        else assert.match(made.value.text, /organization/);
    }
  }
});
