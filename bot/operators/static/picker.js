// Canned replies in the reply field: `/` at the beginning of a word opens a list, in the citizen's language.

import { call } from "./api.js";
import { $, announce, element, t } from "./dom.js";

const COMMAND = /(?:^|\s)\/([\p{L}\p{N}_-]*)$/u;
const PLACE = /\{\w+\}/;
const MOST = 8;

export class Picker {
  constructor(talk, field) {
    this.talk = talk;
    this.field = field;
    this.list = $("canned-list");
    this.replies = { talk: null, asked: null }; // of which talk they are, and the call for them
    this.found = [];
    this.chosen = 0;
    this.wire();
  }

  get isOpen() {
    return !this.list.hidden;
  }

  /** The replies for the open talk, asked for once each time that the list is opened. */
  load() {
    const { id } = this.talk;
    if (this.replies.talk !== id) {
      const asked = call("GET", `/conversations/${id}/canned`).then((answer) => answer.replies);
      this.replies = { talk: id, asked };
      asked.catch((refusal) => {
        this.replies = { talk: null, asked: null };
        this.talk.trouble(refusal.message);
      });
    }
    return this.replies.asked.catch(() => []);
  }

  async look() {
    const typed = this.typed();
    if (typed === null) return this.close();
    const replies = await this.load();
    if (this.typed() !== typed) return undefined; // typed on meanwhile
    const opened = !this.isOpen;
    this.found = matching(replies, typed).slice(0, MOST);
    if (!this.found.length) return this.close();
    this.list.hidden = false;
    this.choose(0);
    if (opened) announce(t("canned_found", { n: this.found.length }));
    return undefined;
  }

  /** What stands between `/` and the cursor; null where there is no command. */
  typed() {
    const { value, selectionStart, selectionEnd } = this.field;
    if (selectionStart !== selectionEnd || document.activeElement !== this.field) return null;
    return value.slice(0, selectionEnd).match(COMMAND)?.[1].toLowerCase() ?? null;
  }

  choose(index) {
    this.chosen = (index + this.found.length) % this.found.length;
    this.list.replaceChildren(
      ...this.found.map((reply, at) =>
        element(
          "li",
          {
            id: `canned-${at}`,
            role: "option",
            "aria-selected": at === this.chosen ? "true" : "false",
            onmousedown: (event) => {
              event.preventDefault(); // the field keeps the focus
              this.choose(at);
              this.insert();
            },
          },
          element("b", {}, `/${reply.shortcut}`),
          element("span", {}, reply.text),
        ),
      ),
    );
    this.field.setAttribute("aria-activedescendant", `canned-${this.chosen}`);
    this.list.children[this.chosen].scrollIntoView({ block: "nearest" });
  }

  insert() {
    const { text } = this.found[this.chosen];
    const end = this.field.selectionEnd;
    const start = end - this.typed().length - 1;
    if (this.field.value.length - (end - start) + text.length > this.field.maxLength) {
      this.talk.trouble(t("too_long", { n: this.field.maxLength }));
      return this.close();
    }
    this.field.setRangeText(text, start, end, "end");
    const place = text.match(PLACE); // one that could not be filled: the next key writes over it
    if (place) this.field.setSelectionRange(start + place.index, start + place.index + place[0].length);
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    return this.close();
  }

  close() {
    if (this.isOpen) this.replies = { talk: null, asked: null }; // changed replies are seen at the next `/`
    this.list.hidden = true;
    this.field.removeAttribute("aria-activedescendant");
  }

  wire() {
    this.field.addEventListener("input", () => this.look());
    this.field.addEventListener("click", () => this.look());
    this.field.addEventListener("blur", () => this.close());
    this.field.addEventListener("keydown", (event) => {
      if (!this.isOpen || event.isComposing || event.altKey) return;
      const act = {
        ArrowDown: () => this.choose(this.chosen + 1),
        ArrowUp: () => this.choose(this.chosen - 1),
        Enter: () => this.insert(),
        Tab: () => this.insert(),
        Escape: () => this.close(),
      }[event.key];
      if (!act || event.shiftKey) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      act();
    });
  }
}

/** The replies that fit what is typed: by the beginning of the shortcut, then by what stands in it or in the text. */
function matching(replies, typed) {
  const rank = ({ shortcut, text }) =>
    shortcut.startsWith(typed) ? 0 : shortcut.includes(typed) ? 1 : text.toLowerCase().includes(typed) ? 2 : 3;
  return [0, 1, 2].flatMap((wanted) => replies.filter((reply) => rank(reply) === wanted));
}
