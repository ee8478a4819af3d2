import type { FileReader } from '../core/host';
import type { StateHint } from './model';

/** The folder in which `terraform init` keeps what it found out: `.terraform`, or what TF_DATA_DIR says. */
export class InitData {
  constructor(
    private readonly host: FileReader,
    private readonly dir: string,
    private readonly boundary: string,
    private readonly maximumBytes: number,
  ) {}

  /** The workspace that `terraform workspace select` chose. */
  async selected(): Promise<{ readonly name: string; readonly file: string } | undefined> {
    const file = this.host.join(this.dir, 'environment');
    const name = (await this.readSafely(file))?.trim();
    return name ? { name, file } : undefined;
  }

  /** `.terraform/modules/modules.json`: where init has put modules of registries. */
  async manifest(rootDir: string): Promise<ReadonlyMap<string, string>> {
    const text = await this.readSafely(this.host.join(this.dir, 'modules', 'modules.json'));
    const out = new Map<string, string>();
    if (text === undefined) return out;
    try {
      const parsed = JSON.parse(text) as { Modules?: { Key?: unknown; Dir?: unknown }[] } | null;
      for (const entry of parsed?.Modules ?? []) {
        if (typeof entry.Key !== 'string' || typeof entry.Dir !== 'string' || entry.Key === '') continue;
        const dir = this.host.join(rootDir, entry.Dir);
        const relative = this.host.relative(this.boundary, dir);
        if (!relative.startsWith('../') && relative !== '..') out.set(entry.Key, dir);
      }
    } catch {
      return new Map();
    }
    return out;
  }

  /** What `terraform init` recorded last. */
  async stateHint(): Promise<StateHint | undefined> {
    const file = this.host.join(this.dir, 'terraform.tfstate');
    const text = await this.readSafely(file);
    if (text === undefined) return undefined;
    try {
      const parsed: unknown = JSON.parse(text);
      const backend = field(parsed, 'backend');
      const type = field(backend, 'type');
      if (typeof type !== 'string') return undefined;
      const config = field(backend, 'config');
      const text_ = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
      const workspaces = field(config, 'workspaces');
      // The `remote` backend keeps its workspaces block as a list of one.
      const first: unknown = Array.isArray(workspaces) ? workspaces[0] : workspaces;
      return {
        file,
        type,
        hostname: text_(field(config, 'hostname')),
        organization: text_(field(config, 'organization')),
        workspace: text_(field(first, 'name')),
      };
    } catch {
      return undefined;
    }
  }

  private async readSafely(path: string): Promise<string | undefined> {
    try {
      return await this.host.read(path, this.maximumBytes);
    } catch {
      return undefined;
    }
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
