import { findKeys } from '../../lint/secrets/detect';

/** An access key id, or a literal behind a name of a secret. */
const secret = /\b(AKIA|ASIA)[A-Z0-9]{12,}|(secret|access_key|token|password)\w{0,60}"?\s{0,40}[=:]\s{0,40}"[^"$]{8}/i;

/** Key material that must not go into a journal. Rather once too often: what is left out can be had from version control. */
export function holdsSecret(text: string): boolean {
  return secret.test(text) || findKeys(text, { namesSecret: true, nearKeyId: true }).length > 0;
}
