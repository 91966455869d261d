// What can be filled in goes where somebody was typing last; a comparison that needs no value hides it.
"use strict";
let typed = null;
document.addEventListener("focusin", (event) => {
  if (event.target.matches(".writing textarea, .writing input")) typed = event.target;
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-inserts]");
  if (!button) return;
  const field = typed ?? document.querySelector(".writing[open] textarea");
  if (!field) return;
  field.setRangeText(button.dataset.inserts, field.selectionStart, field.selectionEnd, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// A language that is chosen as the first one is not offered as a further one.
function leaveOut(select) {
  for (const box of select.form.querySelectorAll(`[name=${select.dataset.alone}]`)) {
    box.closest(".tick").hidden = box.value === select.value;
    if (box.value === select.value) box.checked = false;
  }
}
for (const select of document.querySelectorAll("select[data-alone]")) {
  select.addEventListener("change", () => leaveOut(select));
  leaveOut(select);
}
