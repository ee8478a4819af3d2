import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { FileReader } from '../../../../src/core/host';
import { findToken } from '../../../../src/hcp/tokens/find';
import { comparable } from '../../../../src/hcp/tokens/hosts';
import { noTokenProblem, tokenReport } from '../../../../src/hcp/tokens/report';
import { helperRunner } from '../../../../src/hcp/tokens/runHelper';
import { nodeFiles } from '../../../../src/node/files';
import { readProject } from '../../../../src/terraform/read';
import { type TokenShape, tokenShapes } from '../../../support/identity/tokenShapes';

/** The token and the host that gets it, with real files and helpers as real programs. */
async function sends(shape: TokenShape): Promise<string> {
  const home = mkdtempSync(path.join(tmpdir(), 'token-'));
  const project = path.join(home, 'project');
  const host = shape.host ?? 'tfe.example.test';
  const fill = (text: string): string => text.replaceAll('{{HOME}}', home);
  const token = shape.token === undefined ? '' : `token = "${shape.token}"\n`;
  const block = `terraform {\ncloud {\nhostname = "${host}"\norganization = "acme"\n${token}workspaces {\nname = "net"\n}\n}\n}\n`;
  for (const [name, text] of Object.entries({ 'project/main.tf': block, ...shape.files })) {
    const file = path.join(home, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    if (text.startsWith('#!')) chmodSync(file, 0o755);
  }
  const env: Record<string, string> = { HOME: home, PATH: process.env['PATH'] ?? '' };
  if (shape.path !== undefined) env['PATH'] = `${fill(shape.path)}${path.delimiter}${env['PATH'] ?? ''}`;
  for (const [name, value] of Object.entries(shape.env ?? {})) env[name] = fill(value);
  // A relative path counts from where the program runs.
  const files: FileReader = { ...nodeFiles, read: (file, bytes) => nodeFiles.read(path.resolve(project, file), bytes) };
  try {
    const read = await readProject(files, env, project, project);
    const found = await findToken({
      hostname: comparable(host) ?? host,
      files,
      env,
      platform: process.platform,
      home,
      opentofu: false,
      cloud: read.roots[0]?.cloud,
      runHelper: helperRunner(spawn, env),
      signal: new AbortController().signal,
    });
    const said = JSON.stringify([found, tokenReport(found), noTokenProblem(host, found)]);
    assert.doesNotMatch(said, /"[^"]*\bt-(?:\d|block|env|helper|c|d|a|z|rc|rel|json|tofu)\b/, 'a token is told');
    if (found.token === undefined) return 'none';
    const to = found.serviceUrl === undefined ? (comparable(host) ?? host) : new URL(found.serviceUrl).host;
    return `${found.token.reveal()}@${to}`;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

describe('the token that terraform sends', { skip: process.platform === 'win32' }, () => {
  for (const shape of tokenShapes) {
    test(shape.name, async () => {
      const [expected] = shape.ours ?? [shape.terraform];
      assert.equal(await sends(shape), expected);
      if (shape.ours === undefined || shape.terraform === 'none') return;
      // More lenient only where the token goes to the host that terraform would send it to.
      assert.equal(shape.ours[0].split('@')[1], shape.terraform.split('@')[1]);
    });
  }

  test('each shape has a name of its own', () => {
    assert.equal(new Set(tokenShapes.map(s => s.name)).size, tokenShapes.length);
    assert.ok(tokenShapes.length >= 50, String(tokenShapes.length));
  });
});
