// Setting up the second factor: the own password, then the picture for the app, then the first code.

import { call } from "./api.js";
import { $, svg, t } from "./dom.js";

/** Wire the two forms; `done(me)` is called when codes are asked for from now on. */
export function wireSetup(done) {
  let setup = null;

  $("totp-begin").addEventListener("submit", async (event) => {
    event.preventDefault();
    await attempt(async () => {
      const begun = await call("POST", "/me/totp", { password: $("totp-password").value });
      setup = begun.setup;
      $("totp-qr").replaceChildren(picture(begun.qr));
      $("totp-secret").textContent = begun.secret.match(/.{1,4}/g).join(" ");
      $("totp-address").href = begun.address;
      $("totp-begin").hidden = true;
      $("totp-confirm").hidden = false;
      $("totp-code").focus();
    });
    $("totp-password").value = "";
  });

  $("totp-confirm").addEventListener("submit", async (event) => {
    event.preventDefault();
    await attempt(async () => {
      const me = await call("POST", "/me/totp/confirm", { setup, code: $("totp-code").value });
      forget();
      done(me);
    });
    $("totp-code").value = "";
  });

  for (const form of ["totp-begin", "totp-confirm"]) $(form).querySelector("button").disabled = false;

  async function attempt(work) {
    $("totp-trouble").textContent = "";
    try {
      await work();
    } catch (refusal) {
      if (refusal.code === "setup_over") forget();
      $("totp-trouble").textContent = refusal.message;
    }
  }

  /** Back to the first step, with no secret left on the page. */
  function forget() {
    setup = null;
    $("totp-qr").replaceChildren();
    $("totp-secret").textContent = "";
    $("totp-address").removeAttribute("href");
    $("totp-begin").hidden = false;
    $("totp-confirm").hidden = true;
  }
}

/** A QR code as an image, from rows of `1` (dark) and `0`. */
function picture(rows) {
  const squares = rows.flatMap((row, y) => [...row].map((cell, x) => (cell === "1" ? `M${x} ${y}h1v1h-1z` : "")));
  return svg(
    "svg",
    { viewBox: `0 0 ${rows.length} ${rows.length}`, width: 200, height: 200, role: "img", "aria-label": t("totp_qr") },
    svg("rect", { width: "100%", height: "100%", fill: "#fff" }),
    svg("path", { d: squares.join(""), "shape-rendering": "crispEdges" }),
  );
}
