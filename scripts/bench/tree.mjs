// Makes trees of Terraform files that are the same in every run: their only randomness is a generator with a fixed seed.
// `node scripts/bench/tree.mjs FOLDER [roots] [filesPerRoot] [bytesPerFile]` leaves one to look at.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** mulberry32: https://gist.github.com/tommyettinger/46a574433244883189143505d203312c */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const types = ['aws_s3_bucket', 'aws_instance', 'aws_security_group_rule', 'aws_route53_record'];

function resource(random, n) {
  const type = types[Math.floor(random() * types.length)];
  return `resource "${type}" "r${n}" {\n  name  = "n-\${var.name}-${Math.floor(random() * 1e9)}"\n  count = ${Math.floor(random() * 5)}\n\n  tags = {\n    Owner = "team-${n}"\n    Cost  = "${Math.floor(random() * 1e6)}"\n  }\n}\n\n`;
}

/** One root in ten has a profile in its provider, one in ten a key; one in five calls the shared module. */
function head(index) {
  const provider = index % 10 === 3 ? '  profile = "acme"\n' : index % 10 === 7 ? '  access_key = var.name\n' : '';
  const call =
    index % 5 === 1 ? 'module "common" {\n  source = "../../modules/common"\n  name   = var.name\n}\n\n' : '';
  return `terraform {\n  cloud {\n    organization = "acme"\n    workspaces { name = "w${index}" }\n  }\n}\n\nprovider "aws" {\n  region = "eu-west-1"\n${provider}}\n\nvariable "name" {\n  default = "x"\n}\n\n${call}`;
}

/** Returns the number of files and bytes that it wrote. */
export function makeTree(folder, { roots, filesPerRoot, bytesPerFile }) {
  const random = generator(20_261_124);
  let files = 0;
  let bytes = 0;
  const write = (dir, name, text) => {
    mkdirSync(dir, { recursive: true });
    writeFileSync(path.join(dir, name), text);
    files++;
    bytes += text.length;
  };
  write(path.join(folder, 'modules/common'), 'main.tf', 'variable "name" {}\n\nresource "aws_s3_bucket" "b" {}\n');
  for (let i = 0; i < roots; i++) {
    const dir = path.join(folder, `g${Math.floor(i / 100)}`, `m${i}`);
    for (let j = 0; j < filesPerRoot; j++) {
      let text = j === 0 ? head(i) : '';
      for (let n = 0; text.length < bytesPerFile; n++) text += resource(random, j * 1000 + n);
      write(dir, `f${j}.tf`, text);
    }
  }
  return { files, bytes };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [folder, roots = 1000, filesPerRoot = 10, bytesPerFile = 1700] = process.argv.slice(2);
  if (!folder) throw new Error('Name the folder.');
  console.log(
    makeTree(path.resolve(folder), {
      roots: Number(roots),
      filesPerRoot: Number(filesPerRoot),
      bytesPerFile: Number(bytesPerFile),
    }),
  );
}
