/* The chat for any page: <script type="module" src="…/widget.js"></script><jauap-chat language="kk"></jauap-chat>.
 *
 * Here is only the launcher; the chat is loaded when it is first opened or has something to go on with.
 * Attributes: language (ru, kk), title, position (right, left), open. Methods: show(), hide(), ask(text). */

import { h, icon, style } from "./widget/dom.js";
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
    const [link, styled] = style(BASE, "launcher");
    this.#styled = styled;
    this.#launcher = h("button", { type: "button", class: "launcher", "aria-haspopup": "dialog" }, icon("M4 5h16v11H9l-5 4z"), this.#label);
    this.#launcher.hidden = true; // until its words and its look are there
    this.#launcher.addEventListener("click", () => this.toggleAttribute("open"));
    this.attachShadow({ mode: "open" }).append(link, this.#launcher);
  }

  connectedCallback() {
    this.#siteLanguage = this.language;
    // A citizen's own choice of language outlives a reload, until the page itself is in another language.
    const { chosen, conversation, unsent } = this.#session.data;
    if (chosen?.of === this.#siteLanguage) this.setAttribute("language", chosen.language);
    this.#words();
    if (this.hasAttribute("open")) this.#toggle();
    else if (conversation || unsent?.length) this.#load().catch(report);
  }

  disconnectedCallback() {
    this.#chat?.then((chat) => chat.stop(), report);
    this.#chat = null;
  }

  attributeChangedCallback(name, before, now) {
    if (before === now || !this.isConnected) return;
    if (name === "open") this.#toggle();
    else this.#words();
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

  /** Shows on the launcher how many messages came while the chat was closed. */
  count(unread) {
    this.#unread = unread;
    this.#relabel();
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
    const chat = new Chat(this, BASE, this.#session, this.#texts);
    await chat.join(this.shadowRoot);
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

  #words() {
    this.#translate().catch((error) => {
      report(error);
      setTimeout(() => this.isConnected && this.#words(), 5000); // ms
    });
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
    const { launcher, launcher_unread } = this.#texts;
    this.#launcher.lang = this.language;
    this.#launcher.classList.toggle("unread", this.#unread > 0);
    this.#label.textContent = this.#unread ? launcher_unread.replace("{count}", this.#unread) : launcher;
  }
}

function report(error) {
  console.error("jauap-chat:", error);
}

customElements.define("jauap-chat", JauapChat);
