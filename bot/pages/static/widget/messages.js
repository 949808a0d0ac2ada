/* Draws messages: what was said, by whom, and what an answer rests on. */

import { h } from "./dom.js";
import { day, fill, hour } from "./words.js";

/** A message of the service as an element. */
export function drawMessage(message, texts, language) {
  const { author, answer } = message;
  const cited = isCited(message);
  const text = bare(message);
  const element = h("article", { class: `message ${author}`, lang: message.language }, heading(author, texts, language));
  if (message.created_at) element.firstChild.append(" ", time(message.created_at, language));
  element.append(drawText(text, answer?.decision === "answer"));
  if (cited) element.append(drawSources(answer, texts, language));
  return element;
}

/** What the citizen has just written, as an element that `setState` marks until the service has stored it. */
export function drawUnsent(text, texts, language) {
  const element = h("article", { class: "message citizen", lang: language }, heading("citizen", texts, language));
  element.append(drawText(text), h("p", { class: "state" }));
  return element;
}

/** Say below an unsent message how it stands; `retry` makes it a button as well. */
export function setState(element, text, language, retry = null) {
  const state = element.querySelector(".state");
  state.lang = language;
  state.replaceChildren(text);
  if (!retry) return;
  const again = h("button", { type: "button", class: "link" }, retry.title);
  again.addEventListener("click", retry.press);
  state.append(" ", again);
}

/** Make of an unsent message the stored one that it has become. */
export function settle(element, message, language) {
  element.lang = message.language;
  element.firstChild.append(" ", time(message.created_at, language));
  element.querySelector(".state").remove();
}

/** Whose message it is: above it for the eye, and first for the ear. */
function heading(author, texts, language) {
  return h("h3", { class: "author", lang: language }, texts[`author_${author}`]);
}

function time(moment, language) {
  return h("time", { datetime: moment }, hour(moment, language));
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

/** Whether a message is an answer that names what it rests on. */
export function isCited({ answer }) {
  return answer?.decision === "answer" && (answer.sources.length > 0 || Boolean(answer.verified));
}

/** The sources of an answer that are web addresses. */
export function webSources(answer) {
  return answer.sources.filter((source) => /^https?:\/\//.test(source.url));
}

/** The links under an answer, and the day on which somebody has verified it. */
function drawSources(answer, texts, language) {
  const links = webSources(answer);
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

/** What a message says. Channels without links get the sources in words, as the last paragraph; here the links stand in
 * its place. */
export function bare(message) {
  const { text, answer } = message;
  const paragraphs = text.split("\n\n");
  const named = isCited(message) && answer.verified && paragraphs.at(-1).includes(day(answer.verified));
  return named && paragraphs.length > 1 ? paragraphs.slice(0, -1).join("\n\n") : text;
}
