/* The sample questions of the demonstration page open the chat and ask. */

const chat = document.querySelector("jauap-chat");

for (const button of document.querySelectorAll("[data-question]")) {
  button.addEventListener("click", () => chat.ask(button.dataset.question));
}
