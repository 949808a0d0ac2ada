/* Without this file the questions and the button lead to the chat's own page; with it they open the widget. */

const chat = document.querySelector("jauap-chat");

document.querySelector("[data-open]").addEventListener("click", (event) => {
  event.preventDefault();
  chat.show();
});

for (const button of document.querySelectorAll("[data-question]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    chat.ask(button.value);
  });
}
