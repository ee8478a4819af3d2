import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import tls from 'node:tls';
import type { Environment } from '../core/host';

/** A file of certificates that a setting names: AWS_CA_BUNDLE, or `ca_bundle` of a profile. */
export interface CertificateFile {
  readonly setting: string;
  readonly file: string;
}

export interface TrustOptions {
  readonly env: Environment;
  readonly more?: readonly CertificateFile[];
  /** Whether whoever makes the connection adds the system's store by itself, as VS Code does. */
  readonly systemIsAdded?: boolean;
}

/**
 * The certificates that both sides (HCP Terraform and AWS) are trusted by: those that Node brings, the system's store,
 * SSL_CERT_FILE and SSL_CERT_DIR, NODE_EXTRA_CA_CERTS, and `more`. They add up. Go (terraform) and the AWS CLI take SSL_CERT_FILE
 * and AWS_CA_BUNDLE *instead* of the rest; adding them is the lenient reading, and refuses nothing that one of the two accepts.
 * A file that cannot be read adds nothing. PEM texts, each once; `undefined`: no more than what Node trusts by itself.
 */
export function trustedCertificates({
  env,
  more = [],
  systemIsAdded = false,
}: TrustOptions): readonly string[] | undefined {
  const found = new Set<string>();
  const add = (certificates: readonly string[]): void => certificates.forEach(text => found.add(plain(text)));
  add(tls.rootCertificates);
  const ofNodeItself = found.size;
  if (!systemIsAdded) add(systemCertificates());
  for (const name of ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS']) add(inFile(env[name]));
  for (const folder of (env['SSL_CERT_DIR'] ?? '').split(path.delimiter)) add(inFolder(folder));
  for (const { file } of more) add(inFile(file));
  if (found.size === ofNodeItself) return undefined;
  if (systemIsAdded) add(systemCertificates());
  return [...found];
}

/** One context for all connections with the same certificates: to make one takes some ten milliseconds. */
export function secureContext(certificates: readonly string[]): tls.SecureContext {
  try {
    return tls.createSecureContext({ ca: [...certificates] });
  } catch {
    // One certificate that OpenSSL can't read spoils them all.
    return tls.createSecureContext({ ca: certificates.filter(isCertificate) });
  }
}

/** From Node 22.15 on (https://nodejs.org/api/tls.html#tlsgetcacertificatestype); not in the types of the oldest supported Node. */
const ofNode = (tls as { getCACertificates?: (type: 'system') => string[] }).getCACertificates;

/** Where distributions keep the bundle, in Go's order (crypto/x509/root_linux.go, root_bsd.go). */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
  '/usr/local/etc/ssl/cert.pem',
];
const folders = ['/etc/ssl/certs', '/etc/pki/tls/certs'];

let system: readonly string[] | undefined;

/** The system's store does not change while the process runs; NODE and OpenSSL read it once, too. */
function systemCertificates(): readonly string[] {
  system ??= systemStore(ofNode, process.platform);
  return system;
}

/** The certificates of the system: of Node where it can tell them, else of the distribution. `root`: where its folders begin. */
export function systemStore(
  tell: ((type: 'system') => string[]) | undefined,
  platform: NodeJS.Platform,
  root = '/',
): readonly string[] {
  if (tell !== undefined) return tell('system');
  if (platform === 'win32') return [];
  for (const file of bundles) {
    const found = inFile(path.join(root, file));
    if (found.length > 0) return found;
  }
  return folders.flatMap(folder => inFolder(path.join(root, folder)));
}

const longest = 8 * 1024 * 1024;

function inFile(file: string | undefined): readonly string[] {
  if (file === undefined || file === '') return [];
  try {
    const text = readFileSync(file, 'latin1');
    return text.length > longest
      ? []
      : (text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []);
  } catch {
    return [];
  }
}

function inFolder(folder: string): readonly string[] {
  if (folder === '') return [];
  try {
    return readdirSync(folder).flatMap(name => inFile(path.join(folder, name)));
  } catch {
    return [];
  }
}

/** The same certificate is the same text, however its lines are broken. */
function plain(pem: string): string {
  const body = pem.replace(/-----[A-Z ]+-----|\s/g, '');
  return `-----BEGIN CERTIFICATE-----\n${body.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}
