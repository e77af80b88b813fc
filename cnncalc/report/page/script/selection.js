// What is lit up: one row of the table, a layer or a block, and who wants to know of it.

const data = JSON.parse(document.getElementById("data").textContent);
const { rows, steps } = data;
const watchers = [];
let lit = null;

document.documentElement.classList.add("js");

function light(row) {
  if (row === lit) return;
  lit = row;
  for (const watcher of watchers) watcher(row);
}

// The same for the mouse. A page that scrolls under it has not been pointed at: what a click has lit
// stays until the mouse moves.
let scrolled = false;
function point(row) {
  if (!scrolled) light(row);
}
document.addEventListener("pointermove", () => (scrolled = false), true);

// The row of the layer at each position.
const rowAt = [];
rows.forEach((row, index) => {
  if (!row.block) rowAt[row.first] = index;
});

function element(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
