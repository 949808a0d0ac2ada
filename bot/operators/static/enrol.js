// The page of those who must set up the second factor before anything else.

import { call } from "./api.js";
import { $ } from "./dom.js";
import { wireSetup } from "./totp.js";

$("leave").addEventListener("click", async () => {
  await call("DELETE", "/session").catch(() => null);
  location.reload();
});

wireSetup(() => location.reload());
await call("GET", "/me"); // the token that the other calls carry
$("totp-password").focus();
