/* The list of messages: each once, in the order of their ids, what is not sent yet at the end. */

import { Choices } from "./choices.js";
import { h } from "./dom.js";
import { drawMessage, drawText, drawUnsent, setState, settle } from "./messages.js";

const NEAR_END = 80; // px from the end at which the reader is taken to be following
const QUIET = 1000; // ms; screen readers take up what was added a moment later

export class Log {
  #texts;
  #language;
  #messages = new Map(); // id → {message, element}
  #unsent = new Map(); // client_id → element
  #choices;
  #quiet;

  /** `press(payload, title)` is called for a pressed button. */
  constructor(texts, language, press) {
    this.#texts = texts;
    this.#language = language;
    this.#choices = new Choices(press);
    this.element = h("div", { class: "log", role: "log", "aria-live": "polite", tabindex: "0" });
    this.clear();
  }

  /** The highest message id shown. */
  get last() {
    return Math.max(0, ...this.#messages.keys());
  }

  get empty() {
    return !this.#messages.size && !this.#unsent.size;
  }

  /** What the service has stored, in order. */
  get messages() {
    return [...this.#messages.keys()].sort((a, b) => a - b).map((id) => this.#spoken(this.#messages.get(id).message));
  }

  has(id) {
    return this.#messages.has(id);
  }

  /** Put the chat's own words around the messages into another language; the messages stay in theirs. */
  translate(texts, language) {
    this.#texts = texts;
    this.#language = language;
    this.element.setAttribute("aria-label", texts.log);
    this.#choices.translate(texts, language);
    this.#quietly(() => {
      if (this.empty) return this.clear();
      this.#greeting.replaceWith(this.#greet());
      for (const shown of this.#messages.values()) {
        const element = this.#draw(shown.message);
        shown.element.replaceWith(element);
        shown.element = element;
      }
      return this.#offerLast();
    });
  }

  /** Show three choices at most, and the others on demand. */
  set few(few) {
    this.#choices.few = few;
  }

  /** Begin anew: nothing but the greeting. */
  clear() {
    this.#messages.clear();
    this.#unsent.clear();
    this.element.setAttribute("aria-label", this.#texts.log);
    this.element.replaceChildren(this.#greet(), this.#choices.element);
    this.#offerLast();
  }

  /** Show messages that were said before, without having them read aloud. */
  fill(messages) {
    this.#quietly(() => {
      messages.forEach((message) => this.#place(message));
      this.#offerLast();
    });
    this.scrollToEnd();
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

  /** Show what is being sent; `setUnsent` says later how it stands. */
  addUnsent(item) {
    if (this.#unsent.has(item.client_id)) return;
    const element = drawUnsent(item.text ?? item.title, this.#texts, this.#language);
    this.#unsent.set(item.client_id, element);
    this.element.insertBefore(element, this.#choices.element);
    this.#offerLast();
    this.scrollToEnd();
  }

  setUnsent(item, text, retry = null) {
    const element = this.#unsent.get(item.client_id);
    if (element) setState(element, text, this.#language, retry);
  }

  /** The service will never take an item: it stays, with the reason. */
  refuse(item, reason) {
    this.setUnsent(item, reason);
    this.#unsent.delete(item.client_id);
  }

  /** The service has stored an item as this message; what is shown of it stays, so that nobody hears it twice. */
  settle(item, message) {
    const element = this.#unsent.get(item.client_id);
    this.#unsent.delete(item.client_id);
    if (!element || this.has(message.id)) {
      element?.remove();
      this.add(message);
      return;
    }
    settle(element, message, this.#language);
    this.#place(message, element);
    this.#offerLast();
  }

  /** A line of the chat's own, which is no message. */
  note(text) {
    this.element.insertBefore(h("p", { class: "note", lang: this.#language }, text), this.#choices.element);
    this.scrollToEnd();
  }

  /** Show the last message from its beginning. */
  showLast() {
    const { element } = this.#messages.get(this.last) ?? {};
    if (element) this.#follow(element);
    else this.scrollToEnd();
  }

  scrollToEnd() {
    this.element.scrollTop = this.element.scrollHeight;
  }

  get #greeting() {
    return this.element.firstElementChild;
  }

  #greet() {
    const greeting = h("article", { class: "message bot", lang: this.#language });
    greeting.append(h("h3", { class: "author" }, this.#texts.author_bot), drawText(this.#texts.greeting));
    return greeting;
  }

  #quietly(change) {
    clearTimeout(this.#quiet);
    this.element.setAttribute("aria-live", "off");
    change();
    this.#quiet = setTimeout(() => this.element.setAttribute("aria-live", "polite"), QUIET);
  }

  #draw(message) {
    return drawMessage(this.#spoken(message), this.#texts, this.#language);
  }

  /** Put a message where its id belongs. */
  #place(message, element = this.#draw(message)) {
    if (this.has(message.id)) return this.#messages.get(message.id).element;
    const later = [...this.#messages.keys()].filter((id) => id > message.id);
    const next = later.length
      ? this.#messages.get(Math.min(...later)).element
      : (this.#unsent.values().next().value ?? this.#choices.element);
    // Moved only where it must be: what is moved in a log is read aloud again.
    if (element.nextElementSibling !== next) this.element.insertBefore(element, next);
    this.#messages.set(message.id, { message, element });
    return element;
  }

  /** The chat's own buttons were offered by no message, so the service may know no title for them. */
  #spoken(message) {
    if (message.author !== "citizen" || !message.text.startsWith("/")) return message;
    const titles = {
      "/services": this.#texts.greeting_services,
      "/help": this.#texts.greeting_help,
      "/operator": this.#texts.call_operator,
      "/leave_queue": this.#texts.leave_queue,
    };
    return { ...message, text: titles[message.text] ?? message.text };
  }

  /** Only the last thing said offers its buttons, until the citizen goes on. */
  #offerLast() {
    const texts = this.#texts;
    if (this.empty) {
      return this.#choices.offer(
        [
          { title: texts.greeting_services, payload: "/services" },
          { title: texts.greeting_help, payload: "/help" },
        ],
        this.#language,
      );
    }
    if (this.#unsent.size) return this.#choices.offer([]);
    for (const id of [...this.#messages.keys()].sort((a, b) => b - a)) {
      const { author, buttons, language } = this.#messages.get(id).message;
      if (buttons.length) return this.#choices.offer(buttons, language);
      if (author !== "bot") break;
    }
    return this.#choices.offer([]);
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
}
