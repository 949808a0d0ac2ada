/* Reads server-sent events through fetch, which can send the token as a header, and connects again when they stop. */

import { backoff } from "./backoff.js";
import { Refused } from "./client.js";

const SILENCE = 40_000; // ms; the service pings every 15 s, so such a connection is dead
const STALE = 20_000; // ms without a ping after which a page that comes to the front does not trust its connection
const FIRST_PAUSE = 1000; // ms

/** The events of a response body: `{event, data}`, data still as text. `alive` is called for whatever arrives. */
export async function* read(body, alive) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let event = "message";
  let data = [];
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    alive();
    const lines = (rest + value).split(/\r\n|\n|\r(?!$)/); // a \r at the end may be half of a \r\n
    rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        if (data.length) yield { event, data: data.join("\n") };
        event = "message";
        data = [];
        continue;
      }
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const text = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "event") event = text;
      else if (field === "data") data.push(text);
    }
  }
}

export class Stream {
  #connect;
  #handlers;
  #abort = null;
  #heard = 0;
  #failures = 0;
  #running = null; // the run that goes on; another one, or null, ends it
  #resume = () => {};
  #wake = () => this.#hurry();
  #cut = () => this.#abort?.abort();

  /** `connect(signal)` opens a response. Handlers: event(kind, data), connected(), away(), unknown(). */
  constructor(connect, handlers) {
    this.#connect = connect;
    this.#handlers = handlers;
  }

  start() {
    if (this.#running) return;
    addEventListener("online", this.#wake);
    addEventListener("offline", this.#cut);
    document.addEventListener("visibilitychange", this.#wake);
    this.#run((this.#running = {}));
  }

  stop() {
    this.#running = null;
    removeEventListener("online", this.#wake);
    removeEventListener("offline", this.#cut);
    document.removeEventListener("visibilitychange", this.#wake);
    this.#abort?.abort();
    this.#resume();
  }

  async #run(mine) {
    while (this.#running === mine) {
      const abort = (this.#abort = new AbortController());
      let timer;
      const alive = () => {
        this.#heard = Date.now();
        clearTimeout(timer);
        timer = setTimeout(() => abort.abort(), SILENCE);
      };
      try {
        alive();
        const response = await this.#connect(abort.signal);
        if (this.#running !== mine) return;
        this.#failures = 0;
        this.#handlers.connected();
        for await (const { event, data } of read(response.body, alive)) {
          if (this.#running !== mine || abort.signal.aborted) break;
          this.#handlers.event(event, JSON.parse(data));
        }
      } catch (error) {
        if (this.#running === mine && error instanceof Refused && error.unknown) {
          this.stop();
          this.#handlers.unknown();
        }
      } finally {
        clearTimeout(timer);
      }
      if (this.#running !== mine) return;
      this.#handlers.away();
      await this.#pause();
    }
  }

  #pause() {
    return new Promise((resolve) => {
      this.#resume = resolve;
      setTimeout(resolve, backoff(this.#failures++, FIRST_PAUSE));
    });
  }

  #hurry() {
    if (document.visibilityState === "hidden") return;
    this.#resume();
    if (Date.now() - this.#heard > STALE) this.#abort?.abort();
  }
}
