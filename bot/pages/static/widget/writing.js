/* Tells the operators that the citizen is writing: not with every key, and that it is over once the keys rest. */

const AGAIN = 3000; // ms between two such words
const REST = 5000; // ms without a key after which it is over

export class Writing {
  #client;
  #said = 0; // when it was last said; 0: not writing
  #resting;

  constructor(client) {
    this.#client = client;
  }

  /** A key was pressed, after which the field holds this text. */
  key(text) {
    clearTimeout(this.#resting);
    if (!text.trim()) return this.stop();
    this.#resting = setTimeout(() => this.stop(), REST);
    if (Date.now() - this.#said < AGAIN) return undefined;
    this.#said = Date.now();
    return this.#tell(true);
  }

  /** Nothing is being written any more. */
  stop() {
    if (this.#said) this.#tell(false);
    this.forget();
  }

  /** It is over without a word: the message that was sent says it. */
  forget() {
    clearTimeout(this.#resting);
    this.#said = 0;
  }

  #tell(active) {
    this.#client.writes(active).catch(() => {}); // nothing depends on it, and the next key says it again
  }
}
