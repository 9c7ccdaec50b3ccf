/* What axe finds on the open page, light and dark: an array of findings. Run by accessibility.py, after axe itself. */
const answer = arguments[0];
const root = document.documentElement;
const wasDark = root.classList.contains("dark");
/* Colours on their way from one theme to the other would be judged. */
const still = new CSSStyleSheet();
still.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important; }");
document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];

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
