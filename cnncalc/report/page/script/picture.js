// The drawing: its groups light up with the rows that they show.

const picture = document.querySelector(".picture");
const groups = new Map();
for (const group of picture.querySelectorAll("[data-layer]")) {
  const name = group.dataset.layer;
  groups.set(name, [...(groups.get(name) ?? []), group]);
}
const rowOf = new Map(); // by name of a group, the row that it stands for
rows.forEach((row, index) => {
  if (!rowOf.has(row.mark)) rowOf.set(row.mark, index); // those after it are drawn into the first
});

picture.addEventListener("pointerover", (event) => {
  const group = event.target.closest("[data-layer]");
  const index = group && rowOf.get(group.dataset.layer);
  if (index !== null && index !== undefined) point(index);
});
picture.addEventListener("click", (event) => {
  const group = event.target.closest("[data-layer]");
  const index = group && rowOf.get(group.dataset.layer); // none beyond the end of the table
  if (index !== null && index !== undefined) reveal(index);
});

// All groups that show a row: its own, or those of the layers in it.
function groupsOf(index) {
  const own = groups.get(rows[index].mark);
  if (own) return own;
  const inside = new Set();
  for (let at = rows[index].first; at <= rows[index].last; at += 1) {
    for (const group of groups.get(rows[rowAt[at]].mark) ?? []) inside.add(group);
  }
  return [...inside];
}

let litGroups = [];
watchers.push((index) => {
  for (const group of litGroups) group.classList.remove("lit");
  litGroups = groupsOf(index);
  for (const group of litGroups) group.classList.add("lit");
  if (litGroups.length && !picture.matches(":hover")) bringIntoSight(litGroups[0]);
});

// Scrolls the drawing in its frame, and never the page.
function bringIntoSight(group) {
  const frame = picture.getBoundingClientRect();
  const box = group.getBoundingClientRect();
  if (box.top < frame.top || box.bottom > frame.bottom) {
    picture.scrollTop += box.top - frame.top - (frame.height - box.height) / 2;
  }
  if (box.left < frame.left || box.right > frame.right) {
    picture.scrollLeft += box.left - frame.left - (frame.width - box.width) / 2;
  }
}

// Enlarged as far as there is room for all of it, and reduced a little where it would be cut off.
function fit() {
  const drawing = picture.querySelector("svg");
  const { width, height } = drawing.viewBox.baseVal;
  const room = picture.clientWidth - 26;
  const most = parseFloat(getComputedStyle(picture).maxHeight) - 28;
  const scale = Math.min(Math.max(Math.min(room / width, most / height), 0.85), 1.5);
  drawing.style.width = `${width * scale}px`;
  drawing.style.height = `${height * scale}px`;
}
fit();
new ResizeObserver(fit).observe(picture);
