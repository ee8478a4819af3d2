import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyToFile } from '../../../src/lint/edits/fixes';
import { lintProject } from '../../../src/lint/lint';
import { parseHcl } from '../../../src/terraform/syntax/hcl';
import { parseTerragrunt } from '../../../src/terraform/terragrunt';
import { projectOf } from '../../support/lintFixtures';

async function found(files: Record<string, string>): Promise<readonly string[]> {
  const project = await projectOf(files);
  return lintProject(project).map(({ code, location: { file, span } }) => {
    const text = files[file.slice('/p/'.length)] ?? '';
    return `${file.slice('/p/'.length)}: ${code} ${text.slice(span.start, span.end)}`;
  });
}

const provider = 'provider "aws" {\n  region  = "eu-west-1"\n  profile = "dev"\n}\n';

test('what a generate block writes is linted where it stands, however it is written', async () => {
  const heredoc = `generate "p" {\n  path = "p.tf"\n  contents = <<EOF\n${provider}EOF\n}\n`;
  const quoted = `generate "p" {\n  contents = ${JSON.stringify(provider)}\n}\n`;
  const ofLocal = `locals {\n  code = <<-EOF\n    ${provider.replaceAll('\n', '\n    ')}\n  EOF\n}\ngenerate "p" {\n  contents = local.code\n}\n`;
  const map = `generate = {\n  p = {\n    path = "p.tf"\n    contents = <<EOF\n${provider}EOF\n  }\n}\n`;
  assert.deepEqual(await found({ 'terragrunt.hcl': heredoc }), ['terragrunt.hcl: provider-profile profile = "dev"']);
  assert.deepEqual(await found({ 'a/root.hcl': quoted }), ['a/root.hcl: provider-profile profile = \\"dev\\']);
  assert.deepEqual(await found({ 'env/provider.hcl': ofLocal }), [
    'env/provider.hcl: provider-profile profile = "dev"',
  ]);
  assert.deepEqual(await found({ 'terragrunt.hcl': map }), ['terragrunt.hcl: provider-profile profile = "dev"']);
});

test('what Terragrunt writes into the code is a value that is not known, and breaks nothing', async () => {
  const text = `generate "p" {
  contents = <<EOF
# it's "open
\${local.more}
provider "aws" {
  region = \${jsonencode("x")}
%{ if local.a == "b" }
  allowed_account_ids = ["\${local.account}"]
%{ endif }
  profile = "\${local.profile}"
  default_tags {
    tags = { a = "$\${var.a}" }
  }
}
EOF
}
`;
  assert.deepEqual(await found({ 'terragrunt.hcl': text }), [
    'terragrunt.hcl: provider-profile profile = "${local.profile}"',
  ]);
  const [generate] = parseTerragrunt(text).body.blocks;
  assert.deepEqual(
    generate?.body.blocks.map(b => [b.type, b.body.attributes.map(a => a.name)]),
    [['provider', ['region', 'allowed_account_ids', 'profile']]],
  );
});

test('remote_state is linted as a backend, with the names of its own file', async () => {
  const text = `locals {
  none = null
  name = "dev"
}
remote_state {
  backend = "s3"
  config = merge({ profile = local.name }, {
    access_key            = local.none
    secret_key = "x"
  })
}
`;
  assert.deepEqual(await found({ 'terragrunt.hcl': text }), [
    'terragrunt.hcl: backend-credentials profile = local.name',
    'terragrunt.hcl: backend-credentials secret_key = "x"',
  ]);
});

test('a fix changes the file of Terragrunt, and leaves it closed; code in quotes has none', async () => {
  const fixed = async (text: string): Promise<string> => {
    const project = await projectOf({ 'terragrunt.hcl': text });
    const file = project.roots[0]?.module.files[0];
    assert.ok(file);
    const edits = lintProject(project).flatMap(f => f.fixes.flatMap(fix => fix.edits));
    return applyToFile(file, edits);
  };
  const text = `generate "p" {\n  contents = <<EOF\n${provider}EOF\n}\n`;
  assert.equal(
    await fixed(text),
    text.replace('  region  = "eu-west-1"\n  profile = "dev"\n', '  region = "eu-west-1"\n'),
  );
  const quoted = `generate "p" {\n  contents = ${JSON.stringify(provider)}\n}\n`;
  assert.equal(await fixed(quoted), quoted);
});

test('one note says what of the file is not read; files of other tools are left alone', async () => {
  const project = await projectOf({
    'main.tf': '',
    'live/terragrunt.hcl':
      'include "root" {\n  path = find_in_parent_folders()\n}\nterraform {\n  source = "x"\n}\ninputs = {}\ngenerate "p" {\n  contents = file("p")\n}\n',
    'vault/config.hcl': 'listener "tcp" {\n  tls_disable = true\n}\n',
    'docker-bake.hcl': 'target "x" {\n}\n',
    'live/env.hcl': 'locals {\n}\n',
  });
  assert.deepEqual(
    project.roots.map(r => [r.dir, r.problems.map(p => p.message)]),
    [
      ['/p', []],
      [
        '/p/live',
        [
          "Of Terragrunt's files the code that they generate and remote_state are read; include, terraform, contents that a function makes and inputs here are not.",
        ],
      ],
    ],
  );
});

test('every node of generated code has its place, whatever stands around it', () => {
  const word = fc.stringMatching(/^[a-z]{1,6}$/);
  const line = fc.oneof(
    fc.tuple(word, word).map(([a, b]) => `  ${a} = "${b}"`),
    fc.tuple(word, word).map(([a, b]) => `  ${a} = "x\${local.${b}}"`),
    word.map(a => `  ${a} = \${local.a}`),
    word.map(a => `  # ${a} "`),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.boolean(), (lines, indented) => {
      const text = `locals {\n  a = 1\n}\ngenerate "p" {\n  contents = <<${indented ? '-' : ''}EOF\nprovider "aws" {\n${lines.join('\n')}\n}\n  EOF\n}\n`;
      const parsed = parseTerragrunt(text);
      assert.deepEqual(parsed.problems, parseHcl(text).problems);
      const attributes = parsed.body.blocks[1]?.body.blocks[0]?.body.attributes ?? [];
      assert.equal(attributes.length, lines.filter(l => !l.includes('#')).length);
      for (const { name, nameSpan, start, end } of attributes) {
        assert.equal(text.slice(nameSpan.start, nameSpan.end), name);
        assert.ok(lines.includes(`  ${text.slice(start, end)}`), text.slice(start, end));
      }
    }),
  );
});
