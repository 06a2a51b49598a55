// What the lenses over systems and tests do: a task with the compiler, so that its output is a terminal and its errors are links.
import * as vscode from 'vscode';

const gdbPort = 1234; // where `sipcc run --gdb` has QEMU wait

export function setting(name: string, otherwise: string): string {
  return vscode.workspace.getConfiguration('sip').get(name, otherwise);
}

// The file that a lens or the active editor is about, saved.
export async function fileOf(uri?: string): Promise<vscode.Uri | undefined> {
  const file = uri ? vscode.Uri.parse(uri) : vscode.window.activeTextEditor?.document.uri;
  if (!file || file.scheme !== 'file') {
    void vscode.window.showErrorMessage('Sip: there is no file to run.');
    return undefined;
  }
  const open = vscode.workspace.textDocuments.find(document => document.uri.toString() === file.toString());
  return !open?.isDirty || (await open.save()) ? file : undefined;
}

function task(file: vscode.Uri, name: string, args: string[]): vscode.Task {
  const folder = vscode.workspace.getWorkspaceFolder(file);
  const execution = new vscode.ProcessExecution(setting('compiler', 'sipcc'), args, folder ? { cwd: folder.uri.fsPath } : undefined);
  const made = new vscode.Task({ type: 'sip', name }, folder ?? vscode.TaskScope.Workspace, name, 'sip', execution, '$sipcc');
  made.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true };
  return made;
}

export async function runSystem(uri?: string, system?: string): Promise<void> {
  const file = await fileOf(uri);
  if (!file) return;
  const args = ['run', '--on', setting('runOn', 'host'), ...(system ? ['--system', system] : []), file.fsPath];
  await vscode.tasks.executeTask(task(file, `run ${system ?? file.fsPath}`, args));
}

export async function runTest(uri?: string, title?: string): Promise<void> {
  const file = await fileOf(uri);
  if (!file) return;
  const args = ['test', ...(title ? ['--filter', title] : []), file.fsPath];
  await vscode.tasks.executeTask(task(file, `test ${title ?? file.fsPath}`, args));
}

// QEMU waits for a debugger: the C/C++ extension's where it is installed, else gdb in a terminal.
export async function debugSystem(uri?: string, system?: string): Promise<void> {
  const file = await fileOf(uri);
  if (!file) return;
  const args = ['run', '--on', 'qemu', '--gdb', ...(system ? ['--system', system] : []), file.fsPath];
  await vscode.tasks.executeTask(task(file, `debug ${system ?? file.fsPath}`, args));
  const gdb = setting('debugger', 'gdb');
  if (vscode.extensions.getExtension('ms-vscode.cpptools')) {
    await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(file), {
      type: 'cppdbg', request: 'launch', name: `Sip: ${system ?? 'system'}`, MIMode: 'gdb', miDebuggerPath: gdb,
      miDebuggerServerAddress: `localhost:${gdbPort}`, program: setting('compiler', 'sipcc'), cwd: '${workspaceFolder}', stopAtConnect: true,
    });
    return;
  }
  const terminal = vscode.window.createTerminal({ name: 'gdb', shellPath: gdb, shellArgs: ['-ex', `target remote localhost:${gdbPort}`] });
  terminal.show();
}
