// The bar above every page: who is logged in, whether they are there, sound, language, log-out. Nothing is loaded before
// it knows who one is: `me` is what GET /me answers.

import { call } from "./api.js";
import { $, announce } from "./dom.js";

const SOUND = "jauap.sound";

export const me = await call("GET", "/me");

let audio = null;

/** A short tone, where the operator has switched sound on. */
export function chime() {
  if (localStorage.getItem(SOUND) !== "on") return;
  audio ??= new AudioContext();
  const [tone, volume] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = 660;
  volume.gain.setValueAtTime(0.15, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.4);
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.4);
}

$("who").textContent = me.username;
$("available").checked = me.available;
$("available").addEventListener("change", async () => {
  const wanted = $("available").checked;
  try {
    await call("PUT", "/me/status", { available: wanted });
  } catch (refusal) {
    $("available").checked = !wanted;
    announce(refusal.message);
  }
});

$("sound").checked = localStorage.getItem(SOUND) === "on";
$("sound").addEventListener("change", () => {
  localStorage.setItem(SOUND, $("sound").checked ? "on" : "off");
  chime();
});

$("show-help").addEventListener("click", () => {
  $("menu").open = false;
  $("help-dialog").showModal();
});

$("log-out").addEventListener("click", async () => {
  await call("DELETE", "/session").catch(() => null);
  sessionStorage.clear(); // drafts hold what citizens told
  location.assign(location.pathname);
});

document.querySelector("a.language").addEventListener("click", (event) => {
  event.currentTarget.hash = location.hash;
});

document.addEventListener("click", (event) => {
  if (!$("menu").contains(event.target)) $("menu").open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && $("menu").open) {
    $("menu").open = false;
    event.stopImmediatePropagation(); // Esc closes one thing at a time
  }
});
