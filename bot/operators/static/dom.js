// Small helpers: elements, the page's texts, moments and spans of time in the reader's language.

export const language = document.documentElement.lang;

const texts = JSON.parse(document.getElementById("texts").textContent);

/** The text of a key, its {places} filled. */
export function t(key, values = {}) {
  if (!(key in texts)) throw new Error(`no text ${key}`);
  return texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** The text of a key that comes from outside; the key's own word where the console has no text for it. */
export const known = (prefix, word) => (prefix + word in texts ? texts[prefix + word] : word);

export const $ = (id) => document.getElementById(id);

/** An element with attributes and children; strings become text, never markup. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** The same for SVG, whose elements have a namespace of their own. */
export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
const calendar = new Intl.DateTimeFormat("ru", { day: "2-digit", month: "2-digit" }); // 30.11, as in both languages here

/** The time of day, with the date where it is not today. */
export function moment(iso) {
  const date = new Date(iso);
  const today = date.toDateString() === new Date().toDateString();
  return today ? clock.format(date) : `${calendar.format(date)}, ${clock.format(date)}`;
}

/** A day as people here write it; as it came where it is less exact than a day. */
export function day(text) {
  const parts = text.split("-");
  return parts.length === 3 ? parts.reverse().join(".") : text;
}

/** How long ago, in minutes, hours or days. */
export function since(iso) {
  const minutes = Math.floor((Date.now() - new Date(iso)) / 60_000);
  if (minutes < 1) return t("seconds");
  if (minutes < 60) return t("minutes", { n: minutes });
  if (minutes < 48 * 60) return t("hours", { n: Math.floor(minutes / 60), m: minutes % 60 });
  return t("days", { n: Math.floor(minutes / 1440) });
}

/** Say something to those who listen to the page instead of looking at it. */
export function announce(text) {
  $("announcer").textContent = "";
  setTimeout(() => ($("announcer").textContent = text), 50);
}
