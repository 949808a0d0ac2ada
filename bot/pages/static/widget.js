/* The chat for any page: <script type="module" src="…/widget.js"></script><jauap-chat language="kk"></jauap-chat>.
 *
 * This file shows only the launcher; the chat itself is loaded when it is first opened, or when a conversation of
 * before may bring new messages. Attributes: language (ru, kk), title, position (right, left), open.
 * Methods: show(), hide(), ask(text). */

import { h, icon } from "./widget/dom.js";
import { Session } from "./widget/session.js";

const BASE = new URL("./", import.meta.url).href;

class JauapChat extends HTMLElement {
  static observedAttributes = ["language", "title", "open"];

  #session = new Session(BASE);
  #texts = null;
  #chat = null;
  #unread = 0;
  #siteLanguage;
  #label = h("span");
  #launcher;
  #styled;

  constructor() {
    super();
    const style = h("link", { rel: "stylesheet", href: `${BASE}widget/widget.css` });
    this.#styled = new Promise((resolve) => style.addEventListener("load", resolve));
    this.#launcher = h("button", { type: "button", class: "launcher", "aria-haspopup": "dialog" }, icon("chat"), this.#label);
    this.#launcher.hidden = true; // until its words and its style are there
    this.#launcher.addEventListener("click", () => this.toggleAttribute("open"));
    this.attachShadow({ mode: "open" }).append(style, this.#launcher);
  }

  connectedCallback() {
    this.#siteLanguage = this.language;
    // A citizen's own choice of language outlives a reload, until the page itself is in another language.
    const { chosen } = this.#session.data;
    if (chosen?.of === this.#siteLanguage) this.setAttribute("language", chosen.language);
    this.#translate().catch(report);
    if (this.hasAttribute("open")) this.#toggle();
    else if (this.#session.data.conversation) this.#load().catch(report);
  }

  disconnectedCallback() {
    this.#chat?.then((chat) => chat.stop(), report);
    this.#chat = null;
  }

  attributeChangedCallback(name, before, now) {
    if (before === now || !this.isConnected) return;
    if (name === "open") this.#toggle();
    else this.#translate().catch(report);
  }

  get language() {
    return this.getAttribute("language") === "kk" ? "kk" : "ru";
  }

  show() {
    this.setAttribute("open", "");
  }

  hide() {
    this.removeAttribute("open");
  }

  /** Opens the chat and asks. */
  async ask(text) {
    this.show();
    (await this.#load()).ask(text);
  }

  /** Keeps the language that the citizen has chosen in the chat. */
  choose(language) {
    this.#session.save({ chosen: { language, of: this.#siteLanguage } });
    this.setAttribute("language", language);
  }

  #load() {
    this.#chat ??= this.#make().catch((error) => {
      this.#chat = null; // the next opening tries again
      throw error;
    });
    return this.#chat;
  }

  async #make() {
    const [{ Chat }] = await Promise.all([import("./widget/chat.js"), this.#texts ?? this.#translate(), this.#styled]);
    const chat = new Chat({
      host: this,
      base: BASE,
      session: this.#session,
      texts: this.#texts,
      onUnread: (count) => {
        this.#unread = count;
        this.#relabel();
      },
    });
    this.shadowRoot.append(chat.panel);
    chat.start();
    return chat;
  }

  async #toggle() {
    try {
      const chat = await this.#load();
      const open = this.hasAttribute("open");
      this.#launcher.setAttribute("aria-expanded", String(open));
      chat.toggle(open);
      if (!open) this.#launcher.focus();
    } catch (error) {
      report(error);
      this.hide();
      if (this.#texts) this.#label.textContent = this.#texts.unloaded;
    }
  }

  async #translate() {
    const language = this.language;
    const response = await fetch(`${BASE}widget/texts/${language}.json`, { credentials: "omit" });
    if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
    const texts = await response.json();
    if (language !== this.language) return; // it was changed meanwhile
    this.#texts = texts;
    this.#relabel();
    this.#chat?.then((chat) => chat.translate(texts), report);
    await this.#styled;
    this.#launcher.hidden = false;
  }

  #relabel() {
    this.#launcher.lang = this.language;
    this.#launcher.classList.toggle("unread", this.#unread > 0);
    this.#label.textContent = this.#unread
      ? this.#texts.launcher_unread.replace("{count}", this.#unread)
      : this.#texts.launcher;
  }
}

function report(error) {
  console.error("jauap-chat:", error);
}

customElements.define("jauap-chat", JauapChat);
