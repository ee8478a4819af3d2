import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-progress-ring/index.js';
import morphdom from 'morphdom';
import type { FromPage, PageState, ToPage } from '../board/page/messages';
import { FieldAnswers } from './fields';

/*
 * The script of a page, in the webview: draws the HTML that the host sends so that what is open, typed or focused stays, and sends back
 * what a person does. It decides nothing.
 */

declare function acquireVsCodeApi(): {
  postMessage(message: FromPage): void;
  setState(state: PageState): void;
};

const host = acquireVsCodeApi();
const page = document.getElementById('page');
const answers = new FieldAnswers((id, value) => host.postMessage({ type: 'field', id, value }));

/** What the elements' own attributes are: what they set on themselves stays when a page is drawn again. */
const ours = new Set(['secondary', 'disabled']);

function draw(body: string): void {
  if (page === null) return;
  morphdom(page, `<div id="page">${body}</div>`, {
    onBeforeElUpdated(from, to) {
      answers.spare(from, to);
      // What a person has opened is theirs.
      if (from instanceof HTMLDetailsElement) to.toggleAttribute('open', from.open);
      if (from.localName.includes('-'))
        for (const { name, value } of Array.from(from.attributes))
          if (!to.hasAttribute(name) && !ours.has(name)) to.setAttribute(name, value);
      return true;
    },
  });
}

window.addEventListener('message', (event: MessageEvent<ToPage>) => {
  if (event.data.type !== 'draw') return;
  host.setState(event.data.state);
  const { html, taken } = event.data;
  answers.keep(taken, () => draw(html));
});

const nearest = (event: Event, attribute: string): Element | undefined =>
  (event.target instanceof Element ? event.target.closest(`[${attribute}]`) : undefined) ?? undefined;

document.addEventListener('click', event => {
  const id = nearest(event, 'data-action')?.getAttribute('data-action');
  if (id !== null && id !== undefined) host.postMessage({ type: 'action', id });
});

document.addEventListener('change', event => {
  const tick = nearest(event, 'data-tick');
  const id = tick?.getAttribute('data-tick');
  if (tick !== undefined && id !== null && id !== undefined && 'checked' in tick)
    host.postMessage({ type: 'tick', id, ticked: tick.checked === true });
});

answers.listen();

host.postMessage({ type: 'ready' });
