// The table: folds by block, sorts by column, and is a tree grid for the keyboard.
// https://www.w3.org/WAI/ARIA/apg/patterns/treegrid/

const table = document.getElementById("layers-table");
const body = table.tBodies[0];
const lines = [...body.rows];
const indexOf = new Map(lines.map((line, index) => [line, index]));
const children = rows.map(() => []);
const roots = [];
rows.forEach((row, index) => (row.parent === null ? roots : children[row.parent]).push(index));

const folded = new Set();
const order = { column: null, down: true };
let flat = false;

function level(index) {
  let count = 1;
  for (let at = rows[index].parent; at !== null; at = rows[at].parent) count += 1;
  return count;
}

function collate(one, other) {
  const { column, down } = order;
  if (column === null) return one - other;
  let [a, b] = [rows[one].keys[column], rows[other].keys[column]];
  if (a === null && b === null) {
    [a, b] = [one, other].map((index) => lines[index].cells[column].textContent);
    const compared = words.compare(a, b) || one - other;
    return down ? -compared : compared;
  }
  if (a === null || b === null) return a === null ? 1 : -1; // what is not known comes last
  return (down ? b - a : a - b) || one - other;
}
const words = new Intl.Collator("en", { numeric: true });

// Puts the rows in order; those in a folded block are hidden, but where they belong: they are
// printed.
function arrange() {
  const parts = document.createDocumentFragment();
  const place = (indices, hidden) => {
    for (const index of [...indices].sort(collate)) {
      lines[index].hidden = hidden;
      lines[index].classList.remove("off");
      parts.append(lines[index]);
      place(children[index], hidden || folded.has(index));
    }
  };
  if (flat) {
    const [blocks, layers] = [[], []];
    rows.forEach((row, index) => (row.block ? blocks : layers).push(index));
    place(layers, false);
    for (const index of blocks) lines[index].classList.add("off");
    for (const index of blocks) parts.append(lines[index]);
  } else {
    place(roots, false);
  }
  body.append(parts);
  table.classList.toggle("tree", !flat);
}

function fold(index, wanted) {
  if (wanted) folded.add(index);
  else folded.delete(index);
  lines[index].setAttribute("aria-expanded", String(!wanted));
}

function foldAll(wanted) {
  rows.forEach((row, index) => row.block && fold(index, wanted));
}

function sortBy(column) {
  const head = [...table.tHead.rows[0].cells];
  if (order.column !== column) Object.assign(order, { column, down: column > 1 });
  else if (order.down === column > 1) order.down = !order.down;
  else order.column = null; // the third time the network's own order is back
  head.forEach((cell, index) => {
    const way = order.down ? "descending" : "ascending";
    cell.setAttribute("aria-sort", index === order.column ? way : "none");
  });
  arrange();
}

const isShown = (index) => !lines[index].hidden && !lines[index].classList.contains("off");
const shown = () => [...body.rows].filter((line) => isShown(indexOf.get(line)));

// The row itself, or the closest block around it that is not folded away.
function visible(index) {
  let at = index;
  while (at !== null && !isShown(at)) at = rows[at].parent;
  return at;
}

function focusOn(line) {
  for (const other of lines) other.tabIndex = -1;
  line.tabIndex = 0;
  line.focus();
}

function reveal(index) {
  for (let at = rows[index].parent; at !== null; at = rows[at].parent) fold(at, false);
  if (flat && rows[index].block) chooseView("open");
  arrange();
  focusOn(lines[index]);
  lines[index].scrollIntoView({ block: "center" });
  scrolled = true;
  light(index);
}

function keyed(event) {
  const line = event.target.closest("tbody tr");
  if (!line || event.ctrlKey || event.altKey || event.metaKey) return;
  const index = indexOf.get(line);
  const near = shown();
  const at = near.indexOf(line);
  const block = rows[index].block;
  const steps = {
    ArrowDown: () => near[at + 1],
    ArrowUp: () => near[at - 1],
    Home: () => near[0],
    End: () => near[near.length - 1],
    ArrowRight: () => (block && folded.has(index) ? toggle(index) : near[at + 1]),
    ArrowLeft: () => (block && !folded.has(index) ? toggle(index) : lines[rows[index].parent]),
    Enter: () => (block ? toggle(index) : line),
    " ": () => (block ? toggle(index) : line),
  };
  const step = steps[event.key];
  if (!step) return;
  event.preventDefault();
  const next = step();
  if (next) focusOn(next);
}

function toggle(index) {
  fold(index, !folded.has(index));
  arrange();
  return lines[index];
}

// Which rows there are: blocks only, blocks with their layers, or layers only.
let chooseView = () => {};
function addTools() {
  const tools = element("fieldset", undefined, { class: "tools" });
  tools.append(element("legend", "Rows", { class: "aside" }));
  const views = { blocks: "Blocks", open: "Blocks and layers", layers: "Layers only" };
  chooseView = (view) => {
    tools.querySelector(`[value=${view}]`).checked = true;
    flat = view === "layers";
    foldAll(view === "blocks");
    arrange();
  };
  for (const [view, text] of Object.entries(views)) {
    const label = element("label");
    const input = element("input", undefined, { type: "radio", name: "view", value: view });
    input.addEventListener("change", () => chooseView(view));
    label.append(input, ` ${text}`);
    tools.append(label);
  }
  table.parentElement.before(tools);
  chooseView(rows.length > 60 ? "blocks" : "open");
}

function prepareTable() {
  table.setAttribute("role", "treegrid");
  [...table.tHead.rows[0].cells].forEach((cell, column) => {
    const button = element("button", cell.textContent, { type: "button" });
    button.addEventListener("click", () => sortBy(column));
    cell.dataset.title = cell.textContent; // printed in place of the button, which no page repeats
    cell.replaceChildren(button);
    cell.setAttribute("aria-sort", "none");
  });
  lines.forEach((line, index) => {
    line.tabIndex = index ? -1 : 0;
    line.setAttribute("aria-level", level(index));
    if (!rows[index].block) return;
    const button = element("span", undefined, { class: "fold", "aria-hidden": "true" });
    button.addEventListener("click", () => toggle(index));
    line.cells[0].prepend(button);
  });
  if (children.some((inside) => inside.length)) addTools();
  else arrange();
}

prepareTable();
body.addEventListener("keydown", keyed);
body.addEventListener("pointerover", (event) => {
  const line = event.target.closest("tr");
  if (line) point(indexOf.get(line));
});
body.addEventListener("focusin", (event) => {
  const line = event.target.closest("tr");
  if (line) light(indexOf.get(line));
});

let litLine = null;
watchers.push((index) => {
  const at = visible(index);
  if (litLine) litLine.classList.remove("lit");
  litLine = at === null ? null : lines[at];
  if (litLine) litLine.classList.add("lit");
});

// The findings light up their layer, and a link to it opens the blocks that it is in.
for (const item of document.querySelectorAll(".findings [data-row]")) {
  const index = Number(item.dataset.row);
  item.addEventListener("pointerenter", () => point(index));
  item.addEventListener("focusin", () => light(index));
  watchers.push((row) => item.classList.toggle("lit", row === index));
}
for (const link of document.querySelectorAll('a[href^="#row-"]')) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    reveal(Number(link.hash.slice(5)));
  });
}
for (const link of document.querySelectorAll('a[href^="#rule-"]')) {
  link.addEventListener("click", () => {
    document.getElementById(link.hash.slice(1)).open = true;
  });
}
