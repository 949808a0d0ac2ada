/* The buttons that the last message offers. */

import { h } from "./dom.js";

// These two have a button of their own that is always there.
const ELSEWHERE = new Set(["/operator", "/leave_queue"]);
const FEW = 3;

export class Choices {
  element = h("div", { class: "choices" });
  #press;
  #texts = {};
  #own; // the language of the chat's own words
  #few = false;
  #offered = [];
  #language;

  /** `press(payload, title)` is called for a pressed button. */
  constructor(press) {
    this.#press = press;
  }

  translate(texts, language) {
    this.#texts = texts;
    this.#own = language;
  }

  /** Whether only the first of them are shown, and the others on demand. */
  set few(few) {
    this.#few = few;
    this.#draw();
  }

  /** Offer these, in their language, instead of those before. */
  offer(buttons, language) {
    const offered = buttons.filter(({ payload }) => !ELSEWHERE.has(payload));
    // The same again stay as they are: somebody may be on one of them.
    if (language === this.#language && JSON.stringify(offered) === JSON.stringify(this.#offered)) return;
    this.#offered = offered;
    this.#language = language;
    this.#draw();
  }

  #draw() {
    const buttons = this.#offered.map(({ title, payload }) => {
      const choice = h("button", { type: "button", class: "choice" }, title);
      choice.addEventListener("click", () => this.#press(payload, title));
      return choice;
    });
    this.element.lang = this.#language ?? "";
    // One button in place of one other would spare nothing.
    const rest = this.#few && buttons.length > FEW + 1 ? buttons.splice(FEW) : [];
    this.element.replaceChildren(...buttons);
    if (!rest.length) return;
    const more = h("button", { type: "button", class: "choice more", lang: this.#own }, this.#texts.more_choices);
    more.addEventListener("click", () => {
      more.replaceWith(...rest);
      rest[0].focus();
    });
    this.element.append(more);
  }
}
