// The head of the open talk: what it is about, what was promised, labels, contact, rating, and earlier times.

import { call } from "./api.js";
import { $, announce, element, known, moment, t } from "./dom.js";
import { factsOf, topicOf } from "./lists.js";
import { hidden } from "./messages.js";

const MOST_LABELS = 10;

export class Head {
  constructor(talk) {
    this.talk = talk;
    this.wire();
  }

  draw() {
    const { conversation, me, earlier } = this.talk;
    $("topic").textContent = topicOf(conversation);
    $("facts").replaceChildren(...factsOf(conversation, me.username), ...this.facts(conversation));
    this.drawContact(conversation);
    this.drawLabels(conversation.labels);
    $("earlier").hidden = earlier.length === 0;
    $("earlier-count").textContent = earlier.length;
    $("earlier-list").replaceChildren(...earlier.map(earlierItem));
  }

  facts({ state, outcome, stars }) {
    const facts = [];
    if (outcome && state === "closed") facts.push(element("span", {}, known("outcome_", outcome)));
    if (stars) facts.push(element("span", {}, t("stars", { n: stars })));
    return facts;
  }

  drawContact({ contact }) {
    const whole = this.talk.revealed.of("contact");
    $("contact").hidden = contact === null && whole === null;
    if ($("contact").hidden) return;
    const text = whole === null ? hidden(contact) : [whole];
    const button = whole === null ? this.talk.revealed.button("contact") : null;
    $("contact").replaceChildren(...[`${t("contact")}: `, ...text, button].filter((each) => each !== null));
  }

  // --- labels

  drawLabels(labels) {
    $("labels").replaceChildren(...labels.map((label) => element("li", {}, label)));
    $("labels-set").replaceChildren(
      ...labels.map((label) => {
        const remove = () => this.keep(labels.filter((each) => each !== label));
        const name = t("label_remove", { label });
        return element("li", {}, element("button", { type: "button", "aria-label": name, onclick: remove }, `${label} ✕`));
      }),
    );
    $("labels-none").hidden = labels.length > 0;
    $("label-add").disabled = labels.length >= MOST_LABELS;
  }

  async keep(wanted) {
    const talk = this.talk.id;
    try {
      const { labels } = await call("PUT", `/conversations/${talk}/labels`, { labels: wanted });
      if (this.talk.id !== talk) return;
      $("labels-trouble").textContent = "";
      this.talk.conversation.labels = labels;
      this.drawLabels(labels);
      announce(labels.length ? t("labels_now", { labels: labels.join(", ") }) : t("labels_none"));
      if ($("labels-dialog").open) $("label-text").focus();
    } catch (refusal) {
      $("labels-trouble").textContent = refusal.message;
    }
  }

  wire() {
    $("edit-labels").addEventListener("click", async () => {
      $("labels-trouble").textContent = $("label-text").value = "";
      $("labels-dialog").showModal();
      const { labels } = await call("GET", "/labels").catch(() => ({ labels: [] }));
      $("labels-known").replaceChildren(...labels.map((label) => element("option", { value: label })));
    });
    $("labels-form").addEventListener("submit", async (event) => {
      event.preventDefault();
      const label = $("label-text").value.trim();
      if (!label) return;
      await this.keep([...this.talk.conversation.labels, label]);
      if (!$("labels-trouble").textContent) $("label-text").value = "";
    });
    $("labels-close").addEventListener("click", () => $("labels-dialog").close());
  }
}

/** One earlier time with the operators, in a line. */
function earlierItem({ opened_at, topic_title, operator, ended, outcome, stars }) {
  const end = ended === "closed" && outcome ? known("outcome_", outcome) : ended && known("ended_", ended);
  const facts = [topic_title ?? t("topic_none"), operator, end, stars && t("stars", { n: stars })];
  return element("li", {}, element("span", { class: "by" }, moment(opened_at)), " ", facts.filter(Boolean).join(" · "));
}
