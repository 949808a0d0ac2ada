/* What the browser keeps between pages and shares between tabs: which conversation this is, what is not sent yet.
 *
 * Where the browser forbids to keep anything, it lasts as long as the page. */

export class Session {
  data = {};

  /** `base` is the address of the service: a site may embed the chats of several. */
  constructor(base) {
    this.key = `jauap:${base}`;
    this.refresh();
  }

  /** Take over what other tabs have kept meanwhile. */
  refresh() {
    try {
      this.data = JSON.parse(localStorage.getItem(this.key)) ?? this.data;
    } catch {
      /* forbidden or spoilt: `data` stays as it is */
    }
    return this.data;
  }

  /** Keep some fields, or what a function makes of the fields kept so far: conversation, token, unsent, chosen, rated,
   * plain. */
  save(fields) {
    const data = this.refresh();
    this.data = { ...data, ...(fields.call ? fields(data) : fields) };
    try {
      localStorage.setItem(this.key, JSON.stringify(this.data));
    } catch {
      /* forbidden or full: `data` holds it for this page */
    }
  }
}
