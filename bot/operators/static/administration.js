// The administrators' page: shows one of its parts at a time, by the address's hash.

import "./bar.js";
import { showAccounts } from "./accounts.js";
import { showAudit } from "./audit.js";
import { showDesk } from "./desk.js";
import { $ } from "./dom.js";

const PARTS = { accounts: showAccounts, desk: showDesk, audit: showAudit };

function follow() {
  const wanted = location.hash.slice(1);
  if (!(wanted in PARTS) && document.querySelector(".parts [aria-current]")) return; // the link that skips the bar
  const part = wanted in PARTS ? wanted : "accounts";
  for (const each of Object.keys(PARTS)) {
    $(`part-${each}`).hidden = each !== part;
    const link = document.querySelector(`.parts [href="#${each}"]`);
    if (each === part) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  PARTS[part]();
}

addEventListener("hashchange", follow);
follow();
