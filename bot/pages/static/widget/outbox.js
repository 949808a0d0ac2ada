/* Sends what the citizen writes, in order and one after another, until the service has taken it.
 *
 * Every item keeps its client_id through all attempts and reloads, so that the service stores it once. */

import { backoff } from "./backoff.js";
import { Refused } from "./client.js";

const FIRST_PAUSE = 2000; // ms

export class Outbox {
  #client;
  #session;
  #handlers;
  #mine;
  #busy = false;
  #failures = 0;
  #timer;
  #wake = () => this.flush();

  /** Handlers: opened(fresh) with a conversation, which is not fresh where another tab has begun it; unknown(),
   * sending(item), sent(item, message), failed(item), refused(item, reason). */
  constructor(client, session, handlers) {
    this.#client = client;
    this.#session = session;
    this.#handlers = handlers;
    this.#mine = new Set(session.data.unsent?.map((item) => item.client_id));
    addEventListener("online", this.#wake);
  }

  /** What this tab has to send: its own, and what it has found at its start. Other tabs send theirs. */
  get items() {
    return (this.#session.data.unsent ?? []).filter((item) => this.#mine.has(item.client_id));
  }

  /** Queue a text or a payload; `title` is what the pressed button said. Gives the item. */
  add({ text, payload, title }) {
    const item = { client_id: uuid(), text, payload, title, plain: this.#session.data.plain };
    this.#mine.add(item.client_id);
    this.#session.save(({ unsent = [] }) => ({ unsent: [...unsent, item] }));
    return item;
  }

  stop() {
    clearTimeout(this.#timer);
    removeEventListener("online", this.#wake);
  }

  /** Send what waits. Called again while it runs, it does nothing. */
  async flush() {
    if (this.#busy) return;
    this.#busy = true;
    clearTimeout(this.#timer);
    try {
      while (this.items.length) if (!(await this.#first())) return;
    } finally {
      this.#busy = false;
    }
  }

  /** Try the first item; gives whether the next one may follow. */
  async #first() {
    const [item] = this.items;
    this.items.forEach((waiting) => this.#handlers.sending(waiting));
    const { client_id, text, payload, plain } = item;
    const known = this.#session.data.conversation;
    try {
      if (!known) this.#handlers.opened(await this.#client.open());
      const message = await this.#client.send({ client_id, text: payload ? undefined : text, payload, plain });
      this.#failures = 0;
      this.#remove(item);
      this.#handlers.sent(item, message);
      return true;
    } catch (error) {
      if (error instanceof Refused && error.unknown && known) {
        // Whoever is told forgets the conversation: the next attempt begins another, unless that has happened already.
        if (this.#session.data.conversation === known) this.#handlers.unknown();
        return true;
      }
      if (error instanceof Refused && !error.passing && !error.unknown) {
        this.#remove(item);
        this.#handlers.refused(item, error.message);
        return true;
      }
      this.items.forEach((waiting) => this.#handlers.failed(waiting));
      this.#timer = setTimeout(() => this.flush(), backoff(this.#failures++, FIRST_PAUSE));
      return false;
    }
  }

  #remove(item) {
    this.#session.save(({ unsent = [] }) => ({ unsent: unsent.filter((other) => other.client_id !== item.client_id) }));
  }
}

/** A random UUID; crypto.randomUUID is missing on pages without HTTPS. */
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
