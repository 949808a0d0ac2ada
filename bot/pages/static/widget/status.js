/* The line under the title: what goes on, told apart from the messages and not too often. */

import { h } from "./dom.js";

const CALM = 10_000; // ms between two changes of a detail

export class Status {
  element = h("p", { class: "status", role: "status" });
  #kind;
  #told = 0;
  #timer;

  /** Say `text`: at once where its `kind` is new, but a detail of the same kind only some seconds after the last. */
  say(kind, text) {
    clearTimeout(this.#timer);
    if (this.element.textContent === text) return;
    const wait = kind === this.#kind ? this.#told + CALM - Date.now() : 0;
    if (wait > 0) this.#timer = setTimeout(() => this.#show(kind, text), wait);
    else this.#show(kind, text);
  }

  #show(kind, text) {
    this.#kind = kind;
    this.#told = Date.now();
    this.element.textContent = text;
  }
}
