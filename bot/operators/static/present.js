// The present: how many wait, who waits, what is held by whom, and which promises are broken.

import { $, element, known, language, since, t } from "./dom.js";

const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/**
 * Draw all of it.
 * @param {object} overview what GET /overview answers
 * @param {{assign: function(object): void, prioritise: function(object): void, save: function(object): void}} acts
 */
export function drawPresent(overview, acts) {
  const { waiting, held, operators, breaches } = overview;
  $("updated").textContent = t("updated", { time: clock.format(new Date(overview.at)) });
  $("waiting-count").textContent = waiting.count;
  const oldest = waiting.oldest_since ? age("of_age", waiting.oldest_since) : t("nobody_waits");
  $("oldest").replaceChildren(oldest);
  $("held-count").textContent = held.count;
  const here = operators.filter((each) => each.available).length;
  $("duty-count").textContent = t("on_duty_of", { n: here, all: operators.length });
  $("broken-count").textContent = breaches.count;
  $("broken-tile").classList.toggle("bad", breaches.count > 0);
  $("waiting-by").hidden = waiting.count === 0;
  for (const kind of ["language", "domain", "reason"]) {
    $(`waiting-by-${kind}`).textContent = waiting[`by_${kind}`].map((each) => `${each.title}: ${each.count}`).join("; ");
  }
  const talks = new Map([...waiting.talks, ...held.talks].map((each) => [each.id, each]));
  drawTalks("breaches", breaches.breaches, (each) => breachItem(each, talks.get(each.conversation), acts));
  drawTalks("queue", waiting.talks, (each) => waitingItem(each, acts));
  drawTalks("held", held.talks, (each) => heldItem(each, acts));
  const broken = new Set(breaches.breaches.map((each) => each.conversation)).size;
  drawShown("breaches", broken, breaches.count);
  drawShown("queue", waiting.talks.length, waiting.count);
  drawShown("held", held.talks.length, held.count);
  $("operators").replaceChildren(...operators.map(operatorRow));
  $("operators-none").hidden = operators.length > 0;
}

function drawTalks(id, talks, item) {
  keepingFocus($(id), () => $(id).replaceChildren(...talks.map(item)));
  $(`${id}-none`).hidden = talks.length > 0;
}

function drawShown(id, n, all) {
  $(`${id}-shown`).hidden = n >= all;
  $(`${id}-shown`).textContent = t("shown_of", { n, all });
}

/** Draw within `place` anew, and put the focus back to where it was. */
function keepingFocus(place, draw) {
  const key = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  draw();
  if (key) refocus(key, place);
}

/** Focus what has this key, as `button` and the links give it. */
export function refocus(key, place = document) {
  [...place.querySelectorAll("[data-key]")].find((each) => each.dataset.key === key)?.focus();
}

// --- ages

/** How long ago in the words of a text, kept up to date by `tick`. */
const age = (words, iso, kind = null) =>
  element("span", { class: kind, "data-since": iso, "data-words": words }, t(words, { time: since(iso) }));

/** Bring the ages up to date. */
export function tick() {
  for (const each of document.querySelectorAll("[data-since]")) {
    each.textContent = t(each.dataset.words, { time: since(each.dataset.since) });
  }
}

const passed = (iso) => iso !== null && new Date(iso) < new Date();

// --- items

const topicOf = (talk) => talk.topic ?? t("no_topic");

function item(key, talk, facts, ...buttons) {
  return element(
    "li",
    {},
    element(
      "div",
      { class: "about" },
      element("a", { href: `/console#${talk.id}`, "data-key": `${key} open ${talk.id}` }, topicOf(talk)),
      element("p", { class: "facts" }, ...facts),
    ),
    element("div", { class: "doing" }, ...buttons),
  );
}

function button(key, text, label, onclick) {
  return element("button", { type: "button", "data-key": key, "aria-label": label, onclick }, text);
}

const tongue = (code) => element("b", { class: "tongue", title: known("language_", code) }, code.toUpperCase());
const fact = (text, kind = null) => element("span", { class: kind }, text);

function breachItem(breach, talk, acts) {
  const { conversation: id, topic, operator, language: code } = breach;
  const facts = [
    tongue(code),
    fact(t(`breach_${breach.kind}`)),
    fact(operator ?? t("no_operator")),
    age("overdue_by", breach.since, "late"),
  ];
  return item(`breach-${breach.kind}`, { id, topic }, facts, talk ? assignButton("breach", talk, acts) : null);
}

function waitingItem(talk, acts) {
  const up = talk.priority < RAISED;
  const topic = topicOf(talk);
  return item(
    "queue",
    talk,
    [
      ...commonFacts(talk),
      talk.reason ? fact(known("reason_", talk.reason)) : null,
      up ? null : fact(t("raised"), "raised"),
      talk.waiting_since ? age("waits", talk.waiting_since, "waiting") : null,
      passed(talk.reply_due) ? age("overdue_by", talk.reply_due, "late") : null,
    ].filter(Boolean),
    button(`queue raise ${talk.id}`, t(up ? "raise" : "lower"), t(up ? "raise_this" : "lower_this", { topic }), () =>
      acts.prioritise(talk),
    ),
    assignButton("queue", talk, acts),
    saveButton("queue", talk, acts),
  );
}

function heldItem(talk, acts) {
  return item(
    "held",
    talk,
    [
      ...commonFacts(talk),
      fact(talk.operator ?? t("no_operator")),
      talk.owed_since ? age("owed", talk.owed_since, "waiting") : fact(t("citizens_turn")),
      passed(talk.reply_due) ? age("overdue_by", talk.reply_due, "late") : null,
    ].filter(Boolean),
    assignButton("held", talk, acts),
    saveButton("held", talk, acts),
  );
}

const commonFacts = (talk) =>
  [
    tongue(talk.language),
    fact(known("channel_", talk.channel)),
    talk.domain ? fact(talk.domain) : null,
  ].filter(Boolean);

function assignButton(place, talk, acts) {
  const label = t(talk.operator ? "reassign_this" : "assign_this", { topic: topicOf(talk) });
  const key = `${place} assign ${talk.id}`;
  return button(key, t(talk.operator ? "reassign" : "assign"), label, () => acts.assign(talk, key));
}

function saveButton(place, talk, acts) {
  const label = t("transcript_csv_this", { topic: topicOf(talk) });
  return button(`${place} save ${talk.id}`, t("transcript_csv"), label, () => acts.save(talk));
}

/** The priority of what was brought forward (`bot.conversations.routing.Priority`), and that which a talk came with. */
export const RAISED = 2;
export const usualPriority = (talk) => ({ complaint: 1, left: -1 })[talk.reason] ?? 0;

// --- operators

function operatorRow(operator) {
  const { username, available, load, capacity, overdue, languages, domain_titles, seen_at } = operator;
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, username),
    element("td", {}, presence(available)),
    element("td", { class: load >= capacity ? "full" : null }, t("load_of", { load, capacity })),
    element("td", { class: overdue ? "late" : null }, String(overdue)),
    element("td", {}, ...languages.map((each) => known("language_", each)).join(", ")),
    element("td", {}, domain_titles.length ? domain_titles.join("; ") : t("all_domains")),
    element("td", {}, seen_at ? age("seen_ago", seen_at) : t("seen_never")),
  );
}

/** Whether somebody takes talks, in a word and a sign. */
export const presence = (available) =>
  element(
    "span",
    { class: available ? "here" : "away" },
    element("span", { "aria-hidden": "true" }, available ? "● " : "○ "),
    t(available ? "presence_here" : "presence_away"),
  );
