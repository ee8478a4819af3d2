type Argument = string | number;
type Translate = (text: string, ...args: readonly Argument[]) => string;

/** The text itself with its arguments in the places `{0}`, `{1}` …, as `vscode.l10n.t` fills them. */
const english: Translate = (text, ...args) =>
  text.replace(/\{(\d+)\}/g, (place, n: string) => (args[Number(n)] === undefined ? place : String(args[Number(n)])));

let translate = english;

/**
 * The texts of views, in the language of the editor. What views show is worked out where VS Code's API is not (and is tested there):
 * activation hands the API's translation in, and without one the texts are English.
 */
export const l10n = { t: (text: string, ...args: readonly Argument[]): string => translate(text, ...args) };

export function translateWith(by: Translate): void {
  translate = by;
}
