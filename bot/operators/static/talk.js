// The open talk: what is known of it, who may write in it, and what may be done to it.

import { call } from "./api.js";
import { Assist } from "./assist.js";
import { ask, askTransfer } from "./dialogs.js";
import { $, announce, element, moment, t } from "./dom.js";
import { Head } from "./head.js";
import { messageItem, pendingItem, withHidden } from "./messages.js";
import { Reply } from "./reply.js";
import { Revealed } from "./reveal.js";

const TYPING_AT_MOST = 8000; // ms; who writes on says so again
const CLOSED = new Set(["closed", "bot"]);

/** One talk at a time; `told(conversation)` is called with each newer state of it that the server gives. */
export class Talk {
  constructor(me, told) {
    this.me = me;
    this.told = told;
    this.id = null;
    this.conversation = null;
    this.messages = [];
    this.notes = [];
    this.earlier = [];
    this.revealed = new Revealed(this);
    this.head = new Head(this);
    this.reply = new Reply(this);
    this.assist = new Assist(this);
    this.wire();
    this.pin();
  }

  get mine() {
    return this.conversation?.state === "operator" && this.conversation.operator === this.me.username;
  }

  /** Show a talk; null shows none. */
  async open(id) {
    if (id === this.id) return;
    this.leave();
    this.id = id;
    document.body.classList.toggle("has-open", id !== null);
    $("nothing").hidden = id !== null;
    $("farewell").textContent = "";
    if (id === null) return;
    await this.load();
    if (this.id !== id || !this.conversation) return;
    this.reply.restore();
    $("notes").open = this.notes.length > 0;
    $("earlier").open = false;
    this.bottom();
    this.assist.opened();
    (this.mine ? $("reply-text") : $("talk")).focus();
  }

  /** Nothing of the talk that was open stays on the page. */
  leave() {
    this.reply.quiet();
    this.assist.left();
    this.revealed.clear();
    this.id = this.conversation = null;
    this.writes(false);
    $("open").hidden = true;
    this.trouble("");
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
    const asked = this.lastAsked();
    Object.assign(this, whole);
    $("open").hidden = false;
    this.draw();
    if (low) this.bottom();
    if (this.lastAsked() !== asked) this.assist.asked();
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
    this.reply.drop(message);
    if (message.author === "citizen") this.writes(false);
    this.drawTranscript();
    if (low) this.bottom();
    if (message.author !== "citizen") return;
    announce(t("announce_message", { text: message.text }));
    this.assist.asked();
  }

  /** How a message's delivery stands now. */
  delivered({ message, state }) {
    const found = this.messages.find((each) => each.id === message);
    if (!found) return;
    found.delivery = state;
    this.drawTranscript();
  }

  /** Whether the citizen is writing now. */
  writes(active) {
    clearTimeout(this.writing);
    const low = this.atBottom();
    $("typing").hidden = !active;
    if (low) this.bottom();
    if (active) this.writing = setTimeout(() => this.writes(false), TYPING_AT_MOST);
  }

  /** The talk is not this operator's to read any more, for this reason. */
  gone(reason) {
    this.leave();
    $("nothing").hidden = false;
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

  lastAsked() {
    return this.messages.findLast((message) => message.author === "citizen")?.id ?? 0;
  }

  // --- drawing

  draw() {
    const state = this.conversation.state;
    this.head.draw();
    this.drawNotes();
    this.drawTranscript();
    $("claim").hidden = state !== "waiting";
    for (const id of ["return", "transfer", "close", "reply"]) $(id).hidden = !this.mine;
    this.assist.mayInsert(this.mine);
    $("read-only").hidden = this.mine;
    $("read-only").textContent = this.mine
      ? ""
      : state === "operator"
        ? t("read_only_other", { operator: this.conversation.operator })
        : t(`read_only_${state}`);
    if (CLOSED.has(state)) this.writes(false);
  }

  drawTranscript() {
    const list = $("transcript");
    const shown = new Map([...list.querySelectorAll("[data-id]")].map((each) => [each.dataset.id, each]));
    const items = this.messages.map((message) => {
      const item = messageItem(message, this.me.username, this.revealed);
      const before = shown.get(item.dataset.id);
      return before?.isEqualNode(item) ? before : item; // what stays the same is not read out again, and keeps the focus
    });
    const unsent = this.reply.unsent().map((each) => pendingItem(each, () => this.reply.send(each)));
    [...items, ...unsent].forEach((item, index) => {
      if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
    });
    while (list.children.length > items.length + unsent.length) list.lastElementChild.remove();
  }

  drawNotes() {
    $("notes-count").textContent = this.notes.length;
    $("note-list").replaceChildren(
      ...this.notes.map((note) => {
        const by = `${note.operator ?? ""}, ${moment(note.created_at)}`;
        return element("li", {}, element("span", { class: "by" }, by), ...withHidden(note, "notes", this.revealed));
      }),
    );
  }

  /** Whoever reads the newest goes on doing so when the panel beside it, or a dialog's answer, narrows the talk. */
  pin() {
    const area = $("scroll");
    let [low, width] = [true, area.clientWidth];
    area.addEventListener("scroll", () => {
      if (area.clientWidth === width) low = this.atBottom(); // else it is about a layout that is not any more
    });
    new ResizeObserver(() => {
      width = area.clientWidth;
      if (low) this.bottom();
    }).observe(area);
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

  // --- controls

  wire() {
    $("claim").addEventListener("click", () => this.claim());
    $("return").addEventListener("click", async () => {
      $("summary").value = "";
      if (!(await ask("return-dialog"))) return;
      const summary = $("summary").value.trim();
      await this.act("return", summary ? { summary } : undefined, t("done_return"));
    });
    $("close").addEventListener("click", async () => {
      if (await ask("close-dialog")) await this.act("close", { outcome: $("outcome").value }, t("done_close"));
    });
    $("transfer").addEventListener("click", async () => {
      const wanted = await askTransfer();
      if (wanted) await this.act("transfer", wanted.body, wanted.done);
    });
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
}
