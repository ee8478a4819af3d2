import type { BoardState } from '../model';
import { wordOf } from '../words';
import { html, type Html } from './html';
import type {
  ChangeLine,
  CheckLine,
  ComparedSegment,
  Field,
  Page,
  PageAction,
  ProofLine,
  Section,
  Tick,
} from './model';

/** The body of a page as HTML. The same page gives the same text; nothing of what it shows can become a tag. */
export function renderPage(page: Page): string {
  const { title, lead, state, busy, sections, actions } = page;
  return html`<header>
      <h1>${state === undefined ? undefined : mark(state)}${title}</h1>
      ${lead.map(line => html`<p class="lead">${line}</p>`)}
    </header>
    <main>${keyed(sections).map(([of, key]) => section(of, key))}</main>
    <footer>
      <div class="actions" role="group" aria-label="${'Actions'}">
        ${actions.map((a, i) => button(a, i > 0 || hasMain(sections)))}
      </div>
      <p class="busy" role="status" aria-live="polite">
        ${busy === undefined ? undefined : html`<vscode-progress-ring id="ring"></vscode-progress-ring><span>${busy}</span>`}
      </p>
    </footer>`.text;
}

const hasMain = (sections: readonly Section[]): boolean =>
  sections.some(s => s.kind === 'checks' && s.rows.some(row => row.actions?.some(a => a.main === true)));

/**
 * Each part of a page with a name that stays when others come and go: what a person has opened in it stays open when the page is drawn
 * again.
 */
