// The figures of one day: tiles, charts with their tables, groups; and the choice of the day.

import { call } from "./api.js";
import { columns, rows } from "./chart.js";
import { $, day as written, element, known, language, t } from "./dom.js";

const number = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
const figure = (value) => (value === null ? "—" : number.format(value));

let figures = null;
let today = null; // as the server's clock in Kazakhstan has it
let chosen = null; // null: whatever day it is now

/** A day so many days later, both `YYYY-MM-DD`. */
export function shifted(day, days) {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

/** Read the figures of the chosen day and draw them; gives what day it is today. Throws `Refusal`. */
export async function drawFigures() {
  const wanted = chosen;
  const read = await call("GET", wanted ? `/figures?day=${wanted}` : "/figures");
  if (wanted !== chosen) return today; // another day was chosen meanwhile
  if (!wanted) today = read.day;
  figures = read;
  $("day").value = figures.day;
  $("day").max = today;
  $("day-next").disabled = figures.day >= today;
  $("day-today").disabled = !chosen;
  drawTiles();
  $("figures-none").hidden = figures.total.opened > 0;
  $("figures-some").hidden = figures.total.opened === 0;
  if (figures.total.opened) {
    drawEnded();
    drawCharts();
    for (const group of ["language", "domain", "channel", "operator"]) drawGroup(group);
  }
  return today;
}

/** Choose a day, none for today; `failed` is told what went wrong. */
async function choose(day, failed) {
  chosen = day && day < today ? day : null;
  await drawFigures().catch(failed);
}

export function wireFigures(failed) {
  $("day-previous").addEventListener("click", () => choose(shifted(figures.day, -1), failed));
  $("day-next").addEventListener("click", () => choose(shifted(figures.day, 1), failed));
  $("day-today").addEventListener("click", () => {
    $("day-previous").focus(); // this button is about to be disabled
    choose(null, failed);
  });
  $("day").addEventListener("change", () => {
    if ($("day").value) choose($("day").value, failed);
  });
  let pause;
  addEventListener("resize", () => {
    clearTimeout(pause);
    pause = setTimeout(() => figures?.total.opened && drawCharts(), 150);
  });
}

function drawTiles() {
  const { total, conversations } = figures;
  const share = conversations.share_to_operators;
  const times = (name) => [figure(total[`${name}_median`]), `${t("median")}; ${t("p90")}: ${figure(total[`${name}_p90`])}`];
  const tiles = [
    [t("conversations"), figure(conversations.all), spans("with_bot_only", conversations.with_bot_only)],
    [t("opened"), figure(total.opened), share === null ? null : t("share_to_operators", { share: figure(share * 100) })],
    [t("answered"), figure(total.answered)],
    [t("still_open"), figure(total.open)],
    [t("first_reply"), ...times("first_reply")],
    [t("whole"), ...times("whole")],
    [t("late_first_replies"), figure(total.late_first_replies)],
    [t("late_replies"), figure(total.late_replies)],
    [t("late_closings"), figure(total.late_closings)],
    [t("transfers"), figure(total.transfers)],
    [t("stars"), figure(total.stars), spans("rated", total.rated)],
  ];
  $("day-tiles").replaceChildren(
    ...tiles.map(([name, value, note]) =>
      element(
        "div",
        {},
        element("dt", {}, name),
        element("dd", {}, value, note ? element("span", { class: "hint" }, note) : null),
      ),
    ),
  );
}

const spans = (key, n) => t(key, { n: figure(n) });

function drawEnded() {
  const list = (prefix, counts) => Object.entries(counts).map(([code, n]) => `${known(prefix, code)}: ${figure(n)}`);
  const lines = [
    [t("how_ended"), list("ended_", figures.total.ended)],
    [t("outcomes"), list("outcome_", figures.total.outcomes)],
  ].filter(([, words]) => words.length);
  $("day-ended").replaceChildren(
    ...lines.map(([name, words]) => element("div", {}, element("dt", {}, name), element("dd", {}, words.join("; ")))),
  );
}

function drawCharts() {
  const hours = figures.by_hour.map(({ hour, opened, answered }) => ({ name: `${hour}:00`, opened, answered }));
  const busiest = figures.by_hour.reduce((best, each) => (each.opened > best.opened ? each : best));
  const domains = figures.by_domain.map(({ title, numbers }) => ({ name: title, ...numbers }));
  const of = (title) => `${title}, ${written(figures.day)}`;
  const about = t("hours_about", { hour: busiest.hour, n: busiest.opened });
  const every = $("chart-hours").clientWidth < 400 ? 6 : 3;
  columns($("chart-hours"), { id: "hours", title: of(t("hours_title")), about }, hours, every);
  rows($("chart-domains"), { id: "domains", title: of(t("by_domain")), about: t("domains_about") }, domains);
  drawTable("hours", hours.filter((each) => each.opened));
  drawTable("domains", domains);
}

function drawTable(name, bars) {
  $(`table-${name}`).replaceChildren(
    ...bars.map((bar) => line(bar.name, [bar.opened, bar.answered])),
  );
}

function drawGroup(group) {
  const all = { title: t("all_tickets"), numbers: figures.total };
  $(`group-${group}`).replaceChildren(
    ...[...figures[`by_${group}`], all].map(({ title, numbers }) =>
      line(title, [
        numbers.opened,
        numbers.answered,
        numbers.open,
        numbers.first_reply_median,
        numbers.first_reply_p90,
        numbers.whole_median,
        numbers.whole_p90,
        numbers.late_first_replies,
        numbers.late_replies,
        numbers.late_closings,
        numbers.transfers,
        numbers.stars,
      ]),
    ),
  );
}

const line = (name, values) =>
  element(
    "tr",
    {},
    element("th", { scope: "row" }, name),
    ...values.map((value) => element("td", {}, figure(value))),
  );
