// Measures `check` on a big tree of Terraform files: `node scripts/bench/tree.mjs [files] [megabytes]`. Build first (npm run build).
// The tree is the same in every run: its only randomness is a generator with a fixed seed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const files = Number(process.argv[2] ?? 10_000);
const bytesPerFile = (Number(process.argv[3] ?? 17) * 1024 * 1024) / files;
const perFolder = 10;

let state = 20_261_124;
/** mulberry32: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

const types = ['aws_s3_bucket', 'aws_instance', 'aws_security_group_rule', 'aws_route53_record'];
function resource(n) {
  const type = types[Math.floor(random() * types.length)];
  return `resource "${type}" "r${n}" {\n  name  = "n-\${var.name}-${Math.floor(random() * 1e9)}"\n  count = ${Math.floor(random() * 5)}\n\n  tags = {\n    Owner = "team-${n}"\n    Cost  = "${Math.floor(random() * 1e6)}"\n  }\n}\n\n`;
}

function content(index) {
  let text =
    index % perFolder === 0
      ? `terraform {\n  cloud {\n    organization = "acme"\n    workspaces { name = "w${index}" }\n  }\n}\n\nprovider "aws" {\n  region = "eu-west-1"\n}\n\nvariable "name" {\n  default = "x"\n}\n\n`
      : '';
  for (let n = 0; text.length < bytesPerFile; n++) text += resource(index * 1000 + n);
  return text;
}

const folder = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-bench-'));
try {
  let bytes = 0;
  for (let i = 0; i < files; i++) {
    const dir = path.join(folder, `g${Math.floor(i / 1000)}`, `m${Math.floor(i / perFolder)}`);
    if (i % perFolder === 0) mkdirSync(dir, { recursive: true });
    const text = content(i);
    bytes += text.length;
    writeFileSync(path.join(dir, `f${i % perFolder}.tf`), text);
  }
  const cli = path.join(import.meta.dirname, '../../dist/cli.js');
  const watch = `process.on('exit', () => console.error('RSS', process.resourceUsage().maxRSS))`;
  const start = process.hrtime.bigint();
  const done = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(watch)}`, cli, 'check', folder, '--format', 'json'],
    { encoding: 'utf8', maxBuffer: 1 << 30 },
  );
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const rss = Number(/RSS (\d+)/.exec(done.stderr)?.[1] ?? 0) / 1024;
  const roots = done.status === 2 ? 0 : JSON.parse(done.stdout).roots.length;
  console.log(
    `${files} files, ${(bytes / 1048576).toFixed(1)} MiB, ${roots} roots: exit ${done.status}, ${seconds.toFixed(2)} s, peak ${rss.toFixed(0)} MiB`,
  );
  if (done.status === 2) console.error(done.stderr);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
