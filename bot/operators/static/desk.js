// The settings of the desk: office hours in words, spans of time in minutes.

import { call } from "./api.js";
import { $, t } from "./dom.js";

const HOURS = ["first", "last", "opens", "closes"];
const TIME = /^([01]?\d|2[0-3]):[0-5]\d$/;
const FORM = /^(\w+)-(\w+) ([\d:]+)-([\d:]+)$/;

let desk = null;

const spans = () => [...document.querySelectorAll('#desk-form input[type="number"]')];
const modes = () => [...document.querySelectorAll('#desk-form [name="mode"]')];

/** Read the settings and draw them. */
export async function showDesk() {
  $("desk-trouble").textContent = $("desk-done").textContent = "";
  try {
    draw(await call("GET", "/desk"));
  } catch (refusal) {
    $("desk-trouble").textContent = refusal.message;
  }
}

function draw(settings) {
  desk = settings;
  const parts = desk.office_hours.match(FORM).slice(1);
  HOURS.forEach((name, index) => ($(`hours-${name}`).value = parts[index]));
  for (const choice of modes()) choice.checked = choice.value === desk.mode;
  for (const field of spans()) field.value = Number((desk[field.name] / 60).toFixed(2));
  $("second-factor").checked = desk.second_factor === "required";
  faultOfHours();
}

/** The field where the office hours are wrong, null where they are right; says them in words, or what is wrong. */
function faultOfHours() {
  const [first, last, opens, closes] = hours();
  const unreadable = ["opens", "closes"].find((name) => !TIME.test($(`hours-${name}`).value.trim()));
  const wrong = unreadable ?? (opens < closes ? null : "closes");
  const [from, to] = [t(`day_${first}`), t(`day_${last}`)];
  const days = first === last ? from : t("hours_days", { first: from, last: to });
  $("hours-words").textContent = unreadable
    ? t("hours_unreadable")
    : wrong
      ? t("hours_wrong")
      : t("hours_words", { days, opens, closes });
  $("hours-words").classList.toggle("alarm", wrong !== null);
  for (const name of ["opens", "closes"]) $(`hours-${name}`).setAttribute("aria-invalid", String(name === wrong));
  return wrong && $(`hours-${wrong}`);
}

/** First and last day, opening and closing, a time like 9:00 written as 09:00. */
function hours() {
  return HOURS.map((name) => $(`hours-${name}`).value.trim().replace(/^\d:/, "0$&"));
}

/** The settings as they stand in the form. */
function written() {
  const [first, last, opens, closes] = hours();
  return {
    office_hours: `${first}-${last} ${opens}-${closes}`,
    mode: modes().find((choice) => choice.checked).value,
    second_factor: $("second-factor").checked ? "required" : "off",
    ...Object.fromEntries(spans().map((field) => [field.name, seconds(field)])),
  };
}

/** A span in seconds; as it was where the minutes shown are unchanged, for they are rounded. */
function seconds(field) {
  const shown = Number((desk[field.name] / 60).toFixed(2));
  return Number(field.value) === shown ? desk[field.name] : Math.round(Number(field.value) * 60);
}

$("desk-form").addEventListener("input", () => {
  $("desk-done").textContent = "";
  faultOfHours();
});

$("desk-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("desk-trouble").textContent = "";
  const fault = faultOfHours();
  if (fault) {
    fault.focus();
    return;
  }
  const changed = Object.entries(written()).filter(([name, value]) => value !== desk[name]);
  try {
    draw(changed.length ? await call("PUT", "/desk", Object.fromEntries(changed)) : desk);
    $("desk-done").textContent = t("saved");
  } catch (refusal) {
    $("desk-trouble").textContent = refusal.message;
    return;
  }
  const me = await call("GET", "/me");
  if (me.enrolling) location.reload(); // the second factor is required now, and one has none
});
