import type { Environment, FileReader } from '../../core/host';

/** Where Terraform and OpenTofu keep their CLI configuration (internal/command/cliconfig of both). */
export interface ConfigPlaces {
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
  /** The home folder, where the environment does not say. */
  readonly home: string;
  readonly opentofu: boolean;
}

export interface ConfigLocations {
  /** Set by TF_CLI_CONFIG_FILE or TERRAFORM_CONFIG: then the folder is not read, credentials.tfrc.json included. */
  readonly override: { readonly variable: string } | undefined;
  readonly main: string;
  /** Folders whose `*.tfrc` and `*.tfrc.json` are read. */
  readonly folder: string;
  /** Where helpers are looked for, even when the override is set. */
  readonly pluginFolders: readonly string[];
}

export async function configLocations(files: FileReader, places: ConfigPlaces): Promise<ConfigLocations> {
  const { env, platform, opentofu } = places;
  const windows = platform === 'win32';
  const home = windows ? (env['APPDATA'] ?? places.home) : (env['HOME'] ?? places.home);
  const folder = await configFolder(files, places, home);
  const machine = `${{ win32: 'windows' }[platform as string] ?? platform}_${{ x64: 'amd64', ia32: '386' }[process.arch as string] ?? process.arch}`;
  const pluginFolders = [files.join(folder, 'plugins'), files.join(folder, 'plugins', machine)];
  for (const variable of ['TF_CLI_CONFIG_FILE', 'TERRAFORM_CONFIG']) {
    const main = env[variable];
    if (main !== undefined && main !== '') return { override: { variable }, main, folder, pluginFolders };
  }
  const legacy = files.join(home, windows ? 'terraform.rc' : '.terraformrc');
  if (!opentofu) return { override: undefined, main: legacy, folder, pluginFolders };
  const own = files.join(home, windows ? 'tofu.rc' : '.tofurc');
  const present = async (file: string): Promise<boolean> => {
    const siblings = await files.list(files.dirname(file));
    return siblings?.some(entry => entry.name === files.basename(file)) ?? false;
  };
  let main = own;
  if (!(await present(own))) {
    if (await present(legacy)) main = legacy;
    else if (!windows && env['XDG_CONFIG_HOME']) main = files.join(env['XDG_CONFIG_HOME'], 'opentofu', 'tofurc');
  }
  return { override: undefined, main, folder, pluginFolders };
}

async function configFolder(
  files: FileReader,
  { env, platform, opentofu }: ConfigPlaces,
  home: string,
): Promise<string> {
  const usual = files.join(home, platform === 'win32' ? 'terraform.d' : '.terraform.d');
  const xdg = env['XDG_CONFIG_HOME'];
  if (!opentofu || platform === 'win32' || xdg === undefined || xdg === '') return usual;
  return (await files.list(usual)) === undefined ? files.join(xdg, 'opentofu') : usual;
}

/** `~/.tofurc`: looked at for Terraform projects too, after everything that Terraform itself reads. */
export function tofuMainFile(files: FileReader, { env, platform, home }: ConfigPlaces): string {
  return platform === 'win32'
    ? files.join(env['APPDATA'] ?? home, 'tofu.rc')
    : files.join(env['HOME'] ?? home, '.tofurc');
}
