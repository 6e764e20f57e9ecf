/** Runs a command of the command line as a person would, and gives what it prints. */
import { Command } from 'commander';
import { vi } from 'vitest';

export async function printed(register: (program: Command) => void, ...args: string[]): Promise<string> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  register(program);
  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
  const texts: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    texts.push(String(text));
    return true;
  });
  const quiet = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    await program.parseAsync(args, { from: 'user' });
  } finally {
    write.mockRestore();
    quiet.mockRestore();
  }
  return texts.join('');
}
