// What was shown of the hidden numbers, for as long as the talk is open: each showing needs a reason, which is kept.

import { call } from "./api.js";
import { ask } from "./dialogs.js";
import { $, element, t } from "./dom.js";

export class Revealed {
  constructor(talk) {
    this.talk = talk;
    this.texts = new Map();
  }

  clear() {
    this.texts.clear();
  }

  /** The whole text of a message or note, or the contact; null where it was not shown. */
  of(kind, id = "") {
    return this.texts.get(`${kind}/${id}`) ?? null;
  }

  /** The button that shows it. */
  button(kind, id = "") {
    const show = () => this.show(kind, id);
    return element("button", { type: "button", class: "reveal", onclick: show }, t("reveal"));
  }

  async show(kind, id) {
    const talk = this.talk.id;
    $("reason").value = "";
    if (!(await ask("reveal-dialog"))) return;
    this.talk.trouble("");
    const path = kind === "contact" ? kind : `${kind}/${id}`;
    try {
      const answer = await call("POST", `/conversations/${talk}/${path}/reveal`, { reason: $("reason").value.trim() });
      if (this.talk.id !== talk) return;
      this.texts.set(`${kind}/${id}`, answer.text ?? answer.contact);
      this.talk.draw();
    } catch (refusal) {
      if (this.talk.id === talk) this.talk.trouble(refusal.message);
    }
  }
}
