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
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (!seen) one.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
}
document.addEventListener("DOMContentLoaded", follow);
document.addEventListener("htmx:afterSettle", follow);
