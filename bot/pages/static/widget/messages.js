/* Draws messages: what was said, by whom, and what an answer rests on. */

import { fill, h } from "./dom.js";

const LOCALES = { ru: "ru-KZ", kk: "kk-KZ" };

/** A message of the service as an element. */
export function drawMessage(message, texts, language) {
  const { author, answer } = message;
  const cited = answer?.decision === "answer" && (answer.sources.length > 0 || answer.verified);
  const text = cited ? withoutSources(message.text, answer) : message.text;
  const element = h("article", { class: `message ${author}`, lang: message.language }, heading(author, texts, language));
  if (message.created_at) element.firstChild.append(" ", time(message.created_at, language));
  element.append(drawText(text, answer?.decision === "answer"));
  if (cited) element.append(drawSources(answer, texts, language));
  return element;
}

/** What the citizen has just written, as an element that `setState` marks until the service has stored it. */
export function drawUnsent(text, texts, language) {
  const element = h("article", { class: "message citizen", lang: language }, heading("citizen", texts, language));
  element.append(drawText(text), h("p", { class: "state", lang: language }));
  return element;
}

/** Say below an unsent message how it stands; `retry` makes it a button as well. */
export function setState(element, text, retry = null) {
  const state = element.querySelector(".state");
  state.replaceChildren(text);
  if (!retry) return;
  const again = h("button", { type: "button", class: "link" }, retry.title);
  again.addEventListener("click", retry.press);
  state.append(" ", again);
}

/** Whose message it is: above it for the eye, and first for the ear. */
function heading(author, texts, language) {
  return h("h3", { class: "author", lang: language }, texts[`author_${author}`]);
}

function time(moment, language) {
  const date = new Date(moment);
  const today = date.toDateString() === new Date().toDateString();
  const form = { hour: "2-digit", minute: "2-digit", ...(today ? {} : { day: "numeric", month: "2-digit" }) };
  return h("time", { datetime: moment }, date.toLocaleString(LOCALES[language], form));
}

/** Plain text with its paragraphs; lines that begin with a bullet or a number become lists.
 *
 * An `answer` has a title, its first line, and may have a heading over a section: a short line that ends with a colon.
 */
export function drawText(text, answer = false) {
  const body = h("div", { class: "text" });
  const isHeading = (line) => answer && (!body.childElementCount || /^[^.!?]{1,60}:$/.test(line));
  for (const block of text.split(/\n{2,}/)) {
    let list = null;
    let paragraph = null;
    for (const line of block.split("\n")) {
      const item = /^(?:•|(\d+)[.)]) +(.*)$/.exec(line);
      if (item) {
        const kind = item[1] ? "ol" : "ul";
        if (list?.localName !== kind) {
          list = h(kind, item[1] ? { start: item[1] } : {});
          body.append(list);
        }
        list.append(h("li", {}, ...linked(item[2])));
        paragraph = null;
      } else if (paragraph) {
        paragraph.append(h("br"), ...linked(line));
      } else if (line.trim()) {
        paragraph = isHeading(line) ? h("p", {}, h("strong", {}, line)) : h("p", {}, ...linked(line));
        body.append(paragraph);
        list = null;
      }
    }
  }
  return body;
}

/** The text in parts, full web addresses as links. */
function linked(text) {
  return text.split(/(https?:\/\/[^\s<>«»"]*[^\s<>«»".,;:!?)])/).map((part, index) => (index % 2 ? link(part, part) : part));
}

function link(url, title) {
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, title);
}

/** The links under an answer, and the day on which somebody has verified it. */
function drawSources(answer, texts, language) {
  const links = answer.sources.filter((source) => /^https?:\/\//.test(source.url));
  const hosts = links.map((source) => new URL(source.url).hostname.replace(/^www\./, ""));
  const list = h("ul");
  links.forEach((source, index) => {
    const host = hosts[index];
    const number = hosts.slice(0, index).filter((other) => other === host).length + 1;
    const anchor = link(source.url, hosts.indexOf(host) === hosts.lastIndexOf(host) ? host : `${host} (${number})`);
    anchor.append(h("span", { class: "unseen" }, `, ${texts.new_tab}`));
    list.append(h("li", {}, anchor));
  });
  return h(
    "div",
    { class: "sources", lang: language },
    links.length ? h("p", {}, `${texts.sources}:`) : null,
    links.length ? list : null,
    answer.verified ? h("p", {}, fill(texts.verified, { date: day(answer.verified) })) : null,
  );
}

/** Channels without links get the sources in words, as the last paragraph; here the links stand in its place. */
function withoutSources(text, answer) {
  const paragraphs = text.split("\n\n");
  const last = paragraphs.at(-1);
  const named = answer.verified && last.includes(day(answer.verified)) && paragraphs.length > 1;
  return named ? paragraphs.slice(0, -1).join("\n\n") : text;
}

/** 2026-03-12 as 12.03.2026, the same in both languages. */
function day(date) {
  return date.split("-").reverse().join(".");
}
