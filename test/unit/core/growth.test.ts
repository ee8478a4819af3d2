import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { printable } from '../../../src/cli/output/printable';
import { redact } from '../../../src/core/redact';
import { nameAt } from '../../../src/oidc/nameAt';
import { actionAt } from '../../../src/iam/reference/actionLanguage';
import { lintTrustText } from '../../../src/iam/lint/trust/lintTrust';
import { parseCliConfig } from '../../../src/hcp/tokens/cliConfig';
import { readPolicyText } from '../../../src/iam/policy/node';
import { readPolicy } from '../../../src/iam/policy/statement';
import { parseAsCli, parseAsGo } from '../../../src/iam/identity/ini';
import { parseHcl } from '../../../src/terraform/syntax/hcl';
import { parseTerraformJson } from '../../../src/terraform/syntax/json';
import { cost, type FoundRegex, growth, pumps, regexesOf, use, within } from '../../support/growth/regexes';

/** Twice the input takes about twice the time, and never four times: in whatever file or reply of others it stands. */

/** The power by which time may grow with length. */
const most = 1.3;

/** What was measured once may have been another thing's time: only what stays above counts. */
function grows(work: (length: number) => void, longest: number): number | undefined {
  let least = growth(work, longest);
  for (let again = 0; again < 3 && least !== undefined && least > most; again++)
    least = Math.min(least, growth(work, longest) ?? 1);
  return least !== undefined && least > most ? least : undefined;
}

/** Of an expression: most are done with a text of any kind at once. */
function growthOf(found: FoundRegex, pump: (length: number) => string): number | undefined {
  const spent = (length: number): number => cost(() => use(found, pump(length)));
  if (spent(300) < 2 && spent(12_000) < 2) return undefined;
  return grows(length => use(found, pump(length)), 32_000);
}

test('every expression of the source is found, for npm run growth to ask', () => {
  const all = regexesOf(path.join(__dirname, '../../../src'));
  assert.ok(all.length > 500, `${all.length} expressions`);
  assert.ok(all.flatMap(pumps).length > 5 * all.length);
});

