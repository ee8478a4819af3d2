import type { Check } from '../../binding/check';
import { isChanging } from '../../binding/remedy';

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
  const repaired = new Set<string>();
  const others = new Set<string>();
  let configure = false;
  for (const { id, remedy } of checks) {
    if (isChanging(remedy)) repaired.add(id);
    switch (remedy?.kind) {
      case 'configure':
        configure = true;
        if (remedy.tag !== undefined) tags.add(remedy.tag);
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
  const [tag] = [...tags];
  const line = (name: string, options: readonly string[]): string =>
    ['tfc-oidc', name, place.path, ...whereOf(place), ...options, '--yes'].map(word).join(' ');
  return [
    ...(configure ? [line('configure', tag === undefined ? [] : ['--tag', tag])] : []),
    // The smallest change that puts it right: what works stays as it is.
    ...(repaired.size > 0
      ? [
          line(
            'repair',
            [...repaired].flatMap(id => ['--check', id]),
          ),
        ]
      : []),
    ...others,
  ];
}

const whereOf = (place: RemedyPlace): readonly string[] => [
  ...(place.inCode
    ? []
    : [
        '--organization',
        place.organization,
        ...(place.hostname === 'app.terraform.io' ? [] : ['--hostname', place.hostname]),
      ]),
  '--workspace',
  place.workspace,
  '--profile',
  place.profile ?? 'NAME',
];
