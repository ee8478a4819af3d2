/** Why TLS refuses a server's certificate, by Node's code (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const reasons: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from a CA that is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes from a CA that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate comes from a CA that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate comes from a CA that is not trusted here',
  CERT_UNTRUSTED: 'its certificate comes from a CA that is not trusted here',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
};

const general = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ERR_TLS/;

/** `undefined`: the code is not about a certificate. */
export const certificateReason = (code: string): string | undefined =>
  reasons[code] ?? (general.test(code) ? `its certificate is not accepted (${code})` : undefined);

/** The ways out, the same for both sides. */
export function certificateAdvice(code: string, side: 'hcp' | 'aws'): string {
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return 'Check the clock of this computer; otherwise whoever runs the server has to renew its certificate.';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'Check the host name, and whether a proxy answers in its place.';
  const aws = side === 'aws' ? ', AWS_CA_BUNDLE, or ca_bundle of the profile' : '';
  return `If a private CA issued it (a proxy that opens TLS, a company's own), add that CA to the system's store, or name its PEM file in NODE_EXTRA_CA_CERTS or SSL_CERT_FILE${aws}.`;
}
