// The open talk: its head, transcript, notes and reply.

import { call, uuid } from "./api.js";
import { $, announce, element, known, moment, t } from "./dom.js";
import { factsOf, topicOf } from "./lists.js";
import { messageItem, pendingItem } from "./messages.js";

const DRAFT = "jauap.draft.";
const TOUCH = matchMedia("(pointer: coarse)");

/** One talk at a time; `told(conversation)` is called with each newer state of it that the server gives. */
export class Talk {
  constructor(me, told) {
    this.me = me;
    this.told = told;
    this.id = null;
    this.conversation = null;
    this.messages = [];
    this.notes = [];
    this.pending = new Map(); // by talk: what was written and is not stored yet
    this.wire();
  }

  get mine() {
    return this.conversation?.state === "operator" && this.conversation.operator === this.me.username;
  }

  /** Show a talk; null shows none. */
  async open(id) {
    if (id === this.id) return;
    this.id = id;
    this.conversation = null;
    document.body.classList.toggle("has-open", id !== null);
    $("nothing").hidden = id !== null;
    $("open").hidden = true;
    $("farewell").textContent = "";
    this.trouble("");
    if (id === null) return;
    await this.load();
    if (this.id !== id || !this.conversation) return;
    $("reply-text").value = sessionStorage.getItem(DRAFT + id) ?? "";
    $("notes").open = this.notes.length > 0;
    this.bottom();
    (this.mine ? $("reply-text") : $("talk")).focus();
  }

  /** Read the open talk anew. */
  async load() {
    const id = this.id;
    if (id === null) return;
    let whole;
    try {
      whole = await call("GET", `/conversations/${id}`);
    } catch (refusal) {
      if (this.id !== id) return;
      if (refusal.status === 403 || refusal.status === 404) return this.gone(t("not_found_any_more"));
      return this.trouble(refusal.message);
    }
    if (this.id !== id) return;
    const low = this.atBottom();
    Object.assign(this, whole);
    $("open").hidden = false;
    this.drawHead();
    this.drawNotes();
    this.drawTranscript();
    if (low) this.bottom();
    this.told(this.conversation);
  }

  /** A message came in by the events. */
  heard(message) {
    if (!this.conversation) return;
    const last = this.messages.at(-1)?.id ?? 0;
    if (message.id <= last) return;
    if (message.id > last + 1) return void this.load(); // ids have no gaps: something was missed
    const low = this.atBottom();
    this.messages.push(message);
    this.conversation.last_id = message.id;
    this.drop(message);
    this.drawTranscript();
    if (low) this.bottom();
    if (message.author === "citizen") announce(t("announce_message", { text: message.text }));
  }

  /** The talk is not this operator's to read any more, for this reason. */
  gone(reason) {
    $("open").hidden = true;
    $("nothing").hidden = false;
    this.id = this.conversation = null;
    document.body.classList.remove("has-open");
    history.replaceState(null, "", location.pathname);
    $("farewell").textContent = reason;
    announce(reason);
  }

  /** Do something to the open talk; null where it was refused. `done` is said where the talk is gone by it. */
  async act(path, body, done) {
    const id = this.id;
    this.trouble("");
    let [answer, said] = [null, done];
    try {
      answer = await call("POST", `/conversations/${id}/${path}`, body);
    } catch (refusal) {
      said = refusal.message;
    }
    await this.load();
    if (this.id === null) this.gone(said);
    else if (this.id === id && !answer) this.trouble(said);
    return answer;
  }

  // --- drawing

  drawHead() {
    const state = this.conversation.state;
    $("topic").textContent = topicOf(this.conversation);
    $("facts").replaceChildren(...factsOf(this.conversation, this.me.username));
    if (this.conversation.outcome && state === "closed") {
      $("facts").append(element("span", {}, known("outcome_", this.conversation.outcome)));
    }
    $("claim").hidden = state !== "waiting";
    for (const id of ["return", "transfer", "close", "reply"]) $(id).hidden = !this.mine;
    $("read-only").hidden = this.mine;
    $("read-only").textContent = this.mine
      ? ""
      : state === "operator"
        ? t("read_only_other", { operator: this.conversation.operator })
        : t(`read_only_${state}`);
  }

  drawTranscript() {
    const list = $("transcript");
    if (list.dataset.talk !== this.id) list.replaceChildren();
    list.dataset.talk = this.id;
    const shown = new Map([...list.querySelectorAll("[data-id]")].map((each) => [Number(each.dataset.id), each]));
    const items = this.messages.map((message) => shown.get(message.id) ?? messageItem(message, this.me.username));
    const pending = (this.pending.get(this.id) ?? []).map((each) => pendingItem(each, () => this.send(each)));
    list.replaceChildren(...items, ...pending);
  }

