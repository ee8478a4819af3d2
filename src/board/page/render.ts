import type { BoardState } from '../model';
import { wordOf } from '../words';
import { html, type Html } from './html';
import type { ChangeLine, CheckLine, Field, Page, PageAction, Section, Tick } from './model';

/** The body of a page as HTML. The same page gives the same text; nothing of what it shows can become a tag. */
export function renderPage(page: Page): string {
  const { title, lead, state, busy, sections, actions } = page;
  return html`<header>
      <h1>${state === undefined ? undefined : mark(state)}${title}</h1>
      ${lead.map(line => html`<p class="lead">${line}</p>`)}
    </header>
    <main>${sections.map(section)}</main>
    <footer>
      <div class="actions" role="group" aria-label="${'Actions'}">${actions.map((a, i) => button(a, i > 0))}</div>
      <p class="busy" role="status" aria-live="polite">
        ${busy === undefined ? undefined : html`<vscode-progress-ring id="ring"></vscode-progress-ring><span>${busy}</span>`}
      </p>
    </footer>`.text;
}

const signs: Readonly<Record<BoardState, string>> = {
  ok: '✓',
  warning: '!',
  wrong: '✗',
  unknown: '?',
  unchecked: '○',
  aside: '–',
};

/** A state as a sign with its word. */
const mark = (state: BoardState): Html =>
  html`<span class="mark ${state}" role="img" aria-label="${wordOf(state)}">${signs[state]}</span> `;

const button = ({ id, label, disabled }: PageAction, secondary = true): Html =>
  html`<vscode-button
    id="action-${id}"
    data-action="${id}"
    ${flag('secondary', secondary)}
    ${flag('disabled', disabled === true)}
    >${label}</vscode-button
  >`;

/** An attribute that is there or not. */
const flag = (name: 'secondary' | 'disabled' | 'checked' | 'open', on: boolean): Html | undefined =>
  on
    ? { secondary: html`secondary`, disabled: html`disabled`, checked: html`checked`, open: html`open` }[name]
    : undefined;

function section(of: Section, index: number): Html {
  const heading = of.heading === undefined ? undefined : html`<h2 id="heading-${index}">${of.heading}</h2>`;
  const labelled = of.heading === undefined ? undefined : html`aria-labelledby="heading-${index}"`;
  return html`<section class="${of.kind}" ${labelled}>${heading}${content(of, index)}</section>`;
}

function content(of: Section, index: number): Html {
  switch (of.kind) {
    case 'text':
      return html`${of.lines.map(line => html`<p>${line}</p>`)}`;
    case 'fields':
      return html`${of.fields.map(field)}`;
    case 'proof':
      return html`${of.lead === undefined ? undefined : html`<p>${of.lead}</p>`}
        <table>
          <thead>
            <tr>
              <th scope="col">${'Who asks'}</th>
              <th scope="col">${'Answer'}</th>
              <th scope="col">${'As it should be'}</th>
            </tr>
          </thead>
          <tbody>
            ${of.rows.map(
              row =>
                html`<tr>
                  <td>${row.who}</td>
                  <td>${row.answer}</td>
                  <td>${mark(row.holds ? 'ok' : 'wrong')}${row.holds ? 'yes' : 'no'}</td>
                </tr>`,
            )}
          </tbody>
        </table>`;
    case 'comparison':
      return html`<table class="segments">
        <thead>
          <tr>
            <th scope="col">${'Part'}</th>
            <th scope="col">${'Trusted'}</th>
            <th scope="col">${'Received'}</th>
          </tr>
        </thead>
        <tbody>
          ${of.rows.map(row => {
            const same = row.fits;
            const cell = (text: string): Html =>
              html`<td>
                <code class="${same ? 'same' : 'differs'}">${text === '' ? '(empty)' : text}</code>
              </td>`;
            return html`<tr>
              <th scope="row">${mark(same ? 'ok' : 'wrong')}${row.name}</th>
              ${cell(row.trusted)}${cell(row.received)}
            </tr>`;
          })}
        </tbody>
      </table>`;
    case 'changes':
      return html`<ol>
        ${of.rows.map((row, i) => change(row, `${index}-${i}`))}
      </ol>`;
    case 'checks':
      return html`<ul>
        ${of.rows.map((row, i) => check(row, `${index}-${i}`))}
      </ul>`;
    case 'ticks':
      return html`${of.lead === undefined ? undefined : html`<p>${of.lead}</p>`}${of.rows.map(tick)}`;
  }
}

