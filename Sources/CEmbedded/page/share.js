// The request behind an answer, to copy: curl, the command line, Python, JSON, or a link.
import { byId } from './dom.js';
import { commands, fileCommands } from './commands.js';
import { hasToken, typeOf } from './service.js';

const NAMES = ['curl', 'cli', 'python', 'json'];
let texts = null;
let chosen = 'curl';

function show() {
  for (const button of document.querySelectorAll('[data-line]')) button.setAttribute('aria-pressed', String(button.dataset.line === chosen));
  document.querySelector('[data-line=json]').hidden = !texts?.json;
  byId('line').textContent = texts ? texts[chosen] : '';
}

/** Shows a request; null hides the part. */
export function shareRequest(path, request) {
  byId('share').hidden = !request;
  if (!request) { texts = null; return; }
  texts = { ...commands(location.origin, path, request, hasToken()), json: JSON.stringify(request, null, 2) };
  show();
}

/** Shows how a file is sent. */
export function shareFile(path, name) {
  byId('share').hidden = false;
  texts = { ...fileCommands(location.origin, path, name, typeOf(name), hasToken()), json: '' };
  if (chosen === 'json') chosen = 'curl';
  show();
}

async function copy(text, place, note = '') {
  try {
    await navigator.clipboard.writeText(text);
    place.textContent = `Copied. ${note}`;
  } catch {
    place.textContent = 'The browser did not allow copying: select the text.';
  }
}

/** Wires the buttons. */
export function openShare(lost) {
  for (const button of document.querySelectorAll('[data-line]')) {
    button.addEventListener('click', () => { if (NAMES.includes(button.dataset.line)) chosen = button.dataset.line; show(); });
  }
  byId('copy-line').addEventListener('click', () => texts && copy(texts[chosen], byId('copied')));
  byId('copy-link').addEventListener('click', () => copy(location.href, byId('link-copied'), lost()));
}
