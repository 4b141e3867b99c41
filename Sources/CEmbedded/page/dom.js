// Small helpers for elements.

export const byId = (id) => document.getElementById(id);

/** An element with attributes and children; texts become text nodes, what is null is left out. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

/** The same for SVG. */
export function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined && value !== null) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Rows of a definition list: [title, text, the exact value for whoever wants it, term]. */
export function fillFigures(list, rows) {
  list.replaceChildren(...rows.filter(Boolean).map(([title, text, value, term]) => element('div', {},
    element('dt', {}, title, term ? termButton(term) : null), element('dd', { 'data-value': value }, text))));
}

/** Verdicts: {kind: good | warn | bad | open, text}. */
export function fillVerdicts(list, verdicts) {
  list.replaceChildren(...verdicts.filter(Boolean).map(({ kind, text, more }) => element('li', { class: kind }, text, more ?? null)));
}

/** A table from a head and rows of texts; `mark` says which row stands out. */
export function fillTable(table, head, rows, mark = () => false) {
  table.replaceChildren(
    element('thead', {}, element('tr', {}, head.map((name) => element('th', { scope: 'col' }, name)))),
    element('tbody', {}, rows.map((cells, index) => element('tr', { class: mark(index) ? 'marked' : null },
      cells.map((cell, column) => element(column ? 'td' : 'th', column ? {} : { scope: 'row' }, String(cell)))))));
}

/** A list of warnings, hidden where there are none. */
export function fillWarnings(list, warnings) {
  list.hidden = !warnings?.length;
  list.replaceChildren(...(warnings ?? []).map(({ detail }) => element('li', {}, detail)));
}

/** Gives tables their scrolling boxes, and figures their captions and plots. */
export function furnish() {
  for (const table of document.querySelectorAll('[data-title]')) {
    const box = element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': table.dataset.title });
    table.replaceWith(box);
    box.append(table);
  }
  for (const figure of document.querySelectorAll('[data-plot]')) {
    figure.replaceChildren(element('figcaption', {}, figure.textContent), element('div', { id: figure.dataset.plot, class: 'plot' }));
  }
}

/** A question mark that opens the explanation of a term. */
export function termButton(term) {
  return element('button', { type: 'button', class: 'term', 'data-term': term, 'aria-expanded': 'false', 'aria-label': `What is “${term.replaceAll('_', ' ')}”?` }, '?');
}
