// Sip in VS Code: the language server, and the commands that its lenses call.
import * as vscode from 'vscode';
import { LanguageClient, LanguageClientOptions, ServerOptions, TransportKind } from 'vscode-languageclient/node';
import { Machines } from './machines';
import { debugSystem, runSystem, runTest } from './run';

let client: LanguageClient | undefined;

async function start(channel: vscode.OutputChannel): Promise<void> {
  const command = vscode.workspace.getConfiguration('sip').get('server', 'sip-lsp');
  const server: ServerOptions = { command, transport: TransportKind.stdio };
  const options: LanguageClientOptions = {
    documentSelector: [{ language: 'sip' }],
    outputChannel: channel,
    synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher('**/*.sip') },
  };
  client = new LanguageClient('sip', 'Sip', server, options);
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    const what = await vscode.window.showErrorMessage(
      `Sip: \`${command}\` cannot be started (${String(error)}). Is it on the PATH, or in the setting sip.server?`, 'Open Settings');
    if (what) await vscode.commands.executeCommand('workbench.action.openSettings', 'sip.server');
  }
}

async function stop(): Promise<void> {
  const old = client;
  client = undefined;
  await old?.stop();
}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const channel = vscode.window.createOutputChannel('Sip');
  const machines = new Machines();
  const command = (name: string, does: (...args: never[]) => unknown) => context.subscriptions.push(vscode.commands.registerCommand(name, does));
  command('sip.run', runSystem);
  command('sip.debug', debugSystem);
  command('sip.test', runTest);
  command('sip.showStateMachine', (uri?: string, contract?: string) => machines.show(uri, contract));
  command('sip.restart', async () => {
    await stop();
    await start(channel);
  });
  context.subscriptions.push(channel, machines, vscode.workspace.onDidChangeConfiguration(async change => {
    if (!change.affectsConfiguration('sip.server')) return;
    await stop();
    await start(channel);
  }));
  await start(channel);
}

export async function deactivate(): Promise<void> {
  await stop();
}
