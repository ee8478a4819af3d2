/**
 * Text as a terminal and a CI's log may have it: control characters (escape sequences begin with one) and those that turn the
 * direction of writing become visible as `\u001b`, and so does the first character of what a CI's runner would take for a command:
 * `::error::` at the start of a line (GitHub Actions), `##[error]` and `##vso[` anywhere in one (GitHub Actions, Azure Pipelines),
 * `##teamcity[` (TeamCity). In JSON that is the same string, so it is done to all output. Tabs and ends of lines stay, and a carriage
 * return at the start, by which we redraw our own progress line.
 */
export function printable(text: string): string {
  return text.replace(
    /(?!\t|\n|\f|\r\n|(?<![^])\r)[\p{Cc}\p{Bidi_Control}]|:(?=:)(?<=^[ \t]*:)|#(?=#(?:\[|[a-z]+\[))/gimu,
    c => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
