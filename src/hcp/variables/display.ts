import { looksSecret } from '../../core/redact';
import type { Variable } from './precedence';

/** Names whose values are secrets, also where nobody marked the variable as sensitive. */
const secretName =
  /secret|token|password|passwd|credential|private_?key|api_?key|access_?key|(?:^|_)(?:pat|pwd|pass)(?:_|$)/i;

/** `AWS_SHARED_CREDENTIALS_FILE`, `AWS_WEB_IDENTITY_TOKEN_FILE`: they say where a secret lies, and are none. */
const namesPlace = ({ key, value = '' }: Variable): boolean =>
  /_(?:FILE|PATH|DIR)$/i.test(key) && /^(?:~|\.{1,2}|[A-Za-z]:)?[\\/][^\s]{0,300}$/.test(value);

/** A variable's value as it may be shown; `undefined` where it must not be, with the reason in `hidden`. */
export function shownValue(variable: Variable): { readonly value?: string; readonly hidden?: 'sensitive' | 'secret' } {
  if (variable.sensitive || variable.value === undefined) return { hidden: 'sensitive' };
  const { key, value } = variable;
  // Only the switches and names of dynamic credentials have "token" or "key" in names without being secret.
  if (
    !/^TFC_(?:DEFAULT_)?(?:VAULT_BACKED_|HVS_BACKED_)?AWS_/.test(key) &&
    value !== '' &&
    secretName.test(key) &&
    !namesPlace(variable)
  ) {
    return { hidden: 'secret' };
  }
  return looksSecret(value) ? { hidden: 'secret' } : { value };
}