  drawNotes() {
    $("notes-count").textContent = this.notes.length;
    $("note-list").replaceChildren(
      ...this.notes.map((note) => {
        const by = `${note.operator ?? ""}, ${moment(note.created_at)}`;
        return element("li", {}, element("span", { class: "by" }, by), note.text);
      }),
    );
  }

  atBottom() {
    const area = $("scroll");
    return area.scrollHeight - area.scrollTop - area.clientHeight < 80;
  }

  bottom() {
    $("scroll").scrollTop = $("scroll").scrollHeight;
  }

  trouble(text) {
    $("trouble").textContent = text;
  }

  // --- writing

  write() {
    const text = $("reply-text").value.trim();
    if (!text || !this.mine) return;
    const message = { client_id: uuid(), text, talk: this.id, failed: false };
    this.pending.set(this.id, [...(this.pending.get(this.id) ?? []), message]);
    $("reply-text").value = "";
    sessionStorage.removeItem(DRAFT + this.id);
    this.send(message);
    this.bottom();
  }

  /** Send, or send again: the client id makes a repeat harmless. */
  async send(pending) {
    pending.failed = false;
    this.drawTranscript();
    try {
      const { message } = await call("POST", `/conversations/${pending.talk}/messages`, {
        client_id: pending.client_id,
        text: pending.text,
      });
      this.forget(pending);
      if (pending.talk === this.id) this.heard(message);
    } catch (refusal) {
      pending.failed = true;
      if (pending.talk === this.id) this.trouble(refusal.message);
    }
    if (pending.talk === this.id) this.drawTranscript();
  }

  /** The event of a sent message may come before the answer to the call. */
  drop(message) {
    if (message.author !== "operator" || message.operator !== this.me.username) return;
    const sent = (this.pending.get(this.id) ?? []).find((each) => !each.failed && each.text === message.text);
    if (sent) this.forget(sent);
  }

  forget(pending) {
    this.pending.set(pending.talk, (this.pending.get(pending.talk) ?? []).filter((each) => each !== pending));
  }

  // --- controls

  wire() {
    const text = $("reply-text");
    text.addEventListener("input", () => sessionStorage.setItem(DRAFT + this.id, text.value));
    text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || event.altKey || event.shiftKey) return;
      if (TOUCH.matches && !event.ctrlKey) return; // a telephone's keyboard has no Shift+Enter
      event.preventDefault();
      this.write();
    });
    $("reply").addEventListener("submit", (event) => {
      event.preventDefault();
      this.write();
      text.focus();
    });
    $("claim").addEventListener("click", () => this.claim());
    $("return").addEventListener("click", async () => {
      if (await ask("return-dialog")) await this.act("return", undefined, t("done_return"));
    });
    $("close").addEventListener("click", async () => {
      if (await ask("close-dialog")) await this.act("close", { outcome: $("outcome").value }, t("done_close"));
    });
    $("transfer").addEventListener("click", () => this.transfer());
    $("note-form").addEventListener("submit", async (event) => {
      event.preventDefault();
      const note = $("note-text").value.trim();
      if (note && (await this.act("notes", { text: note }))) $("note-text").value = "";
    });
  }

  async claim() {
    if (this.conversation?.state !== "waiting") return;
    if (!(await this.act("claim")) || !this.mine) return;
    announce(t("announce_claimed"));
    this.bottom();
    if (!document.activeElement?.matches("input, textarea")) $("reply-text").focus(); // never away from what is typed
  }

  async transfer() {
    const { operators } = await call("GET", "/operators").catch(() => ({ operators: [] }));
    operators.sort((one, other) => other.available - one.available);
    $("colleague").replaceChildren(
      ...operators.map((each) => {
        const presence = t(each.available ? "transfer_available" : "transfer_away");
        const label = `${each.username} (${each.languages.join(", ")}; ${presence})`;
        return element("option", { value: each.username }, label);
      }),
    );
    $("nobody").hidden = operators.length > 0;
    $("somebody").hidden = $("transfer-yes").hidden = operators.length === 0;
    if (!(await ask("transfer-dialog"))) return;
    const operator = $("colleague").value;
    await this.act("transfer", { operator }, t("done_transfer", { operator }));
  }
}

/** Show a dialog; true where it was answered with yes. */
function ask(id) {
  const dialog = $(id);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
