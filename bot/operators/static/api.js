// The operators' HTTP interface: calls, their errors, and the events.

import { language, t } from "./dom.js";

const BASE = "/api/v1/operator";
let csrf = "";

/** What the server, or the way to it, answered instead of the wanted; `message` is for the reader. */
export class Refusal extends Error {
  constructor(status, code, message) {
    super(message);
    Object.assign(this, { status, code });
  }
}

/** Call the interface; gives the answer's JSON or null. Throws `Refusal`; without a log-in the page starts anew. */
export async function call(method, path, body) {
  const headers = { "Accept-Language": language, "X-CSRF-Token": csrf };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(BASE + path, { method, headers, body: JSON.stringify(body) });
  } catch {
    throw new Refusal(0, "offline", t("offline"));
  }
  const answer = response.status === 204 ? null : await response.json().catch(() => null);
  if (response.ok) {
    if (answer?.csrf_token) csrf = answer.csrf_token;
    return answer;
  }
  if (answer?.error?.code === "not_logged_in") location.reload();
  throw new Refusal(response.status, answer?.error?.code ?? "unknown", answer?.error?.message ?? t("trouble"));
}

/**
 * Listen to the events until the page goes; connects again by itself.
 * @param {Object<string, function(object): void>} handlers by the event's name
 * @param {function(boolean): void} connected is told each time the line goes up or down
 */
export function listen(handlers, connected) {
  let pause = 500;
  const connect = () => {
    const source = new EventSource(`${BASE}/events?language=${language}`);
    source.onopen = () => {
      pause = 500;
      connected(true);
    };
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
    }
    source.onerror = async () => {
      source.close();
      connected(false);
      setTimeout(connect, pause + Math.random() * 200);
      pause = Math.min(pause * 2, 15_000);
      await call("GET", "/me").catch(() => null); // a log-in that is over sends the page to the log-in form
    };
  };
  connect();
}

/** A random UUID, also where the page does not come over https and `crypto.randomUUID` is missing. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
