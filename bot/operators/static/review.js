// The review of what was not answered: the open questions in groups, the decided ones one by one.

import { call } from "./api.js";
import "./bar.js";
import { $, announce, element, moment, t } from "./dom.js";
import { groupCard, knowServices, questionFacts, talkLink } from "./review-group.js";

const BUILDING = 5000; // between two looks at a build of the index

let shown = 0; // groups on the page
let lastDecided = null; // the moment from which the decided ones go on
let reading = 0; // the number of the last reading, so that an answer that comes late is not drawn
let looking = 0; // the timer of the next look at a build
let undone = null; // the questions that «undo» opens again

// --- reading

/** Read the list anew, or its next part. */
async function load({ more = false } = {}) {
  const number = ++reading;
  const open = $("show").value === "open";
  for (const each of document.querySelectorAll(".of-open")) each.hidden = !open;
  $("missing-next").hidden = $("show").value !== "missing";
  $("trouble").textContent = "";
  $("more").hidden = true;
  if (!more) {
    $("groups").replaceChildren();
    $("decided").replaceChildren();
    [shown, lastDecided] = [0, null];
  }
  $("state").textContent = t("loading");
  try {
    const answer = await call("GET", open ? `/review?${openQuery()}` : `/review/done?${doneQuery()}`);
    if (number !== reading) return;
    showCounts(answer.counts);
    if (open) showGroups(answer);
    else showDecided(answer);
  } catch (refusal) {
    if (number !== reading) return;
    $("state").textContent = "";
    $("trouble").textContent = refusal.message;
  }
}

function openQuery() {
  const query = new URLSearchParams({ from: shown });
  if ($("asked-in").value) query.set("asked_in", $("asked-in").value);
  if ($("why").value) query.set("why", $("why").value);
  return query;
}

function doneQuery() {
  const query = new URLSearchParams({ state: $("show").value });
  if (lastDecided) query.set("before", lastDecided);
  return query;
}

function showCounts(counts) {
  for (const option of $("show").options) option.textContent = `${t(`show_${option.value}`)} (${counts[option.value]})`;
}

function showGroups({ groups, total, index }) {
  showIndex(index);
  $("groups").append(...groups.map((group) => groupCard(group, decide)));
  shown += groups.length;
  $("more").hidden = shown >= total;
  const filtered = $("asked-in").value || $("why").value;
  $("state").textContent = total > 0 ? "" : t(filtered ? "nothing_passes" : "nothing_open");
}

function showDecided({ questions }) {
  $("decided").append(...questions.map(decidedItem));
  lastDecided = questions.at(-1)?.decided_at ?? lastDecided;
  $("more").hidden = questions.length < 100;
  $("state").textContent = $("decided").children.length ? "" : t("nothing_decided");
}

function decidedItem(question) {
  const became = t("decided", { when: moment(question.decided_at), who: question.decided_by });
  const service = question.attached_title ?? question.attached_to;
  const item = element(
    "li",
    { class: "paper" },
    element(
      "div",
      { class: "asked" },
      element("p", { class: "text", lang: question.language }, question.text),
      talkLink(question),
    ),
    questionFacts(question),
    element("p", { class: "by" }, service ? `${t("attached", { title: service })}. ${became}` : became),
    question.remark ? element("p", {}, question.remark) : null,
  );
  if (question.state !== "attached") {
    const back = () =>
      decide({ questions: [question.id], decision: "open" }, item).catch(
        (refusal) => ($("trouble").textContent = refusal.message),
      );
    const label = `${t("take_back")}: ${question.text}`;
    item.append(element("button", { type: "button", onclick: back, "aria-label": label }, t("take_back")));
  }
  return item;
}

// --- deciding

/**
 * Tell the server a decision, and take what it is about off the page.
 * @param {object} decision the body of the call
 * @param {Element} item of the list, which goes
 * @param {string} title of the service, where one is attached to
 */
async function decide(decision, item, title = "") {
  $("outcome").hidden = true;
  const { added } = await call("POST", "/review/decide", decision);
  const n = decision.decision === "attach" ? Object.values(added).flat().length : decision.questions.length;
  const key = decision.decision === "attach" && n === 0 ? "done_attach_known" : `done_${decision.decision}`;
  undone = ["out_of_scope", "missing"].includes(decision.decision) ? decision.questions : null;
  $("outcome-text").textContent = t(key, { n, title });
  $("undo").hidden = undone === null;
  $("outcome").hidden = false;
  const next = item?.nextElementSibling ?? item?.previousElementSibling;
  item?.remove();
  (next?.querySelector("summary, button, a") ?? $("outcome-text")).focus();
  announce($("outcome-text").textContent);
  await refresh();
}

/** Bring counts and the state of the index up to date without drawing the list anew under the reader's hands. */
async function refresh() {
  const answer = await call("GET", "/review");
  showCounts(answer.counts);
  showIndex(answer.index);
  if ($("show").value === "open") shown = $("groups").children.length;
  if (!$("groups").children.length && !$("decided").children.length) await load();
}

$("undo").addEventListener("click", async () => {
  try {
    await decide({ questions: undone, decision: "open" }, null);
    await load();
  } catch (refusal) {
    $("trouble").textContent = refusal.message;
  }
});

// --- the index

function showIndex({ current, building, trouble }) {
  $("index").hidden = current && !building && !trouble.length;
  const failed = trouble.length > 0;
  $("index-text").textContent = building ? t("index_building") : failed ? t("index_failed") : t("index_old");
  $("index-trouble").hidden = building || !trouble.length;
  $("index-trouble").textContent = trouble.join("\n");
  $("index-update").hidden = building;
  clearTimeout(looking);
  if (building) looking = setTimeout(lookAtIndex, BUILDING);
}

async function lookAtIndex() {
  try {
    showIndex((await call("GET", "/review")).index);
  } catch {
    looking = setTimeout(lookAtIndex, BUILDING); // the line is down; the build goes on without it
  }
}

$("index-update").addEventListener("click", async () => {
  try {
    showIndex(await call("POST", "/review/index"));
  } catch (refusal) {
    $("trouble").textContent = refusal.message;
  }
});

// --- the beginning

for (const id of ["show", "asked-in", "why"]) $(id).addEventListener("change", () => load());
$("more").addEventListener("click", () => load({ more: true }));
$("filter").addEventListener("submit", (event) => event.preventDefault());

knowServices((await call("GET", "/review/services")).services);
await load();