function field({ id, label, note, value, options, lines, problem, placeholder }: Field): Html {
  const hint = placeholder === undefined ? undefined : html`placeholder="${placeholder}"`;
  const input =
    options !== undefined
      ? html`<vscode-single-select id="field-${id}" data-field="${id}" label="${label}" value="${value}"
          >${options.map(o => html`<vscode-option value="${o.value}" ${o.value === value ? html`selected` : undefined}>${o.label}</vscode-option>`)}</vscode-single-select
        >`
      : lines !== undefined
        ? html`<vscode-textarea
            id="field-${id}"
            data-field="${id}"
            label="${label}"
            rows="${lines}"
            value="${value}"
            ${hint}
          ></vscode-textarea>`
        : html`<vscode-textfield
            id="field-${id}"
            data-field="${id}"
            label="${label}"
            value="${value}"
            ${hint}
          ></vscode-textfield>`;
  return html`<div class="field">
    <vscode-label for="field-${id}">${label}</vscode-label>
    ${input} ${note === undefined ? undefined : html`<span class="note">${note}</span>`}
    ${problem === undefined ? undefined : html`<span class="problem" role="alert">${problem}</span>`}
  </div>`;
}

const progressSigns: Readonly<Record<NonNullable<ChangeLine['progress']>, readonly [BoardState, () => string]>> = {
  waits: ['unchecked', () => 'waits'],
  runs: ['unchecked', () => 'is being made'],
  done: ['ok', () => 'done'],
  failed: ['wrong', () => 'failed'],
  kept: ['warning', () => 'was kept'],
};

function change({ title, why, undo, progress, seconds, difference, needs }: ChangeLine, id: string): Html {
  const [state, word] = progress === undefined ? [undefined, undefined] : progressSigns[progress];
  const time = seconds === undefined ? '' : ` ${`${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`}`;
  const details = [...(why === undefined ? [] : [why]), ...(undo === undefined ? [] : [undo])];
  return html`<li id="change-${id}">
    <span class="change">${state === undefined ? undefined : mark(state)}${title}</span>
    ${word === undefined ? undefined : html`<span class="time">${word()}${time}</span>`}
    ${details.map(text => html`<div class="note">${text}</div>`)}
    ${(needs ?? []).map(text => html`<div class="note needs">${text}</div>`)}
    ${
      difference === undefined || difference.length === 0
        ? undefined
        : html`<vscode-collapsible id="difference-${id}" heading="${'Difference'}">
            <pre tabindex="0">${difference.map(lineOf)}</pre>
          </vscode-collapsible>`
    }
  </li>`;
}

const lineOf = (line: string): Html => {
  const kind = line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : 'same';
  return html`<span class="${kind}">${line} </span>`;
};

function check({ state, title, details, next, actions }: CheckLine, id: string): Html {
  return html`<li id="check-${id}">
    <span class="change">${mark(state)}${title}</span>
    ${details.map(text => html`<div class="note">${text}</div>`)}
    ${next === undefined ? undefined : html`<div class="next">${next}</div>`} ${(actions ?? []).map(a => button(a))}
  </li>`;
}

const tick = ({ id, label, note, ticked }: Tick): Html =>
  html`<div class="tick">
    <vscode-checkbox id="tick-${id}" data-tick="${id}" label="${label}" ${flag('checked', ticked)}></vscode-checkbox>
    ${note === undefined ? undefined : html`<div class="note">${note}</div>`}
  </div>`;
