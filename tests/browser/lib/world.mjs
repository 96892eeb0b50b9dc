// A daemon of the test's own: a private database with the sample of `reckoner demo`, served on a free port.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
export const source = resolve(process.env.RECKONER_SOURCE ?? join(here, '../../..'));
export const program = resolve(process.env.RECKONER ?? join(source, 'build/release/reckoner'));
const patience = 60_000;

/** The people of every world; passwords are those they have chosen. */
export const people = {
  anna: { login: 'anna@acme', password: 'a tenant keeps four words' },
  admin: { login: 'admin', password: 'the house keeps five words' },
};

function environment(settings = {}) {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('RECKONER'));
  return { ...Object.fromEntries(kept), LC_ALL: 'C.UTF-8', ...settings };
}

function unless(condition, what) {
  if (!condition) throw new Error(what);
}

/** One line of the program's output that matches, or an error with all that it said. */
function lineOf(child, pattern) {
  return new Promise((found, failed) => {
    let said = '';
    const timer = setTimeout(() => {
      failed(new Error(`reckoner did not say ${pattern} within ${patience} ms:\n${said}`));
    }, patience);
    const listen = (chunk) => {
      said += chunk;
      const match = pattern.exec(said);
      if (!match) return;
      clearTimeout(timer);
      found({ match, said });
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('exit', (code) => {
      clearTimeout(timer);
      failed(new Error(`reckoner has ended with ${code}:\n${said}`));
    });
  });
}

export class World {
  #child;
  #directory;
  #sessions = new Map();

  /** The world that run.mjs has started for all files. */
  static attach(text) {
    const world = new World();
    const { url, directory } = JSON.parse(text);
    world.url = url;
    world.#directory = directory;
    return world;
  }

  /** For `attach`. */
  toString() {
    return JSON.stringify({ url: this.url, directory: this.#directory });
  }

  /**
   * Starts it, with settings as environment variables and `files` of the configuration other than they are shipped, and lets its
   * people choose their passwords.
   */
  static async start(settings = {}, files = {}) {
    const world = new World();
    world.#directory = mkdtempSync(join(tmpdir(), 'reckoner-browser-'));
    chmodSync(world.#directory, 0o755); // a server of another user works below
    cpSync(join(source, 'config'), join(world.#directory, 'config'), { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(world.#directory, 'config', name)), { recursive: true });
      writeFileSync(join(world.#directory, 'config', name), content);
    }
    try {
      await world.#serve(settings);
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  get #common() {
    return ['--config', join(this.#directory, 'config')];
  }

  async #serve(settings) {
    this.#child = spawn(
      program,
      [...this.#common, '--data-dir', join(this.#directory, 'data'), 'demo', '--listen', '127.0.0.1:0'],
      { cwd: this.#directory, env: environment(settings), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const { said } = await lineOf(this.#child, /login#login=admin&password=\S+/);
    this.url = /Open (http:\/\/\S+?)\/? and log in/.exec(said)?.[1];
    unless(this.url, `the demonstration does not say where it listens:\n${said}`);
    for (const { login, password } of Object.values(people)) {
      const given = new RegExp(`login#login=${login}&password=(\\S+)`).exec(said)?.[1];
      unless(given, `the demonstration gives ${login} no password:\n${said}`);
      await this.choosePassword(login, decodeURIComponent(given), password);
    }
  }

  /** Asks the API; a session's token makes it a request of a browser. */
  async request(method, path, { body, session, key, headers = {} } = {}) {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(session ? { Cookie: session.cookie, 'X-CSRF-Token': session.csrf_token } : {}),
        ...(key ? { Authorization: `Bearer ${key}` } : {}),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    unless(response.ok, `${method} ${path}: ${response.status} ${text}`);
    const cookie = response.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ');
    return { answer: text === '' ? null : JSON.parse(text), cookie, headers: response.headers };
  }

  async logIn(login, password) {
    const { answer, cookie } = await this.request('POST', '/api/v1/session', { body: { login, password } });
    return { ...answer, cookie };
  }

  /** A session of one of the people, made once. */
  session(who) {
    const { login, password } = people[who];
    if (!this.#sessions.has(who)) this.#sessions.set(who, this.logIn(login, password));
    return this.#sessions.get(who);
  }

  /** Adds a user by the command line; the one-time password. */
  async addUser(name, role, customer) {
    const said = await this.command(
      'user', 'add', name, '--role', role, ...(customer ? ['--customer', customer] : []),
    );
    const password = /:\n(\S+)/.exec(said)?.[1];
    unless(password, said);
    return password;
  }

  /** A user with a password of its own, for a journey that ends it: {login, password}. */
  async addPerson(name, role, customer) {
    const given = await this.addUser(name, role, customer);
    const login = customer ? `${name}@${customer}` : name;
    const password = 'seven words that nobody else knows';
    await this.choosePassword(login, given, password);
    return { login, password };
  }

  /** An API key of a customer, for sending usage. */
  async makeKey(name, scopes = ['ingest'], customer = 'acme') {
    const { answer } = await this.request('POST', '/api/v1/keys', {
      session: await this.session('anna'),
      headers: { 'Idempotency-Key': `${name} ${process.hrtime.bigint()}` },
      body: { name, scopes, customer },
    });
    return { id: answer.key.id, secret: answer.secret };
  }

  async choosePassword(login, given, chosen) {
    const session = await this.logIn(login, given);
    await this.request('POST', '/api/v1/session/password', {
      session,
      body: { current_password: given, new_password: chosen },
    });
  }

  /** Runs a command of the program on this world; its JSON where `--json` is asked for. */
  command(...arguments_) {
    const child = spawn(
      program,
      [...this.#common, '--data-dir', join(this.#directory, 'data', 'demo'), ...arguments_],
      { cwd: this.#directory, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let out = '';
    let error = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (error += chunk));
    return new Promise((done, failed) => {
      child.on('exit', (code) => {
        if (code === 0) done(arguments_.includes('--json') ? JSON.parse(out) : out);
        else failed(new Error(`reckoner ${arguments_.join(' ')}: exit ${code}\n${out}${error}`));
      });
    });
  }

  /** Statements in the private database, as its superuser: for what nothing but time does. */
  sql(text) {
    const place = `host=${join(this.#directory, 'data', 'demo')} user=postgres dbname=reckoner`;
    const { status, stderr, error } = spawnSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', place], {
      input: text,
      encoding: 'utf8',
    });
    unless(!error && status === 0, `psql: ${error?.message ?? stderr}`);
  }

  /** Sends usage as a program does. Events that are not counted are an error. */
  async send(key, events) {
    const { headers } = await this.request('POST', '/api/v1/events', {
      key,
      headers: { 'Content-Type': 'application/cloudevents-batch+json' },
      body: events,
    });
    unless(headers.get('Reckoner-Counted') === String(events.length), 'not all events were counted');
  }

  /** Ends it; one that was attached goes on. */
  async stop() {
    if (!this.#child) return;
    if (this.#child.exitCode === null) {
      const ended = new Promise((resolve_) => this.#child.on('exit', resolve_));
      this.#child.kill('SIGTERM');
      const late = setTimeout(() => this.#child.kill('SIGKILL'), 15_000);
      await ended;
      clearTimeout(late);
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
