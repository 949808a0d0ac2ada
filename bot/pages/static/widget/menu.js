/* What is needed seldom, behind one button: rating, transcript, erasing. */

import { h, icon } from "./dom.js";
import { MENU } from "./icons.js";

const ENTRIES = ["rate", "download", "erase"];

export class Menu {
  button = h("button", { type: "button", class: "quiet square", "aria-expanded": "false", "aria-controls": "menu" }, icon(MENU));
  element = h("div", { class: "menu", id: "menu" });
  #usable;
  #entries = ENTRIES.map(() => h("button", { type: "button", class: "entry" }));

  /** Actions: rate(), download(), erase(); usable(name) says whether there is anything to do it with. */
  constructor(actions) {
    this.#usable = actions.usable;
    this.element.hidden = true;
    this.element.append(...this.#entries);
    this.button.addEventListener("click", () => this.toggle(!this.open));
    ENTRIES.forEach((name, index) =>
      this.#entries[index].addEventListener("click", () => {
        this.toggle(false);
        actions[name]();
      }),
    );
  }

  get open() {
    return !this.element.hidden;
  }

  toggle(open) {
    if (open) ENTRIES.forEach((name, index) => (this.#entries[index].hidden = !this.#usable(name)));
    this.element.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
  }

  translate(texts) {
    ENTRIES.forEach((name, index) => (this.#entries[index].textContent = texts[name]));
  }
}
