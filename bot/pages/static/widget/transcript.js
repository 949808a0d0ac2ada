/* The conversation as a text file, made in the browser. */

import { bare, isCited, webSources } from "./messages.js";
import { day, fill, moment } from "./words.js";

/** All messages as plain text, in the words of the chat's language. */
export function transcript(messages, texts, language, now = new Date()) {
  const parts = messages.map((message) => [
    `${moment(message.created_at, language)}, ${texts[`author_${message.author}`]}`,
    bare(message),
    ...(isCited(message) ? sources(message.answer, texts) : []),
  ]);
  const head = [texts.transcript, fill(texts.transcript_saved, { date: moment(now, language) })];
  return [head, ...parts].map((lines) => lines.join("\n")).join("\n\n") + "\n";
}

/** Hand a text over to the citizen's downloads. */
export function download(name, text) {
  // The mark at the beginning and the ends of lines let the oldest editor of Windows show it rightly.
  const file = new Blob(["\ufeff", text.replaceAll("\n", "\r\n")], { type: "text/plain;charset=utf-8" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function sources(answer, texts) {
  const links = webSources(answer).map(({ url, date }) => (date ? `${url} (${day(date)})` : url));
  return [
    ...(links.length ? [`${texts.sources}:`, ...links] : []),
    ...(answer.verified ? [fill(texts.verified, { date: day(answer.verified) })] : []),
  ];
}
