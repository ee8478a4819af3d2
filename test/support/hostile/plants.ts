import { createHash } from 'node:crypto';

/**
 * Secrets with the shapes that AWS and others give them, one for each place that it is put in, and the search for them. They are
 * made here, so that no file of the repository holds one.
 */
export class Plants {
  private readonly secrets = new Map<string, string>();

  get size(): number {
    return this.secrets.size;
  }

  /** Forty characters of base64, as secret access keys are. */
  secret(place: string): string {
    return this.keep(place, digest(place).toString('base64').slice(0, 40));
  }

  /** The id of an access key; `kind` ASIA for those of sessions. */
  keyId(place: string, kind: 'AKIA' | 'ASIA' = 'AKIA'): string {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
    return this.keep(
      place,
      kind +
        [...digest(place)]
          .map(byte => letters[byte % 32] ?? '')
          .join('')
          .slice(0, 16),
    );
  }

  /** A session token: several hundred characters of base64. */
  session(place: string): string {
    const long = Array.from({ length: 12 }, (_, i) => digest(`${place} ${i}`).toString('base64').slice(0, 40)).join('');
    return this.keep(place, `IQoJb3JpZ2luX2Vj${long}`);
  }

  /** A token of HCP Terraform. */
  token(place: string): string {
    const letters = digest(place).toString('hex');
    return this.keep(place, `${letters.slice(0, 14)}.atlasv1.${letters}${letters.slice(0, 3)}`);
  }

  /** A password as people choose them: no shape tells it. */
  password(place: string): string {
    return this.keep(place, `Corr3ct-${digest(place).toString('hex').slice(0, 10)}-staple`);
  }

  /** Something that is known already, a token of a test server for one. */
  known(place: string, secret: string): string {
    return this.keep(place, secret);
  }

  /**
   * "PLACE: in WHAT" for each secret that a text holds, wholly or by a half, plain or encoded. With `source` only of secrets that stand
   * there as a word of their own, and of which no other piece is there.
   */
  foundIn(what: string, text: string, source?: string): readonly string[] {
    const found: string[] = [];
    for (const [place, secret] of this.secrets) {
      if (source !== undefined && !(standsIn(source, secret) && isWhole(source, secret))) continue;
      if (forms(secret).some(form => text.includes(form))) found.push(`${place}: in ${what}`);
    }
    return found;
  }

  private keep(place: string, secret: string): string {
    const known = this.secrets.get(place);
    if (known !== undefined && known !== secret) throw new Error(`two secrets for ${place}`);
    this.secrets.set(place, secret);
    return secret;
  }
}

/** Is it there, and not joined to other letters? */
function standsIn(text: string, secret: string): boolean {
  for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
    const around = text.charAt(at - 1) + text.charAt(at + secret.length);
    if (!/[A-Za-z0-9+/]/.test(around)) return true;
  }
  return false;
}

/** Is there nothing of it but the whole? */
function isWhole(text: string, secret: string): boolean {
  const rest = text.replaceAll(secret, '');
  return !forms(secret).some(form => rest.includes(form));
}

const digest = (text: string): Buffer => createHash('sha256').update(`planted: ${text}`).digest();

function forms(secret: string): readonly string[] {
  const parts = [secret];
  // A cut or masked one still tells: any half of it, and a quarter of what is very long.
  const piece = Math.max(12, Math.min(20, secret.length >> 1));
  for (let at = 0; at + piece <= secret.length; at += piece) parts.push(secret.slice(at, at + piece));
  return [
    ...parts,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    Buffer.from(secret).toString('base64url'),
    Buffer.from(secret).toString('hex'),
  ];
}
