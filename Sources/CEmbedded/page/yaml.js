// YAML as openapi.yaml uses it: block and flow collections, quotes, block scalars; no anchors, tags or several documents. Pure.

function typed(text) {
  if (text === '' || text === '~' || text === 'null') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  return /^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/.test(text) ? Number(text) : text;
}

function unquoted(text) {
  return text[0] === "'" ? text.slice(1, -1).replaceAll("''", "'") : JSON.parse(text);
}

/** Where a quoted text that begins at `from` ends: behind its closing quote; -1 where it does not. */
function quoteEnd(text, from) {
  const quote = text[from];
  for (let at = from + 1; at < text.length; at++) {
    if (quote === '"' && text[at] === '\\') { at++; continue; }
    if (text[at] !== quote) continue;
    if (quote === "'" && text[at + 1] === "'") { at++; continue; }
    return at + 1;
  }
  return -1;
}

/** How deep flow collections are open at the end of a text. */
function openness(text) {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if ((text[at] === "'" || text[at] === '"') && /[\s,:[{]/.test(text[at - 1] ?? ' ')) { const end = quoteEnd(text, at); if (end < 0) return 1; at = end - 1; continue; }
    if (text[at] === '{' || text[at] === '[') depth++;
    if (text[at] === '}' || text[at] === ']') depth--;
  }
  return depth;
}

/** A flow collection, or a scalar. */
function parseFlow(text) {
  let at = 0;
  const skip = () => { while (/\s/.test(text[at] ?? '')) at++; };
  const scalar = (ends) => {
    if (text[at] === "'" || text[at] === '"') { const end = quoteEnd(text, at); const found = unquoted(text.slice(at, end)); at = end; return found; }
    const from = at;
    while (at < text.length && !ends(at)) at++;
    return text.slice(from, at).trim();
  };
  const closes = (place) => ',]}'.includes(text[place]);
  const value = () => {
    skip();
    if (text[at] === '[') {
      at++;
      const list = [];
      for (skip(); text[at] !== ']'; skip()) { list.push(value()); skip(); if (text[at] === ',') at++; else if (text[at] !== ']') throw new SyntaxError(`flow: ${text}`); }
      at++;
      return list;
    }
    if (text[at] === '{') {
      at++;
      const map = {};
      for (skip(); text[at] !== '}'; skip()) {
        const key = scalar((place) => closes(place) || (text[place] === ':' && /[\s,}\]]/.test(text[place + 1] ?? ' ')));
        skip();
        if (text[at] === ':') { at++; skip(); map[key] = ',}'.includes(text[at]) ? null : value(); } else map[key] = null;
        skip();
        if (text[at] === ',') at++; else if (text[at] !== '}') throw new SyntaxError(`flow: ${text}`);
      }
      at++;
      return map;
    }
    const quoted = text[at] === "'" || text[at] === '"';
    const found = scalar(closes);
    return quoted ? found : typed(found);
  };
  return value();
}

const indentOf = (line) => line.length - line.trimStart().length;

/** Parses a document; throws SyntaxError where it goes beyond the subset. */
export function parseYAML(text) {
  const lines = text.split('\n');
  let at = 0;
  const skipEmpty = () => { while (at < lines.length && (lines[at].trim() === '' || lines[at].trimStart().startsWith('#'))) at++; };

  const blockScalar = (style, parent) => {
    const kept = [];
    while (at < lines.length && (lines[at].trim() === '' || indentOf(lines[at]) > parent)) kept.push(lines[at++]);
    while (kept.length && kept.at(-1).trim() === '') kept.pop();
    const indent = Math.min(...kept.filter((line) => line.trim()).map(indentOf));
    const body = kept.map((line) => line.slice(indent));
    const joined = style[0] === '|' ? body.join('\n') : body.join('\n').replace(/([^\n])\n(?=[^\n])/g, '$1 ').replace(/\n\n/g, '\n');
    return style[1] === '-' ? joined : `${joined}\n`;
  };

  const valueOf = (rest, parent) => {
    if (rest === '') {
      skipEmpty();
      if (at >= lines.length) return null;
      const next = indentOf(lines[at]);
      if (next > parent && '{['.includes(lines[at].trimStart()[0])) return valueOf(lines[at++].trim(), parent);
      return next > parent || (next === parent && lines[at].trimStart().startsWith('- ')) ? block(next) : null;
    }
    if (/^[|>][-+]?$/.test(rest)) return blockScalar(rest, parent);
    const flow = '{['.includes(rest[0]);
    const quoted = `'"`.includes(rest[0]);
    // What is not complete, or plain, goes on in lines that stand deeper.
    while (at < lines.length && (flow ? openness(rest) > 0 : quoted ? quoteEnd(rest, 0) < 0 : lines[at].trim() !== '' && indentOf(lines[at]) > parent)) rest += ` ${lines[at++].trim()}`;
    if (flow) return parseFlow(rest);
    return quoted ? unquoted(rest.slice(0, quoteEnd(rest, 0))) : typed(rest.replace(/\s+#.*$/, ''));
  };

  const block = (indent) => {
    skipEmpty();
    if (lines[at].trimStart().startsWith('- ') || lines[at].trim() === '-') {
      const list = [];
      for (skipEmpty(); at < lines.length && indentOf(lines[at]) === indent && /^- ?/.test(lines[at].trimStart()); skipEmpty()) {
        const rest = lines[at].trimStart().slice(1).trimStart();
        const inner = lines[at].length - rest.length;
        if (keyOf(rest)) { lines[at] = ' '.repeat(inner) + rest; list.push(block(inner)); } else { at++; list.push(valueOf(rest, indent)); }
      }
      return list;
    }
    const map = {};
    for (skipEmpty(); at < lines.length && indentOf(lines[at]) === indent; skipEmpty()) {
      const found = keyOf(lines[at].trim());
      if (!found) throw new SyntaxError(`line ${at + 1}: ${lines[at]}`);
      at++;
      map[found.key] = valueOf(found.rest, indent);
    }
    return map;
  };

  const keyOf = (line) => {
    if ('{['.includes(line[0])) return null;
    if (line[0] === "'" || line[0] === '"') {
      const end = quoteEnd(line, 0);
      return end > 0 && /^:(\s|$)/.test(line.slice(end)) ? { key: unquoted(line.slice(0, end)), rest: line.slice(end + 1).trim() } : null;
    }
    const found = /^([^\s#][^#]*?):(?:\s+(.*))?$/.exec(line);
    return found ? { key: found[1], rest: (found[2] ?? '').trim().replace(/^#.*/, '') } : null;
  };

  skipEmpty();
  return block(indentOf(lines[at]));
}
