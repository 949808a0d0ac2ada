// The log-in form.

import { call } from "./api.js";
import { $, t } from "./dom.js";

$("reveal").addEventListener("click", () => {
  const shown = $("password").type === "text";
  $("password").type = shown ? "password" : "text";
  $("reveal").setAttribute("aria-pressed", String(!shown));
  $("reveal").textContent = t(shown ? "password_show" : "password_hide");
});

$("log-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("submit").disabled = true;
  $("submit").textContent = t("logging_in");
  $("refusal").textContent = "";
  const [username, password, code] = ["username", "password", "code"].map((id) => $(id).value);
  try {
    await call("POST", "/session", code ? { username, password, code } : { username, password });
    location.reload(); // the address keeps which talk was open
  } catch (refusal) {
    $("refusal").textContent = refusal.message;
    $("code").value = "";
    if (refusal.code === "code_needed") $("code-part").hidden = false;
    if ($("code-part").hidden) $("password").select();
    else $("code").focus();
    $("submit").disabled = false;
    $("submit").textContent = t("log_in");
  }
});

$("submit").disabled = false; // until now the browser itself would have sent the form, with the password in the address
