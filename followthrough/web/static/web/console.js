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
for (const swapped of ["htmx:oobAfterSwap", "htmx:afterSwap"]) document.addEventListener(swapped, () => {
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

// A form is sent once: until its answer is here its buttons say so, and pressing them does nothing.
// Whoever stops the page from loading has them back a little later.
const PATIENCE = 10_000; // ms
const onTheirWay = new Map(); // a form, and its buttons with the timer
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[method=post]")) return;
  if (onTheirWay.has(form)) {
    event.preventDefault();
    return event.stopImmediatePropagation();
  }
  const buttons = [...form.elements].filter((one) => one.type === "submit" && !one.hasAttribute("aria-disabled"));
  for (const one of buttons) one.setAttribute("aria-disabled", "true");
  onTheirWay.set(form, [buttons, setTimeout(answered, PATIENCE, form)]);
}, true);
function answered(form) {
  const [buttons, timer] = onTheirWay.get(form) ?? [[]];
  clearTimeout(timer);
  for (const one of buttons) one.removeAttribute("aria-disabled");
  onTheirWay.delete(form);
}
document.addEventListener("htmx:afterRequest", (event) => {
  const xhr = event.detail.xhr, leaves = xhr.getResponseHeader("HX-Redirect") || xhr.getResponseHeader("HX-Refresh");
  if (!leaves) answered(event.detail.elt);
});
// A page that the browser kept and shows again has no request on its way.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) [...onTheirWay.keys()].forEach(answered);
});

// What somebody has typed (inbox.js) is theirs: it is gone when they sign out, and when somebody else
// has signed in in this tab. Whose session only ran out finds it again.
function forget(theirs = "") {
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith("draft-") && !(theirs && name.startsWith(`draft-${theirs}-`))) sessionStorage.removeItem(name);
  }
}
if (document.body.dataset.user) forget(document.body.dataset.user);
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-leaves]")) forget();
});

// What a form shows of itself beside it is out of date from the first key typed until its answer is
// here (data-previews names it): it says so. An answer to what stood there before leaves it so.
let keyed = 0, asked = 0;
function outOfDate(form) {
  document.getElementById(form.dataset.previews)?.setAttribute("aria-busy", "true");
}
for (const changed of ["input", "change"]) document.addEventListener(changed, (event) => {
  const form = event.target.closest("form[data-previews]");
  if (!form) return;
  keyed += 1;
  outOfDate(form);
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("form[data-previews]")) asked = keyed;
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target.matches("form[data-previews]") && keyed !== asked) outOfDate(event.target);
});

// What somebody typed before the page was ready counts as typed now.
document.addEventListener("htmx:load", () => {
  for (const form of document.querySelectorAll("form[data-previews]")) {
    const fields = [...form.querySelectorAll("textarea, input:not([type])")];
    const early = fields.find((one) => one.value !== one.defaultValue);
    early?.dispatchEvent(new Event("input", { bubbles: true }));
  }
}, { once: true });

// A field that was sent is empty for the next one.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("form[data-clear]");
  if (form && event.detail.successful) form.reset();
});

// An undo is offered for ten seconds; what is said about them is true for as long.
setTimeout(() => {
  document.querySelectorAll(".told .undo").forEach((one) => one.remove());
  document.querySelectorAll(".told [data-then]").forEach((one) => one.replaceWith(one.dataset.then));
}, 10_000);

// What is chosen in a filter takes effect at once.
document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-now]")) event.target.form.requestSubmit();
});

// A link that is shown once can be copied by a button.
for (const button of document.querySelectorAll("[data-copies]")) {
  if (!navigator.clipboard) break;
  const field = document.getElementById(button.dataset.copies);
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(field.value);
    button.textContent = field.dataset.copy;
  });
}

// Keys. `/` searches, `g` and a letter go to a place, `?` shows them all; j and k walk a list whose
// rows are marked data-row (the link in a row opens it), other letters press [data-key] buttons. None
// of them does anything while it is held down, below something that lies over the page, or for
// whoever has switched them off in their account.
let going = 0;
function typing(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}
function silent(event) {
  const off = document.body.dataset.keys !== "on", over = document.querySelector(":popover-open, :modal");
  return off || over || event.repeat || event.metaKey || event.ctrlKey || event.altKey || typing(event.target);
}
function walk(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  let at = rows.findIndex((row) => row.contains(document.activeElement));
  if (at < 0) at = rows.findIndex((row) => row.querySelector("[aria-current]"));
  const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step))];
  next?.querySelector("a, button, summary")?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
function pressed(key) {
  if (key === "/") return document.getElementById("find");
  if (key === "?") return document.querySelector(".keys-open");
  return document.querySelector(`[data-key="${CSS.escape(key)}"]`);
}
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.metaKey || event.ctrlKey) && event.target.matches("textarea")) {
    return event.target.form?.requestSubmit();
  }
  if (silent(event)) return;
  if (Date.now() - going < 1200) {
    going = 0;
    const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (link) return void (location.href = link.href);
  }
  if (event.key === "g") return void (going = Date.now());
  if (event.key === "j" || event.key === "k") return walk(event.key === "j" ? 1 : -1);
  const one = pressed(event.key);
  if (!one) return;
  event.preventDefault();
  one.matches("input, textarea, select") ? one.focus() : one.click();
});
