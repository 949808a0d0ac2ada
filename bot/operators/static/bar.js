// The bar above every page: who is logged in, whether they are there, sound, language, log-out. Nothing is loaded before
// it knows who one is: `me` is what GET /me answers.

import { call } from "./api.js";
import { $, announce, t } from "./dom.js";

const SOUND = "jauap.sound";
const NOTES = "jauap.notifications";
const SIGN_OF_LIFE = 30_000; // far less than after what the desk takes the talks of who is gone

export const me = await call("GET", "/me");

/** A sign of life; whoever was away too long learns that they are not on duty any more. */
async function signOfLife() {
  const now = await call("GET", "/me").catch(() => null); // a failure shows in the line of events
  if (!now || now.available === me.available) return;
  Object.assign(me, now);
  $("available").checked = me.available;
  if (!me.available) announce(t("away_too_long"));
}

setInterval(signOfLife, SIGN_OF_LIFE);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") signOfLife();
});

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

/** A notification of the browser, where the operator wants them and does not look at the page. */
export function notify(text) {
  if (!wantsNotes() || document.visibilityState === "visible") return;
  const shown = new Notification(t("title"), { body: text, tag: "jauap", icon: "/console/static/icon.svg" });
  shown.addEventListener("click", () => {
    window.focus();
    shown.close();
  });
}

const wantsNotes = () =>
  "Notification" in window && Notification.permission === "granted" && localStorage.getItem(NOTES) === "on";

$("who").textContent = me.username;
$("available").checked = me.available;
$("available").addEventListener("change", async () => {
  const wanted = $("available").checked;
  try {
    Object.assign(me, await call("PUT", "/me/status", { available: wanted }));
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

$("notifications").closest("label").hidden = !("Notification" in window);
$("notifications").checked = wantsNotes();
$("notifications").addEventListener("change", async () => {
  const wanted = $("notifications").checked && (await Notification.requestPermission()) === "granted";
  localStorage.setItem(NOTES, wanted ? "on" : "off");
  if ($("notifications").checked && !wanted) announce(t("notifications_refused"));
  $("notifications").checked = wanted;
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
