/* Rating and erasing: which of them is open between the messages and the input, and what comes of it. */

import { eraseQuestion, ratingForm } from "./forms.js";

export class Asides {
  #view;
  #client;
  #session;
  #handlers;
  #texts;
  #open = null; // what draws the form that is open

  /** Handlers: rated() when a rating has been taken, erased() when the conversation is gone. */
  constructor(view, client, session, handlers) {
    this.#view = view;
    this.#client = client;
    this.#session = session;
    this.#handlers = handlers;
  }

  translate(texts) {
    this.#texts = texts;
    if (this.#open) this.#open();
  }

  askErase() {
    const form = eraseQuestion(this.#texts, {
      no: () => this.close({ focus: true }),
      yes: () => this.#erase(form),
    });
    this.#show(() => this.askErase(), form, { only: true });
    form.querySelector("button").focus();
  }

  /** `focus`: the citizen has asked for it, so it may take the focus. */
  askRating({ focus = false } = {}) {
    const before = this.#open && this.#view.element.querySelector("form.aside");
    const kept = before && { stars: new FormData(before).get("stars"), comment: before.querySelector("textarea").value };
    const form = ratingForm(this.#texts, {
      later: () => {
        this.#session.save({ rated: true });
        this.close({ focus: true });
      },
      send: (stars, comment) => this.#rate(form, stars, comment),
    });
    if (kept) {
      form.querySelector("textarea").value = kept.comment;
      if (kept.stars) form.querySelector(`[value="${kept.stars}"]`).checked = true;
    }
    this.#show(() => this.askRating(), form);
    if (focus) form.querySelector("input").focus();
  }

  close({ focus = false } = {}) {
    this.#open = null;
    this.#view.aside(null);
    if (focus) this.#view.focus();
  }

  #show(draw, form, options) {
    this.#open = draw;
    this.#view.aside(form, options);
  }

  async #erase(form) {
    try {
      if (this.#session.data.conversation) await this.#client.erase();
    } catch (error) {
      if (!error.unknown) {
        complain(form, this.#texts.erase_failed);
        return;
      }
    }
    this.#session.save({ unsent: [] });
    this.#view.keeping(() => this.close());
    this.#handlers.erased();
  }

  async #rate(form, stars, comment) {
    try {
      await this.#client.rate(stars, comment);
    } catch {
      complain(form, this.#texts.rating_failed);
      return;
    }
    this.#session.save({ rated: true });
    this.#view.keeping(() => this.close());
    this.#handlers.rated();
  }
}

function complain(form, text) {
  const fault = form.querySelector(".fault");
  fault.textContent = "";
  fault.textContent = text;
}
