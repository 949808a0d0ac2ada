// The supervisor's view: reads the present again whenever something changes, and joins it with the figures of a day.

import { call, download, listen } from "./api.js";
import "./bar.js";
import { chooseOperator } from "./assign.js";
import { $, announce, t } from "./dom.js";
import { drawFigures, shifted, wireFigures } from "./figures.js";
import { RAISED, drawPresent, refocus, tick, usualPriority } from "./present.js";

const AT_MOST_EVERY = 1000; // milliseconds between two readings, however much happens
const AT_LEAST_EVERY = 15_000;
const FIGURES_EVERY = 60_000;

let overview = null;
let timer = null;
let began = 0;
let reading = false;
let stale = false; // something has changed while it was being read

const trouble = (text) => ($("trouble").textContent = text);
const failed = (refusal) => trouble(refusal.message);

async function read() {
  timer = null;
  if (reading) {
    stale = true;
    return;
  }
  [reading, stale, began] = [true, false, Date.now()];
  try {
    overview = await call("GET", "/overview");
    drawPresent(overview, { assign, prioritise, save });
  } catch (refusal) {
    failed(refusal);
  }
  reading = false;
  if (stale) soon();
}

/** Read the present anew, at once or after the pause that is due. */
function soon() {
  timer ??= setTimeout(read, Math.max(0, began + AT_MOST_EVERY - Date.now()));
}

// --- what a supervisor does

async function act(deed, done) {
  trouble("");
  try {
    await deed();
    announce(done);
  } catch (refusal) {
    failed(refusal);
  }
  soon();
}

async function assign(talk, key) {
  const operator = await chooseOperator(talk, overview.operators);
  refocus(key); // what had opened the dialog may have been drawn anew meanwhile
  if (operator === null) return;
  const deed = () => call("POST", `/conversations/${talk.id}/assign`, { operator });
  await act(deed, t("assign_done", { operator }));
}

async function prioritise(talk) {
  const up = talk.priority < RAISED;
  const priority = up ? RAISED : usualPriority(talk);
  const deed = () => call("POST", `/conversations/${talk.id}/priority`, { priority });
  await act(deed, t(up ? "raised_done" : "lowered_done"));
}

const save = (talk) => download(`/conversations/${talk.id}/transcript.csv`).catch(failed);

$("export").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("export-trouble").textContent = "";
  const [from, to] = [$("export-from").value, $("export-to").value];
  try {
    await download(`/tickets.csv?from=${from}&to=${to}`);
  } catch (refusal) {
    $("export-trouble").textContent = refusal.message;
  }
});

// --- the start

listen(
  {
    queue: soon,
    talks: soon,
    changed: soon,
    message: soon,
    desk: soon,
    logged_out: () => location.reload(),
  },
  (up) => {
    $("connection").textContent = up ? "" : t("offline");
    if (up) soon();
  },
);
setInterval(soon, AT_LEAST_EVERY);
setInterval(tick, 5000);
setInterval(() => drawFigures().catch(failed), FIGURES_EVERY);
wireFigures(failed);
soon();
try {
  const today = await drawFigures();
  [$("export-from").value, $("export-to").value] = [shifted(today, -6), today];
} catch (refusal) {
  failed(refusal);
}
