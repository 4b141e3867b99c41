// Files that are chosen or dropped: a trace, metrics of an engine, or a model's config.json, by what is in them.
import { byId, element } from './dom.js';

/** A model's description, parsed; null where a file is something else. */
export async function readConfig(file) {
  if (!/\.json$/i.test(file.name) || file.size > 1 << 20) return null;
  try {
    const parsed = JSON.parse(await file.text());
    return parsed && parsed.hidden_size !== undefined ? parsed : null;
  } catch {
    return null;
  }
}

/** A button that lets one choose a file, the same again too. */
export function fileButton(id, label, take) {
  const input = element('input', { type: 'file', id, onclick: () => { input.value = ''; }, onchange: () => { if (input.files[0]) take(input.files[0]); } });
  return element('label', { class: 'file' }, label, input);
}

/** Names the trace that was read in the fields that choose one, however it came. */
export function showChosen(file) {
  const list = new DataTransfer();
  list.items.add(file);
  for (const input of document.querySelectorAll('.file input')) input.files = list.files;
}

/** Takes what is dropped anywhere on the page. */
export function openDrop(take) {
  for (const name of ['dragover', 'dragleave', 'drop']) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      document.body.classList.toggle('over', name === 'dragover');
      if (name === 'drop' && event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
    });
  }
}

/** Shows how much of a file has been sent; null hides it. */
export function showUpload(name, loaded, total, text) {
  byId('upload').hidden = name === null;
  if (name === null) return;
  byId('upload-bar').value = total ? loaded / total : 0;
  byId('upload-note').textContent = text;
}
