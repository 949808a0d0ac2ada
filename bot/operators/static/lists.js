// The lists on the left: who waits, whom I talk with, and for supervisors all others.

import { $, element, known, moment, since, t } from "./dom.js";

/**
 * Draw one list.
 * @param {string} id of the list; `<id>-count` and `<id>-empty` are kept in step where they exist
 * @param {object[]} conversations
 * @param {{open: string|null, me: string, unread?: function(object): boolean, claim?: function(string): void}} how
 */
export function drawList(id, conversations, how) {
  const list = $(id);
  const focused = list.contains(document.activeElement) ? focusKey(document.activeElement) : null;
  list.replaceChildren(...conversations.map((each) => item(each, how)));
  if (focused) [...list.querySelectorAll("a, button")].find((each) => focusKey(each) === focused)?.focus();
  if ($(`${id}-count`)) $(`${id}-count`).textContent = conversations.length;
  if ($(`${id}-empty`)) $(`${id}-empty`).hidden = conversations.length > 0;
}

const focusKey = (node) => node.tagName + node.closest("li").dataset.id;

function item(conversation, how) {
  const unread = how.unread?.(conversation) ?? false;
  return element(
    "li",
    { "data-id": conversation.id, class: unread ? "unread" : null },
    element(
      "a",
      { href: `#${conversation.id}`, "aria-current": conversation.id === how.open ? "true" : null },
      element("span", { class: "topic" }, topicOf(conversation)),
      element("span", { class: "facts" }, ...factsOf(conversation, how.me)),
      unread ? element("span", { class: "badge" }, t("new_message")) : null,
    ),
    how.claim
      ? element(
          "button",
          {
            type: "button",
            "aria-label": `${t("claim")}: ${topicOf(conversation)}`,
            onclick: () => how.claim(conversation.id),
          },
          t("claim"),
        )
      : null,
  );
}

export const topicOf = (conversation) =>
  conversation.topic_title ?? conversation.domain_title ?? t("topic_none");

/** What is to be known of a talk at a glance: language, channel, why and how long it waits, what is promised; spans. */
export function factsOf(conversation, me) {
  const { language, waiting_since } = conversation;
  const facts = [
    element("b", { class: "tongue", title: t(`language_${language}`) }, language.toUpperCase()),
    element("span", {}, known("channel_", conversation.channel)),
  ];
  if (conversation.priority > 1) facts.push(element("span", { class: "waiting" }, t("priority_raised")));
  if (conversation.reason) facts.push(element("span", {}, known("reason_", conversation.reason)));
  if (conversation.state === "waiting") {
    facts.push(element("span", { class: "waiting", "data-since": waiting_since }, waited(waiting_since)));
  } else if (conversation.state === "operator") {
    if (conversation.operator !== me) facts.push(element("span", {}, conversation.operator ?? ""));
  } else {
    facts.push(element("span", {}, t(`state_${conversation.state}`)));
  }
  if (conversation.due) facts.push(dueMark(conversation.due));
  return facts;
}

/** By when the citizen was promised a word, or since when it is overdue. */
function dueMark(due) {
  const mark = element("span", { "data-due": due });
  drawDue(mark);
  return mark;
}

function drawDue(mark) {
  const overdue = new Date(mark.dataset.due) < new Date();
  mark.className = overdue ? "overdue" : "due";
  mark.textContent = overdue
    ? t("overdue", { time: since(mark.dataset.due) })
    : t("due", { time: moment(mark.dataset.due) });
}

const waited = (iso) => t("waiting_for", { time: since(iso) });

/** Bring the times of waiting and of promises up to date. */
export function tick() {
  for (const each of document.querySelectorAll("[data-due]")) drawDue(each);
  for (const each of document.querySelectorAll("[data-since]")) each.textContent = waited(each.dataset.since);
}