test('the measure tells what grows from what does not', () => {
  const found = (regex: RegExp): FoundRegex => ({ place: 'here', regex });
  for (const regex of [/\s+$/, /a.*b/, /\/\*[\s\S]*?\*\//])
    assert.ok(
      pumps(found(regex)).some(pump => growthOf(found(regex), pump) !== undefined),
      String(regex),
    );
  for (const regex of [/(?<!\s)\s+$/, /^a+$/, /[a-z]{1,60}:/g])
    for (const pump of pumps(found(regex))) assert.equal(growthOf(found(regex), pump), undefined, String(regex));
});

test('an expression that tries every way to read a text is told as such, and does not hold the measure up', () => {
  const endless = /(?:\r\n|\r|\n)+$/;
  assert.equal(
    within(50, () => endless.exec('\r\n'.repeat(150) + 'x')),
    'late',
  );
  assert.equal(
    within(5000, () => 7),
    7,
  );
});

describe('what others wrote is read in time that grows with it', () => {
  const lines = (line: (i: number) => string, length: number): string => {
    const out: string[] = [];
    for (let i = 0, size = 0; size < length; i++) {
      const text = line(i);
      out.push(text);
      size += text.length;
    }
    return out.join('');
  };
  const policy = (text: string): void => {
    const { root } = readPolicyText(text);
    if (root !== undefined) readPolicy(root, 'permissions');
  };
  const trust = (text: string): unknown => lintTrustText(text, {});
  const allow = (i: number): string =>
    `{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::123456789012:oidc-provider/app.terraform.io"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"app.terraform.io:aud":"aws.workload.identity","app.terraform.io:sub":"organization:acme:project:Default Project:workspace:w${i}:run_phase:plan"}}}`;
  const cases: readonly (readonly [string, (text: string) => unknown, (length: number) => string])[] = [
    ['keys of a policy', policy, n => `{${lines(i => `"k${i}":1,`, n)}"Statement":[]}`],
    ['the same key of a policy', policy, n => `{${lines(() => '"Version":1,', n)}"Statement":[]}`],
    ['commas of a policy', policy, n => `{"Statement":[${lines(() => '[1,],', n)}`],
    ['what is no policy', policy, n => `{${lines(() => "'a' ", n)}`],
    ['comments of a policy', policy, n => `{${lines(() => '/* a */', n)}"Statement":[]}`],
    ['statements', policy, n => `{"Statement":[${lines(i => `{"Sid":"s${i}"},`, n)}{}]}`],
    ['a trust policy', trust, n => `{"Statement":[${lines(i => `${allow(i)},`, n)}${allow(0)}]}`],
    ['a trust policy with a Deny', trust, n => `{"Statement":[${lines(i => `${allow(i)},`, n)}${allow(0).replace('Allow', 'Deny')}]}`],
    ['nested lists of a policy', policy, n => lines(() => '[', n)],
    ['.terraformrc, blocks', parseCliConfig, n => lines(i => `credentials "h${i}.example.com" {\n token = "x"\n}\n`, n)],
    ['.terraformrc, one key', parseCliConfig, n => lines(() => 'a = "b"\n', n)],
    ['.terraformrc, many keys', parseCliConfig, n => lines(i => `a${i} = "b"\n`, n)],
    ['.terraformrc, comments', parseCliConfig, n => lines(() => '# a\n/* b */ ', n)],
    ['.terraformrc, heredocs', parseCliConfig, n => lines(() => 'a = <<E\nb\nE\n', n)],
    ['.terraformrc, an open comment', parseCliConfig, n => `/*${lines(() => '/* ', n)}`],
    ['credentials.tfrc.json', parseCliConfig, n => `{"credentials":{${lines(i => `"h${i}.example.com":{"token":"x"},`, n)}"a.b":{}}}`],
    ['profiles of AWS', parseAsCli, n => lines(i => `[profile p${i}]\nregion = x\n`, n)],
    ['settings of one profile', parseAsGo, n => `[default]\n${lines(i => `k${i} = x\n`, n)}`],
    ['provider blocks', parseHcl, n => lines(i => `provider "aws" {\n alias = "a${i}"\n}\n`, n)],
    ['braces', parseHcl, n => lines(() => 'a {\n', n)],
    ['quotes', parseHcl, n => lines(() => 'a = "\n', n)],
    ['templates', parseHcl, n => `a = "${lines(() => '${a}', n)}"\n`],
    ['heredocs', parseHcl, n => lines(i => `a${i} = <<E\n x\nE\n`, n)],
    ['comments', parseHcl, n => lines(() => '/* a */ # b\n', n)],
    ['JSON blocks', text => parseTerraformJson(text, 'config'), n => `{"provider":{"aws":[${lines(i => `{"alias":"a${i}"},`, n)}{}]}}`],
    ['JSON that is none', text => parseTerraformJson(text, 'config'), n => lines(() => '{"a":[', n)],
    ['keys of private keys without an end', redact, n => lines(() => '-----BEGIN PRIVATE KEY-----\n', n)],
    ['names in braces', nameAt, n => `${lines(() => 'a { /* { ', n)}\n name = "x`],
    ['words before a name', nameAt, n => `${lines(() => 'a-b ', n)}\n name = "x`],
    ['lists of actions', text => actionAt(text, text.length), n => lines(() => 'Action = ["a", # Action = [\n', n)],
    ['a message', redact, n => lines(() => 'token=a b: c ', n)],
    ['lines for a terminal', printable, n => lines(() => ' \t:: \u0000\n', n)],
  ]; // prettier-ignore
  for (const [what, read, text] of cases) {
    test(what, () => {
      const texts = new Map<number, string>();
      const work = (length: number): void => {
        const known = texts.get(length) ?? text(length);
        texts.set(length, known);
        read(known);
      };
      assert.equal(grows(work, 32_000), undefined);
    });
  }
});
