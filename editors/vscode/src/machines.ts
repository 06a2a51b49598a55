// The state machine of a contract beside the text: the compiler draws it; it is drawn again when the file is saved.
import { execFile } from 'node:child_process';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { fileOf, setting } from './run';

interface View {
  panel: vscode.WebviewPanel;
  file: vscode.Uri;
  contract: string;
}

function draw(file: vscode.Uri, contract: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const args = ['contract', '--svg', '--color', 'never', contract, file.fsPath];
    execFile(setting('compiler', 'sipcc'), args, { cwd: path.dirname(file.fsPath), maxBuffer: 1 << 24, timeout: 30000 }, (error, out, err) => {
      if (error) reject(new Error(err || error.message));
      else resolve(out);
    });
  });
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, sign => `&#${sign.charCodeAt(0)};`);
}

// Nothing in the page runs; what the compiler drew has no more than shapes and words.
function page(contract: string, body: string): string {
  return `<!DOCTYPE html><html><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body { background: #fff; color: #000; padding: 1em } svg { max-width: 100%; height: auto }</style></head>
<body><h2>${escape(contract)}</h2>${body}</body></html>`;
}

export class Machines implements vscode.Disposable {
  private readonly views = new Map<string, View>();
  private readonly saved = vscode.workspace.onDidSaveTextDocument(document => {
    if (document.languageId !== 'sip') return;
    for (const view of this.views.values()) void this.fill(view);
  });

  async show(uri?: string, contract?: string): Promise<void> {
    const file = await fileOf(uri);
    if (!file) return;
    const name = contract ?? (await this.ask(file));
    if (!name) return;
    const key = `${file.toString()}#${name}`;
    let view = this.views.get(key);
    if (view) {
      view.panel.reveal(undefined, true);
    } else {
      const panel = vscode.window.createWebviewPanel('sip.stateMachine', name, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true }, {});
      view = { panel, file, contract: name };
      this.views.set(key, view);
      panel.onDidDispose(() => this.views.delete(key));
    }
    await this.fill(view);
  }

  // The contracts of a file, where the command is called by its name.
  private async ask(file: vscode.Uri): Promise<string | undefined> {
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', file);
    const names = (symbols ?? []).filter(symbol => symbol.kind === vscode.SymbolKind.Interface).map(symbol => symbol.name);
    return names.length === 1 ? names[0] : vscode.window.showQuickPick(names, { placeHolder: 'Which contract?' });
  }

  private async fill(view: View): Promise<void> {
    try {
      const svg = await draw(view.file, view.contract);
      view.panel.webview.html = page(view.contract, svg.slice(svg.indexOf('<svg')));
    } catch (error) {
      view.panel.webview.html = page(view.contract, `<pre>${escape(error instanceof Error ? error.message : String(error))}</pre>`);
    }
  }

  dispose(): void {
    this.saved.dispose();
    for (const view of this.views.values()) view.panel.dispose();
  }
}
