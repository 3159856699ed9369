// Comfort only: shows conditional questions at once instead of after sending the page.
// A condition is JsonLogic in data-rh-if; whatever this file does not know stays with the server.
"use strict";
(() => {
  const wrappers = [...document.querySelectorAll("[data-rh-if]")];
  if (!wrappers.length) return;
  const form = wrappers[0].closest("form");

  const isShown = (control) => {
    for (let box = control.closest("[data-rh-if]"); box; box = box.parentElement.closest("[data-rh-if]")) {
      if (box.hidden) return false;
    }
    return true;
  };
  const answer = (name) => {
    const controls = [...form.elements].filter((control) => control.name === name && isShown(control));
    if (!controls.length) return null;
    if (controls[0].type === "checkbox") {
      const values = controls.filter((box) => box.checked).map((box) => box.value);
      if (controls.length > 1) return values;
      return values.length ? true : null;
    }
    const control = controls[0].type === "radio" ? controls.find((radio) => radio.checked) : controls[0];
    const value = control ? control.value.trim() : "";
    if (value === "") return null;
    if (controls[0].type === "radio" && controls.length === 2) {
      if (value === "yes") return true;
      if (value === "no") return false;
    }
    return value;
  };
  const truthy = (value) => (Array.isArray(value) ? value.length > 0 : Boolean(value));
  const number = (value) => (typeof value === "number" ? value : Number(String(value).replace(/\./g, "").replace(",", ".")));
  const ordered = (compare) => ([a, b]) => a !== null && b !== null && compare(number(a), number(b));
  const operators = {
    "==": ([a, b]) => a === b || (a !== null && b !== null && String(a) === String(b)),
    "===": ([a, b]) => a === b,
    "!": ([a]) => !truthy(a),
    "!!": ([a]) => truthy(a),
    "<": ordered((a, b) => a < b),
    "<=": ordered((a, b) => a <= b),
    ">": ordered((a, b) => a > b),
    ">=": ordered((a, b) => a >= b),
    in: ([a, b]) => b !== null && b !== undefined && a !== null && b.includes(a),
  };
  operators["!="] = (values) => !operators["=="](values);
  operators["!=="] = (values) => !operators["==="](values);

  const evaluate = (rule, scope) => {
    if (Array.isArray(rule)) return rule.map((item) => evaluate(item, scope));
    if (rule === null || typeof rule !== "object") return rule;
    const [name, raw] = Object.entries(rule)[0];
    const list = Array.isArray(raw) ? raw : [raw];
    if (name === "var") return answer(scope + list[0]);
    if (name === "and") return list.every((item) => truthy(evaluate(item, scope)));
    if (name === "or") return list.some((item) => truthy(evaluate(item, scope)));
    return operators[name](list.map((item) => evaluate(item, scope)));
  };

  const update = () => {
    for (const wrapper of wrappers) {
      const show = truthy(evaluate(JSON.parse(wrapper.dataset.rhIf), wrapper.dataset.rhScope ?? ""));
      wrapper.hidden = !show;
      const marker = wrapper.querySelector(':scope > input[name="_hidden"]');
      if (marker) marker.disabled = show;
    }
  };
  form.addEventListener("input", update);
  form.addEventListener("change", update);
  update();
})();
