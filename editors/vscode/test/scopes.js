// The scopes that the TextMate grammar gives to places, by the engine that VS Code has: node scopes.js ASKED ANSWERS.
// ASKED has lines `file PATH` and, about the last file, `line column` in bytes; ANSWERS gets the innermost scope of each.
const fs = require('fs');
const path = require('path');
const oniguruma = require('vscode-oniguruma');
const textmate = require('vscode-textmate');

async function main() {
  const [asked, answers] = process.argv.slice(2);
  const wasm = fs.readFileSync(path.join(path.dirname(require.resolve('vscode-oniguruma')), 'onig.wasm'));
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  const file = path.join(__dirname, '..', 'syntaxes', 'sip.tmLanguage.json');
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({ createOnigScanner: p => new oniguruma.OnigScanner(p), createOnigString: s => new oniguruma.OnigString(s) }),
    loadGrammar: async () => textmate.parseRawGrammar(fs.readFileSync(file, 'utf8'), file),
  });
  const grammar = await registry.loadGrammar('source.sip');
  const out = [];
  let lines = [], tokens = [];
  for (const line of fs.readFileSync(asked, 'utf8').split('\n')) {
    if (line.startsWith('file ')) {
      lines = fs.readFileSync(line.slice(5), 'utf8').split('\n');
      let state = textmate.INITIAL;
      tokens = lines.map(text => {
        const read = grammar.tokenizeLine(text, state);
        state = read.ruleStack;
        return read.tokens;
      });
    } else if (line) {
      const [row, column] = line.split(' ').map(Number);
      const at = Buffer.from(lines[row - 1]).subarray(0, column - 1).toString().length;
      const scopes = tokens[row - 1].find(token => token.startIndex <= at && at < token.endIndex).scopes;
      out.push(scopes[scopes.length - 1].startsWith('meta.') ? 'none' : scopes[scopes.length - 1]);
    }
  }
  fs.writeFileSync(answers, out.map(scope => `${scope} \n`).join(''));
}

main();
