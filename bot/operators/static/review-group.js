// One group of open questions: what was asked, and the forms by which a reviewer decides about it.

import { $, element, moment, t } from "./dom.js";

const PREFILLED = 10; // examples that a form begins with, of a larger group the most typical
const LANGUAGES = ["ru", "kk"];

let services = []; // {slug, title}
let numbered = 0; // gives the fields of each card ids of their own

/** Take in the services that can be chosen. */
export function knowServices(known) {
  services = known;
  $("services").replaceChildren(...services.map(({ title }) => element("option", { value: title })));
}

/** The way to the talk in which something was asked. */
export const talkLink = ({ conversation, text }) =>
  element("a", { class: "talk-link", href: `/console#${conversation}`, "aria-label": `${t("open_talk")}: ${text}` }, t("open_talk"));

/** Language, how it ended, when, and what the bot took it for. */
export function questionFacts({ language, why, created_at, title }) {
  return element(
    "p",
    { class: "facts" },
    element("b", { class: "tongue", title: t(`language_${language}`) }, language.toUpperCase()),
    element("span", {}, t(`why_${why}`)),
    element("span", {}, moment(created_at)),
    title ? element("span", {}, t("taken_for", { title })) : null,
  );
}

/**
 * The card of a group, closed; its forms are made when it is opened.
 * @param {{service: string|null, title: string|null, questions: object[]}} group
 * @param {function(object, Element, string=): Promise<void>} decide as in review.js; throws `Refusal`
 */
export function groupCard(group, decide) {
  const [typical] = group.questions;
  const languages = LANGUAGES.filter((each) => group.questions.some(({ language }) => language === each));
  const details = element(
    "details",
    {},
    element(
      "summary",
      {},
      element("h2", { lang: typical.language }, typical.text),
      element(
        "span",
        { class: "facts" },
        element("span", {}, t("questions_count", { n: group.questions.length })),
        ...languages.map((each) => element("b", { class: "tongue", title: t(`language_${each}`) }, each.toUpperCase())),
        element("span", {}, group.title ? t("likely", { title: group.title }) : t("likely_none")),
      ),
    ),
  );
  const item = element("li", { class: "paper" }, details);
  details.addEventListener("toggle", () => details.append(...body(group, item, decide)), { once: true });
  return item;
}

function body(group, item, decide) {
  const id = (name) => `${name}-${card}`;
  const card = ++numbered;
  const boxes = group.questions.map((question) =>
    element("input", { type: "checkbox", id: id(`question-${question.id}`), value: question.id, checked: true }),
  );
  const service = element("input", {
    id: id("service"),
    list: "services",
    autocomplete: "off",
    value: group.title ?? "",
    "aria-describedby": id("service-hint"),
  });
  const texts = Object.fromEntries(
    LANGUAGES.map((language) => [
      language,
      element("textarea", {
        id: id(`texts-${language}`),
        rows: 4,
        lang: language,
        "aria-describedby": id("texts-hint"),
      }),
    ]),
  );
  const remark = element("input", {
    id: id("remark"),
    maxlength: 1000,
    autocomplete: "off",
    "aria-describedby": id("remark-hint"),
  });
  const trouble = element("p", { class: "failed", role: "alert" });
  const buttons = [
    element("button", { class: "primary" }, t("attach")),
    ...["out_of_scope", "missing"].map((decision) =>
      element(
        "button",
        { type: "button", onclick: () => say(decision, { remark: remark.value.trim() || null }) },
        t(decision),
      ),
    ),
  ];
  let edited = false;

  const chosen = () => boxes.filter((box) => box.checked).map((box) => Number(box.value));

  /** Begin the examples with the questions that are chosen, as long as nobody has edited them. */
  function prefill() {
    if (edited) return;
    const wanted = chosen();
    for (const language of LANGUAGES) {
      const lines = group.questions
        .filter((one) => one.language === language && wanted.includes(one.id) && !/[[\]]/.test(one.text))
        .map((one) => one.text.replace(/\s+/g, " "));
      texts[language].value = [...new Set(lines)].slice(0, PREFILLED).join("\n");
    }
  }

  async function say(decision, more, title) {
    trouble.textContent = "";
    const questions = chosen();
    if (!questions.length) return void (trouble.textContent = t("none_chosen"));
    trouble.textContent = decision === "attach" ? t("working") : "";
    for (const button of buttons) button.disabled = true;
    try {
      const all = questions.length === group.questions.length;
      await decide({ questions, decision, ...more }, all ? item : null, title);
      if (!all) leave(questions);
      trouble.textContent = "";
    } catch (refusal) {
      trouble.textContent = refusal.message;
    }
    for (const button of buttons) button.disabled = false;
  }

  /** Take the decided questions off a card that others stay on. */
  function leave(decided) {
    group.questions = group.questions.filter((one) => !decided.includes(one.id));
    for (const box of boxes.splice(0)) {
      if (decided.includes(Number(box.value))) box.closest("li").remove();
      else boxes.push(Object.assign(box, { checked: true }));
    }
    edited = false;
    prefill();
    item.querySelector("h2").textContent = group.questions[0].text;
    item.querySelector("summary .facts span").textContent = t("questions_count", { n: group.questions.length });
  }

  function attach(event) {
    event.preventDefault();
    const found = services.find(({ title }) => title === service.value.trim());
    if (!found) {
      trouble.textContent = t("service_unknown");
      return service.focus();
    }
    const lines = (language) => texts[language].value.split("\n").filter((line) => line.trim());
    const more = { service: found.slug, texts: Object.fromEntries(LANGUAGES.map((each) => [each, lines(each)])) };
    return say("attach", more, found.title);
  }

  for (const box of boxes) box.addEventListener("change", prefill);
  for (const field of Object.values(texts)) field.addEventListener("input", () => (edited = true));
  prefill();
  return [
    element(
      "fieldset",
      {},
      element("legend", {}, t("choose")),
      element(
        "ul",
        {},
        ...group.questions.map((question, place) =>
          element(
            "li",
            {},
            element(
              "div",
              { class: "asked" },
              element(
                "label",
                { class: "choice", lang: question.language },
                boxes[place],
                element("span", { class: "text" }, question.text),
              ),
              talkLink(question),
            ),
            questionFacts(question),
          ),
        ),
      ),
    ),
    element(
      "form",
      { class: "attach", onsubmit: attach },
      element("h3", {}, t("attach_title")),
      labelled(t("service"), service, t("service_hint")),
      element("div", { class: "pair" }, ...LANGUAGES.map((each) => labelled(t(`texts_${each}`), texts[each]))),
      element("p", { class: "hint", id: id("texts-hint") }, t("texts_hint")),
      buttons[0],
    ),
    element(
      "div",
      { class: "other" },
      element("h3", {}, t("other_title")),
      labelled(t("remark"), remark, t("remark_hint")),
      element("div", { class: "doing" }, buttons[1], buttons[2]),
    ),
    trouble,
  ];
}

/** A field under its label, with a hint below where there is one. */
function labelled(text, field, hint) {
  return element(
    "div",
    { class: "field" },
    element("label", { for: field.id }, text),
    field,
    hint ? element("p", { class: "hint", id: `${field.id.replace(/-(\d+)$/, "-hint-$1")}` }, hint) : null,
  );
}
