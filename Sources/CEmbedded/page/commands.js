// The same request as lines to copy: curl, the command line, Python. Pure.

/** A text between single quotes, for sh, bash and zsh. */
export function quoted(text) { return `'${text.replaceAll("'", "'\\''")}'`; }

/** The lines that send a file. */
export function fileCommands(origin, path, name, type, withToken) {
  const token = withToken ? ' -H "Authorization: Bearer $AFD_TOKEN"' : '';
  const coding = name.toLowerCase().endsWith('.gz') ? " -H 'Content-Encoding: gzip'" : '';
  return {
    curl: `curl -s ${quoted(`${origin}${path}?pretty`)} -H 'Content-Type: ${type}'${coding}${token} --data-binary @${quoted(name)}`,
    cli: `afd-sizer ${path.split('/').pop()} ${quoted(name)}`,
    python: [
      'import json, os, urllib.request', '', `fields = {'Content-Type': '${type}'${coding ? ", 'Content-Encoding': 'gzip'" : ''}}`,
      ...(withToken ? ["fields['Authorization'] = 'Bearer ' + os.environ['AFD_TOKEN']"] : []),
      `request = urllib.request.Request('${origin}${path}', open(${JSON.stringify(name)}, 'rb').read(), fields)`,
      'print(json.dumps(json.load(urllib.request.urlopen(request)), indent=2))',
    ].join('\n'),
  };
}

/** The lines for a path like /v1/size. With a token they name a variable: the token itself is never shown. */
export function commands(origin, path, request, withToken) {
  const body = JSON.stringify(request);
  const token = withToken ? ' -H "Authorization: Bearer $AFD_TOKEN"' : '';
  const command = path.split('/').pop();
  return {
    curl: `curl -s ${quoted(`${origin}${path}?pretty`)} -H 'Content-Type: application/json'${token} -d ${quoted(body)}`,
    cli: `printf %s ${quoted(body)} | afd-sizer ${command} -`,
    python: [
      'import json, os, urllib.request', '',
      // A quote may end the literal; JSON can write it otherwise.
      `body = r'''${body.replaceAll("'", '\\u0027')}'''`,
      `request = urllib.request.Request('${origin}${path}', body.encode(), {'Content-Type': 'application/json'})`,
      ...(withToken ? ["request.add_header('Authorization', 'Bearer ' + os.environ['AFD_TOKEN'])"] : []),
      'print(json.dumps(json.load(urllib.request.urlopen(request)), indent=2))',
    ].join('\n'),
  };
}
