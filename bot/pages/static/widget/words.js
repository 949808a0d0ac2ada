/* How texts are filled, and days and hours written, in the two languages. */

const LOCALES = { ru: "ru-KZ", kk: "kk-KZ" };
const DAY = { day: "2-digit", month: "2-digit", year: "numeric" };
const HOUR = { hour: "2-digit", minute: "2-digit" };

/** `text` with its {places} filled. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (place, key) => values[key] ?? place);
}

/** 2026-03-12 as 12.03.2026, the same in both languages. */
export function day(date) {
  return date.split("-").reverse().join(".");
}

/** The hour of a moment; of another day than today the day as well. */
export function hour(moment, language) {
  const date = new Date(moment);
  const today = date.toDateString() === new Date().toDateString();
  return date.toLocaleString(LOCALES[language], today ? HOUR : { ...HOUR, day: "2-digit", month: "2-digit" });
}

/** The whole of a moment: day, month, year and hour. */
export function moment(date, language) {
  return new Date(date).toLocaleString(LOCALES[language], { ...DAY, ...HOUR });
}
