/* The list of messages: each once, in the order of their ids, what is not sent yet at the end. */

import { h } from "./dom.js";
import { drawMessage, drawText, drawUnsent, setState } from "./messages.js";

// These two have a button of their own that is always there.
const ELSEWHERE = new Set(["/operator", "/leave_queue"]);
const NEAR_END = 80; // px from the end at which the reader is taken to be following

export class Log {
  #texts;
  #language;
  #messages = new Map(); // id → {message, element}
  #unsent = new Map(); // client_id → element
  #choices = h("div", { class: "choices" });
  #press;

  /** `press(payload, title)` is called for a pressed button. */
  constructor(texts, language, press) {
    this.#texts = texts;
    this.#language = language;
    this.#press = press;
    this.element = h("div", { class: "log", role: "log", "aria-live": "polite", tabindex: "0" });
    this.clear();
  }

  /** The highest message id shown. */
  get last() {
    return Math.max(0, ...this.#messages.keys());
  }

  has(id) {
    return this.#messages.has(id);
  }

  translate(texts, language) {
    this.#texts = texts;
    this.#language = language;
    this.element.setAttribute("aria-label", texts.log);
    if (!this.#messages.size && !this.#unsent.size) this.clear();
  }

  /** Begin anew: nothing but the greeting. */
  clear() {
    this.#messages.clear();
    this.#unsent.clear();
    const texts = this.#texts;
    const greeting = h("article", { class: "message bot", lang: this.#language });
    greeting.append(h("h3", { class: "author" }, texts.author_bot), drawText(texts.greeting));
    this.element.setAttribute("aria-label", texts.log);
    this.element.replaceChildren(greeting, this.#choices);
    this.#offer([
      { title: texts.greeting_services, payload: "/services" },
      { title: texts.greeting_help, payload: "/help" },
    ]);
  }

  /** Show messages that were said before, without having them read aloud. */
  fill(messages) {
    this.element.setAttribute("aria-live", "off");
    messages.forEach((message) => this.#place(message));
    this.#offerLast();
    this.#toEnd();
    // Screen readers take up what was added a moment later.
    setTimeout(() => this.element.setAttribute("aria-live", "polite"), 1000);
  }

  /** Show one message, if it is not there already; gives whether it was new. */
  add(message) {
    if (this.has(message.id)) return false;
    const following = this.#following();
    const element = this.#place(message);
    this.#offerLast();
    if (following) this.#follow(element);
    return true;
  }

  addUnsent(item) {
    const element = drawUnsent(item.text ?? item.title, this.#texts, this.#language);
    this.#unsent.set(item.client_id, element);
    this.element.insertBefore(element, this.#choices);
    this.#offer([]);
    this.#toEnd();
  }

  setUnsent(item, text, retry = null) {
    const element = this.#unsent.get(item.client_id);
    if (element) setState(element, text, retry);
  }

  /** The service will never take an item: it stays, with the reason. */
  refuse(item, reason) {
    this.setUnsent(item, reason);
    this.#unsent.delete(item.client_id);
  }

  /** The service has stored an item as this message. */
  settle(item, message) {
    this.#unsent.get(item.client_id)?.remove();
    this.#unsent.delete(item.client_id);
    this.add(message);
  }

  /** A line of the chat's own, which is no message. */
  note(text) {
    this.element.insertBefore(h("p", { class: "note", lang: this.#language }, text), this.#choices);
    this.#toEnd();
  }

  scrollToEnd() {
    this.#toEnd();
  }

  #place(message) {
    if (this.has(message.id)) return this.#messages.get(message.id).element;
    const shown = { ...message, text: this.#spoken(message) };
    const element = drawMessage(shown, this.#texts, this.#language);
    const later = [...this.#messages.keys()].filter((id) => id > message.id);
    const next = later.length
      ? this.#messages.get(Math.min(...later)).element
      : (this.#unsent.values().next().value ?? this.#choices);
    this.element.insertBefore(element, next);
    this.#messages.set(message.id, { message, element });
    return element;
  }

  /** The chat's own buttons were offered by no message, so the service knows no title for them. */
  #spoken({ author, text }) {
    if (author !== "citizen" || !text.startsWith("/")) return text;
    const titles = {
      "/services": this.#texts.greeting_services,
      "/help": this.#texts.greeting_help,
      "/operator": this.#texts.call_operator,
      "/leave_queue": this.#texts.leave_queue,
      '/language{"language": "ru"}': this.#texts.language_ru,
      '/language{"language": "kk"}': this.#texts.language_kk,
    };
    return titles[text] ?? text;
  }

  /** Only the last thing said offers its buttons, until the citizen goes on. */
  #offerLast() {
    if (this.#unsent.size) return this.#offer([]);
    const ids = [...this.#messages.keys()].sort((a, b) => b - a);
    for (const id of ids) {
      const { author, buttons } = this.#messages.get(id).message;
      if (buttons.length) return this.#offer(buttons, this.#messages.get(id).message.language);
      if (author !== "bot") break;
    }
    return this.#offer([]);
  }

  #offer(buttons, language = this.#language) {
    this.#choices.lang = language;
    this.#choices.replaceChildren(
      ...buttons
        .filter(({ payload }) => !ELSEWHERE.has(payload))
        .map(({ title, payload }) => {
          const choice = h("button", { type: "button", class: "choice" }, title);
          choice.addEventListener("click", () => this.#press(payload, title));
          return choice;
        }),
    );
  }

  #following() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  /** Show the end, or the beginning of a message that is longer than the window. */
  #follow(element) {
    const { scrollHeight, clientHeight } = this.element;
    this.element.scrollTop = Math.min(scrollHeight - clientHeight, element.offsetTop - 12);
  }

  #toEnd() {
    this.element.scrollTop = this.element.scrollHeight;
  }
}
