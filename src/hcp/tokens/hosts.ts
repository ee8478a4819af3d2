import { domainToASCII } from 'node:url';
import { isLoopback } from '../../core/loopback';

/**
 * A host name as Terraform compares it: lower case, punycode, without the port 443 (svchost.ForComparison).
 * `undefined` for what is no host name.
 */
export function comparable(host: string): string | undefined {
  const match = /^(.*?)(?::(\d{1,5}))?$/.exec(host.trim());
  const name = match?.[1] ?? '';
  const port = match?.[2];
  if (name === '' || /[\s/@?#:]/.test(name)) return undefined;
  const ascii = domainToASCII(name.toLowerCase());
  if (ascii === '' || ascii.startsWith('.') || ascii.includes('..')) return undefined;
  return port === undefined || port === '443' ? ascii : `${ascii}:${Number(port)}`;
}

const prefix = 'TF_TOKEN_';

/** Does an environment variable's name mean this host? All spellings that Terraform takes: `__` is `-`, then `_` is `.`. */
export function meansHost(variable: string, host: string): boolean {
  if (!variable.startsWith(prefix)) return false;
  const wanted = comparable(host);
  const decoded = variable.slice(prefix.length).replaceAll('__', '-').replaceAll('_', '.');
  if (wanted === undefined) return false;
  if (comparable(decoded) === wanted) return true;
  // A shell can't write the colon of 127.0.0.1:8080; for loopback hosts the port may follow an underscore too.
  return isLoopback(wanted) && decoded.toLowerCase() === wanted.replace(':', '.');
}
