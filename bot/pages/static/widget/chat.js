/* The open chat: joins the window, the messages, what is sent and what comes in. */

import { eraseQuestion, ratingForm } from "./asides.js";
import { Client } from "./client.js";
import { fill } from "./dom.js";
import { Log } from "./log.js";
import { Outbox } from "./outbox.js";
import { Stream } from "./stream.js";
import { Panel } from "./panel.js";

const TYPING_AT_MOST = 30_000; // ms; whoever types longer says so again

export class Chat {
  #host;
  #session;
  #texts;
  #client;
  #outbox;
  #stream;
  #log;
  #view;
  #onUnread;
  #unread = 0;
  #mode = "bot";
  #position = null;
  #online = true;
  #held = []; // the citizen's own messages from the stream, while it is open which of the unsent they are
  #typing;
  #unwatch;

  constructor({ host, base, session, texts, onUnread }) {
    this.#host = host;
    this.#session = session;
    this.#texts = texts;
    this.#onUnread = onUnread;
    this.#client = new Client(base, session);
    this.#client.language = host.language;
    this.#log = new Log(texts, host.language, (payload, title) => this.#press(payload, title));
    this.#view = new Panel(this.#log.element, {
      send: (text) => this.ask(text),
      close: () => host.hide(),
      language: () => this.#switchLanguage(),
      operator: () => this.#callOrLeave(),
      erase: () => this.#askErase(),
    });
    this.panel = this.#view.element;
    this.#outbox = new Outbox(this.#client, session, {
      opened: () => this.#stream.start(),
      unknown: () => this.#restart(this.#texts.gone),
      sending: (item) => this.#log.setUnsent(item, this.#texts.sending),
      failed: (item) => this.#log.setUnsent(item, this.#texts.failed, { title: this.#texts.retry, press: () => this.#outbox.flush() }),
      sent: (item, message) => this.#sent(item, message),
      refused: (item, reason) => this.#log.refuse(item, fill(this.#texts.refused, { reason })),
    });
    this.#stream = new Stream((signal) => this.#client.events(this.#log.last, signal), {
      event: (kind, data) => this.#happened(kind, data),
      connected: () => this.#connected(true),
      away: () => this.#connected(false),
      unknown: () => this.#restart(this.#texts.gone),
    });
    this.#unwatch = session.watch(() => this.#elsewhere());
    this.translate(texts);
  }

  /** Take up the conversation of before, with what was left unsent. */
  async start() {
    const unsent = this.#outbox.items;
    if (this.#session.data.conversation) {
      try {
        this.#log.fill(await this.#client.messages(0));
        this.#stream.start();
      } catch (error) {
        if (error.unknown) this.#session.forget(); // nothing of it is shown yet, so there is nothing to explain
        else this.#stream.start(); // which goes on trying, and brings the messages
      }
    }
    unsent.forEach((item) => this.#log.addUnsent(item));
    await this.#outbox.flush();
  }

  stop() {
    this.#stream.stop();
    this.#outbox.stop();
    this.#unwatch();
    this.panel.remove();
  }

  toggle(open) {
    this.#view.toggle(open);
    if (!open) return;
    if (this.#log.last) this.#log.scrollToEnd();
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
    this.#showMode();
  }

  // --- what the citizen does

  #send(what) {
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

  #askErase() {
    const done = () => {
      this.#view.aside(null);
      this.#view.focus();
    };
    const yes = async () => {
      try {
        if (this.#session.data.conversation) await this.#client.erase();
      } catch (error) {
        if (!error.unknown) {
          this.#view.say(this.#texts.erase_failed);
          return;
        }
      }
      this.#session.save({ unsent: [] });
      this.#restart(this.#texts.erased);
      done();
    };
    this.#view.aside(eraseQuestion(this.#texts, { yes, no: done }), { only: true });
    this.#log.scrollToEnd();
  }

  #askRating() {
    if (this.#mode !== "closed" || this.#session.data.rated) return;
    const end = (text) => {
      this.#session.save({ rated: true });
      this.#view.aside(null);
      if (text) this.#log.note(text);
      this.#view.focus();
    };
    const send = async (stars, comment) => {
      try {
        await this.#client.rate(stars, comment);
        end(this.#texts.rating_thanks);
      } catch {
        this.#view.say(this.#texts.rating_failed);
      }
    };
    this.#view.aside(ratingForm(this.#texts, { send, later: () => end() }));
    this.#log.scrollToEnd();
  }

  // --- what happens

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
      this.#position = data.position;
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

  #setMode(mode) {
    if (mode === this.#mode) return;
    const before = this.#mode;
    this.#mode = mode;
    if (mode !== "waiting") this.#position = null;
    if (mode !== "bot") this.#showTyping(false);
    if (before === "closed") this.#view.aside(null); // the rating is over once the talk goes on
    if (mode !== "closed") this.#session.save({ rated: undefined });
    this.#showMode();
    this.#askRating();
  }

  #connected(online) {
    this.#online = online;
    this.#showMode();
    if (online) this.#outbox.flush();
  }

  #showMode() {
    const texts = this.#texts;
    const place = this.#mode === "waiting" && this.#position;
    const mode = place ? fill(texts.mode_waiting_place, { position: place }) : texts[`mode_${this.#mode}`];
    this.#view.say(this.#online ? mode : texts.offline);
    this.#view.operator(this.#mode === "waiting" ? texts.leave_queue : this.#mode === "operator" ? null : texts.call_operator);
  }

  #showTyping(active) {
    clearTimeout(this.#typing);
    this.#view.typing(active);
    if (active) this.#typing = setTimeout(() => this.#view.typing(false), TYPING_AT_MOST);
  }

  #countUnread(count) {
    this.#unread = count;
    this.#onUnread(count);
  }

  /** The conversation is no more: begin anew, and say why; what is unsent goes into the next one. */
  #restart(why) {
    this.#stream.stop();
    this.#session.forget();
    this.#begin();
    this.#log.note(why);
    if (this.#outbox.items.length) this.#outbox.flush();
  }

  /** Another tab has begun a conversation or erased this one. */
  #elsewhere() {
    this.#stream.stop();
    this.#begin();
    if (this.#session.data.conversation) this.#stream.start();
  }

  #begin() {
    this.#held = [];
    this.#online = true;
    this.#showTyping(false);
    this.#log.clear();
    this.#outbox.items.forEach((item) => this.#log.addUnsent(item));
    this.#setMode("bot");
    this.#showMode();
  }
}
