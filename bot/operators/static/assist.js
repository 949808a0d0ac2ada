// The panel beside the talk: the best passages of the knowledge base in the operator's language and in the citizen's.

import { call } from "./api.js";
import { $, announce, element, t } from "./dom.js";
import { hidden, scored } from "./messages.js";

const OPEN = "jauap.assist";
const WIDE = matchMedia("(min-width: 1200px)"); // as in talk.css
const SETTLE = 300; // ms; several messages in a row are looked up once
const KEYS = 3;

export class Assist {
  constructor(talk) {
    this.talk = talk;
    this.panel = $("assist");
    this.passages = [];
    this.look = 0; // counts the searches, so that only the last one is shown
    this.wire();
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  /** Another talk is open now. */
  opened() {
    $("assist-query").value = "";
    this.show(WIDE.matches && localStorage.getItem(OPEN) !== "no");
  }

  /** No talk is open any more. */
  left() {
    clearTimeout(this.settling);
    this.look += 1;
    this.passages = [];
    $("passages").replaceChildren();
    this.hide();
  }

  /** The citizen has written: unless the operator looks for something else, help with that. */
  asked() {
    clearTimeout(this.settling);
    if (this.isOpen && !$("assist-query").value.trim()) this.settling = setTimeout(() => this.search(), SETTLE);
  }

  mayInsert(may) {
    this.panel.classList.toggle("reading", !may);
  }

  show(open) {
    if (!open) return this.hide();
    this.panel.hidden = false;
    $("show-assist").setAttribute("aria-expanded", "true");
    this.cover();
    return this.search();
  }

  hide() {
    this.panel.hidden = true;
    $("show-assist").setAttribute("aria-expanded", "false");
    this.cover();
  }

  /** Where the panel lies over the talk, what is below it cannot be reached. */
  cover() {
    $("open").inert = this.isOpen && !WIDE.matches;
  }

  async search() {
    const { id } = this.talk;
    const look = ++this.look;
    const query = $("assist-query").value.trim();
    let answer;
    try {
      answer = await call("GET", `/conversations/${id}/assist${query ? `?q=${encodeURIComponent(query)}` : ""}`);
    } catch (refusal) {
      if (look === this.look) this.say(refusal.message);
      return;
    }
    if (look !== this.look) return;
    this.passages = answer.passages;
    this.draw();
    if (!this.passages.length) this.say(t(answer.question ? "assist_none" : "assist_no_question"));
    else this.say(query ? "" : t("assist_question", { question: answer.question }));
    if (query) announce(t("assist_found", { n: this.passages.length }));
  }

  say(text) {
    $("assist-about").replaceChildren(...hidden(text));
  }

  draw() {
    $("passages").replaceChildren(...this.passages.map((passage, index) => this.item(passage, index)));
  }

  item(passage, index) {
    const insert = element(
      "button",
      { type: "button", class: "insert", "aria-keyshortcuts": index < KEYS ? `Alt+${index + 1}` : null, onclick: () => this.insert(index) },
      t("insert"),
    );
    const whole = element("button", { type: "button", class: "quiet", "aria-expanded": "false" }, t("assist_whole"));
    const same = passage.own.language === passage.citizen.language;
    const texts = same ? [passage.citizen] : [passage.own, passage.citizen];
    const item = element(
      "li",
      { class: "passage" },
      this.sections(passage, index),
      element("div", { class: `tongues${same ? "" : " both"}` }, ...texts.map((told) => this.told(told, texts.length))),
      element(
        "div",
        { class: "row" },
        insert,
        index < KEYS ? element("kbd", { "aria-hidden": "true" }, `Alt+${index + 1}`) : null,
        whole,
      ),
    );
    whole.addEventListener("click", () => {
      const open = item.classList.toggle("whole");
      whole.setAttribute("aria-expanded", String(open));
    });
    return item;
  }

  told({ language, title, text }, count) {
    return element(
      "div",
      { lang: language },
      count > 1 ? element("p", { class: "tongue" }, language.toUpperCase()) : null,
      element("h3", {}, title),
      element("p", { class: "text" }, text.slice(title.length).trim()),
    );
  }

  sections(passage, index) {
    const id = `section-${index}`;
    const select = element(
      "select",
      { id, onchange: () => this.section(passage, index, select.value) },
      ...passage.sections.map(({ section, heading }) =>
        element("option", { value: section, selected: section === passage.section }, heading),
      ),
    );
    const sure = passage.score === null ? null : t("score_short", { score: scored(passage.score) });
    return element(
      "div",
      { class: "row" },
      element("label", { for: id }, t("assist_section")),
      select,
      sure && element("span", { class: "hint" }, sure),
    );
  }

  async section(passage, index, section) {
    const { id } = this.talk;
    const look = this.look;
    try {
      const path = `/conversations/${id}/assist/${passage.service}?section=${encodeURIComponent(section)}`;
      const other = await call("GET", path);
      if (look !== this.look) return;
      this.passages[index] = other;
      const item = this.item(other, index);
      $("passages").children[index].replaceWith(item);
      item.querySelector("select").focus();
    } catch (refusal) {
      if (look === this.look) this.say(refusal.message);
    }
  }

  /** Put a passage into the reply, in the citizen's language and with its source. */
  insert(index) {
    const passage = this.passages[index];
    if (!passage || !this.talk.mine || !this.isOpen) return;
    if (!WIDE.matches) this.hide(); // first, for below it nothing can have the focus
    if (this.talk.reply.insert(passage.citizen.text)) announce(t("inserted"));
  }

  wire() {
    $("show-assist").addEventListener("click", () => {
      const open = !this.isOpen;
      if (WIDE.matches) localStorage.setItem(OPEN, open ? "yes" : "no");
      this.show(open);
      if (open && !WIDE.matches) $("assist-close").focus();
    });
    $("assist-close").addEventListener("click", () => {
      if (WIDE.matches) localStorage.setItem(OPEN, "no");
      this.hide();
      $("show-assist").focus();
    });
    $("assist-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.search();
    });
    $("assist-query").addEventListener("search", () => this.search()); // the field's own cross empties it
    this.panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || WIDE.matches) return;
      event.stopPropagation(); // the talk stays open
      this.hide();
      $("show-assist").focus();
    });
    WIDE.addEventListener("change", () => {
      if (this.talk.conversation) this.show(WIDE.matches && localStorage.getItem(OPEN) !== "no");
    });
    document.addEventListener("keydown", (event) => {
      const number = event.altKey && !event.ctrlKey && /^Digit[123]$/.test(event.code) ? Number(event.code.at(-1)) : 0;
      if (!number || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      this.insert(number - 1);
    });
  }
}
