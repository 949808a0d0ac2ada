// How one message of a transcript looks.

import { day, element, moment, t } from "./dom.js";

/** A stored message as a list item; `me` is the reader's name. */
export function messageItem(message, me) {
  const created = message.created_at;
  const author =
    message.author === "operator"
      ? `${t("author_operator")}: ${message.operator === me ? t("you") : (message.operator ?? "")}`
      : t(`author_${message.author}`);
  return element(
    "li",
    { class: `message ${message.author}`, "data-id": message.id },
    element("p", { class: "by" }, author, " ", element("time", { datetime: created }, moment(created))),
    element("p", { class: "text", lang: message.language }, message.text),
    buttonsOf(message),
    answerOf(message),
  );
}

/** A message that is on its way, or did not get through. */
export function pendingItem(pending, retry) {
  const state = pending.failed
    ? element(
        "p",
        { class: "by failed" },
        t("failed"),
        " ",
        element("button", { type: "button", class: "link", onclick: retry }, t("retry")),
      )
    : element("p", { class: "by" }, t("sending"));
  return element("li", { class: "message operator pending" }, element("p", { class: "text" }, pending.text), state);
}

function buttonsOf(message) {
  if (!message.buttons.length) return null;
  const titles = message.buttons.map((button) => element("li", { lang: message.language }, button.title));
  return element("div", { class: "offered" }, element("span", {}, `${t("offered")}:`), element("ul", {}, ...titles));
}

/** What the bot's answer was about and what it rests on. */
function answerOf(message) {
  const answer = message.answer;
  if (!answer) return null;
  if (answer.decision !== "answer") return element("p", { class: "basis" }, t(`decision_${answer.decision}`));
  const parts = [t("answered_from", { title: message.about ?? answer.service ?? "" })];
  if (answer.verified) parts.push(`, ${t("verified", { date: day(answer.verified) })}`);
  const basis = element("p", { class: "basis" }, ...parts);
  if (answer.sources.length) {
    basis.append(element("br"), `${t("sources")}: `);
    answer.sources.forEach((source, index) => {
      if (index) basis.append(", ");
      basis.append(sourceLink(source));
    });
  }
  return basis;
}

function sourceLink(source) {
  const url = URL.canParse(source.url) ? new URL(source.url) : null;
  if (!url || !/^https?:$/.test(url.protocol)) return source.url;
  return element("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, url.host.replace(/^www\./, ""));
}
