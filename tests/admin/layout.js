/* What is wrong with the page in this window, when it has settled: an array of sentences. Run by test_layout.py. */
const answer = arguments[0];
const settled = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
for (const folded of document.querySelectorAll("details")) folded.open = true;
settled().then(() => answer(look()));

function look() {
const wrong = [];
const reader = document.createRange();
const boxes = new Map();
const width = document.documentElement.clientWidth;
const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !element.closest("#nav-sidebar, .st-hidden, .st-skip, .st-rows thead th:not(:has(input))");
const name = (element) => `<${element.tagName.toLowerCase()} ${element.className}> "${element.textContent.trim().slice(0, 60)}"`;

if (document.documentElement.scrollWidth > width) {
  wrong.push(`the page scrolls sideways: ${document.documentElement.scrollWidth} of ${width} px`);
}

/* Nothing may stick out of the window, or of a box that hides what sticks out of it. */
function cutBy(element) {
  const box = extent(element);
  if (box.left < -1 || box.right > width + 1) return "the window";
  for (let around = hidingBox(element); around; around = hidingBox(around)) {
    const limit = around.getBoundingClientRect();
    if (box.right > limit.right + 1 || box.left < limit.left - 1) return name(around);
  }
  return "";
}
/* The nearest box around an element that does not show what sticks out of it. Hundreds of cells share theirs. */
function hidingBox(element) {
  const around = element.parentElement;
  if (!around || around === document.body) return null;
  if (!boxes.has(around)) boxes.set(around, getComputedStyle(around).overflowX === "visible" ? hidingBox(around) : around);
  return boxes.get(around);
}
/* What a box and the text in it cover: the text may stick out. */
function extent(element) {
  const box = element.getBoundingClientRect();
  if (element.matches("input, select, textarea") || getComputedStyle(element).textOverflow === "ellipsis") return box;
  const text = covered(element);
  return text.width ? { left: Math.min(box.left, text.left), right: Math.max(box.right, text.right) } : box;
}
/* What the text in a node covers, but for that which a short id hides. */
function covered(node) {
  const isElement = node.nodeType === Node.ELEMENT_NODE;
  if (isElement && node.matches(".st-short code")) return node.getBoundingClientRect();
  if (isElement && (node.querySelector(".st-short code") || node.closest(".st-short"))) {
    const inner = [...node.childNodes].map(covered).filter((box) => box.width);
    const left = Math.min(...inner.map((box) => box.left)), right = Math.max(...inner.map((box) => box.right));
    return { left, right, width: inner.length ? right - left : 0 };
  }
  reader.selectNodeContents(node);
  return reader.getBoundingClientRect();
}
const parts = "button, a, input:not([type=hidden]), select, textarea, dd, dt, .st-title h1, h2, p, td, code, table tr > :last-child, table tr > :first-child";
for (const element of document.querySelectorAll(parts)) {
  if (!shown(element)) continue;
  const edge = cutBy(element);
  if (edge) wrong.push(`${name(element)} is cut by ${edge}`);
}

/* Ids, codes and addresses stay readable: an id takes three lines at the most, and longer ones have no short lines. */
for (const element of document.querySelectorAll("body *")) {
  const text = element.textContent.trim();
  const isOne = !element.firstElementChild || element.matches(".st-pieces");
  if (!isOne || text.length < 12 || /\s/.test(text) || !shown(element) || element.closest("pre, option, script, style")) continue;
  reader.selectNodeContents(element);
  const lines = new Set([...reader.getClientRects()].filter((box) => box.width > 0).map((box) => Math.round(box.top / 4)));
  if (lines.size > Math.max(3, text.length / 14)) wrong.push(`${name(element)} is broken over ${lines.size} lines`);
}
for (const table of document.querySelectorAll(".st-table")) {
  if (!table.closest(".st-scroll")) wrong.push(`${name(table)} has no place of its own`);
  if (width > 1000 && table.matches(".st-rows:not(.st-chosen)")) wrong.push(`${name(table)} is too wide to be a table`);
}
return wrong;
}
