import { html } from './html';

/** Where a page's own files are, as the webview reaches them. */
export interface PageFiles {
  readonly script: string;
  readonly style: string;
  /** The source that its own files come from, as a policy names it. */
  readonly source: string;
  /** A number used once: only the script that bears it runs. */
  readonly nonce: string;
  readonly title: string;
}

/**
 * The whole document of a page, without its body. Nothing is loaded but the two files of our own: no inline script, no remote content,
 * no frame, no form, no request.
 */
export function pageDocument({ script, style, source, nonce, title }: PageFiles): string {
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${source} 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <link rel="stylesheet" href="${style}" />
        <title>${title}</title>
      </head>
      <body data-nonce="${nonce}">
        <div id="page"></div>
        <script nonce="${nonce}" src="${script}"></script>
      </body>
    </html>`.text;
}
