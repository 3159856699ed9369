// Comfort only: drawing areas with the mouse, and renewing a lock while the page is open.
"use strict";
for (const svg of document.querySelectorAll("[data-wk-draw]")) {
  const form = document.getElementById("zeichnen");
  const perMillimetre = 72 / 25.4;
  let start = null, rect = null;
  svg.classList.add("is-ready");
  const place = (event) => {
    const box = svg.getBoundingClientRect(), view = svg.viewBox.baseVal;
    const within = (value, most) => Math.min(Math.max(value, 0), most);
    return {
      x: within((event.clientX - box.left) / box.width * view.width, view.width),
      y: within((event.clientY - box.top) / box.height * view.height, view.height),
    };
  };
  svg.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    start = place(event);
    rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    rect.setAttribute("class", "wk-box is-new");
    svg.append(rect);
  });
  svg.addEventListener("pointermove", (event) => {
    if (!start) return;
    const end = place(event);
    const area = { x: Math.min(start.x, end.x), y: Math.min(start.y, end.y), width: Math.abs(end.x - start.x), height: Math.abs(end.y - start.y) };
    for (const [name, value] of Object.entries(area)) rect.setAttribute(name, value);
  });
  svg.addEventListener("pointerup", () => {
    if (!start) return;
    const value = (name) => Number(rect.getAttribute(name) ?? 0);
    start = null;
    if (value("width") < 3 || value("height") < 3) { rect.remove(); return; }
    const fields = { left: "x", top: "y", width: "width", height: "height" };
    for (const [name, source] of Object.entries(fields)) form.elements[name].value = (value(source) / perMillimetre).toFixed(2);
    form.requestSubmit(form.querySelector("[value=draw]"));
  });
  svg.addEventListener("pointercancel", () => { start = null; rect?.remove(); });
}
for (const form of document.querySelectorAll("[data-wk-renew]")) {
  // Only for whoever is there: a page left open must keep neither the lock nor the log-in alive.
  let active = false;
  for (const name of ["keydown", "pointerdown", "scroll", "focus"]) addEventListener(name, () => { active = true; }, { passive: true });
  setInterval(() => {
    if (!active) return;
    active = false;
    const body = new URLSearchParams({ act: "renew", csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
    fetch(form.dataset.wkRenew, { method: "POST", body, headers: { "X-Requested-With": "renew" } });
  }, 5 * 60 * 1000);
}
