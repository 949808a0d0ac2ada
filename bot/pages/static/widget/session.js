/* What the browser keeps between pages: which conversation this is, and what is not sent yet.
 *
 * Where the browser forbids to keep anything, it lasts as long as the page. */

export class Session {
  #key;
  data = {};

  /** `base` is the address of the service: a site may embed the chats of several. */
  constructor(base) {
    this.#key = `jauap:${base}`;
    this.data = this.#read();
  }

  /** Keep some fields: conversation, token, unsent, chosen, rated. */
  save(fields) {
    Object.assign(this.data, fields);
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.data));
    } catch {
      /* forbidden or full: `data` holds it for this page */
    }
  }

  /** Forget the conversation, but not what is still to be sent. */
  forget() {
    this.save({ conversation: undefined, token: undefined, rated: undefined });
  }

  /** Call `changed` when another tab has begun or erased a conversation; returns the way to stop it. */
  watch(changed) {
    const listener = (event) => {
      if (event.key !== this.#key) return;
      const { conversation, token, rated } = this.#read();
      const other = conversation !== this.data.conversation;
      Object.assign(this.data, { conversation, token, rated });
      if (other) changed();
    };
    addEventListener("storage", listener);
    return () => removeEventListener("storage", listener);
  }

  #read() {
    try {
      return JSON.parse(localStorage.getItem(this.#key)) ?? {};
    } catch {
      return {};
    }
  }
}
