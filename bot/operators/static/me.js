// One's own password and second factor.

import { call } from "./api.js";
import { me } from "./bar.js";
import { $, t } from "./dom.js";
import { wireSetup } from "./totp.js";

$("password-name").value = me.username;

$("password-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("password-trouble").textContent = $("password-done").textContent = "";
  if ($("password-new").value !== $("password-again").value) {
    $("password-trouble").textContent = t("password_differs");
    $("password-again").focus();
    return;
  }
  try {
    await call("POST", "/me/password", { old: $("password-old").value, new: $("password-new").value });
    $("password-form").reset();
    $("password-done").textContent = t("password_done");
  } catch (refusal) {
    $("password-trouble").textContent = refusal.message;
  }
});

$("totp-remove").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("totp-remove-trouble").textContent = "";
  try {
    const answer = await call("POST", "/me/totp/remove", { password: $("totp-remove-password").value });
    $("totp-remove").reset();
    $("totp-removing").open = false;
    draw(answer);
  } catch (refusal) {
    $("totp-remove-trouble").textContent = refusal.message;
  }
});

function draw({ second_factor: on }) {
  $("totp-state").textContent = t(on ? "totp_on" : "totp_off");
  $("totp-begin").querySelector("button").textContent = t(on ? "totp_again" : "totp_begin");
  $("totp-removing").hidden = !on;
}

for (const form of ["password-form", "totp-remove"]) $(form).querySelector("button").disabled = false;
wireSetup(draw);
draw(me);
