import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rootOf } from '../../support/root';

const codes = async (files: Record<string, string>): Promise<readonly string[]> =>
  (await rootOf(files)).problems.map(p => `${p.code} ${p.location?.file ?? ''}`);

test('a block of any type that the reader does not know is named, with its place', async () => {
  const known =
    /^(?:terraform|provider|resource|data|ephemeral|variable|output|locals|module|moved|import|removed|check|list|component|required_providers|deployment\w*|identity_token|store|orchestrate|publish_output|upstream_input)$/;
  const word = fc.stringMatching(/^[a-z][a-z_]{0,12}$/).filter(type => !known.test(type));
  await fc.assert(
    fc.asyncProperty(
      word,
      fc.constantFrom('x.tf', 'x.tfcomponent.hcl', 'x.tfdeploy.hcl', 'x.tfquery.hcl'),
      async (type, name) => {
        assert.deepEqual(await codes({ 'main.tf': '', [name]: `${type} "aws_a" "b" {\n}\n` }), [
          `block-unread /r/${name}`,
        ]);
      },
    ),
    { numRuns: 60 },
  );
});

test('what is read in checks, queries, actions and encryption', async () => {
  const root = await rootOf({
    'main.tf':
      'check "c" {\n  data "aws_lb" "l" {}\n  assert {\n    condition = true\n    error_message = ""\n  }\n}\n',
    'q.tfquery.hcl': 'provider "aws" {\n  profile = "p"\n}\nlist "aws_instance" "a" {\n  provider = aws\n}\n',
  });
  assert.deepEqual(root.problems, []);
  assert.deepEqual(
    root.module.resources.map(r => `${r.mode}.${r.type}`),
    ['data.aws_lb'],
  );
  assert.equal(root.module.providers.length, 1);
  const kms = 'terraform {\n  encryption {\n    key_provider "aws_kms" "k" {\n      kms_key_id = "a"\n    }\n  }\n}\n';
  // The calls of its key are known now; those of another provider's key are not.
  assert.deepEqual(await codes({ 'main.tofu': kms }), []);
  assert.deepEqual(await codes({ 'main.tofu': kms.replace('aws_kms', 'other') }), ['block-unread /r/main.tofu']);
  assert.deepEqual(await codes({ 'main.tf': 'check "c" {\n  action "a" {}\n}\n' }), ['block-unread /r/main.tf']);
});

test('an encrypted or binary file is one note', async () => {
  const root = await rootOf({
    'main.tf': 'provider "aws" {}\n',
    'terraform.tfvars': '\0GITCRYPT\0\u0001{{{\n"',
    'b.tf': 'x\0y',
  });
  assert.deepEqual(
    root.problems.map(p => p.code),
    ['file-skipped', 'file-skipped'],
  );
});

test('cloud blocks that Terraform refuses have a problem, and constants are read', async () => {
  const cloud = (body: string): Record<string, string> => ({
    'main.tf': `terraform {\n  cloud {\n    ${body}\n  }\n}\n`,
  });
  const ok = 'organization = "acme"\n    workspaces {\n      name = "w"\n    }';
  const cases: readonly (readonly [body: string, code: string | undefined])[] = [
    [ok, undefined],
    ['organization = "ac${"me"}"\n    workspaces {\n      name = true ? "w" : "v"\n    }', undefined],
    ['organization = "acme"', 'missing-workspaces'],
    ['organization = "acme"\n    workspaces {\n    }', 'missing-workspaces'],
    ['organization = "acme"\n    workspaces = {}', 'cloud-refused'],
    [`${ok}\n    workspaces {\n      name = "v"\n    }`, 'cloud-refused'],
    ['organization = "acme"\n    workspaces {\n      tags = [1, true]\n    }', 'cloud-refused'],
    ['organization = "acme"\n    workspaces {\n      prefix = "x-"\n    }', 'cloud-refused'],
    ['organization = <<E\nacme\nE\n    workspaces {\n      name = "w"\n    }', 'cloud-refused'],
    [`${ok}\n    retries = 3`, 'cloud-refused'],
  ];
  for (const [body, code] of cases) {
    const found = (await rootOf(cloud(body))).problems.map(p => p.code);
    assert.equal(
      code === undefined ? found.length === 0 : found.includes(code as never),
      true,
      `${body}: ${found.join()}`,
    );
  }
  const root = await rootOf({
    'main.tofu':
      'variable "o" {\n  default = "acme"\n}\nterraform {\n  cloud {\n    hostname = "h.example"\n    organization = var.o\n    workspaces {\n      name = "w-${var.o}"\n    }\n  }\n}\nmodule "m" {\n  source = "./${var.o}"\n}\n',
    'acme/main.tf': 'resource "aws_sqs_queue" "q" {}\n',
  });
  assert.equal(root.cloud.organization.state === 'known' && root.cloud.organization.value, 'acme');
  assert.equal(root.modules.length, 2);
});
