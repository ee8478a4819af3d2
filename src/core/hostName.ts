/**
 * A host name in letters of ASCII, as the network knows it: "аpp.terraform.io" with a Cyrillic letter is
 * `xn--pp-6kc.terraform.io`, and no longer looks like the host that it is not. What can't be a host name has its other letters
 * written as numbers.
 */
export function asciiHost(host: string): string {
  if (!/[^\p{ASCII}]/u.test(host)) return host;
  const {
    scheme = '',
    name = '',
    rest = '',
  } = /^(?<scheme>https?:\/\/)?(?<name>[^\s/@?#]+)(?<rest>\/*)$/i.exec(host.trim())?.groups ?? {};
  try {
    if (name !== '') return `${scheme}${new URL(`https://${name}`).host}${rest}`;
  } catch {
    // Said below.
  }
  return host.replace(/[^\p{ASCII}]/gu, letter => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`);
}

/** What has to be said before a token of such a host is asked for or sent; `undefined` for hosts of plain ASCII. */
export function homographWarning(host: string): string | undefined {
  if (!/(?:^|\.)xn--/i.test(host)) return undefined;
  return `The name of ${host} is written with letters beyond a to z, which may look like those of another host. Is it the host you mean? A token must go to no other one.`;
}
