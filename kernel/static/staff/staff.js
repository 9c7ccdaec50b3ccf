/* What staff pages do in the browser: copy, keys, select all, typed confirmations, runs that update by themselves, and tables
   that fit. */
"use strict";

/* The frame shows the page when its scripts have run. On a slow machine that is after the browser has looked for the field
   that wants the focus, and a hidden one gets none. */
for (const moment of ["alpine:initialized", "DOMContentLoaded"]) {
  document.addEventListener(moment, () => requestAnimationFrame(() => {
    if (document.activeElement === document.body) document.querySelector("[autofocus]")?.focus();
  }));
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const icon = button.querySelector(".material-symbols-outlined");
  icon.textContent = "check";
  setTimeout(() => { icon.textContent = "content_copy"; }, 1200);
});

/* The only two ways to take recovery codes from the page. */
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-from], [data-download-from]");
  if (!button) return;
  const text = document.querySelector(button.dataset.copyFrom || button.dataset.downloadFrom).textContent;
  if (button.dataset.copyFrom) return navigator.clipboard.writeText(text);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = button.dataset.file;
  link.click();
  URL.revokeObjectURL(link.href);
});

function isTyping(event) {
  const field = event.target.closest("input, textarea, select, [contenteditable]");
  return field || event.ctrlKey || event.metaKey || event.altKey;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || isTyping(event)) return;
  const search = document.getElementById("quick-search");
  if (!search) return;
  event.preventDefault();
  search.focus();
});

/* Chords: two keys, the second within two seconds of the first, follow the link that the dialog of `?` has for them. */
const CHORD_PAUSE = 2000;
let chord = { key: "", time: 0 };

document.addEventListener("keydown", (event) => {
  const keys = document.getElementById("keys");
  if (!keys || isTyping(event) || event.key === "Shift") return;
  if (event.key === "?" && !keys.open) return keys.showModal();
  const begun = event.timeStamp - chord.time < CHORD_PAUSE ? chord.key : "";
  chord = { key: event.key, time: event.timeStamp };
  const typed = `${begun} ${event.key}`;
  const link = [...keys.querySelectorAll("[data-chord]")].find((one) => one.dataset.chord === typed);
  if (!link) return;
  event.preventDefault();
  link.click();
});

document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-select-all]");
  if (all) {
    for (const box of document.querySelectorAll(all.dataset.selectAll)) box.checked = all.checked;
  }
  const list = event.target.closest("[data-submit-on-change]");
  if (list) list.form.requestSubmit();
  updateSelection();
});

function updateSelection() {
  for (const bar of document.querySelectorAll("[data-selection]")) {
    const chosen = document.querySelectorAll(bar.dataset.selection + ":checked").length;
    bar.hidden = chosen === 0;
    const number = bar.querySelector("[data-selected]");
    if (number) number.textContent = String(chosen);
  }
}

/* A typed confirmation: the button works once each text is the expected one. The server checks it again. */
document.addEventListener("input", (event) => {
  const field = event.target.closest("[data-must-equal]");
  if (!field) return;
  const button = field.form.querySelector("[data-confirms]");
  const fields = [...field.form.querySelectorAll("[data-must-equal]")];
  const isWrong = (typed) => asConfirmed(typed.value) !== asConfirmed(typed.dataset.mustEqual);
  if (button) button.disabled = fields.some(isWrong);
});

/* Letter case, blanks, and which apostrophes, quotes and dashes these are, do not count: exactly as `as_confirmed` and
   `name` of kernel/texts.py, which a test compares with these for every letter. */
