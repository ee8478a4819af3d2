// npm run package:cli: makes dist/NAME-VERSION.tgz, the command line as a package of its own. Everything is bundled, so it has no
// dependencies. The name stands in package.json ("tfcOidc.cliPackage").
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { root } from './install.mjs';
import { problemsOf } from './review-package.mjs';

const largest = 2 * 1024 * 1024;

/** @returns the packed file. `production: false` packs what the build for tests left in dist/. */
export async function makeCliPackage({ out = path.join(root, 'dist'), production = true } = {}) {
  if (production) await build({ production });
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const name = manifest.tfcOidc.cliPackage;
  mkdirSync(path.join(root, '.cache'), { recursive: true });
  const stage = mkdtempSync(path.join(root, '.cache/cli-package-'));
  try {
    mkdirSync(path.join(stage, 'dist'));
    for (const file of readdirSync(path.join(root, 'dist')))
      if (/^(?:cli.*|aws)\.js$/.test(file)) cpSync(path.join(root, 'dist', file), path.join(stage, 'dist', file));
    chmodSync(path.join(stage, 'dist/cli.js'), 0o755);
    cpSync(path.join(root, 'dist/data'), path.join(stage, 'dist/data'), { recursive: true });
    for (const file of ['LICENSE', 'THIRD-PARTY-NOTICES.md']) cpSync(path.join(root, file), path.join(stage, file));
    cpSync(path.join(root, 'media/tfc-oidc.schema.json'), path.join(stage, 'tfc-oidc.schema.json'));
    mkdirSync(path.join(stage, 'man'));
    writeFileSync(path.join(stage, 'man/tfc-oidc.1'), manual());
    writeFileSync(path.join(stage, 'README.md'), readme(manifest, name));
    writeFileSync(path.join(stage, 'package.json'), `${JSON.stringify(packageJson(manifest, name), null, 2)}\n`);
    if (production) review(stage);
    const packed = spawnSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', out], {
      cwd: stage,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    if (packed.status !== 0) throw new Error(`npm pack: ${packed.stderr}`);
    const [{ filename }] = JSON.parse(packed.stdout);
    const file = path.join(out, filename);
    const { size } = statSync(file);
    if (production && size > largest) throw new Error(`${filename} has ${size} bytes, more than ${largest}`);
    console.log(`${path.relative(root, file)}: ${(size / 1024).toFixed(0)} KiB`);
    return file;
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** The manual page, made by the program's own table of commands. */
function manual() {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/man.mjs'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

function packageJson({ version, license, repository, bugs, homepage, engines }, name) {
  return {
    name,
    version,
    description:
      'Dynamic AWS provider credentials for HCP Terraform: lint, set up, prove and audit from the command line and in CI',
    keywords: ['terraform', 'hcp-terraform', 'oidc', 'aws', 'iam', 'dynamic-credentials', 'sarif', 'mcp'],
    license,
    repository,
    bugs,
    homepage,
    engines: { node: engines.node },
    bin: { 'tfc-oidc': 'dist/cli.js' },
    man: ['man/tfc-oidc.1'],
    files: ['dist', 'man', 'tfc-oidc.schema.json', 'LICENSE', 'README.md', 'THIRD-PARTY-NOTICES.md'],
    publishConfig: { access: 'public', provenance: true },
  };
}

/** Its own README: the page at the registry. */
function readme({ homepage }, name) {
  const npx = name === 'tfc-oidc' ? 'npx tfc-oidc' : `npx -p ${name} tfc-oidc`;
  const pages = homepage.replace(/#.*$/, '/blob/main');
  return `# tfc-oidc

Replace the long-lived AWS keys of Terraform code with short-lived credentials for each run of HCP Terraform: lint the code, generate and prove the trust policy, set up IAM and variables after showing the difference, verify by a real plan, and undo it exactly.

\`\`\`sh
${npx} check .                       # what keeps the code from OIDC; offline
${npx} configure . --profile acme    # shows all that it would set up; --yes does it
${npx} doctor .                      # why a run could not get credentials
${npx} --help
\`\`\`

Node 20.19 or later, and nothing else. There is no telemetry: \`check\`, \`fix\` and the linters of policies ask nobody, the other commands ask the AWS and HCP Terraform accounts that you chose.

[Every command and option](${pages}/docs/cli.md) · [in CI](${pages}/docs/ci.md) · [rules](${pages}/docs/rules.md) · [security](${pages}/SECURITY.md) · the same in VS Code: [Configure TFC OIDC](${homepage})
`;
}

function review(stage) {
  const problems = readdirSync(stage, { recursive: true })
    .filter(file => statSync(path.join(stage, file)).isFile() && !/\.(?:br|gz)$/.test(file))
    .flatMap(file => problemsOf(file, readFileSync(path.join(stage, file), 'utf8'), root));
  if (problems.length > 0) throw new Error(`the package must not be published:\n${problems.join('\n')}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await makeCliPackage();
