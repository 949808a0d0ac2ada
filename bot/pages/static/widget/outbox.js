/* Sends what the citizen writes, in order and one after another, until the service has taken it.
 *
 * Every item keeps its client_id through all attempts and reloads, so that the service stores it once. */

import { Refused } from "./client.js";

const FIRST_PAUSE = 2000; // ms
const LONGEST_PAUSE = 30_000;

export class Outbox {
  #client;
  #session;
  #handlers;
  #busy = false;
  #failures = 0;
  #timer;

  /** Handlers: opened() after a conversation was begun, unknown(), sending(item), sent(item, message), failed(item),
   * refused(item, reason). */
  constructor(client, session, handlers) {
    this.#client = client;
    this.#session = session;
    this.#handlers = handlers;
  }

  get items() {
    return this.#session.data.unsent ?? [];
  }

  /** Queue a text or a payload; `title` is what the pressed button said. Gives the item. */
  add({ text, payload, title }) {
    const item = { client_id: uuid(), text, payload, title };
    this.#session.save({ unsent: [...this.items, item] });
    return item;
  }

  stop() {
    clearTimeout(this.#timer);
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
    const { client_id, text, payload } = item;
    const known = Boolean(this.#session.data.conversation);
    try {
      if (!known) {
        await this.#client.open();
        this.#handlers.opened();
      }
      const message = await this.#client.send(payload ? { client_id, payload } : { client_id, text });
      this.#failures = 0;
      this.#remove(item);
      this.#handlers.sent(item, message);
      return true;
    } catch (error) {
      if (error instanceof Refused && error.unknown && known) {
        this.#handlers.unknown(); // which forgets the conversation: the next attempt begins another
        return true;
      }
      if (error instanceof Refused && !error.passing && !error.unknown) {
        this.#remove(item);
        this.#handlers.refused(item, error.message);
        return true;
      }
      this.items.forEach((waiting) => this.#handlers.failed(waiting));
      this.#timer = setTimeout(() => this.flush(), Math.min(FIRST_PAUSE * 2 ** this.#failures++, LONGEST_PAUSE));
      return false;
    }
  }

  #remove(item) {
    this.#session.save({ unsent: this.items.filter((other) => other.client_id !== item.client_id) });
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
