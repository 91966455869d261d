// The inbox: what is typed is never lost, how long a text is, and where the list stands.
"use strict";

// What is typed stays in this tab until it has been sent, wherever one looks meanwhile. It is kept by
// who typed it and for what; console.js forgets it when they sign out.
for (const form of document.querySelectorAll("form[data-draft]")) {
  const text = form.querySelector("textarea"), wrong = form.querySelector("[role=alert]");
  const name = "draft-" + form.dataset.draft;
  let sent = null;
  if (!text.value) text.value = sessionStorage.getItem(name) || "";
  const keep = () => (text.value ? sessionStorage.setItem(name, text.value) : sessionStorage.removeItem(name));
  text.addEventListener("input", keep);
  form.addEventListener("input", () => (wrong.textContent = ""));
  form.addEventListener("submit", () => {
    sent = text.value;
    if (!window.htmx) sessionStorage.removeItem(name);
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== form) return;
    const xhr = event.detail.xhr, taken = xhr.status >= 200 && xhr.status < 300;
    wrong.textContent = taken ? "" : xhr.status === 400 ? xhr.responseText : wrong.dataset.lost;
    if (taken && text.value === sent) text.value = "";
    keep();
    count(text);
  });
}

// How long it is. Phones cut a text into parts: 160 plain characters in one, else 153 in each; with
// any other character 70 and 67. The gate counts exactly; this is to see it coming.
const PLAIN = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}[\]~\\|€\f]*$/;
function parts(text) {
  const plain = PLAIN.test(text);
  const units = plain ? text.replace(/[\^{}[\]~\\|€\f]/g, "xx").length : text.length;
  return units <= (plain ? 160 : 70) ? 1 : Math.ceil(units / (plain ? 153 : 67));
}
function count(text) {
  const said = document.getElementById(text.dataset.count), n = [...text.value].length;
  const texted = text.form.elements.channel.value === "sms", cut = parts(text.value);
  const words = texted ? (cut > 1 ? said.dataset.more : said.dataset.one) : said.dataset.plain;
  said.textContent = n ? words.replace("{n}", n).replace("{parts}", cut) : "";
}
for (const text of document.querySelectorAll("textarea[data-count]")) {
  count(text);
  text.form.addEventListener("input", () => count(text));
}

// Esc leaves what is typed, so that the other keys work again.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches("textarea, input, select")) event.target.blur();
});

// The open one is in sight, where the list was left.
const list = document.getElementById("inbox-rows");
if (list) {
  list.scrollTop = Number(sessionStorage.getItem("inbox-rows") || 0);
  list.addEventListener("scrollend", () => sessionStorage.setItem("inbox-rows", list.scrollTop));
  const here = list.querySelector(".waiter a[aria-current]");
  if (here && (here.offsetTop < list.scrollTop || here.offsetTop + here.offsetHeight > list.scrollTop + list.clientHeight)) {
    list.scrollTop = here.offsetTop - list.clientHeight / 3;
  }
}
