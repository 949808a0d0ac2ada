/* The open chat: joins the window, the messages, what is sent and what comes in. */

import { Asides } from "./asides.js";
import { Client } from "./client.js";
import { Log } from "./log.js";
import { Outbox } from "./outbox.js";
import { Panel } from "./panel.js";
import { Stream } from "./stream.js";
import { watch } from "./tabs.js";
import { download, transcript } from "./transcript.js";
import { fill } from "./words.js";
import { Writing } from "./writing.js";

const TYPING_AT_MOST = 30_000; // ms; whoever types longer says so again
const GRACE = 3000; // ms; a connection that is back by then was not worth a word

export class Chat {
  #host;
  #base;
  #session;
  #texts;
  #client;
  #outbox;
  #stream;
  #log;
  #view;
  #writing;
  #asides;
  #unread = 0;
  #mode = "bot";
  #queue = null; // {position, minutes} while waiting
  #online = true;
  #grace = null;
  #past = true; // whether the conversation may have messages from before that are not shown yet
  #held = []; // the citizen's own messages from the stream, while it is open which of the unsent they are
  #typing;
  #unwatch;

  constructor(host, base, session, texts) {
    this.#host = host;
    this.#base = base;
    this.#session = session;
    this.#texts = texts;
    this.#client = new Client(base, session);
    this.#client.language = host.language;
    this.#writing = new Writing(this.#client);
    this.#log = new Log(texts, host.language, (payload, title) => this.#press(payload, title));
    this.#view = new Panel(this.#log.element, {
      send: (text) => this.ask(text),
      writing: (text) => this.#withPeople && this.#writing.key(text),
      close: () => host.hide(),
      language: () => this.#switchLanguage(),
      large: () => this.#switchPlain(),
      operator: () => this.#callOrLeave(),
      usable: (name) => name === "erase" || this.#log.last > 0,
      rate: () => this.#asides.askRating({ focus: true }),
      download: () => this.#download(),
      erase: () => this.#asides.askErase(),
    });
    this.#asides = new Asides(this.#view, this.#client, session, {
      rated: () => this.#log.note(this.#texts.rating_thanks),
      erased: () => this.#restart(this.#texts.erased),
    });
    this.#outbox = new Outbox(this.#client, session, this.#keeping({
      opened: (fresh) => this.#opened(fresh),
      unknown: () => this.#unknown(),
      sending: (item) => this.#log.setUnsent(item, this.#texts.sending),
      failed: (item) => this.#failed(item),
      sent: (item, message) => this.#sent(item, message),
      refused: (item, reason) => this.#log.refuse(item, fill(this.#texts.refused, { reason })),
    }));
    this.#stream = new Stream((signal) => this.#listen(signal), this.#keeping({
      event: (kind, data) => this.#happened(kind, data),
      connected: () => this.#connected(true),
      away: () => this.#connected(false),
      unknown: () => this.#unknown(),
    }));
    this.#unwatch = watch(session, { changed: () => this.#elsewhere(), kept: () => this.#showPlain() });
    this.translate(texts);
    this.#showPlain();
  }

  /** Show itself in the shadow root, and take up the conversation of before, with what was left unsent. */
  async join(root) {
    try {
      await this.#view.join(root, this.#base);
    } catch (error) {
      this.stop();
      throw error;
    }
    if (this.#session.data.conversation) this.#stream.start();
    this.#outbox.items.forEach((item) => this.#log.addUnsent(item));
    this.#outbox.flush();
  }

  stop() {
    this.#stream.stop();
    this.#outbox.stop();
    this.#unwatch();
    this.#calm();
    this.#writing.forget();
    this.#view.element.remove();
  }

  toggle(open) {
    this.#view.toggle(open);
    if (!open) return;
    if (this.#log.last) this.#log.showLast();
    this.#countUnread(0);
  }

  /** The citizen asks in words. */
  ask(text) {
    this.#send({ text });
  }

  translate(texts) {
    this.#texts = texts;
    this.#client.language = this.#host.language;
    this.#log.translate(texts, this.#host.language);
    this.#view.translate(texts, this.#host.language, this.#host.getAttribute("title"));
    this.#view.keeping(() => this.#asides.translate(texts));
    this.#showMode();
  }

  // --- what the citizen does

  #send(what) {
    this.#writing.forget();
    this.#log.addUnsent(this.#outbox.add(what));
    if (this.#mode === "bot") this.#showTyping(true);
    this.#outbox.flush();
  }

  #press(payload, title) {
    this.#send({ payload, title });
    this.#view.focus();
  }

  #callOrLeave() {
    if (this.#mode === "waiting") this.#press("/leave_queue", this.#texts.leave_queue);
    else this.#press("/operator", this.#texts.call_operator);
  }

  #switchLanguage() {
    const language = this.#host.language === "kk" ? "ru" : "kk";
    const title = this.#texts[`language_${language}`];
    this.#host.choose(language);
    if (this.#session.data.conversation) this.#send({ payload: `/language{"language": "${language}"}`, title });
  }

  /** Large text now, and plain words in the answers to come. */
  #switchPlain() {
    this.#session.save(({ plain }) => ({ plain: !plain }));
    this.#showPlain();
    this.#log.showLast();
  }

  #showPlain() {
    const plain = Boolean(this.#session.data.plain);
    this.#view.large(plain);
    this.#log.few = plain;
  }

  #download() {
    const text = transcript(this.#log.messages, this.#texts, this.#host.language);
    download(`jauap-${new Date().toLocaleDateString("sv")}.txt`, text); // Swedish days are 2026-03-12, everywhere
  }

  // --- what happens

  /** Open the event stream, after what was said before. */
  async #listen(signal) {
    while (this.#past) {
      const messages = await this.#client.messages(this.#log.last);
      if (messages.length) this.#log.fill(messages);
      else this.#past = false;
    }
    return this.#client.events(this.#log.last, signal);
  }

  #opened(fresh) {
    if (fresh) this.#past = false;
    this.#stream.start();
  }

  #failed(item) {
    this.#log.setUnsent(item, this.#texts.failed, { title: this.#texts.retry, press: () => this.#outbox.flush() });
    this.#showTyping(false);
    if (!this.#session.data.conversation) this.#connected(false); // no stream that would say it
  }

  #sent(item, message) {
    this.#log.settle(item, message);
    if (this.#outbox.items.length) return;
    this.#held.forEach((own) => this.#log.add(own));
    this.#held = [];
  }

  #happened(kind, data) {
    if (kind === "message") this.#said(data);
    else if (kind === "mode") this.#setMode(data.mode);
    else if (kind === "typing") this.#showTyping(data.active && data.author !== "citizen");
    else if (kind === "queue") {
      this.#queue = data;
      this.#showMode();
    }
  }

  #said(message) {
    if (message.author === "citizen" && this.#outbox.items.length) {
      this.#held.push(message);
      return;
    }
    if (!this.#log.add(message) || message.author === "citizen") return;
    this.#showTyping(false);
    if (!this.#host.hasAttribute("open")) this.#countUnread(this.#unread + 1);
  }

  /** Whether operators read along. */
  get #withPeople() {
    return this.#mode === "waiting" || this.#mode === "operator";
  }

  #setMode(mode) {
    if (mode === this.#mode) return;
    const before = this.#mode;
    this.#mode = mode;
    if (mode !== "waiting") this.#queue = null;
    if (mode !== "bot") this.#showTyping(false);
    if (!this.#withPeople) this.#writing.forget();
    if (before === "closed") this.#asides.close(); // the rating is over once the talk goes on
    if (mode !== "closed") this.#session.save({ rated: undefined });
    this.#showMode();
    if (mode === "closed" && !this.#session.data.rated) {
      this.#asides.askRating();
      this.#log.scrollToEnd();
    }
  }

  #connected(online) {
    const tell = () => {
      this.#calm();
      this.#online = online;
      this.#showMode();
    };
    if (online || !navigator.onLine) tell();
    else this.#grace ??= setTimeout(tell, GRACE);
    if (online) this.#outbox.flush();
  }

  #calm() {
    clearTimeout(this.#grace);
    this.#grace = null;
  }

  #showMode() {
    const texts = this.#texts;
    const key = !this.#online ? "offline" : this.#mode === "waiting" ? waiting(this.#queue) : `mode_${this.#mode}`;
    const kind = key.replace(/_(place|time)$/, ""); // a new place is a detail
    this.#view.say(`${this.#host.language} ${kind} ${Boolean(this.#queue)}`, fill(texts[key], this.#queue ?? {}));
    this.#view.operator(this.#mode === "waiting" ? texts.leave_queue : this.#mode === "operator" ? null : texts.call_operator);
  }

  #showTyping(active) {
    clearTimeout(this.#typing);
    this.#view.typing(active);
    if (active) this.#typing = setTimeout(() => this.#view.typing(false), TYPING_AT_MOST);
  }

  #countUnread(count) {
    this.#unread = count;
    this.#host.count(count);
  }

  /** The service does not know the conversation (any more). */
  #unknown() {
    // Where nothing of it is shown yet, there is nothing to explain.
    this.#restart(this.#past ? null : this.#texts.gone);
  }

  /** The conversation is no more: begin anew, and say why; what is unsent goes into the next one. */
  #restart(why) {
    this.#stream.stop();
    this.#session.save({ conversation: undefined, token: undefined, rated: undefined });
    this.#begin();
    if (why) this.#log.note(why);
    this.#outbox.flush();
  }

  /** Another tab has begun a conversation or erased this one. */
  #elsewhere() {
    this.#stream.stop();
    this.#begin();
    if (this.#session.data.conversation) this.#stream.start();
  }

  #begin() {
    this.#calm();
    this.#past = true;
    this.#held = [];
    this.#online = true;
    this.#showTyping(false);
    this.#log.clear();
    this.#outbox.items.forEach((item) => this.#log.addUnsent(item));
    this.#setMode("bot");
    this.#showMode();
  }

  /** The same handlers, none of which makes the window lose the focus. */
  #keeping(handlers) {
    const kept = Object.entries(handlers).map(([name, handle]) => [
      name,
      (...given) => this.#view.keeping(() => handle(...given)),
    ]);
    return Object.fromEntries(kept);
  }
}

/** The key of what is said about the place in the queue. */
function waiting(queue) {
  if (!queue) return "mode_waiting";
  return queue.minutes == null ? "mode_waiting_place" : "mode_waiting_time";
}
