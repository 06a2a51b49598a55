// The bundle with a stand-in for the editor: it starts the server, which answers, and its commands do what the lenses promise.
// node smoke.js SERVER SIPCC FILE
const assert = require('assert');
const Module = require('module');
const path = require('path');
const { pathToFileURL } = require('url');

const [server, sipcc, file] = process.argv.slice(2);
const settings = { server, compiler: sipcc, runOn: 'host', debugger: 'gdb' };
const commands = new Map();
const tasks = [], panels = [], errors = [];
const disposable = () => ({ dispose() {} });

// Whatever the language client asks of the editor that is not said below is a class, or a function that gives a disposable.
function standIn(known) {
  return new Proxy(known, {
    get(target, name) {
      if (name in target || typeof name === 'symbol' || name === 'then') return target[name];
      return (target[name] = /^[A-Z]/.test(name) ? class { constructor(...args) { this.args = args; } } : disposable);
    },
  });
}

class Uri {
  constructor(text) { this.text = text; }
  static parse(text) { return new Uri(text); }
  static file(name) { return new Uri(pathToFileURL(name).href); }
  get scheme() { return this.text.split(':')[0]; }
  get fsPath() { return decodeURIComponent(new URL(this.text).pathname); }
  toString() { return this.text; }
}

class EventEmitter {
  constructor() { this.listeners = []; this.event = listener => { this.listeners.push(listener); return disposable(); }; }
  fire(what) { for (const listener of this.listeners) listener(what); }
  dispose() {}
}

const kinds = new Proxy({}, { get: (_, name) => (typeof name === 'symbol' ? undefined : 0) });
const actionKind = { append: () => actionKind };
const actionKinds = new Proxy({}, { get: () => actionKind });
const channel = { name: 'Sip', append() {}, appendLine() {}, show() {}, dispose() {}, clear() {} };
const vscode = standIn({
  version: '1.82.0', Uri, EventEmitter, Disposable: class { static from() { return disposable(); } dispose() {} },
  TaskScope: kinds, TaskRevealKind: kinds, ViewColumn: kinds, SymbolKind: kinds, DiagnosticSeverity: kinds, CompletionItemKind: kinds, CodeActionKind: actionKinds,
  DiagnosticTag: kinds, CompletionItemTag: kinds, SymbolTag: kinds, CodeActionTriggerKind: kinds, FileType: kinds, StatusBarAlignment: kinds,
  ProcessExecution: class { constructor(process, args) { Object.assign(this, { process, args }); } },
  Task: class { constructor(definition, scope, name, source, execution) { Object.assign(this, { definition, name, execution }); } },
  env: standIn({ language: 'en', appName: 'stand-in', onDidChangeTelemetryEnabled: disposable }),
  workspace: standIn({
    textDocuments: [], workspaceFolders: undefined, getWorkspaceFolder: () => undefined, notebookDocuments: [], isTrusted: true,
    getConfiguration: () => ({ get: (name, otherwise) => settings[name] ?? otherwise, inspect: () => undefined }),
    createFileSystemWatcher: () => ({ onDidCreate: disposable, onDidChange: disposable, onDidDelete: disposable, dispose() {} }),
  }),
  languages: standIn({
    match: () => 1, createDiagnosticCollection: () => ({ set() {}, delete() {}, clear() {}, dispose() {} }),
  }),
  window: standIn({
    visibleTextEditors: [], activeTextEditor: undefined, createOutputChannel: () => channel, tabGroups: standIn({ all: [] }),
    showErrorMessage: async text => { errors.push(text); },
    createWebviewPanel: (_, title) => { const panel = { title, webview: { html: '' }, onDidDispose: disposable, reveal() {}, dispose() {} }; panels.push(panel); return panel; },
  }),
  commands: standIn({ registerCommand: (name, does) => { commands.set(name, does); return disposable(); } }),
  tasks: standIn({ executeTask: async task => { tasks.push(task); } }),
  extensions: standIn({ getExtension: () => undefined }),
});

const load = Module._load;
Module._load = (name, ...rest) => (name === 'vscode' ? vscode : load(name, ...rest));

async function main() {
  const extension = require(path.join(__dirname, '..', 'dist', 'extension.js'));
  await extension.activate({ subscriptions: [] });
  assert.deepStrictEqual(errors, [], 'the server answers');
  const promised = require('../package.json').contributes.commands.map(one => one.command);
  for (const name of promised) assert(commands.has(name), `${name} is promised, and made`);
  const uri = pathToFileURL(file).href;
  await commands.get('sip.run')(uri, 'Main');
  assert.deepEqual({ ...tasks.pop().execution }, { process: sipcc, args: ['run', '--on', 'host', '--system', 'Main', file] });
  await commands.get('sip.test')(uri, 'it adds');
  assert.deepEqual({ ...tasks.pop().execution }, { process: sipcc, args: ['test', '--filter', 'it adds', file] });
  await commands.get('sip.showStateMachine')(uri, process.argv[5]);
  assert.match(panels[0].webview.html, /<svg|<pre>/);
  if (process.argv[6] === 'drawn') assert.match(panels[0].webview.html, /<svg/);
  await extension.deactivate();
  console.log('right');
  process.exit(0);
}

main().catch(error => {
  console.error(error);
  process.exit(1);
});
