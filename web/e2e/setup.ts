// Builds the real server, starts it on the demonstration province with data of its own, and ends it after the tests.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const START_MS = 120_000;
const STOP_MS = 20_000;

declare module 'vitest' {
  interface ProvidedContext {
    /** The link that signs in a leader of the demonstration province. Its origin is the server. */
    signInLink: string;
    /** The links of the demonstration by role; that of the leader too. */
    signInLinks: Readonly<Record<string, string>>;
  }
}

/** What the server prints when it can be used: the link of the leader, then those of the other roles. */
const LEADER = /^Đăng nhập \/ Sign in: (https?:\/\/(?:localhost|127\.0\.0\.1):\d+\/signin\S+)$/m;
const OTHERS = /\(([A-Z_]+)\): (https?:\/\/\S+\/signin\S+)$/gm;
/** The role whose link is printed last. */
const LAST_ROLE = 'ADMINISTRATOR';

/** Resolves with the sign-in links that the server prints; rejects with what it said if it ends or takes too long. */
function signInLinks(server: ChildProcess): Promise<Record<string, string>> {
  return new Promise((resolveLinks, reject) => {
    let output = '';
    const timer = setTimeout(() => reject(new Error(`no sign-in links within ${START_MS} ms:\n${output}`)), START_MS);
    const read = (chunk: Buffer) => {
      output += chunk.toString('utf8');
      const leader = LEADER.exec(output)?.[1];
      const links = Object.fromEntries([...output.matchAll(OTHERS)].map(([, role, link]) => [role, link]));
      if (leader === undefined || links[LAST_ROLE] === undefined) return;
      clearTimeout(timer);
      resolveLinks({ ...links, LEADER: leader });
    };
    server.stdout?.on('data', read);
    server.stderr?.on('data', (chunk: Buffer) => { output += chunk.toString('utf8'); });
    server.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`the server ended with ${signal ?? code}:\n${output}`));
    });
  });
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise<void>((resolveEnd, reject) => {
    const timer = setTimeout(() => {
      server.kill('SIGKILL');
      reject(new Error(`the server did not end within ${STOP_MS} ms of SIGTERM`));
    }, STOP_MS);
    server.once('exit', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolveEnd();
      else reject(new Error(`the server ended with ${signal ?? code} on SIGTERM, not with 0`));
    });
  });
  server.kill('SIGTERM');
  await ended;
}

export default async function setup(project: TestProject) {
  const directory = await mkdtemp(join(tmpdir(), 'thads-e2e-'));
  const binary = join(directory, 'thads');
  await promisify(execFile)('go', ['build', '-o', binary, '.'], { cwd: repository });
  // Nothing of the person who runs the tests may reach the server: no store, no address, no key of theirs.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('THADS_'));
  const server = spawn(binary, ['--demo', '--addr', '127.0.0.1:0', '--data', join(directory, 'data')], {
    cwd: directory,
    env: { ...Object.fromEntries(inherited), HOME: directory, XDG_CONFIG_HOME: join(directory, 'config') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    const links = await signInLinks(server);
    project.provide('signInLinks', links);
    project.provide('signInLink', links['LEADER'] ?? '');
  } catch (error) {
    server.kill('SIGKILL');
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  return async () => {
    try {
      await stop(server);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  };
}
