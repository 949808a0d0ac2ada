// The page of canned replies: all read and search them, supervisors and administrators change them.

import { call } from "./api.js";
import { me } from "./bar.js";
import { ask } from "./dialogs.js";
import { $, announce, element, t } from "./dom.js";

const LANGUAGES = ["ru", "kk"];
const PLACE = /\{([^{}]*)\}/g;
const mayChange = me.role !== "operator";

let replies = [];
let variables = [];
let domains = [];
let edited = null; // the reply in the dialog; null for a new one

// --- the list

async function load() {
  try {
    const [canned, known] = await Promise.all([call("GET", "/canned"), call("GET", "/domains")]);
    ({ replies, variables } = canned);
    ({ domains } = known);
    $("trouble").textContent = "";
  } catch (refusal) {
    $("trouble").textContent = refusal.message;
  }
  draw();
}

function draw() {
  const query = $("query").value.trim().toLowerCase();
  const found = replies.filter((reply) =>
    [`/${reply.shortcut}`, reply.text_ru, reply.text_kk, titleOf(reply.domain)].some((text) =>
      text.toLowerCase().includes(query),
    ),
  );
  $("replies").replaceChildren(...found.map(item));
  $("found").textContent = query ? t("found", { n: found.length }) : replies.length ? "" : t("none");
}

const titleOf = (slug) => domains.find((domain) => domain.slug === slug)?.title ?? slug ?? "";

function item(reply) {
  const buttons = element(
    "div",
    { class: "doing" },
    button(t("edit"), `${t("edit")}: /${reply.shortcut}`, () => edit(reply)),
    button(t("remove"), `${t("remove")}: /${reply.shortcut}`, () => remove(reply)),
  );
  return element(
    "li",
    { "data-id": reply.id },
    element(
      "div",
      { class: "name" },
      element("h2", {}, `/${reply.shortcut}`),
      reply.domain ? element("span", { class: "domain" }, titleOf(reply.domain)) : null,
      mayChange ? buttons : null,
    ),
    element(
      "div",
      { class: "pair" },
      ...LANGUAGES.map((language) =>
        element("p", { class: "text", lang: language }, ...withPlaces(reply[`text_${language}`], (name) => `{${name}}`)),
      ),
    ),
  );
}

const button = (text, label, press) => element("button", { type: "button", "aria-label": label, onclick: press }, text);

/** A text in pieces, its places marked and shown as `shown(name)`; those that nothing fills stay as they are. */
function withPlaces(text, shown) {
  const pieces = [];
  let end = 0;
  for (const match of text.matchAll(PLACE)) {
    const known = variables.includes(match[1]);
    pieces.push(text.slice(end, match.index));
    pieces.push(element("span", { class: known ? "place" : "place unknown" }, known ? shown(match[1]) : match[0]));
    end = match.index + match[0].length;
  }
  return [...pieces, text.slice(end)];
}

// --- changing

function edit(reply) {
  edited = reply;
  $("edit-title").textContent = t(reply ? "edit_title" : "add_title");
  $("edit-trouble").textContent = "";
  $("shortcut").value = reply?.shortcut ?? "";
  $("domain").replaceChildren(
    element("option", { value: "" }, t("domain_all")),
    ...domains.map(({ slug, title }) => element("option", { value: slug }, title)),
  );
  $("domain").value = reply?.domain ?? "";
  for (const language of LANGUAGES) $(`text-${language}`).value = reply?.[`text_${language}`] ?? "";
  preview();
  $("edit-dialog").showModal();
}

/** Both texts as a citizen would read them. */
function preview() {
  for (const language of LANGUAGES) {
    const sample = (name) => (name === "operator" ? me.username : t(`sample_${name}_${language}`));
    $(`preview-${language}`).replaceChildren(...withPlaces($(`text-${language}`).value, sample));
  }
}

async function save() {
  const body = { shortcut: $("shortcut").value, domain: $("domain").value || null };
  for (const language of LANGUAGES) body[`text_${language}`] = $(`text-${language}`).value;
  try {
    const { reply } = edited
      ? await call("PUT", `/canned/${edited.id}`, body)
      : await call("POST", "/canned", body);
    $("edit-dialog").close();
    await load();
    announce(t("saved"));
    document.querySelector(`#replies [data-id="${reply.id}"] button`)?.focus();
  } catch (refusal) {
    $("edit-trouble").textContent = refusal.message;
  }
}

async function remove(reply) {
  $("remove-what").textContent = `/${reply.shortcut}`;
  if (!(await ask("remove-dialog"))) return;
  try {
    await call("DELETE", `/canned/${reply.id}`);
    announce(t("removed"));
  } catch (refusal) {
    $("trouble").textContent = refusal.message;
    return;
  }
  await load();
  $("query").focus();
}

$("query").addEventListener("input", draw);
$("find").addEventListener("submit", (event) => event.preventDefault());
if (mayChange) {
  $("add").addEventListener("click", () => edit(null));
  $("edit-cancel").addEventListener("click", () => $("edit-dialog").close());
  $("edit-form").addEventListener("input", preview);
  $("edit-form").addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
}

await load();
