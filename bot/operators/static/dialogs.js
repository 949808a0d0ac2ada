// The questions that are asked before something is done to a talk.

import { call } from "./api.js";
import { $, element, t } from "./dom.js";

const DOMAIN = "domain:"; // no account's name has a colon

// Enter in a field presses the first button that submits, so where there are fields Cancel is none.
for (const button of document.querySelectorAll("dialog button.cancel")) {
  button.addEventListener("click", () => button.closest("dialog").close(""));
}

/** Show a dialog; true where it was answered with yes. */
export function ask(id) {
  const dialog = $(id);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

/** Ask to whom or to which domain a talk is given, and why; `{body, done}`, or null where it is kept. */
export async function askTransfer() {
  const [{ operators }, { domains }] = await Promise.all([
    call("GET", "/operators").catch(() => ({ operators: [] })),
    call("GET", "/domains").catch(() => ({ domains: [] })),
  ]);
  operators.sort((one, other) => other.available - one.available || one.load - other.load);
  const people = operators.map((each) => {
    const presence = t(each.available ? "transfer_available" : "transfer_away");
    const load = t("transfer_load", { load: each.load, capacity: each.capacity });
    const label = `${each.username} (${each.languages.join(", ")}; ${presence}; ${load})`;
    return element("option", { value: each.username }, label);
  });
  const rooms = domains.map((each) => element("option", { value: DOMAIN + each.slug }, each.title));
  $("colleague").replaceChildren(
    ...(people.length ? [element("optgroup", { label: t("transfer_operators") }, ...people)] : []),
    element("optgroup", { label: t("transfer_domains") }, ...rooms),
  );
  $("nobody").hidden = operators.length > 0;
  $("transfer-reason").value = "";
  if (!(await ask("transfer-dialog"))) return null;
  const chosen = $("colleague").value;
  const reason = $("transfer-reason").value.trim();
  if (!chosen.startsWith(DOMAIN)) {
    return { body: { operator: chosen, reason }, done: t("done_transfer", { operator: chosen }) };
  }
  const domain = chosen.slice(DOMAIN.length);
  const { title } = domains.find((each) => each.slug === domain);
  return { body: { domain, reason }, done: t("done_transfer_domain", { domain: title }) };
}
