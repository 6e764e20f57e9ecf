import { Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { hearEnvironment } from '../../../src/cli/support/environment.ts';
import { portNumber } from '../../../src/cli/support/options.ts';
import { isKernelcastError } from '../../../src/errors.ts';

async function options(environment: NodeJS.ProcessEnv, ...args: string[]): Promise<Record<string, unknown>> {
  const command = new Command('test')
    .option('--port <number>', 'where', portNumber, 8080)
    .option('--host <address>', 'which', '127.0.0.1')
    .option('--source <address...>', 'whence')
    .option('--require-key', 'whether')
    .addOption(new Option('--role <role>', 'what').choices(['api', 'worker']))
    .action(() => {});
  hearEnvironment(command, { environment });
  await command.parseAsync(args, { from: 'user' });
  return command.opts();
}

describe('flags from the environment', () => {
  it('are heard by their names, and read as on the command line', async () => {
    const environment = {
      KERNELCAST_PORT: '9000',
      KERNELCAST_SOURCE: ' gfs  https://example.org/a.nc ',
      KERNELCAST_REQUIRE_KEY: 'true',
      KERNELCAST_ROLE: 'api',
    };
    expect(await options(environment)).toEqual({
      port: 9000,
      host: '127.0.0.1',
      source: ['gfs', 'https://example.org/a.nc'],
      requireKey: true,
      role: 'api',
    });
  });

  it('what the command line says goes before', async () => {
    expect(await options({ KERNELCAST_PORT: '9000' }, '--port', '1')).toMatchObject({ port: 1 });
    expect(await options({ KERNELCAST_ROLE: 'api' }, '--role', 'worker')).toMatchObject({ role: 'worker' });
  });

  it('PORT and HOST, as platforms give them, are heard where Kernelcast has no names of its own for them', async () => {
    expect(await options({ PORT: '3000', HOST: '0.0.0.0' })).toMatchObject({ port: 3000, host: '0.0.0.0' });
    expect(await options({ PORT: '3000', KERNELCAST_PORT: '4000' })).toMatchObject({ port: 4000 });
  });

  it('an empty one is none, and a switch can be off', async () => {
    expect(await options({ KERNELCAST_PORT: '', PORT: ' ' })).toMatchObject({ port: 8080 });
    expect(await options({ KERNELCAST_REQUIRE_KEY: 'false' })).toMatchObject({ requireKey: false });
    expect(await options({ KERNELCAST_REQUIRE_KEY: '0' })).toMatchObject({ requireKey: false });
  });

  it.each([
    ['KERNELCAST_PORT', '65536'],
    ['PORT', 'http'],
    ['KERNELCAST_ROLE', 'king'],
    ['KERNELCAST_REQUIRE_KEY', 'perhaps'],
  ])('%s=%s is refused by the name of the variable', async (variable, value) => {
    await expect(options({ [variable]: value })).rejects.toSatisfy(
      (error) =>
        isKernelcastError(error, 'USAGE') && error.where.variable === variable && error.message.includes(value),
    );
  });

  it('the help names the variable of each flag', () => {
    const command = new Command('test').option('--keep-days <n>', 'how long').option('--port <number>', 'where');
    hearEnvironment(command, { environment: {} });
    expect(command.helpInformation()).toMatch(/--keep-days <n> .*\[\$KERNELCAST_KEEP_DAYS\]/);
    expect(command.helpInformation()).toMatch(/\[\$KERNELCAST_PORT, \$PORT\]/);
  });
});
