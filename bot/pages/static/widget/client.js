/* The service's HTTP interface, as one citizen sees it. */

import { alone } from "./tabs.js";

const PATIENCE = 20_000; // ms for an answer to anything but the event stream

/** The service has refused: `status`, and the reason in the citizen's language. Anything else is a lost connection. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }

  /** Whether the same request may succeed later. */
  get passing() {
    return this.status >= 500 || this.status === 429;
  }

  /** Whether the service does not know this conversation, or not by this token. */
  get unknown() {
    return this.status === 404 || this.status === 401;
  }
}

export class Client {
  #base;
  #session;
  language = "ru";

  constructor(base, session) {
    this.#base = `${base}api/v1/conversations`;
    this.#session = session;
  }

  /** Begin a conversation and keep its key; gives whether it is fresh: another tab may have just begun one. */
  open() {
    return alone(this.#session.key, async () => {
      if (this.#session.refresh().conversation) return false;
      const { conversation, token } = await this.#json("POST", this.#base, { language: this.language });
      this.#session.save({ conversation, token, rated: undefined });
      return true;
    });
  }

  /** Send `{client_id, text}` or `{client_id, payload}`, perhaps with `plain`; gives the stored message. */
  async send(item) {
    return (await this.#json("POST", this.#path("messages"), item)).message;
  }

  /** Say that the citizen is writing, or not any more. */
  async writes(active) {
    await this.#request("POST", this.#path("typing"), { active });
  }

  async messages(after) {
    return (await this.#json("GET", this.#path(`messages?after=${after}`))).messages;
  }

  /** The open response of the event stream, beginning after the message `after`. */
  events(after, signal) {
    return this.#request("GET", this.#path("events"), undefined, signal, { "Last-Event-ID": String(after) });
  }

  async rate(stars, comment) {
    await this.#request("POST", this.#path("rating"), comment ? { stars, comment } : { stars });
  }

  async erase() {
    await this.#request("DELETE", this.#path(""));
  }

  #path(rest) {
    return `${this.#base}/${this.#session.data.conversation}${rest && "/"}${rest}`;
  }

  async #json(method, url, body) {
    return (await this.#request(method, url, body)).json();
  }

  async #request(method, url, body, signal = AbortSignal.timeout(PATIENCE), more = {}) {
    const { token } = this.#session.data;
    const headers = { "Accept-Language": this.language, ...more };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body) headers["Content-Type"] = "application/json";
    const response = await fetch(url, {
      method,
      headers,
      body: body && JSON.stringify(body),
      signal,
      credentials: "omit",
      cache: "no-store",
    });
    if (response.ok) return response;
    const answer = await response.json().catch(() => null); // a proxy on the way may answer in another form
    throw new Refused(response.status, answer?.error?.message ?? String(response.status));
  }
}
