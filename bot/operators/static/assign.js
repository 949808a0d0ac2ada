// The dialog in which a supervisor gives a talk to an operator.

import { ask } from "./dialogs.js";
import { $, element, known, t } from "./dom.js";
import { presence } from "./present.js";

/** Ask to whom to give the talk; gives the operator's name, or null where the dialog was left. */
export async function chooseOperator(talk, operators) {
  const others = operators.filter((each) => each.username !== talk.operator);
  others.sort((one, other) => fitness(other, talk) - fitness(one, talk));
  const tongue = known("language_", talk.language);
  $("assign-topic").textContent = t("assign_topic", { topic: talk.topic ?? t("no_topic"), language: tongue });
  $("assign-list").replaceChildren(...others.map(option));
  $("assign-nobody").hidden = others.length > 0;
  $("assign-somebody").hidden = $("assign-yes").hidden = others.length === 0;
  const given = await ask("assign-dialog");
  return given ? ($("assign-list").querySelector("input:checked")?.value ?? null) : null;
}

/** The higher, the better somebody fits: there, with the citizen's language, with room for one more talk. */
const fitness = ({ available, languages, load, capacity }, talk) =>
  4 * available + 2 * languages.includes(talk.language) + (load < capacity);

function option(operator, index) {
  const { username, available, load, capacity, languages, domain_titles } = operator;
  return element(
    "label",
    {},
    element("input", { type: "radio", name: "operator", value: username, checked: index === 0 }),
    element(
      "span",
      {},
      element("b", {}, username),
      element(
        "span",
        { class: "facts" },
        presence(available),
        element("span", {}, t("load_of", { load, capacity })),
        element("span", {}, languages.map((each) => known("language_", each)).join(", ")),
        element("span", {}, domain_titles.length ? domain_titles.join("; ") : t("all_domains")),
      ),
    ),
  );
}
