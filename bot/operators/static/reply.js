// The field in which an operator answers: drafts, what is on its way, and showing the citizen that somebody writes.

import { call, uuid } from "./api.js";
import { $, t } from "./dom.js";
import { Picker } from "./picker.js";

const DRAFT = "jauap.draft.";
const TOUCH = matchMedia("(pointer: coarse)");
const SAY_AGAIN = 3000; // ms between two words that one is writing
const QUIET = 5000; // ms without a key after which one has stopped

export class Reply {
  constructor(talk) {
    this.talk = talk;
    this.field = $("reply-text");
    this.pending = new Map(); // by talk: what was written and is not stored yet
    this.said = 0; // when it was last said that the operator writes; 0: not writing
    this.picker = new Picker(talk, this.field); // before the other keys: while its list is open, Enter belongs to it
    this.wire();
  }

  /** Show the draft of the open talk. */
  restore() {
    this.field.value = sessionStorage.getItem(DRAFT + this.talk.id) ?? "";
  }

  /** Put `text` at the cursor, apart from what is typed, of which nothing is lost; false where it is too long. */
  insert(text) {
    const { value, selectionEnd: at, maxLength } = this.field;
    const [before, after] = [value.slice(0, at), value.slice(at)];
    const whole = `${before.trim() && !before.endsWith("\n") ? "\n" : ""}${text}${after.trim() && !after.startsWith("\n") ? "\n" : ""}`;
    if (value.length + whole.length > maxLength) {
      this.talk.trouble(t("too_long", { n: maxLength }));
      return false;
    }
    this.field.setRangeText(whole, at, at, "end");
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    this.field.focus();
    return true;
  }

  // --- sending

  unsent() {
    return this.pending.get(this.talk.id) ?? [];
  }

  write() {
    const text = this.field.value.trim();
    const { id } = this.talk;
    if (!text || !this.talk.mine) return;
    const message = { client_id: uuid(), text, talk: id, failed: false };
    this.pending.set(id, [...this.unsent(), message]);
    this.field.value = "";
    sessionStorage.removeItem(DRAFT + id);
    this.quiet();
    this.send(message);
    this.talk.bottom();
  }

  /** Send, or send again: the client id makes a repeat harmless. */
  async send(pending) {
    pending.failed = false;
    this.talk.drawTranscript();
    try {
      const { message } = await call("POST", `/conversations/${pending.talk}/messages`, {
        client_id: pending.client_id,
        text: pending.text,
      });
      this.forget(pending);
      if (pending.talk === this.talk.id) this.talk.heard(message);
    } catch (refusal) {
      pending.failed = true;
      if (pending.talk === this.talk.id) this.talk.trouble(refusal.message);
    }
    if (pending.talk === this.talk.id) this.talk.drawTranscript();
  }

  /** The event of a sent message may come before the answer to the call. */
  drop(message) {
    if (message.author !== "operator" || message.operator !== this.talk.me.username) return;
    // What is masked cannot be compared; it is then the oldest that is on its way.
    const sent = this.unsent().find((each) => !each.failed && (message.masked || each.text === message.text));
    if (sent) this.forget(sent);
  }

  forget(pending) {
    this.pending.set(pending.talk, (this.pending.get(pending.talk) ?? []).filter((each) => each !== pending));
  }

  // --- who is writing

  /** Say that the operator writes, but not with every key. */
  writes() {
    clearTimeout(this.resting);
    if (!this.field.value.trim()) return this.quiet();
    this.resting = setTimeout(() => this.quiet(), QUIET);
    if (Date.now() - this.said < SAY_AGAIN) return undefined;
    this.said = Date.now();
    return this.tell(true);
  }

  /** Say that they have stopped, where it was said that they write. */
  quiet() {
    clearTimeout(this.resting);
    if (!this.said) return;
    this.said = 0;
    this.tell(false);
  }

  tell(active) {
    if (!this.talk.mine) return;
    // Nothing depends on it, and the next key says it again.
    call("POST", `/conversations/${this.talk.id}/typing`, { active }).catch(() => null);
  }

  wire() {
    this.field.addEventListener("input", () => {
      sessionStorage.setItem(DRAFT + this.talk.id, this.field.value);
      this.writes();
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || event.altKey || event.shiftKey) return;
      if (TOUCH.matches && !event.ctrlKey) return; // a telephone's keyboard has no Shift+Enter
      event.preventDefault();
      this.write();
    });
    $("reply").addEventListener("submit", (event) => {
      event.preventDefault();
      this.write();
      this.field.focus();
    });
  }
}
