// 10,000 edits of a file of 1,000 lines, each followed by the work that ends in new findings: what dist/engine.js does in the
// extension host between a keystroke and its diagnostics. Measures processor time, V8's helper threads included, so that a busy
// machine says the same. Prints JSON. Run with --expose-gc.
import { createRequire } from 'node:module';
import { posix } from 'node:path';

const { Analysis } = createRequire(import.meta.url)('../../dist/engine.js');
const edits = Number(process.argv[2] ?? 10_000);

let text = 'terraform {\n  cloud {\n    organization = "acme"\n    workspaces { name = "w" }\n  }\n}\n\n';
text += 'provider "aws" {\n  region     = "eu-west-1"\n  access_key = "x"\n}\n\n';
for (let n = 0; text.split('\n').length < 1000; n++) {
  text += `resource "aws_instance" "r${n}" {\n  ami   = data.aws_ami.a.id\n  count = var.n > 2 ? ${n} : length(local.names)\n\n  tags = {\n    Name  = "n-\${var.name}-${n}"\n    Owner = join(",", [for o in var.owners : upper(o)])\n  }\n}\n\n`;
}
const file = '/p/main.tf';
const host = {
  read: path => Promise.resolve(path === file ? text : undefined),
  list: dir => Promise.resolve(dir === '/p' ? [{ name: 'main.tf', kind: 'file' }] : undefined),
  canonical: path => Promise.resolve(path),
  join: posix.resolve,
  dirname: posix.dirname,
  basename: posix.basename,
  relative: posix.relative,
};
const analysis = new Analysis(host, {}, '/p', { ignore: () => false, severities: {} });
await analysis.readAll(() => {});

/** What a person types, character by character, at places spread over the file; then it is taken back. */
const typed = '\n  lifecycle {\n    prevent_destroy = true\n  }\n';
const times = [];
const changed = new Set([file]);
const heap = () => (globalThis.gc?.(), process.memoryUsage().heapUsed / 1024 / 1024);
const before = heap();
let at = 0;
for (let i = 0; i < edits; i++) {
  const step = i % (2 * typed.length);
  if (step === 0) at = text.indexOf('\n}', (i * 7919) % (text.length - 400));
  const where = at + Math.min(step, 2 * typed.length - 1 - step);
  text =
    step < typed.length
      ? text.slice(0, where) + typed[step] + text.slice(where)
      : text.slice(0, where) + text.slice(where + 1);
  const start = process.cpuUsage();
  await analysis.readChanged(changed);
  const { user, system } = process.cpuUsage(start);
  times.push((user + system) / 1000);
}
if (analysis.roots[0].findings.length === 0) throw new Error('The finding was lost on the way.');
const after = heap();
times.sort((a, b) => a - b);
const quantile = q => times[Math.min(times.length - 1, Math.floor(times.length * q))];
console.log(
  JSON.stringify({
    edits,
    lines: text.split('\n').length,
    p50: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
    heapBefore: before,
    heapAfter: after,
    peak: process.resourceUsage().maxRSS / 1024,
  }),
);