function asConfirmed(text) {
  const typed = asName(text)
    .replace(/[\u2018-\u201b\u02bb\u02bc\u2032`\xb4]/g, "'")
    .replace(/[\u201c-\u201f\u2033\xab\xbb]/g, '"')
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .normalize("NFKC");
  return asName(byCapitals(byCapitals(typed)).normalize("NFKC"));
}

function byCapitals(text) {
  return [...text].map((one) => one.toUpperCase().toLowerCase()).join("");
}

function asName(text) {
  return text.normalize("NFC")
    .replace(/[\xad\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069]/g, "")
    .replace(/[\t-\r \x85\xa0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]+/g, " ")
    .replace(/^[ \u200c\u200d]+|[ \u200c\u200d]+$/g, "");
}

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button && button.matches("[data-once]")) setTimeout(() => { button.disabled = true; }, 0);
});

/* Every [data-poll] asks its address for new pieces of the page, each for the element with its name, until one of them has
   data-finished. */
async function poll(page) {
  if (page.querySelector("[data-finished]")) return;
  const pause = document.hidden ? 5000 : 1500;
  await new Promise((done) => setTimeout(done, pause));
  await refresh(page);
  poll(page);
}

async function refresh(page) {
  try {
    const answer = await fetch(page.dataset.poll, { headers: { "X-Requested-With": "fetch" } });
    if (answer.redirected || answer.status === 403) return location.reload();
    if (answer.ok) showParts(page, await answer.text());
    page.classList.toggle("st-stale", !answer.ok);
  } catch {
    page.classList.add("st-stale");
  }
}

/* A form that is answered by a file leaves its page as it was, and what the page says about the file is not true any more. */
document.addEventListener("submit", (event) => {
  const page = event.target.closest("[data-poll]");
  if (page) setTimeout(() => refresh(page), 2000);
});

function showParts(page, answer) {
  const fresh = document.createElement("template");
  fresh.innerHTML = answer;
  for (const part of fresh.content.querySelectorAll("[data-part]")) {
    const place = page.querySelector(`[data-part="${part.dataset.part}"]`);
    if (place && place.textContent !== part.textContent) replaceContent(place, part);
  }
  updateSelection();
}

/* The tooltip of a time says how long ago it was when it is looked at: pages stay open. */
const UNITS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const inWords = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

function fromNow(moment) {
  const seconds = Math.round((Date.parse(moment) - Date.now()) / 1000);
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) || UNITS.at(-1);
  return inWords.format(Math.trunc(seconds / size), unit);
}

document.addEventListener("pointerover", (event) => {
  const time = event.target.closest("time.st-time");
  if (time) time.title = `${fromNow(time.dateTime)} (${time.dateTime})`;
});

/* A table that is wider than its container is shown row by row, each cell with the title of its column. */
const tableWidths = new ResizeObserver((changes) => {
  for (const { target, contentRect } of changes) {
    if (target.fittedTo !== contentRect.width) fit(target, contentRect.width);
  }
});

function fit(container, width) {
  container.fittedTo = width;
  for (const table of container.querySelectorAll(".st-table")) {
    table.classList.remove("st-rows");
    table.classList.toggle("st-rows", table.scrollWidth > container.clientWidth);
  }
}

function layOut(page) {
  for (const table of page.querySelectorAll(".st-table")) {
    const titles = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent.trim());
    for (const cell of table.querySelectorAll("tbody td")) cell.dataset.label = titles[cell.cellIndex] || "";
  }
  for (const container of page.querySelectorAll(".st-scroll")) {
    fit(container, container.clientWidth);
    tableWidths.observe(container);
  }
}

/* Ticked boxes stay ticked, and the keyboard focus stays where it is. */
function replaceContent(place, part) {
  const chosen = new Set([...place.querySelectorAll(":checked")].map((box) => box.value));
  const focus = [...place.querySelectorAll("a, button, input")].indexOf(document.activeElement);
  place.replaceChildren(...part.childNodes);
  layOut(place);
  for (const box of place.querySelectorAll("[type=checkbox]")) box.checked = chosen.has(box.value);
  place.querySelectorAll("a, button, input")[focus]?.focus({ preventScroll: true });
}

document.addEventListener("DOMContentLoaded", () => {
  layOut(document);
  updateSelection();
  for (const field of document.querySelectorAll("[data-must-equal]")) {
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  for (const element of document.querySelectorAll("[data-poll]")) poll(element);
});
