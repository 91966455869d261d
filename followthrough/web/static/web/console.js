// The viewer's zone, for times on every page; and what a live page must not lose when it changes.
"use strict";
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes("zone=" + zone)) {
  document.cookie = "zone=" + zone + ";path=/;max-age=31536000;samesite=lax";
}

// When part of a page is replaced, what was open stays open and what was scrolled stays there.
let opened = [], scrolled = [];
document.addEventListener("htmx:beforeSwap", () => {
  opened = [...document.querySelectorAll("details[open][id]")].map((one) => one.id);
  scrolled = [...document.querySelectorAll("[data-scroll]")].map((one) => [one.id, one.scrollTop, atEnd(one)]);
});
document.addEventListener("htmx:oobAfterSwap", () => {
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  for (const [id, top, end] of scrolled) {
    const one = document.getElementById(id);
    if (one) one.scrollTop = end && one.dataset.scroll === "end" ? one.scrollHeight : top;
  }
});

// A conversation shows its end, like a phone does.
function atEnd(one) {
  return one.scrollHeight - one.scrollTop - one.clientHeight < 40;
}
function toTheEnd() {
  for (const one of document.querySelectorAll("[data-scroll=end]")) one.scrollTop = one.scrollHeight;
}
document.addEventListener("DOMContentLoaded", toTheEnd);

// A field that was sent is empty for the next one.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("form[data-clear]");
  if (form && event.detail.successful) form.reset();
});

// What is chosen in a filter takes effect at once.
document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-now]")) event.target.form.requestSubmit();
});
