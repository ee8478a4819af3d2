import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { heldCode, readHeld } from '../../src/iam/needs/held';
import { generatePermissions, type Permissions } from '../../src/iam/needs/generate';
import type { TypeMapping } from '../../src/iam/needs/mapping';
import type { Phase } from '../../src/iam/needs/need';
import { projectOf } from '../support/lintFixtures';
import type { AttachedProvider } from './attached';
import { zipOf } from './zip';
import type { Files } from './phases';

/** Where the provider comes from; by default from the network, as everyone gets it. */
export interface ProviderPlace {
  /** A folder with `terraform-provider-aws`, as a development override (PROVE_PROVIDER_DIR). */
  readonly folder: string | undefined;
  /** A filesystem mirror (PROVE_PLUGIN_MIRROR). */
  readonly mirror: string | undefined;
}

export interface Ended {
  readonly code: number;
  /** The first line of Terraform's error; "" without one. */
  readonly error: string;
}

/** An emulator may never come to what the provider waits for. */
const patience = 4 * 60_000;

/** A folder in which terraform runs. */
export class Workspace {
  private pulled: string | undefined;
  private readonly dir = mkdtempSync(path.join(tmpdir(), 'prove-'));

  constructor(
    private readonly environment: Readonly<Record<string, string>>,
    private readonly provider: ProviderPlace,
    private readonly place: { readonly region: string; readonly account: string },
    /** A running provider for all phases. */
    private readonly attached?: AttachedProvider,
  ) {
    writeFileSync(path.join(this.dir, 'cli.tfrc'), cliConfiguration(provider));
    mkdirSync(path.join(this.dir, 'code'));
  }

  private get code(): string {
    return path.join(this.dir, 'code');
  }

  write(files: Files): void {
    if (this.attached !== undefined) this.attached.types = typesIn(files, this.attached.types);
    for (const [name, text] of Object.entries(files)) {
      const content = text ?? zipOf('index.js', 'exports.handler = async () => "ok";\n');
      const file = path.join(this.code, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
      // The provider itself opens an archive.
      if (text === null && this.attached !== undefined) writeFileSync(path.join(this.attached.folder, name), content);
    }
  }

  init(): Promise<Ended> {
    // A development override needs no init, and init would look for the provider in the network.
    const needless = this.provider.folder !== undefined && this.attached === undefined;
    return needless ? Promise.resolve(fine) : this.terraform('init', '-input=false');
  }

  plan(options: readonly string[]): Promise<Ended> {
    return this.terraform('plan', '-input=false', '-no-color', '-out=plan.out', ...options);
  }

  apply(): Promise<Ended> {
    return this.terraform('apply', '-input=false', '-no-color', 'plan.out');
  }

  /** Addresses of what the state holds. */
  addresses(): readonly string[] {
    const state = this.state();
    const held = state === undefined ? undefined : readHeld(state, 'state');
    return held?.ok === true ? held.value.resources.map(r => r.address) : [];
  }

  /** Fetches the state where a backend keeps it. */
  async pull(files: Files): Promise<void> {
    if (!/backend "/.test(files['main.tf'] ?? '')) return;
    const { code, output } = await this.terraform('state', 'pull');
    this.pulled = code === 0 && output.trim() !== '' ? output : undefined;
  }

  /** The plan as JSON. */
  async shown(): Promise<string> {
    return (await this.terraform('show', '-json', 'plan.out')).output;
  }

  private state(): string | undefined {
    if (this.pulled !== undefined) return this.pulled;
    const file = path.join(this.code, 'terraform.tfstate');
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  }

  /** The policy for a phase, as the product makes it: of the code and of what the state holds. */
  async policy(files: Files, mapping: TypeMapping, phase: Phase): Promise<Permissions> {
    const texts = Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== null);
    const project = await projectOf(Object.fromEntries(texts));
    const root = project.roots.find(r => r.dir === '/p');
    if (root === undefined) throw new Error('there is no configuration');
    const state = this.state();
    const held = state === undefined ? undefined : readHeld(state, 'state');
    const resources = held?.ok === true ? held.value.resources : [];
    const place = { partition: 'aws', ...this.place };
    return generatePermissions(root, mapping, { phase, place, held: [await heldCode(resources, 'state')] });
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  private terraform(...args: readonly string[]): Promise<Ended & { readonly output: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn('terraform', args, {
        cwd: this.code,
        env: {
          ...{ PATH: process.env['PATH'] ?? '', HOME: this.dir, CHECKPOINT_DISABLE: '1' },
          ...{ AWS_REGION: this.place.region, TF_CLI_CONFIG_FILE: path.join(this.dir, 'cli.tfrc') },
          ...this.environment,
          ...this.attached?.environment,
        },
        timeout: patience,
      });
      let [text, output] = ['', ''];
      const keep = (chunk: Buffer): void => {
        text = `${text}${chunk.toString()}`.slice(-64 * 1024);
      };
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stdout.on('data', keep);
      child.stderr.on('data', keep);
      child.once('error', reject);
      child.once('close', code => resolve({ code: code ?? 1, error: code === 0 ? '' : errorIn(text), output }));
    });
  }
}

/** The types that files name, and those that the state may still hold of earlier ones. */
const typesIn = (files: Files, before: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([
    ...before,
    ...Object.values(files).flatMap(text => [...(text ?? '').matchAll(/"(aws_\w+)"/g)].map(([, type = '']) => type)),
  ]);

const fine: Ended = { code: 0, error: '' };

const errorIn = (text: string): string =>
  (/Error: ([^\n]+(?:\n[│ ]*\n?[^\n]*)?)/.exec(text)?.[1] ?? text.trim().split('\n').at(-1) ?? '')
    .replace(/[│\s]+/g, ' ')
    .trim()
    .slice(0, 200);

function cliConfiguration({ folder, mirror }: ProviderPlace): string {
  if (folder !== undefined)
    return `provider_installation {\n  dev_overrides {\n    "hashicorp/aws" = ${JSON.stringify(folder)}\n  }\n  direct {}\n}\n`;
  if (mirror !== undefined)
    return `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`;
  return '';
}
