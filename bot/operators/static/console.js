// The console: joins the lists, the open talk and the events.

import { call, listen } from "./api.js";
import { chime, me, notify } from "./bar.js";
import { $, announce, t } from "./dom.js";
import { drawList, tick } from "./lists.js";
import { Talk } from "./talk.js";

const READ = "jauap.read.";

let queue = [];
let talks = [];
let all = [];
let started = false; // before the first lists nothing is news
const talk = new Talk(me, (conversation) => {
  markRead(conversation);
  draw();
});

// --- what was read

const readUpTo = (id) => Number(sessionStorage.getItem(READ + id) ?? 0);
const unread = (conversation) => conversation.last_id > readUpTo(conversation.id);

function markRead(conversation) {
  if (document.visibilityState === "visible") sessionStorage.setItem(READ + conversation.id, conversation.last_id);
}

// --- drawing

function draw() {
  const how = { open: talk.id, me: me.username };
  const [mine, others] = offers();
  drawList("queue", mine, { ...how, claim });
  drawList("others", others, { ...how, claim });
  $("others-section").hidden = others.length === 0;
  drawList("talks", talks, { ...how, unread });
  if ($("all")) drawList("all", all, how);
  const news = mine.length + talks.filter(unread).length;
  document.title = news ? `(${news}) ${t("title")}` : t("title");
}

/** What waits for this operator, and what waits for others first; for who is not on duty there is no such difference. */
function offers() {
  if (!me.available) return [queue, []];
  return [queue.filter((each) => each.offered), queue.filter((each) => !each.offered)];
}

async function drawAll() {
  if (!$("all-section")?.open) return;
  const state = $("all-state").value;
  const answer = await call("GET", `/conversations?state=${state}`).catch(() => null);
  if (!answer || $("all-state").value !== state) return;
  all = answer.conversations;
  draw();
}

async function claim(id) {
  if (id !== talk.id) {
    history.pushState(null, "", `#${id}`);
    await talk.open(id);
  }
  await talk.claim();
  draw();
}

async function follow() {
  const id = location.hash.slice(1);
  if (id === "talk") return; // the link that skips the lists
  await talk.open(id || null);
  draw();
}

function leave() {
  history.pushState(null, "", location.pathname);
  const left = talk.id;
  talk.open(null);
  draw();
  document.querySelector(`.lists li[data-id="${CSS.escape(left ?? "")}"] a`)?.focus();
}

// --- news

function news(text) {
  announce(text);
  chime();
  notify(text);
}

const added = (before, after) => after.some((each) => !before.some((one) => one.id === each.id));

listen(
  {
    queue({ conversations }) {
      const [before] = offers();
      queue = conversations;
      if (started && added(before, offers()[0])) news(t("announce_queue"));
      draw();
    },
    talks({ conversations }) {
      const given = conversations.filter((each) => each.id !== talk.id);
      if (started && added(talks, given)) news(t("announce_given"));
      talks = conversations;
      started = true;
      draw();
      drawAll();
    },
    message({ conversation, message }) {
      const mine = talks.find((each) => each.id === conversation);
      if (mine) mine.last_id = Math.max(mine.last_id, message.id);
      if (conversation === talk.id) {
        talk.heard(message);
        if (talk.conversation) markRead(talk.conversation);
        if (mine && message.author === "citizen" && document.visibilityState !== "visible") {
          chime();
          notify(t("notify_message"));
        }
      } else if (mine && message.author === "citizen") {
        announce(t("announce_message", { text: message.text }));
        chime();
        notify(t("notify_message")); // on a screen that others may see: without what was said
      }
      draw();
    },
    typing({ conversation, active }) {
      if (conversation === talk.id) talk.writes(active);
    },
    delivery(news) {
      if (news.conversation === talk.id) talk.delivered(news);
    },
    changed({ conversation }) {
      if (conversation === talk.id) talk.load();
      drawAll();
    },
    logged_out() {
      location.reload();
    },
  },
  (up) => {
    const down = $("connection").dataset.down === "yes";
    $("connection").dataset.down = up ? "no" : "yes";
    $("connection").textContent = up ? "" : t("offline");
    if (up && down) announce(t("online"));
    if (up && down) talk.load(); // what was said meanwhile
  },
);

// --- lists and keys

$("back").addEventListener("click", leave);
$("skip").addEventListener("click", (event) => {
  event.preventDefault();
  $("talk").focus();
});
$("all-section")?.addEventListener("toggle", drawAll);
$("all-state")?.addEventListener("change", drawAll);

function step(by) {
  const ids = [...new Set([...talks, ...queue, ...all].map((each) => each.id))];
  if (!ids.length) return;
  const at = ids.indexOf(talk.id);
  const next = at === -1 ? (by > 0 ? 0 : ids.length - 1) : (at + by + ids.length) % ids.length;
  location.hash = ids[next];
}

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    if (talk.id) leave();
  } else if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    step(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.altKey && event.key === "Enter") {
    event.preventDefault();
    if (talk.id) talk.claim();
    else if (offers()[0].length) claim(offers()[0][0].id);
  }
});

addEventListener("hashchange", follow);
addEventListener("popstate", follow);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && talk.conversation) markRead(talk.conversation);
  draw();
});
setInterval(tick, 15_000);

draw();
await follow();
