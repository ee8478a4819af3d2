import { oneLine } from './text';

/**
 * Text that others wrote, as one line of Markdown that reads as it stands: no link, image, reference, HTML, code, table cell or emphasis
 * comes of it. Any ASCII punctuation may be escaped (https://spec.commonmark.org/0.31.2/#backslash-escapes); what the text escapes by
 * itself is escaped first, so that its backslash can't undo ours.
 */
export function markdownText(text: string): string {
  return oneLine(text)
    .replace(/[\\`*[\]<>&|~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\$&')
    .replace(/^(?=[#+=-])|^(\d+)(?=[.)])/, '$1\\');
}

/** Code that no content can end, whatever name it holds: its fence is longer than any row of backticks in it. */
export function markdownCode(text: string): string {
  // In a table, a bar ends the cell even inside of code, unless it is escaped there.
  const line = oneLine(text).replaceAll('|', '\\|');
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(m => m[0].length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `\`${line}\`` : `${fence} ${line} ${fence}`;
}

/** A link to a page; anything but an address of the web stays text, so that nothing can be run by it. */
export function markdownLink(text: string, url: string): string {
  if (!/^https?:\/\//.test(url)) return markdownText(text);
  return `[${markdownText(text)}](${url.replace(/[()<>\s\\]/g, c => encodeURIComponent(c).replace('(', '%28').replace(')', '%29'))})`;
}
