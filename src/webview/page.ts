import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-progress-ring/index.js';
import morphdom from 'morphdom';
import type { FromPage, PageState, ToPage } from '../board/page/messages';

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

/** What the elements' own attributes are: what they set on themselves stays when a page is drawn again. */
const ours = new Set(['secondary', 'disabled']);

function draw(body: string): void {
  if (page === null) return;
  morphdom(page, `<div id="page">${body}</div>`, {
    onBeforeElUpdated(from, to) {
      // What a person is typing is theirs, and so is what they have opened.
      if (from === document.activeElement && from.matches('input[type=text][data-field], textarea')) return false;
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
  draw(event.data.html);
});

const nearest = (event: Event, attribute: string): Element | undefined =>
  (event.target instanceof Element ? event.target.closest(`[${attribute}]`) : undefined) ?? undefined;

document.addEventListener('click', event => {
  const id = nearest(event, 'data-action')?.getAttribute('data-action');
  if (id !== null && id !== undefined) host.postMessage({ type: 'action', id });
});

const changed = (event: Event): void => {
  const field = nearest(event, 'data-field');
  const id = field?.getAttribute('data-field');
  if (field !== undefined && id !== null && id !== undefined && 'value' in field)
    host.postMessage({ type: 'field', id, value: String(field.value) });
  const tick = nearest(event, 'data-tick');
  const ticked = tick?.getAttribute('data-tick');
  if (tick !== undefined && ticked !== null && ticked !== undefined && 'checked' in tick)
    host.postMessage({ type: 'tick', id: ticked, ticked: tick.checked === true });
};
document.addEventListener('change', changed);

host.postMessage({ type: 'ready' });
