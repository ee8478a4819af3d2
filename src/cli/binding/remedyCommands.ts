import type { Check } from '../../binding/check';

/** Where a remedy is to be carried out, as the command line named it. */
export interface RemedyPlace {
  /** PATH as it was given. */
  readonly path: string;
  readonly organization: string;
  readonly workspace: string;
  readonly hostname: string;
  readonly profile: string | undefined;
  /** Does the code under PATH name the workspace? Then its organization and host need not be said. */
  readonly inCode: boolean;
}

/** A word as a POSIX shell takes it. */
const word = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/**
 * The commands (or the page in the browser) that carry out the remedies of some checks, each once: what the editor offers as one
 * click.
 */
export function remedyCommands(checks: readonly Check[], place: RemedyPlace): readonly string[] {
  const tags = new Set<string>();
  const flags = new Set<string>();
  const others = new Set<string>();
  let configure = false;
  for (const { remedy } of checks) {
    switch (remedy?.kind) {
      case 'configure':
      case 'create-provider':
      case 'add-audience':
      case 'update-trust':
      case 'update-permissions':
        configure = true;
        if (remedy.tag !== undefined) tags.add(remedy.tag);
        break;
      case 'set-variable':
        configure = true;
        break;
      case 'rewrite-variables':
        configure = true;
        flags.add('--fix-variables');
        break;
      case 'remove-variables':
        configure = true;
        flags.add('--remove-static-keys');
        break;
      case 'fix-code':
        others.add(`tfc-oidc fix ${word(place.path)}`);
        break;
      case 'map-providers':
        others.add(`tfc-oidc map-providers ${word(place.path)} --yes`);
        break;
      case 'open-page':
        others.add(remedy.url);
        break;
      default:
        break;
    }
  }
  if (!configure) return [...others];
  const named = place.inCode
    ? []
    : [
        '--organization',
        place.organization,
        ...(place.hostname === 'app.terraform.io' ? [] : ['--hostname', place.hostname]),
      ];
  const [tag] = [...tags];
  const words = [
    'tfc-oidc',
    'configure',
    place.path,
    ...named,
    '--workspace',
    place.workspace,
    '--profile',
    place.profile ?? 'NAME',
    ...(tag === undefined ? [] : ['--tag', tag]),
    ...flags,
    '--yes',
  ];
  return [words.map(word).join(' '), ...others];
}
