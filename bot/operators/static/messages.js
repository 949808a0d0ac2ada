// How one message of a transcript looks.

import { day, element, known, moment, t } from "./dom.js";

const HIDDEN = /\[(email|iban|card|iin|phone|passport|id_card|plate|) ?… ?([^\]]*)\]/g;
const DELIVERY = { pending: "◷", sending: "◷", sent: "✓", refused: "✕", unknown: "?", late: "✕" };
const decimal = new Intl.NumberFormat("ru", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** A score of the search as people read it. */
export const scored = (score) => decimal.format(score);

/** A stored message as a list item; `me` is the reader's name, `revealed` knows what was shown to them. */
export function messageItem(message, me, revealed) {
  const created = message.created_at;
  const author =
    message.author === "operator"
      ? `${t("author_operator")}: ${message.operator === me ? t("you") : (message.operator ?? "")}`
      : t(`author_${message.author}`);
  return element(
    "li",
    { class: `message ${message.author}`, "data-id": message.id },
    element("p", { class: "by" }, author, " ", element("time", { datetime: created }, moment(created))),
    element("p", { class: "text", lang: message.language }, ...shown(message, "messages", revealed)),
    showButton(message, "messages", revealed),
    buttonsOf(message),
    answerOf(message),
    deliveryOf(message),
  );
}

/** The text of a message or note in which numbers are hidden, and the button that shows them. */
export function withHidden(row, kind, revealed) {
  return [...shown(row, kind, revealed), showButton(row, kind, revealed)];
}

function shown(row, kind, revealed) {
  const whole = revealed.of(kind, row.id);
  return row.masked && whole === null ? hidden(row.text) : [whole ?? row.text];
}

function showButton(row, kind, revealed) {
  if (!row.masked || revealed.of(kind, row.id) !== null) return null;
  return revealed.button(kind, row.id);
}

/** A masked text in pieces, the hidden numbers named in the reader's language. */
export function hidden(text) {
  const pieces = [];
  let end = 0;
  for (const match of text.matchAll(HIDDEN)) {
    const [all, kind, last] = match;
    pieces.push(text.slice(end, match.index));
    pieces.push(element("span", { class: "hidden-number" }, `${kind ? known("kind_", kind) : ""} …${last}`.trim()));
    end = match.index + all.length;
  }
  return [...pieces, text.slice(end)];
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

/** What the bot's answer was about, what it rests on and how sure the search was. */
function answerOf(message) {
  const answer = message.answer;
  if (!answer) return null;
  const answered = answer.decision === "answer";
  const basis = element("div", { class: "basis" });
  const first = answered ? t("answered_from", { title: message.about ?? answer.service ?? "" }) : t(`decision_${answer.decision}`);
  const facts = [first];
  if (answer.verified) facts.push(t("verified", { date: day(answer.verified) }));
  if (answered && answer.score !== null) facts.push(t("score", { score: scored(answer.score) }));
  basis.append(element("p", {}, facts.join(", ")));
  if (message.considered.length) {
    const thought = message.considered.map((each) => `${each.title} (${scored(each.score)})`);
    basis.append(element("p", {}, t("considered", { services: thought.join("; ") })));
  }
  if (answer.sources.length) {
    const links = element("p", {}, `${t("sources")}: `);
    answer.sources.forEach((source, index) => links.append(index ? ", " : "", sourceLink(source)));
    basis.append(links);
  }
  return basis;
}

function sourceLink(source) {
  const url = URL.canParse(source.url) ? new URL(source.url) : null;
  if (!url || !/^https?:$/.test(url.protocol)) return source.url;
  return element("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, url.host.replace(/^www\./, ""));
}

/** Whether the citizen has it, on channels that must be sent to. */
function deliveryOf(message) {
  if (!message.delivery) return null;
  return element(
    "p",
    { class: `delivery ${message.delivery}` },
    element("span", { "aria-hidden": "true" }, DELIVERY[message.delivery] ?? "?"),
    ` ${t(`delivery_${message.delivery}`)}`,
  );
}
