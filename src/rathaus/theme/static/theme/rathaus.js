// Comfort only: every page works without this file.
"use strict";
for (const button of document.querySelectorAll("[data-rh-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.rhCopy);
    const label = button.querySelector(".kern-label") ?? button;
    const before = label.textContent;
    label.textContent = button.dataset.rhCopied;
    setTimeout(() => { label.textContent = before; }, 2500);
  });
}
for (const input of document.querySelectorAll(".rh-file__input")) {
  const update = () => input.classList.toggle("is-empty", input.files.length === 0);
  input.addEventListener("change", update);
  update();
}
document.querySelector(".rh-errors")?.focus();
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll(".rh-menu[open], .rh-rail__menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
for (const all of document.querySelectorAll("[data-rh-check-all]")) {
  all.closest("th, label")?.removeAttribute("hidden");
  all.addEventListener("change", () => {
    for (const box of document.querySelectorAll(`input[name="${all.dataset.rhCheckAll}"]`)) box.checked = all.checked;
  });
}
// Sending one form of a page loses what stands half written in another: it waits in this window.
if (location.pathname.endsWith("/anmelden/")) sessionStorage.clear();
const waiting = `rh-keep ${location.pathname}`;
for (const [id, text] of Object.entries(JSON.parse(sessionStorage.getItem(waiting) ?? "{}"))) {
  const area = document.getElementById(id);
  if (area && !area.value) area.value = text;
}
sessionStorage.removeItem(waiting);
document.addEventListener("submit", (event) => {
  if (event.target.matches("[action$='/abmelden/']")) return sessionStorage.clear();
  const others = [...document.querySelectorAll("[data-rh-keep]")].filter(
    (area) => area.form !== event.target && area.value !== area.defaultValue);
  if (others.length) sessionStorage.setItem(waiting, JSON.stringify(Object.fromEntries(others.map((area) => [area.id, area.value]))));
});
// A form is sent once: the second click of a double click does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.rhSent) event.preventDefault();
  form.dataset.rhSent = "1";
  setTimeout(() => { delete form.dataset.rhSent; }, 4000);
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-rh-sent]")) delete form.dataset.rhSent;
});
