// The accounts: who there is, and the dialogs in which one is added or changed.

import { call } from "./api.js";
import { ask } from "./dialogs.js";
import { $, element, moment, t } from "./dom.js";

const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"; // without those that look alike: l, o, 0, 1

let domains = [];
let chosen = null; // the account that the dialog changes; null where it adds one

const path = (account, act = "") => `/accounts/${encodeURIComponent(account.username)}${act}`;

/** Read the accounts and draw them. */
export async function showAccounts() {
  $("accounts-trouble").textContent = "";
  try {
    const [all, known] = await Promise.all([call("GET", "/accounts"), call("GET", "/domains")]);
    domains = known.domains;
    $("account-rows").replaceChildren(...all.accounts.map(row));
  } catch (refusal) {
    $("accounts-trouble").textContent = refusal.message;
  }
}

// --- the table

function row(account) {
  const titles = domains.filter((each) => account.domains.includes(each.slug)).map((each) => each.title);
  const cells = {
    username: element("b", {}, account.username),
    role: t(`role_${account.role}`),
    languages: account.languages.map((each) => each.toUpperCase()).join(", "),
    domains: titles.join("; ") || t("domains_all"),
    talks: t("talks_of", { talks: account.talks, capacity: account.capacity }),
    state: element("span", {}, ...states(account)),
  };
  return element(
    "tr",
    { role: "row", class: account.disabled ? "off" : null },
    ...Object.entries(cells).map(([name, content]) =>
      element("td", { role: "cell", "data-label": t(`column_${name}`) }, content),
    ),
    element(
      "td",
      { role: "cell" },
      element(
        "button",
        {
          type: "button",
          "aria-label": `${t("account_change")}: ${account.username}`,
          onclick: () => open(account),
        },
        t("account_change"),
      ),
    ),
  );
}

function states(account) {
  const words = [];
  if (account.disabled) words.push(t("state_disabled"));
  else if (account.locked_until) words.push(t("state_locked", { time: moment(account.locked_until) }));
  else if (account.available) words.push(t("state_available"));
  if (account.second_factor) words.push(t("state_code"));
  return words.length ? words.map((word) => element("span", { class: "mark" }, word)) : ["—"];
}

// --- adding and changing

function open(account) {
  chosen = account;
  const { role, languages, capacity, domains: of } = account ?? {
    role: "operator",
    languages: ["ru", "kk"],
    capacity: 4,
    domains: [],
  };
  $("account-title").textContent = account?.username ?? t("account_new");
  $("account-new").hidden = account !== null;
  for (const id of ["account-username", "account-password"]) {
    $(id).value = "";
    $(id).required = account === null;
  }
  $("account-role").value = role;
  $("account-capacity").value = capacity;
  for (const box of boxes("languages")) box.checked = languages.includes(box.value);
  $("account-domains").replaceChildren(
    ...domains.map(({ slug, title }) =>
      element(
        "label",
        { class: "choice" },
        element("input", { type: "checkbox", name: "domains", value: slug, checked: of.includes(slug) }),
        element("span", {}, title),
      ),
    ),
  );
  $("account-acts").hidden = account === null;
  $("account-remove-code").hidden = !account?.second_factor;
  $("account-enable").hidden = !(account?.disabled || account?.locked_until);
  $("account-enable").textContent = t(account?.disabled ? "account_enable" : "account_unlock");
  $("account-disable").hidden = account === null || account.disabled;
  $("account-trouble").textContent = "";
  $("account-dialog").showModal();
  (account ? $("account-title") : $("account-username")).focus();
}

const boxes = (name) => [...document.querySelectorAll(`#account-form [name="${name}"]`)];
const checked = (name) => boxes(name).filter((box) => box.checked).map((box) => box.value);

/** Do something, and close the dialog and read the accounts anew where it was done. */
async function act(dialog, trouble, said, deed) {
  $(trouble).textContent = "";
  try {
    await deed();
  } catch (refusal) {
    $(trouble).textContent = refusal.message;
    return;
  }
  $(dialog).close();
  $("account-dialog").close();
  await showAccounts();
  $("accounts-done").textContent = said;
}

$("account-add").addEventListener("click", () => open(null));
$("account-cancel").addEventListener("click", () => $("account-dialog").close());

$("account-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = {
    role: $("account-role").value,
    languages: checked("languages"),
    domains: checked("domains"),
    capacity: Number($("account-capacity").value),
  };
  if (!body.languages.length) {
    $("account-trouble").textContent = t("languages_none");
    return;
  }
  if (chosen) {
    const said = t("account_changed", { name: chosen.username });
    await act("account-dialog", "account-trouble", said, () => call("PATCH", path(chosen), body));
  } else {
    const username = $("account-username").value;
    const whole = { ...body, username, password: $("account-password").value };
    const said = t("account_added", { name: username });
    await act("account-dialog", "account-trouble", said, () => call("POST", "/accounts", whole));
  }
});

// --- passwords

function invent() {
  const numbers = crypto.getRandomValues(new Uint8Array(16));
  const letters = [...numbers].map((number) => LETTERS[number % LETTERS.length]).join("");
  return letters.match(/.{4}/g).join("-");
}

$("account-invent").addEventListener("click", () => ($("account-password").value = invent()));
$("new-invent").addEventListener("click", () => ($("new-password").value = invent()));
$("account-give-password").addEventListener("click", () => {
  $("password-text").textContent = t("password_text", { name: chosen.username });
  $("new-password").value = "";
  $("password-trouble").textContent = "";
  $("password-dialog").showModal();
});
$("password-cancel").addEventListener("click", () => $("password-dialog").close());
$("password-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = { password: $("new-password").value };
  const said = t("password_given", { name: chosen.username });
  await act("password-dialog", "password-trouble", said, () => call("POST", path(chosen, "/password"), body));
});

// --- what is asked before it is done

function sure(title, text, yes) {
  $("sure-title").textContent = title;
  $("sure-text").textContent = text;
  $("sure-yes").textContent = yes;
  return ask("sure-dialog");
}

$("account-enable").addEventListener("click", () =>
  act("account-dialog", "account-trouble", t("account_enabled", { name: chosen.username }), () =>
    call("POST", path(chosen, "/enable")),
  ),
);

$("account-disable").addEventListener("click", async () => {
  const name = chosen.username;
  const text = t(chosen.talks ? "disable_text_talks" : "disable_text", { talks: chosen.talks });
  if (!(await sure(t("disable_title", { name }), text, t("account_disable")))) return;
  await act("account-dialog", "account-trouble", t("account_disabled", { name }), () =>
    call("POST", path(chosen, "/disable")),
  );
});

$("account-remove-code").addEventListener("click", async () => {
  const name = chosen.username;
  if (!(await sure(t("code_remove_title", { name }), t("code_remove_text"), t("code_remove")))) return;
  await act("account-dialog", "account-trouble", t("code_removed", { name }), () => call("DELETE", path(chosen, "/totp")));
});
