// The head of every tab: the answer in one figure and one sentence, verdicts, and what is wrong where there is none.
import { byId, element, fillVerdicts } from './dom.js';
import { fieldAt } from './fields.js';
import { focusField, showErrors } from './form.js';
import { fieldsSentence, plain, statusSentence } from './words.js';

/** Shows an answer's head: {big, unit, sentence, verdicts}. */
export function showHead({ big, unit, sentence, verdicts }) {
  byId('big').textContent = big;
  byId('big-unit').textContent = unit ?? '';
  byId('sentence').textContent = sentence;
  byId('brief').textContent = `${big} · ${sentence}`;
  fillVerdicts(byId('verdicts'), verdicts);
  byId('headline').hidden = false;
  byId('verdicts').hidden = false;
  document.body.classList.remove('unanswered');
}

/** Only a sentence: nothing has been asked yet, or something is missing. */
export function showHint(text) {
  byId('big').textContent = '';
  byId('big-unit').textContent = '';
  byId('sentence').textContent = text;
  byId('brief').textContent = text;
  byId('headline').hidden = false;
  byId('verdicts').hidden = true;
  document.body.classList.add('unanswered');
}

/** Sorts a problem's errors: texts by field, and those that have none. */
export function sortErrors(problem, tab, values) {
  const fields = new Map();
  const others = [];
  for (const { pointer, detail } of problem?.errors ?? []) {
    const field = fieldAt(pointer, tab, values);
    const text = plain(detail);
    if (!field) others.push(text);
    else if (!fields.has(field.name)) fields.set(field.name, { field, text });
  }
  return { fields, others };
}

/** Shows what is wrong: beside the fields, and in a sentence at the top; null clears it. */
export function showFailure(failure, tab, values) {
  const box = byId('problem');
  box.hidden = !failure;
  if (!failure) { showErrors(new Map()); return; }
  const { status, problem } = failure;
  const { fields, others } = sortErrors(problem, tab, values);
  showErrors(new Map([...fields].map(([name, { text }]) => [name, text])));
  const links = [...fields.values()].map(({ field, text }) => element('li', {},
    element('button', { type: 'button', class: 'link', onclick: () => focusField(field.name) }, field.label), ` ${text}`));
  const title = fields.size ? fieldsSentence([...fields.values()].map(({ field }) => field.label))
    : others.length ? problem.detail : statusSentence(status, problem?.detail);
  box.replaceChildren(element('strong', {}, title), element('ul', {}, [...links, ...others.map((text) => element('li', {}, text))]));
  byId('headline').hidden = true;
  byId('verdicts').hidden = true;
  byId('brief').textContent = title;
  document.body.classList.add('unanswered');
}