function keyed(sections: readonly Section[]): readonly (readonly [Section, string])[] {
  const seen = new Map<string, number>();
  return sections.map(of => {
    const name = of.heading ?? ('folded' in of && typeof of.folded === 'string' ? of.folded : of.kind);
    const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return [of, count === 0 ? slug : `${slug}-${count}`] as const;
  });
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

const button = ({ id, label, disabled }: PageAction, secondary: boolean): Html =>
  html`<vscode-button
    id="action-${id}"
    data-action="${id}"
    ${flag('secondary', secondary)}
    ${flag('disabled', disabled === true)}
    >${label}</vscode-button
  >`;

/** An attribute that is there or not. */
const flag = (name: 'secondary' | 'disabled' | 'checked', on: boolean): Html | undefined =>
  on ? { secondary: html`secondary`, disabled: html`disabled`, checked: html`checked` }[name] : undefined;

function section(of: Section, key: string): Html {
  const heading = of.heading === undefined ? undefined : html`<h2 id="heading-${key}">${of.heading}</h2>`;
  const labelled = of.heading === undefined ? undefined : html`aria-labelledby="heading-${key}"`;
  return html`<section class="${of.kind}" ${labelled}>${heading}${content(of, key)}</section>`;
}

function content(of: Section, key: string): Html {
  switch (of.kind) {
    case 'text':
      return html`${of.lines.map(line => html`<p>${line}</p>`)}`;
    case 'fields': {
      const fields = html`${of.fields.map(field)}`;
      return of.folded === undefined ? fields : folded(`fields-${key}`, of.folded, fields);
    }
    case 'segments':
      return html`${of.lead === undefined ? undefined : html`<p>${of.lead}</p>`}
        <table>
          <tbody>
            ${of.rows.map(
              row =>
                html`<tr>
                  <th scope="row">${row.name}</th>
                  <td><code>${row.value}</code></td>
                  <td class="note">${row.note}</td>
                </tr>`,
            )}
          </tbody>
        </table>`;
    case 'proof':
      return html`${of.lead === undefined ? undefined : html`<p>${of.lead}</p>`} ${proofTable(of.rows)}
      ${of.folded === undefined ? undefined : folded(`proof-${key}`, of.folded.name, proofTable(of.folded.rows))}`;
    case 'comparison':
      return comparison(of.rows);
    case 'changes': {
      const changes = html`${of.lead === undefined ? undefined : html`<p>${of.lead}</p>`}
        <ol>
          ${of.rows.map((row, i) => change(row, `${key}-${i}`))}
        </ol>`;
      return of.folded === undefined ? changes : folded(`changes-${key}`, of.folded, changes);
    }
    case 'checks':
      return checks(of, key);
    case 'ticks':
      return html`${of.lead === undefined ? undefined : html`<p>${of.lead}</p>`}${of.rows.map(tick)}`;
  }
}

function checks({ rows, folded: rest }: Extract<Section, { kind: 'checks' }>, key: string): Html {
  const list = (lines: readonly CheckLine[], from: string): Html =>
    html`<ul>
      ${lines.map((row, i) => check(row, `${from}-${i}`))}
    </ul>`;
  return html`${rows.length === 0 ? undefined : list(rows, key)}
  ${rest === undefined ? undefined : folded(`rest-${key}`, rest.name, list(rest.rows, `rest-${key}`))}`;
}

const comparison = (rows: readonly ComparedSegment[]): Html =>
  html`<table class="segments">
    <thead>
      <tr>
        <th scope="col">${'Part'}</th>
        <th scope="col">${'Trusted'}</th>
        <th scope="col">${'Received'}</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(row => {
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

const proofTable = (rows: readonly ProofLine[]): Html =>
  html`<table>
    <thead>
      <tr>
        <th scope="col">Who asks</th>
        <th scope="col">Answer</th>
        <th scope="col">As it should be</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        row =>
          html`<tr>
            <td>${row.who}</td>
            <td>${row.answer}</td>
            <td>${mark(row.holds ? 'ok' : 'wrong')}${row.holds ? 'yes' : 'no'}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;

/** A part that is opened by a click or by Enter, as the browser has it: it says by itself whether it is open. */
const folded = (id: string, name: string, inner: Html): Html =>
  html`<details id="${id}">
    <summary>${name}</summary>
    ${inner}
  </details>`;

function field(of: Field): Html {
  const { id, label, note, problem } = of;
  // What is read aloud with a field: where its answer is from, and what is wrong with it.
  const told = [...(note === undefined ? [] : [`note-${id}`]), ...(problem === undefined ? [] : [`problem-${id}`])];
  const described = told.length === 0 ? undefined : html`aria-describedby="${told.join(' ')}"`;
  return html`<div class="field">
    <label for="field-${id}">${label}</label>
    ${inputOf(of, html`id="field-${id}" data-field="${id}" ${described} ${problem === undefined ? undefined : html`aria-invalid="true"`}`)}
    ${note === undefined ? undefined : html`<span class="note" id="note-${id}">${note}</span>`}
    ${problem === undefined ? undefined : html`<span class="problem" id="problem-${id}" role="alert">${problem}</span>`}
  </div>`;
}

function inputOf({ value, options, lines, placeholder }: Field, attributes: Html): Html {
  const hint = placeholder === undefined ? undefined : html`placeholder="${placeholder}"`;
  if (options !== undefined)
    return html`<select ${attributes}>
      ${options.map(o => html`<option value="${o.value}" ${o.value === value ? html`selected` : undefined}>${o.label}</option>`)}
    </select>`;
  if (lines !== undefined) return html`<textarea ${attributes} rows="${lines}" ${hint}>${value}</textarea>`;
  return html`<input type="text" ${attributes} value="${value}" spellcheck="false" ${hint} />`;
}

const progressSigns: Readonly<Record<NonNullable<ChangeLine['progress']>, readonly [BoardState, () => string]>> = {
  waits: ['unchecked', () => 'waits'],
  runs: ['unchecked', () => 'under way'],
  done: ['ok', () => 'done'],
  failed: ['wrong', () => 'failed'],
  kept: ['warning', () => 'was kept'],
};

/** A duration as people read it. */
const secondsText = (seconds: number): string =>
  seconds < 0.1 ? 'at once' : `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;

function change({ title, why, undo, progress, seconds, difference, needs }: ChangeLine, id: string): Html {
  const [state, word] = progress === undefined ? [undefined, undefined] : progressSigns[progress];
  const time = seconds === undefined ? '' : `, ${secondsText(seconds)}`;
  const details = [...(why === undefined ? [] : [why]), ...(undo === undefined ? [] : [undo])];
  return html`<li id="change-${id}">
    <span class="change">${state === undefined ? undefined : mark(state)}${title}</span>
    ${word === undefined ? undefined : html`<span class="time">${word()}${time}</span>`}
    ${details.map(text => html`<div class="note">${text}</div>`)}
    ${
      needs === undefined || needs.length === 0
        ? undefined
        : folded(
            `needs-${id}`,
            'Which code needs it',
            html`<ul class="needs">
              ${needs.map(text => html`<li class="note">${text}</li>`)}
            </ul>`,
          )
    }
    ${
      difference === undefined || difference.length === 0
        ? undefined
        : folded(`difference-${id}`, 'Difference', html`<pre tabindex="0">${difference.map(lineOf)}</pre>`)
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
    ${next === undefined ? undefined : html`<div class="next">${next}</div>`}
    ${(actions ?? []).map(a => button(a, a.main !== true))}
  </li>`;
}

const tick = ({ id, label, note, ticked }: Tick): Html => {
  const described = note === undefined ? undefined : html`aria-describedby="tick-note-${id}"`;
  return html`<div class="tick">
    <input type="checkbox" id="tick-${id}" data-tick="${id}" ${described} ${flag('checked', ticked)} />
    <label for="tick-${id}">${label}</label>
    ${note === undefined ? undefined : html`<div class="note" id="tick-note-${id}">${note}</div>`}
  </div>`;
};
