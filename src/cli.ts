/** The command line: the same abilities without an editor. One row a command. */
import { exportCommand } from './cli/export';
import { inspectCommand } from './cli/inspect';
import { outlineCommand } from './cli/outline';
import { reportCommand } from './cli/report';
import { runCommand } from './cli/run';
import { UsageError, wordsOf, type Command } from './cli/command';

const commands: readonly Command[] = [outlineCommand, inspectCommand, runCommand, exportCommand, reportCommand];

const help = (): string => `gatescope: see inside recurrent networks, without an editor.

${commands.map(c => `  ${c.usage}\n      ${c.purpose}`).join('\n')}

  gatescope COMMAND --help says more.
`;

async function main(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') { process.stdout.write(help()); return; }
  const command = commands.find(c => c.name === name);
  if (!command) throw new UsageError(`There is no command ${name}; there are ${commands.map(c => c.name).join(', ')}.`);
  if (rest.includes('--help') || rest.includes('-h')) { process.stdout.write(`${command.usage}\n\n${command.help}\n`); return; }
  await command.run(rest);
}

/** Writing into a pipe that was closed (`| head`) is no error of ours. */
process.stdout.on('error', error => { if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0); });

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`gatescope: ${wordsOf(error).replace(/\s*\n\s*/g, ' ')}\n`);
  process.exitCode = 1;
});
