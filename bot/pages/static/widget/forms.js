/* Draws what may stand between the messages and the input: the question before erasing, and the rating. */

import { h } from "./dom.js";

/** Asks before erasing. */
export function eraseQuestion(texts, { yes, no }) {
  const erase = h("button", { type: "button", class: "danger" }, texts.erase_yes);
  const keep = h("button", { type: "button", class: "plain" }, texts.erase_no);
  erase.addEventListener("click", yes);
  keep.addEventListener("click", no);
  const question = h("p", { id: "erase-question" }, texts.erase_ask);
  const row = h("div", { class: "row" }, keep, erase);
  return h("div", { class: "aside", role: "group", "aria-labelledby": "erase-question" }, question, fault(), row);
}

/** Five grades and a comment; `send(stars, comment)` is called with what was chosen. */
export function ratingForm(texts, { send, later }) {
  const grades = [1, 2, 3, 4, 5].map((stars) => {
    const input = h("input", { type: "radio", name: "stars", value: stars, required: "" });
    return h("label", { class: "grade" }, input, h("span", {}, String(stars)));
  });
  const comment = h("textarea", { id: "rating-comment", rows: "2", maxlength: "2000" });
  const skip = h("button", { type: "button", class: "plain" }, texts.rating_later);
  const form = h(
    "form",
    { class: "aside" },
    h("fieldset", {}, h("legend", {}, texts.rating), h("div", { class: "row" }, ...grades), h("p", {}, texts.rating_hint)),
    h("label", { for: "rating-comment" }, texts.rating_comment),
    comment,
    fault(),
    h("div", { class: "row" }, skip, h("button", { type: "submit", class: "primary" }, texts.rating_send)),
  );
  skip.addEventListener("click", later);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(Number(new FormData(form).get("stars")), comment.value.trim());
  });
  return form;
}

/** Where a form says that it did not work; there before anything is said, so that it is read aloud. */
function fault() {
  return h("p", { class: "fault", role: "alert" });
}
