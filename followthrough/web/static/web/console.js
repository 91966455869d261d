// The viewer's zone, for times on every page; and what a live page must not lose when it changes.
"use strict";
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes("zone=" + zone)) {
  document.cookie = "zone=" + zone + ";path=/;max-age=31536000;samesite=lax";
}

// Receipts that were open stay open when their timeline is replaced.
let opened = new Set();
document.addEventListener("htmx:beforeSwap", () => {
  opened = new Set([...document.querySelectorAll("details[open][id]")].map((one) => one.id));
});
document.addEventListener("htmx:oobAfterSwap", (event) => {
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  follow(event.detail.target);
});

// A conversation shows its end, like a phone does.
function follow(within) {
  for (const one of document.querySelectorAll("[data-follow]")) {
    if (!within || one.contains(within) || within.contains(one)) one.scrollTop = one.scrollHeight;
  }
}
document.addEventListener("DOMContentLoaded", () => follow(null));

// A field that was sent is empty for the next one.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("form[data-clear]");
  if (form && event.detail.successful) form.reset();
});

// What is chosen in a filter takes effect at once.
document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-now]")) event.target.form.requestSubmit();
});
