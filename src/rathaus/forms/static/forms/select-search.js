// Comfort only: a search box over long lists. The list itself stays the control.
"use strict";
(() => {
  const fold = (text) =>
    text.toLowerCase().replace(/ä/g, "ae").replace(/ö/g, "oe").replace(/ü/g, "ue").replace(/ß/g, "ss")
      .normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  for (const select of document.querySelectorAll("select[data-rh-search]")) {
    const entries = [...select.querySelectorAll("option")].filter((option) => option.value).map((option) => ({
      option, text: fold(option.textContent), parent: option.parentElement,
    }));
    const search = document.createElement("input");
    search.type = "search";
    search.className = "kern-form-input__input rh-select-search";
    search.autocomplete = "off";
    search.placeholder = select.dataset.rhSearch;
    search.setAttribute("aria-label", `${select.labels[0]?.firstChild.textContent.trim()}: ${select.dataset.rhSearch}`);
    search.setAttribute("aria-controls", select.id);
    const count = document.createElement("span");
    count.className = "rh-sr";
    count.setAttribute("role", "status");
    const wrapper = select.closest(".kern-form-input__select-wrapper");
    wrapper.before(search, count);
    search.addEventListener("input", () => {
      const words = fold(search.value).split(/\s+/).filter(Boolean);
      const chosen = select.value;
      const fits = ({ text }) => words.every((word) => text.includes(word));
      for (const { option } of entries) option.remove();
      for (const entry of entries) {
        if (fits(entry) || entry.option.value === chosen) entry.parent.append(entry.option);
      }
      select.value = chosen;
      const hits = new Set(entries.filter(fits).map(({ option }) => option.value));
      if (words.length && hits.size === 1) {
        select.value = [...hits][0];
        select.dispatchEvent(new Event("change", { bubbles: true }));
      }
      count.textContent = words.length ? String(hits.size) : "";
    });
    search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
  }
})();
