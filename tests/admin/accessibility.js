/* What axe finds on the open page, light and dark: an array of findings. Run by accessibility.py, after axe itself. */
const answer = arguments[0];
const root = document.documentElement;
const wasDark = root.classList.contains("dark");
/* Colours on their way from one theme to the other would be judged. */
const still = new CSSStyleSheet();
still.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important; }");
document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];

rememberColours();
look().then(answer, (error) => answer([{ rule: "axe", impact: "critical", element: "", html: "", text: String(error), theme: "" }]));

async function look() {
  const light = await findings("light", { rules: Object.fromEntries(excused.map((rule) => [rule, { enabled: false }])) });
  /* The themes differ in colours alone. */
  const dark = await findings("dark", { runOnly: ["color-contrast", "link-in-text-block"] });
  root.classList.toggle("dark", wasDark);
  return [...light, ...dark];
}

async function findings(theme, options) {
  root.classList.toggle("dark", theme === "dark");
  const { violations } = await axe.run(document, { resultTypes: ["violations"], elementRef: false, ...options });
  return violations.flatMap((rule) => rule.nodes.map((node) => finding(theme, rule, node)));
}

function finding(theme, rule, node) {
  const text = [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; ");
  return { theme, rule: rule.id, impact: node.impact || rule.impact, element: node.target.join(" "), html: node.html.slice(0, 200), text };
}

/* axe reads the colours of each element and of all that are around it, a third of a millisecond each, and a page has some
   dozens of them.

   Gain: a third of what axe takes on a page.
   Remove when: axe itself reads a colour once. */
function rememberColours() {
  const { prototype } = axe.commons.color.Color;
  const read = prototype.parseString, known = new Map();
  prototype.parseString = function (text) {
    if (known.has(text)) return Object.assign(this, known.get(text));
    read.call(this, text);
    const { r, g, b, alpha } = this;
    known.set(text, { r, g, b, alpha });
    return this;
  };
}
