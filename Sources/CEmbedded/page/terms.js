// Explanations that open where one taps on a question mark, and close at the next.
import { element } from './dom.js';
import { TERMS } from './words.js';

/** Names the buttons by their terms, and opens and closes explanations anywhere in the page. */
export function openTerms(root) {
  root.addEventListener('click', (event) => {
    const button = event.target.closest?.('.term');
    if (!button) return;
    event.preventDefault();
    const open = button.getAttribute('aria-expanded') !== 'true';
    button.setAttribute('aria-expanded', String(open));
    const place = button.closest('label, dt, h3, figcaption, p, legend, summary') ?? button;
    const next = place.querySelector?.(':scope > .explained');
    if (!open) { next?.remove(); return; }
    const [title, text] = TERMS[button.dataset.term];
    place.append(element('span', { class: 'explained', role: 'note' }, element('b', {}, `${title}. `), text));
  });
}
