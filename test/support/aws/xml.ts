/** The AWS Query protocol's XML (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html): lists are `<member>` elements. */

export type XmlValue =
  string | number | boolean | undefined | readonly XmlValue[] | { readonly [name: string]: XmlValue };

const escape = (text: string): string =>
  text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    // Characters that XML 1.0 would normalise away or can't carry raw.
    .replace(/[\r\n\t]/g, c => `&#x${c.charCodeAt(0).toString(16).toUpperCase()};`);

function element(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  return `<${name}>${content(value)}</${name}>`;
}

function content(value: XmlValue): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return escape(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map((v: XmlValue) => element('member', v)).join('');
  return Object.entries(value)
    .map(([name, v]) => element(name, v as XmlValue))
    .join('');
}

export function resultXml(action: string, namespace: string, requestId: string, result: XmlValue): string {
  const body = result === undefined ? '' : element(`${action}Result`, result);
  return `<${action}Response xmlns="${namespace}">${body}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`;
}

export function errorXml(namespace: string, code: string, message: string, status: number, requestId: string): string {
  const type = status >= 500 ? 'Receiver' : 'Sender';
  return `<ErrorResponse xmlns="${namespace}"><Error><Type>${type}</Type><Code>${escape(code)}</Code><Message>${escape(message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
}
