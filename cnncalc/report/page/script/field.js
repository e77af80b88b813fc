// The layer that is lit up: its figures, and its receptive field on the input, in cells.

const panel = document.getElementById("layer");

function svg(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

const range = ([first, last]) => (first === last ? `${first}` : `${first} to ${last}`);

// Which axes are drawn together, the vertical one first: a plane, and a strip for what is left.
function pairs(rank) {
  return [[], [[null, 0]], [[0, 1]], [[1, 2], [null, 0]]][rank] ?? [];
}

// The window on an axis: the input, and around it as much padding as is worth seeing.
function view(size, spans) {
  const most = Math.ceil(size / 4);
  const low = Math.max(-most, Math.min(0, ...spans.map(([first]) => first)));
  const high = Math.min(size - 1 + most, Math.max(size - 1, ...spans.map(([, last]) => last)));
  const edge = Math.max((high - low + 1) / 50, size / 100);
  return [low - edge, high - low + 1 + 2 * edge];
}

// All fields on an input, so that its picture does not jump from one layer to the next.
const spansOn = data.inputs.map((_, input) =>
  steps.map((step) => step.field).filter((field) => field?.span && field.input === input)
);

function plane(input, field, [down, across]) {
  const sizes = data.inputs[input].sizes;
  const width = sizes[across];
  const height = down === null ? Math.max(width / 8, 1) : sizes[down];
  const spans = (axis) => spansOn[input].map((one) => one.span[axis]);
  const [left, wide] = view(width, spans(across));
  const [top, high] = down === null ? [-height / 20, height * 1.1] : view(height, spans(down));
  const thin = Math.max(wide / high, high / wide) > 6;
  const drawn = svg("svg", {
    class: "plane",
    role: "img",
    "aria-label": `receptive field on ${data.inputs[input].name}`,
    viewBox: `${left} ${top} ${wide} ${high}`,
    preserveAspectRatio: thin ? "none" : "xMidYMid",
  });
  if (thin) drawn.setAttribute("height", 90);
  drawn.append(svg("rect", { class: "ground", x: 0, y: 0, width, height }));
  if (data.image && input === 0 && down !== null) {
    const place = { x: 0, y: 0, width, height, preserveAspectRatio: "none" };
    drawn.append(svg("image", { ...place, href: data.image }));
  } else if (Math.max(width, height) <= 64) {
    drawn.append(svg("path", { class: "grid", d: grid(width, down === null ? 0 : height, height) }));
  }
  const box = (kind, spans) => {
    const [x0, x1] = spans[across];
    const [y0, y1] = down === null ? [0, height - 1] : spans[down];
    const edges = { x: x0, y: y0, width: x1 - x0 + 1, height: y1 - y0 + 1 };
    drawn.append(svg("rect", { class: kind, ...edges }));
  };
  if (field?.span) box("seen", field.span);
  if (field?.narrow) box("narrow", field.narrow);
  return drawn;
}

function grid(columns, rows, height) {
  let path = "";
  for (let x = 1; x < columns; x += 1) path += `M${x},0V${height}`;
  for (let y = 1; y < rows; y += 1) path += `M0,${y}H${columns}`;
  return path;
}

function explain(field) {
  if (!field) return "What it sees of the input is not known.";
  const { sizes } = data.inputs[field.input];
  const of = data.inputs.length > 1 ? ` of ${data.inputs[field.input].name}` : "";
  if (field.all) return `Every output sees all of the input${of}: ${sizes.join(" × ")}.`;
  if (!field.span) return `It sees ${field.sizes?.join(" × ") ?? "some"} cells of the input${of}.`;
  const cells = field.span.map(([first, last]) => last - first + 1);
  const inside = field.span.map(([first, last], axis) =>
    Math.max(0, Math.min(last, sizes[axis] - 1) - Math.max(first, 0) + 1)
  );
  const clipped = inside.some((count, axis) => count < cells[axis]);
  const where = ["", ["cells"], ["rows", "columns"], ["planes", "rows", "columns"]][cells.length];
  const spans = field.span.map((span, axis) => `${where[axis]} ${range(span)}`).join(", ");
  return (
    `Its output (${field.at.join(", ")}) sees ${cells.join(" × ")} cells${of}: ${spans}.` +
    (clipped ? ` ${inside.join(" × ")} of them are input, the others padding.` : "") +
    (field.narrow ? " Dashed: along the path that sees least." : "") +
    (field.gate ? " A gate beside it sees everything." : "")
  );
}

function describe(index) {
  const cells = [...lines[index].cells];
  const titles = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
  const figures = element("dl");
  titles.forEach((text, column) => {
    if (!column || !cells[column].textContent) return;
    figures.append(element("dt", text), element("dd", cells[column].textContent));
  });
  return figures;
}

watchers.push((index) => {
  const { field } = steps[rows[index].last];
  const input = field ? field.input : 0;
  const planes = element("div", undefined, { class: "planes" });
  const rank = data.inputs[input]?.sizes?.length ?? 0;
  for (const pair of pairs(rank)) planes.append(plane(input, field, pair));
  const name = [...lines[index].cells[0].querySelectorAll(".around, .own")];
  panel.replaceChildren(
    element("h2", name.map((part) => part.textContent).join("")),
    describe(index),
    planes,
    element("p", rank ? explain(field) : "The input is no map: there is no field to draw.", {
      class: "note",
    })
  );
});
