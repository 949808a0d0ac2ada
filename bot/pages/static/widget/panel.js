/* The window of the chat: a dialog beside the page, or over all of it on a telephone. */

import { h, icon } from "./dom.js";

const PHONE = matchMedia("(max-width: 479.98px)");

export class Panel {
  #title = h("h2", { id: "title" });
  #status = h("p", { class: "status", role: "status" });
  #language = h("button", { type: "button", class: "quiet" });
  #erase = h("button", { type: "button", class: "quiet square" }, icon("erase"));
  #close = h("button", { type: "button", class: "quiet square" }, icon("close"));
  #typing = h("p", { class: "typing", "aria-hidden": "true" }, h("span"), h("span"), h("span"));
  #aside = h("div", { class: "asides" });
  #operator = h("button", { type: "button", class: "plain operator" });
  #input = h("textarea", { id: "input", rows: "1", enterkeyhint: "send", autocomplete: "off" });
  #label = h("label", { for: "input", class: "unseen" });
  #send = h("button", { type: "submit", class: "primary square" }, icon("send"));
  #footer;
  #form;

  /** Actions: send(text), close(), language(), operator(), erase(). */
  constructor(log, actions) {
    const header = h("div", { class: "header" }, this.#title, this.#language, this.#erase, this.#close);
    this.#footer = h("div", { class: "footer" }, this.#operator);
    this.#form = h("form", { class: "composer" }, this.#label, this.#input, this.#send);
    this.#footer.append(this.#form);
    this.#typing.hidden = true;
    this.element = h(
      "dialog",
      { class: "panel", "aria-labelledby": "title" },
      header,
      this.#status,
      log,
      this.#typing,
      this.#aside,
      this.#footer,
    );
    this.#language.addEventListener("click", actions.language);
    this.#erase.addEventListener("click", actions.erase);
    this.#close.addEventListener("click", actions.close);
    this.#operator.addEventListener("click", actions.operator);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(actions.send);
    });
    this.#input.addEventListener("keydown", (event) => {
      // While an input method composes a word, Enter belongs to it.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit(actions.send);
    });
    this.#input.addEventListener("input", () => this.#grow());
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation(); // the page's own dialogs stay
      actions.close();
    });
    this.element.addEventListener("cancel", (event) => {
      event.preventDefault();
      actions.close();
    });
    PHONE.addEventListener("change", () => this.element.open && this.#show());
  }

  toggle(open) {
    if (open && !this.element.open) this.#show();
    else if (!open) this.element.close();
  }

  focus() {
    // On a touch screen the input would bring up the keyboard over what is to be read.
    const target = matchMedia("(pointer: coarse)").matches ? this.element.querySelector(".log") : this.#input;
    if (this.element.open) target.focus({ preventScroll: true });
  }

  translate(texts, language, title) {
    this.element.lang = language;
    this.#title.textContent = title || texts.title;
    const other = language === "kk" ? "ru" : "kk";
    this.#language.textContent = texts[`short_${other}`];
    this.#language.lang = other;
    name(this.#language, texts[`language_${other}`]);
    name(this.#erase, texts.erase);
    name(this.#close, texts.close);
    name(this.#send, texts.send);
    this.#label.textContent = texts.input;
    this.#input.placeholder = texts.placeholder;
  }

  /** The line under the title. */
  say(text) {
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }

  /** The button for an operator; null hides it. */
  operator(title) {
    this.#operator.hidden = title === null;
    this.#operator.textContent = title ?? "";
  }

  typing(active) {
    this.#typing.hidden = !active;
  }

  /** Put something between messages and input, in place of what is there; `only`: it must be answered first. */
  aside(element, { only = false } = {}) {
    this.#aside.replaceChildren(...(element ? [element] : []));
    this.#footer.hidden = only;
    if (only) element.querySelector("button").focus();
  }

  /** Over the whole page, the dialog takes the page's place for everybody; beside it, the page stays in use. */
  #show() {
    this.element.close();
    if (PHONE.matches) this.element.showModal();
    else this.element.show();
    this.#input.focus({ preventScroll: true });
  }

  #submit(send) {
    const text = this.#input.value;
    if (!text.trim()) return;
    this.#input.value = "";
    this.#grow();
    send(text);
  }

  #grow() {
    this.#input.style.height = "auto";
    this.#input.style.height = `${this.#input.scrollHeight + 2}px`;
  }
}

/** An icon's name, for the ear and, on hovering, for the eye. */
function name(button, text) {
  button.setAttribute("aria-label", text);
  button.title = text;
}
