/** HTML that was made by `html`, and so needs no escaping. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = string | number | Html | undefined | readonly Part[];

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const partText = (part: Part): string =>
  part === undefined
    ? ''
    : part instanceof Html
      ? part.text
      : typeof part === 'object'
        ? part.map(partText).join('')
        : String(part).replace(/[&<>"']/g, c => escapes[c] ?? c);

/** A template whose values are text: whatever they hold, they become neither tags nor attributes. Attributes stand in double quotes. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((s, i) => s + partText(parts[i])).join(''));
}
