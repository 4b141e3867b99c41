// The form, made from the table of fields; shows values and errors, hides what is not asked for.
import { FIELDS, SECTIONS, fieldsOf, isAsked } from './fields.js';
import { element, termButton } from './dom.js';

const rows = [];
let form = null;

function control(field) {
  const common = { name: field.name, id: `field-${field.name}` };
  if (field.type === 'select') {
    return element('select', common, field.options.map(([value, text]) => element('option', { value }, text)));
  }
  if (field.type === 'check') return element('input', { ...common, type: 'checkbox' });
  return element('input', { ...common, inputmode: 'decimal', placeholder: field.placeholder, spellcheck: 'false' });
}

function fieldElement(field) {
  const id = `field-${field.name}`;
  const made = element('div', { class: field.type === 'check' ? 'field check' : 'field' },
    element('p', { class: 'label' }, element('label', { for: id }, field.label), field.term ? termButton(field.term) : null),
    control(field), element('span', { class: 'error', id: `${id}-error` }));
  if (field.type === 'check') made.prepend(made.children[1]);
  rows.push({ field, made });
  return made;
}

function noteElement(note) {
  const made = element('div', { class: 'note', id: `note-${note.note}` });
  rows.push({ field: note, made });
  return made;
}

function sectionElement(section) {
  const inner = section.fields.map((field) => {
    if (field.row) return element('div', { class: 'row' }, field.row.map(fieldElement));
    return field.note ? noteElement(field) : fieldElement(field);
  });
  const made = section.folded
    ? element('details', { class: 'section' }, element('summary', {}, section.title), inner)
    : element('fieldset', { class: 'section' }, element('legend', {}, section.title), inner);
  rows.push({ section, made });
  return made;
}

/** Fills a form with all sections; `take` gets a field's name and value. */
export function buildForm(container, take) {
  form = container;
  container.replaceChildren(...SECTIONS.map(sectionElement));
  container.addEventListener('input', ({ target }) => {
    if (target.name) take(target.name, target.type === 'checkbox' ? (target.checked ? '1' : '') : target.value);
  });
  container.addEventListener('submit', (event) => event.preventDefault());
}

/** Shows the values of a state, and what its tab and values ask for. */
export function showForm(tab, values) {
  for (const { field, section, made } of rows) {
    if (section) {
      made.hidden = !section.tabs.includes(tab);
      // What a link changes must not be hidden.
      if (section.folded && fieldsOf(section).some(({ name, initial }) => values[name] !== initial)) made.open = true;
      continue;
    }
    made.hidden = !isAsked(field, values);
  }
  for (const field of FIELDS) {
    const input = form.elements[field.name];
    const value = values[field.name];
    if (field.type === 'check') { input.checked = value === '1'; continue; }
    if (field.type === 'select' && ![...input.options].some((option) => option.value === value)) input.add(new Option(value, value));
    if (input.value !== value) input.value = value;
  }
}

/** Offers a list's entries in the fields that have it. */
export function offer(list, entries) {
  for (const field of FIELDS.filter((field) => field.list === list)) {
    const select = form.elements[field.name];
    const chosen = select.value;
    for (const { id, name } of entries) {
      const known = [...select.options].find((option) => option.value === id);
      const text = name && name !== id ? `${id} (${name})` : id;
      if (known) known.text = text;
      else select.add(new Option(text, id));
    }
    select.value = chosen;
  }
}

/** Errors by field name, each a text; the others lose theirs. */
export function showErrors(errors) {
  for (const field of FIELDS) {
    const input = form.elements[field.name];
    const text = errors.get(field.name) ?? '';
    const place = document.getElementById(`field-${field.name}-error`);
    if (place.textContent !== text) place.textContent = text;
    if (text) {
      input.setAttribute('aria-invalid', 'true');
      input.setAttribute('aria-describedby', place.id);
      input.closest('details')?.setAttribute('open', '');
    } else {
      input.removeAttribute('aria-invalid');
      input.removeAttribute('aria-describedby');
    }
  }
}

/** Puts the cursor into a field. */
export function focusField(name) {
  const input = form.elements[name];
  input.closest('details')?.setAttribute('open', '');
  input.focus();
}
