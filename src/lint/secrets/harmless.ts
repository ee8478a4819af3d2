import { isRandom, looksSecret } from '../../core/redact';
import type { TextPiece } from './strings';

/**
 * Which literals of Terraform code are known to be no secrets: by a form that only public things have, or by an argument that Terraform
 * or AWS takes for a name. Whatever is not known here is masked where code is shown; a password has no form that tells it.
 */
export function isHarmless(piece: Pick<TextPiece, 'value' | 'trail' | 'blocks'>): boolean {
  const { value } = piece;
  if (value.trim().length <= 3) return true;
  if (looksSecret(value) || wordsOf(value).some(isRandomWord)) return false;
  if (forms.some(form => form.test(value)) || isVersion(value)) return true;
  if (isDescription(piece)) return isProse(value);
  return value.length <= 300 && name.test(value) && isNamePlace(piece);
}

/** Plain words, as comments and descriptions have them. A digit, an underscore or a capital within may belong to a key. */
export function isProse(text: string): boolean {
  return text.split(/\s+/).every(word => [...word].length <= 3 || plainWord.test(word));
}

const plainWord =
  /^[("'`]{0,3}(?:\p{Lu}?\p{Ll}{0,20}(?:[-'’/]\p{Ll}{1,20})?|\p{Lo}{1,20}|\p{Lu}{2,4}|\p{Lu}{2,10}-\d{1,6}|\d{1,4})[)"'`.,;:!?]{0,4}$/u;

/** Letters of both cases and digits, without the order that names have. */
function isRandomWord(word: string): boolean {
  return word.length >= 20 && isRandom(word);
}

const wordsOf = (value: string): readonly string[] => value.match(/[A-Za-z0-9+=]+/g) ?? [];

const forms: readonly RegExp[] = [
  /^(?:true|false|null)$/,
  // Regions and availability zones.
  /^[a-z]{2,4}(?:-[a-z]{2,9}){1,3}-\d{1,2}[a-z]?$/,
  // Accounts, ARNs, actions.
  /^\d{12}$/,
  /^arn:aws[a-z-]{0,10}:[a-z0-9-]{0,40}:[a-z0-9-]{0,20}:(?:\d{12}|aws|\*)?:[\w+=,.@:*/?-]{1,300}$/,
  /^[a-z0-9-]{2,40}:[A-Z*][A-Za-z*]{0,80}$/,
  // The subject and the audience of HCP Terraform's tokens, and its hosts.
  /^organization:[\w*-]{1,90}:(?:project|module):[\w *-]{1,90}:(?:workspace|stack|operation):[\w*:.-]{1,200}$/,
  /^aws\.workload\.identity(?:\.[a-z-]{1,20})?$/,
  /^(?:https:\/\/)?(?:[a-z0-9-]{1,63}\.){1,5}(?:amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|terraform\.io)(?::(?:aud|sub))?$/,
  // Paths in the project, and addresses of registries.
  /^(?:\.{1,2}|~)\/[\w./@-]{0,200}$/,
  /^hashicorp\/[a-z-]{1,40}$/,
];

function isVersion(value: string): boolean {
  return value
    .split(',')
    .every(part => /^(?:[=!<>~]{1,2})?\s{0,3}v?\d{1,4}(?:\.\d{1,5}){0,3}(?:-[a-z]{2,6}\d{0,3})?$/.test(part.trim()));
}

/** Characters of names, patterns and paths. */
const name = /^[\w .:/@*?~,=+-]+$/;

const isDescription = ({ trail, blocks }: Pick<TextPiece, 'trail' | 'blocks'>): boolean =>
  trail.length === blocks + 1 && trail[blocks] === 'description';

/** Arguments that hold names by Terraform's own words, by the block that has them. */
const nameArguments: readonly { readonly blocks: RegExp; readonly arguments: ReadonlySet<string> }[] = [
  {
    blocks: /^terraform (?:cloud|backend \S+)(?: workspaces)?$/,
    arguments: new Set(
      'organization hostname name tags project prefix bucket key region profile dynamodb_table workspace_key_prefix path'.split(
        ' ',
      ),
    ),
  },
  { blocks: /^terraform required_providers$/, arguments: new Set(['source', 'version']) },
  {
    blocks: /^provider \S+(?: assume_role| assume_role_with_web_identity)?$/,
    arguments: new Set(
      'alias region version profile allowed_account_ids forbidden_account_ids shared_config_files shared_config_file shared_credentials_files shared_credentials_file role_arn session_name duration web_identity_token_file'.split(
        ' ',
      ),
    ),
  },
  { blocks: /^module \S+$/, arguments: new Set(['source', 'version']) },
  { blocks: /^identity_token \S+$/, arguments: new Set(['audience']) },
  {
    blocks: /^data aws_iam_policy_document \S+ statement(?: principals| not_principals| condition)?$/,
    arguments: new Set('sid effect actions not_actions type identifiers test variable'.split(' ')),
  },
];

function isNamePlace({ trail, blocks }: Pick<TextPiece, 'trail' | 'blocks'>): boolean {
  const around = trail.slice(0, blocks).join(' ');
  // In the object of a provider's requirement the source has a name around it.
  const own = around === 'terraform required_providers' ? trail.at(-1) : trail[blocks];
  return nameArguments.some(place => place.blocks.test(around) && place.arguments.has(own ?? ''));
}
