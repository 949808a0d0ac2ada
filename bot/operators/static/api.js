// The operators' HTTP interface: calls, their errors, and the events.

import { element, language, t } from "./dom.js";

const BASE = "/api/v1/operator";
let csrf = "";

/** What the server, or the way to it, answered instead of the wanted; `message` is for the reader. */
export class Refusal extends Error {
  constructor(status, code, message) {
    super(message);
    Object.assign(this, { status, code });
  }
}

/** Ask the interface; gives the response where it is a good one. Throws `Refusal`; without a log-in the page starts anew. */
async function request(method, path, body) {
  const headers = { "Accept-Language": language, "X-CSRF-Token": csrf };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(BASE + path, { method, headers, body: JSON.stringify(body) });
  } catch {
    throw new Refusal(0, "offline", t("offline"));
  }
  if (response.ok) return response;
  const answer = await response.json().catch(() => null);
  if (answer?.error?.code === "not_logged_in") location.reload();
  throw new Refusal(response.status, answer?.error?.code ?? "unknown", answer?.error?.message ?? t("trouble"));
}

/** Call the interface; gives the answer's JSON or null. Throws as `request`. */
export async function call(method, path, body) {
  const response = await request(method, path, body);
  const answer = response.status === 204 ? null : await response.json().catch(() => null);
  if (answer?.csrf_token) csrf = answer.csrf_token;
  return answer;
}

/** Let the browser save a file of the interface under the name that comes with it. Throws as `request`. */
export async function download(path) {
  const response = await request("GET", path);
  const name = response.headers.get("Content-Disposition")?.match(/filename="([^"]+)"/)?.[1] ?? "";
  const url = URL.createObjectURL(await response.blob());
  const link = element("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser reads it after the click
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
