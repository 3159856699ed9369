// Comfort for uploads: folders, drag and drop, progress, going on after an interruption.
// Without this file the form sends everything in one request.
"use strict";
const form = document.querySelector(".dk-upload");
if (form && window.fetch && window.FileReader) {
  const words = form.dataset;
  const place = document.querySelector("[data-state]");
  const list = place.querySelector("[data-list]");
  const said = place.querySelector("[data-said]");
  const whole = place.querySelector("[data-whole]");
  const ready = place.querySelector("[data-ready]");
  const during = place.querySelector("[data-while]");
  const drop = form.querySelector("[data-drop]");
  const token = form.querySelector("input[name=csrfmiddlewaretoken]").value;
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  // What file managers leave in every folder is no letter.
  const LITTER = /(^|\/)(\.[^/]*|Thumbs\.db|desktop\.ini)$/i;
  let total = 0;
  let arrived = 0;
  let over = 0;
  let bytes = 0;
  let sent = 0;
  let chain = Promise.resolve();

  const post = (url, body, headers) => fetch(url, {
    method: "POST", body, credentials: "same-origin", headers: { "X-CSRFToken": token, ...headers },
  });

  class Refused extends Error {}

  async function patiently(attempt, row) {
    for (let wait = 1000; ; wait = Math.min(wait * 2, 30000)) {
      try {
        const response = await attempt();
        if (response.status < 500 && response.status !== 429) return response;
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
      row.retried = true;
      row.state.textContent = words.offline;
      await pause(wait);
    }
  }

  async function answer(response) {
    let told = {};
    try { told = await response.json(); } catch { /* a page instead of an answer: signed out */ }
    if (!response.ok && response.status !== 409) throw new Refused(told.error || words.failed);
    if (told.offset === undefined) throw new Refused(words.failed);
    return told;
  }

  async function send(file, path, row) {
    const office = form.querySelector("[name=office]").value;
    const about = JSON.stringify({ name: path, size: file.size, modified: String(file.lastModified), office });
    const begun = await answer(await patiently(
      () => post(words.begin, about, { "Content-Type": "application/json" }), row));
    let offset = begun.offset;
    while (offset < file.size) {
      reached(row, offset);
      row.state.textContent = `${Math.floor(100 * offset / file.size)} %`;
      const from = offset;
      row.retried = false;
      const part = file.slice(from, from + begun.part);
      const response = await patiently(() => post(begun.url, part, {
        "Content-Type": "application/octet-stream", "Upload-Offset": String(from),
      }), row);
      // The last answer got lost, but the file has arrived: then the upload is gone.
      if (response.status === 404 && from + begun.part >= file.size && row.retried) return;
      const told = await answer(response);
      offset = told.offset;
    }
  }

  function show(path, size) {
    const item = document.createElement("li");
    const name = document.createElement("span");
    const state = document.createElement("span");
    const bar = document.createElement("progress");
    name.textContent = path;
    state.textContent = words.waiting;
    bar.max = size || 1;
    bar.value = 0;
    bar.setAttribute("aria-label", path);
    item.append(name, state, bar);
    list.append(item);
    return { item, state, bar };
  }

  function reached(row, offset) {
    sent += offset - row.bar.value;
    row.bar.value = offset;
    whole.max = bytes || 1;
    whole.value = sent;
  }

  function tell() {
    said.textContent = words.summary.replace("{n}", arrived).replace("{m}", total);
    const done = over === total;
    ready.hidden = !(done && arrived);
    during.hidden = done;
    whole.hidden = done;
  }

  function add(file, path) {
    if (path.includes("/") && LITTER.test(path)) return;
    const row = show(path, file.size);
    total += 1;
    bytes += file.size;
    place.hidden = false;
    tell();
    const run = async () => {
      try {
        await send(file, path, row);
        reached(row, file.size);
        row.bar.remove();
        row.state.textContent = words.done;
        arrived += 1;
      } catch (error) {
        row.state.textContent = error instanceof Refused ? error.message : words.failed;
        row.item.className = "is-bad";
        const again = document.createElement("button");
        again.type = "button";
        again.className = "rh-linkbtn";
        again.textContent = words.again;
        again.addEventListener("click", () => {
          row.item.remove();
          total -= 1;
          over -= 1;
          bytes -= file.size;
          sent -= file.size;
          add(file, path);
        });
        row.item.append(again);
        list.prepend(row.item);
        reached(row, 0);
        row.bar.remove();
        sent += file.size;
      }
      over += 1;
      whole.value = sent;
      tell();
    };
    chain = chain.then(run);
  }

  async function walk(entry, above) {
    if (entry.isFile) {
      const file = await new Promise((done, failed) => entry.file(done, failed));
      add(file, above + file.name);
    } else if (entry.isDirectory) {
      const reader = entry.createReader();
      for (;;) {
        const some = await new Promise((done, failed) => reader.readEntries(done, failed));
        if (!some.length) return;
        for (const one of some) await walk(one, `${above}${entry.name}/`);
      }
    }
  }

  form.querySelector("[data-folder]").hidden = false;
  drop.hidden = false;
  form.addEventListener("submit", (event) => {
    const inputs = [...form.querySelectorAll("input[type=file]")];
    if (!inputs.some((input) => input.files.length)) return;
    event.preventDefault();
    for (const input of inputs) {
      const named = [...input.files].map((file) => [file.webkitRelativePath || file.name, file]);
      named.sort(([one], [other]) => one.localeCompare(other, "de", { numeric: true }));
      for (const [path, file] of named) add(file, path);
      input.value = "";
      input.dispatchEvent(new Event("change"));
    }
  });
  // Anywhere on the page: a file dropped beside a small target would open in the browser instead.
  const carries = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  for (const kind of ["dragenter", "dragover"]) {
    addEventListener(kind, (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      form.classList.add("is-over");
    });
  }
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) form.classList.remove("is-over"); });
  addEventListener("drop", async (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    form.classList.remove("is-over");
    // All entries must be asked for before the first pause: they are gone afterwards.
    const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
    const entries = items.map((item) => item.webkitGetAsEntry?.() || item.getAsFile()).filter(Boolean);
    for (const entry of entries) {
      if (entry instanceof File) add(entry, entry.name);
      else await walk(entry, "");
    }
  });
  addEventListener("beforeunload", (event) => { if (over < total) event.preventDefault(); });
}
