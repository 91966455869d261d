// What the demo's live page must not lose, and how its lists and its walk are followed.
"use strict";

// What was typed stays typed: a field that differs from what the page gave is put back as it was.
let typed = [];
document.addEventListener("htmx:beforeSwap", () => {
  const fields = [...document.querySelectorAll("[hx-swap-oob] input[id], [hx-swap-oob] select[id]")];
  typed = fields.filter(changed).map((one) => [one.id, one.value]);
});
document.addEventListener("htmx:oobAfterSwap", () => {
  for (const [id, value] of typed) {
    const one = document.getElementById(id);
    if (one) one.value = value;
  }
});
function changed(one) {
  if (one.matches("select")) return [...one.options].some((option) => option.selected !== option.defaultSelected);
  return one.type !== "hidden" && one.value !== one.defaultValue;
}
// What was sent is no longer being typed.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest("form");
  if (form && event.detail.successful) form.reset();
});

// A list is one stop of the tab key; the arrows walk in it.
function rove() {
  for (const list of document.querySelectorAll("[data-roving]")) {
    const links = [...list.querySelectorAll("a")];
    const first = links.find((one) => one === document.activeElement) ?? links.find((one) => one.hasAttribute("aria-current")) ?? links[0];
    for (const one of links) one.tabIndex = one === first ? 0 : -1;
  }
}
document.addEventListener("DOMContentLoaded", rove);
document.addEventListener("htmx:afterSettle", rove);
document.addEventListener("keydown", (event) => {
  const list = event.target.closest("[data-roving]");
  const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
  if (!list || !step) return;
  const links = [...list.querySelectorAll("a")];
  const to = Math.min(links.length - 1, Math.max(0, links.indexOf(event.target) + step));
  event.preventDefault();
  links[to]?.focus();
  rove();
});

// When the walk goes on somewhere else and that is out of sight, it is brought into sight; never
// while somebody types. What was last shown is remembered over the loading of a page.
function follow() {
  const walk = document.querySelector(".walk[data-step]");
  const now = walk ? walk.dataset.step + walk.dataset.at : "", before = sessionStorage.getItem("walk");
  if (now === before) return;
  sessionStorage.setItem("walk", now);
  if (before === null || !walk || document.activeElement?.matches("input, textarea, select")) return;
  show(walk.dataset.at);
}
function show(id) {
  const one = document.getElementById(id);
  if (!one) return;
  const top = one.getBoundingClientRect().top, least = parseFloat(getComputedStyle(one).scrollMarginTop);
  const seen = top >= least - 8 && top < innerHeight * 0.6;
  if (!seen) one.scrollIntoView({ block: "start", behavior: pace() });
}
function pace() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}
// "Look there" brings what a sentence is about to the middle of the region it scrolls in. The page
// itself moves only when that is out of sight.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-look]");
  if (!link) return;
  const pane = document.querySelector(link.hash), one = link.dataset.look && document.querySelector(link.dataset.look);
  event.preventDefault();
  one ? look(one, pane) : show(pane.id);
  (one || pane).tabIndex = -1;
  (one || pane).focus({ preventScroll: true });
});

// What came of a trouble unfolds under its button: as much of it as there is room for is shown.
let made = "", until = 0;
document.addEventListener("submit", (event) => {
  made = event.target.closest(".trouble")?.getAttribute("aria-labelledby") ?? "";
  until = Date.now() + 3000; // it grows at first
});
document.addEventListener("htmx:afterSettle", () => {
  const card = made ? document.querySelector(`[aria-labelledby="${made}"]`) : null;
  if (!card?.querySelector(".proof")) return;
  if (Date.now() > until) made = "";
  const [from, to] = room(document.getElementById("trouble")), { top, bottom } = card.getBoundingClientRect();
  if (bottom > to) scrollBy({ top: Math.min(bottom - to + 8, top - from), behavior: pace() });
});

// Where on the screen nothing lies over the page: under what stays above, over what stays below.
function room(pane) {
  const walk = document.querySelector(".walk[data-step]"), fixed = walk && getComputedStyle(walk).position === "fixed";
  return [parseFloat(getComputedStyle(pane).scrollMarginTop), fixed ? walk.getBoundingClientRect().top : innerHeight];
}
function middle(one) {
  const { top, bottom } = one.getBoundingClientRect();
  return (top + bottom) / 2;
}
function look(one, pane) {
  const inner = scroller(one);
  if (inner) inner.scrollTop += middle(one) - middle(inner);
  const { top, bottom } = one.getBoundingClientRect(), [from, to] = room(pane);
  if (top < from || bottom > to) scrollBy({ top: middle(one) - (from + to) / 2, behavior: pace() });
}
function scroller(one) {
  const up = one.parentElement;
  if (!up || up === document.body) return null;
  return up.scrollHeight > up.clientHeight && getComputedStyle(up).overflowY === "auto" ? up : scroller(up);
}
document.addEventListener("DOMContentLoaded", follow);
document.addEventListener("htmx:afterSettle", follow);
