/* The window of the chat: a dialog beside the page, or over all of it on a telephone. */

import { h, icon, style } from "./dom.js";
import { CLOSE, SEND } from "./icons.js";
import { Menu } from "./menu.js";
import { Status } from "./status.js";

const PHONE = matchMedia("(max-width: 479.98px), (max-height: 479.98px)"); // as in panel.css

export class Panel {
  #title = h("h2", { id: "title" });
  #status = new Status();
  #large = h("button", { type: "button", class: "quiet large", "aria-pressed": "false" }, "Аа");
  #language = h("button", { type: "button", class: "quiet" });
  #menu;
  #close = h("button", { type: "button", class: "quiet square" }, icon(CLOSE));
  #typing = h("p", { class: "typing", "aria-hidden": "true" }, h("span"), h("span"), h("span"));
  #aside = h("div", { class: "asides" });
  #operator = h("button", { type: "button", class: "plain operator" });
  #input = h("textarea", { id: "input", rows: "1", enterkeyhint: "send", autocomplete: "off" });
  #label = h("label", { for: "input", class: "unseen" });
  #send = h("button", { type: "submit", class: "primary square" }, icon(SEND));
  #footer;

  /** Actions: send(text), writing(text), close(), language(), large(), operator(), and those of the menu. */
  constructor(log, actions) {
    this.#menu = new Menu(actions);
    const tools = h("div", { class: "tools" }, this.#large, this.#language, this.#menu.button, this.#close);
    const header = h("div", { class: "header" }, this.#title, tools);
    const form = h("form", { class: "composer" }, this.#label, this.#input, this.#send);
    this.#footer = h("div", { class: "footer" }, this.#operator, form);
    this.#typing.hidden = true;
    const parts = [header, this.#menu.element, this.#status.element, log, this.#typing, this.#aside, this.#footer];
    this.element = h("dialog", { class: "panel", "aria-labelledby": "title" }, ...parts);
    this.#large.addEventListener("click", actions.large);
    this.#language.addEventListener("click", actions.language);
    this.#close.addEventListener("click", actions.close);
    this.#operator.addEventListener("click", actions.operator);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(actions.send);
    });
    this.#input.addEventListener("keydown", (event) => {
      // While an input method composes a word, Enter belongs to it.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit(actions.send);
    });
    this.#input.addEventListener("input", () => {
      this.#grow();
      actions.writing(this.#input.value);
    });
    // In a low window the whole panel scrolls, and a browser would show of the input only its caret.
    this.#input.addEventListener("focus", () => (this.element.scrollTop = this.element.scrollHeight));
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation(); // the page's own dialogs stay
      this.#escape(actions.close);
    });
    this.element.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#escape(actions.close);
    });
    PHONE.addEventListener("change", () => this.element.open && this.#show());
  }

  /** Put the window into `root`, with its style sheets below `base`; resolves when it can be shown as it should. */
  async join(root, base) {
    const sheets = ["panel", "messages", "asides"].map((name) => style(base, name));
    this.element.prepend(...sheets.map(([link]) => link));
    root.append(this.element);
    await Promise.all(sheets.map(([, loaded]) => loaded));
  }

  toggle(open) {
    if (open && !this.element.open) this.#show();
    else if (!open) {
      this.#menu.toggle(false);
      this.element.close();
    }
  }

  focus() {
    // On a touch screen the input would bring up the keyboard over what is to be read.
    const target = matchMedia("(pointer: coarse)").matches || this.#footer.hidden ? this.element.querySelector(".log") : this.#input;
    if (!this.element.open) return;
    target.focus({ preventScroll: true }); // which would scroll the page behind as well
  }

  /** Make a change that may take away what has the focus; the window then keeps it. */
  keeping(change) {
    const root = this.element.getRootNode();
    const focused = root.activeElement;
    change();
    const lost = focused && !focused.getClientRects().length;
    if (lost && (root.activeElement ?? focused) === focused) this.focus();
  }

  translate(texts, language, title) {
    this.element.lang = language;
    this.#title.textContent = title || texts.title;
    const other = language === "kk" ? "ru" : "kk";
    this.#language.textContent = texts[`short_${other}`];
    this.#language.lang = other;
    name(this.#language, texts[`language_${other}`]);
    name(this.#large, texts.large);
    name(this.#menu.button, texts.menu);
    name(this.#close, texts.close);
    name(this.#send, texts.send);
    this.#menu.translate(texts);
    this.#label.textContent = texts.input;
    this.#input.placeholder = texts.placeholder;
  }

  /** The line under the title; another `kind` of news is told at once. */
  say(kind, text) {
    this.#status.say(kind, text);
  }

  /** The button for an operator; null hides it. */
  operator(title) {
    this.#operator.hidden = title === null;
    this.#operator.textContent = title ?? "";
  }

  /** Large text and fewer things to look at. */
  large(large) {
    this.element.classList.toggle("big", large);
    this.#large.setAttribute("aria-pressed", String(large));
    this.#grow();
  }

  typing(active) {
    this.#typing.hidden = !active;
  }

  /** Put something between messages and input, in place of what is there; `only`: it must be answered first. */
  aside(element, { only = false } = {}) {
    this.#aside.replaceChildren(...(element ? [element] : []));
    this.#footer.hidden = only;
  }

  /** Over the whole page, the dialog takes the page's place for everybody; beside it, the page stays in use. */
  #show() {
    this.element.close();
    if (PHONE.matches) this.element.showModal();
    else this.element.show();
    this.#grow();
    if (this.#footer.hidden) this.focus();
    else this.#input.focus({ preventScroll: true });
  }

  #escape(close) {
    if (!this.#menu.open) return close();
    this.#menu.toggle(false);
    return this.#menu.button.focus();
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
    if (this.element.open) this.#input.style.height = `${this.#input.scrollHeight + 2}px`;
  }
}

/** An icon's name, for the ear and, on hovering, for the eye. */
function name(button, text) {
  button.setAttribute("aria-label", text);
  button.title = text;
}
