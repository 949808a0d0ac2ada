// The audit log: who did what, newest first.

import { call } from "./api.js";
import { $, element, known, language, t } from "./dom.js";

const exactly = new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "medium" });
const NOTHING = "—";

let oldest = null; // the id of the last entry that is shown

/** Read the newest entries and draw them. */
export async function showAudit() {
  oldest = null;
  $("audit-rows").replaceChildren();
  await more();
  const { accounts } = await call("GET", "/accounts").catch(() => ({ accounts: [] }));
  const names = [...accounts.map((each) => each.username), "terminal", "system"];
  $("audit-actors").replaceChildren(...names.map((name) => element("option", { value: name })));
}

async function more() {
  $("audit-trouble").textContent = "";
  const query = new URLSearchParams();
  if (oldest !== null) query.set("before", oldest);
  for (const field of ["act", "actor"]) {
    const wanted = $(`audit-${field}`).value.trim();
    if (wanted) query.set(field, wanted);
  }
  let log;
  try {
    log = await call("GET", `/audit?${query}`);
  } catch (refusal) {
    $("audit-trouble").textContent = refusal.message;
    return null;
  }
  const rows = log.entries.map(row);
  $("audit-rows").append(...rows);
  oldest = log.entries.at(-1)?.id ?? oldest;
  $("audit-more").hidden = !log.more;
  $("audit-none").hidden = $("audit-rows").children.length > 0;
  return rows[0];
}

function row(entry) {
  const cells = {
    at: element("time", { datetime: entry.at }, exactly.format(new Date(entry.at))),
    actor: known("actor_", entry.actor),
    act: known("act_", entry.act),
    subject: entry.subject === null ? NOTHING : known("setting_", entry.subject),
    details: details(entry.details) || NOTHING,
  };
  return element(
    "tr",
    { role: "row", tabindex: -1 },
    ...Object.entries(cells).map(([name, content]) =>
      element("td", { role: "cell", "data-label": t(`column_${name}`), class: content === NOTHING ? "nothing" : null }, content),
    ),
  );
}

/** What an act's details say, on one line: `name: value`, or `name: old → new` for what was changed. */
function details({ before, after, ...others }) {
  const parts = Object.entries(others).map(([name, value]) => `${known("detail_", name)}: ${inWords(value, name)}`);
  if (after !== null && typeof after === "object" && !Array.isArray(after)) {
    for (const name of Object.keys(after)) {
      parts.unshift(`${known("detail_", name)}: ${inWords(before[name], name)} → ${inWords(after[name], name)}`);
    }
  } else if (after !== undefined) {
    parts.unshift(`${inWords(before)} → ${inWords(after)}`);
  }
  return parts.join("; ");
}

function inWords(value, name) {
  if (name === "domains" && !value.length) return t("domains_all");
  if (Array.isArray(value)) return value.map((each) => inWords(each)).join(", ") || NOTHING;
  if (value !== null && typeof value === "object") return details(value);
  return known("value_", String(value));
}

$("audit-form").addEventListener("submit", (event) => {
  event.preventDefault();
  showAudit();
});
$("audit-more").addEventListener("click", async () => (await more())?.focus());
