/* What is wrong with the page when it is printed: an array of sentences. Run by test_layout.py in a window as wide as the
   paper. A browser that prints runs no script, so tables stay as they were in the window. */
for (const table of document.querySelectorAll(".st-rows")) table.classList.remove("st-rows");
const wrong = [];
const width = document.documentElement.clientWidth;
const name = (element) => `<${element.tagName.toLowerCase()} ${element.className}> "${element.textContent.trim().slice(0, 60)}"`;
if (document.documentElement.scrollWidth > width) {
  wrong.push(`the page is ${document.documentElement.scrollWidth} px wide, the paper ${width}`);
}
for (const element of document.querySelectorAll("button, [type=submit], .st-button, .st-quick, #nav-sidebar")) {
  if (element.checkVisibility()) wrong.push(`${name(element)} is there to be pressed`);
}
for (const element of document.querySelectorAll("h1, h2, p, dd, .st-table td, .st-table th")) {
  if (element.checkVisibility() && element.getBoundingClientRect().right > width + 1) wrong.push(`${name(element)} leaves the paper`);
}
const heading = document.querySelector("h1");
if (heading && !heading.checkVisibility()) wrong.push("the heading is missing");
return wrong;
