// The charts, drawn by Observable Plot; all of them have the layers from left to right.

const plots = document.getElementById("plots");
const height = 220;
const below = 78; // room for names
const units = [["B", 1], ["KiB", 2 ** 10], ["MiB", 2 ** 20], ["GiB", 2 ** 30], ["TiB", 2 ** 40]];
const tens = d3.format("~s");
const amount = (value) =>
  Number.isInteger(value) ? tens(value).replace(/([a-zA-Z])$/, " $1") : String(value);

// Names at the places where a block or a layer outside of blocks begins, as many as there is room.
function ticks(width) {
  const room = 17 / (width / steps.length);
  const chosen = [];
  for (const index of roots) {
    const at = rows[index].first + 0.5;
    if (!chosen.length || at - chosen[chosen.length - 1] >= room) chosen.push(at);
  }
  const inputs = data.inputs.map((_, at) => at + 0.5);
  const fits = data.inputs.length === 1 && !(chosen[0] - inputs[0] < room);
  return fits ? [...inputs, ...chosen] : chosen;
}

function nameAt(place) {
  const at = Math.floor(place);
  const root = roots.find((index) => rows[index].first === at);
  const own = root === undefined ? null : lines[root].querySelector(".own");
  const text = own ? own.textContent : steps[at].name;
  return text.length > 14 ? `${text.slice(0, 13)}…` : text;
}

// A figure at every position; where it is not known the charts have a gap and a question mark.
const placed = (value) => steps.map((step, at) => ({ at, role: step.role, value: value(step) }));

function bars(points) {
  return [
    Plot.rect(points, {
      x1: "at",
      x2: (point) => point.at + 1,
      y1: 0,
      y2: "value",
      fill: (point) => `var(--${point.role})`,
      stroke: (point) => `var(--strong-${point.role})`,
      strokeWidth: 0.8,
    }),
    unknown(points),
  ];
}

const unknown = (points) =>
  Plot.text(points.filter((point) => point.value === null), {
    x: (point) => point.at + 0.5,
    y: 0,
    dy: -7,
    text: () => "?",
  });

function stairs(points, options) {
  const corners = [];
  for (const { at, value } of points) corners.push({ x: at, value }, { x: at + 1, value });
  return Plot.lineY(corners, { x: "x", y: "value", strokeWidth: 1.8, ...options });
}

function costs(key, title) {
  const points = placed((step) => step[key]);
  return { title, label: null, format: amount, marks: bars(points) };
}

function fields() {
  const known = steps.filter((step) => step.field?.sizes && !step.field.all);
  const rank = data.axes.length;
  if (!rank || !known.length) return null;
  const alike = (one, other) =>
    steps.every(({ field }) => !field?.sizes || field.sizes[one] === field.sizes[other]) &&
    data.inputs.every(({ sizes }) => sizes?.[one] === sizes?.[other]);
  const all = data.axes.map((_, axis) => axis);
  const axes = all.filter((axis) => !all.some((other) => other < axis && alike(other, axis)));
  const called = (axis) =>
    all
      .filter((other) => alike(axis, other))
      .map((other) => data.axes[other])
      .join(" and ");
  const hues = ["var(--strong-convolution)", "var(--strong-activation)", "var(--strong-dense)"];
  const of = (key, axis) => placed(({ field }) => (field?.all ? null : field?.[key]?.[axis] ?? null));
  const ends = [
    { x: 0, textAnchor: "start", dx: 3 },
    { x: steps.length, textAnchor: "end" },
    { x: steps.length / 2, textAnchor: "middle" },
  ];
  const marks = axes.flatMap((axis, order) => {
    const size = data.inputs[0].sizes[axis];
    const name = axes.length > 1 ? `${called(axis)} ` : "";
    const most = of("sizes", axis);
    const least = of("smallest", axis);
    const dashed = least.some((point, at) => point.value !== most[at].value);
    const limit = data.inputs.every(({ sizes }) => sizes?.[axis] === size) ? [size] : [];
    const hue = { stroke: hues[axis] };
    return [
      Plot.ruleY(limit, { ...hue, strokeDasharray: "2 3" }),
      Plot.text(limit, {
        ...ends[order],
        x: () => ends[order].x,
        y: (value) => value,
        text: (value) => `input ${name}${value}`,
        dy: -7,
        fill: hues[axis],
      }),
      stairs(most, hue),
      dashed ? stairs(least, { ...hue, strokeWidth: 1, strokeDasharray: "4 3" }) : null,
    ];
  });
  marks.push(unknown(placed((step) => (step.field ? 0 : null))));
  return {
    title: "Receptive field",
    about: "cells per axis; none where all is seen",
    label: "↑ cells",
    marks,
  };
}

function memory() {
  const known = steps.map((step) => step.live).filter((value) => value !== null);
  if (!known.length) return null;
  const peak = Math.max(...known);
  const [name, unit] = units.filter(([, size]) => size <= Math.max(peak, 1)).pop();
  const points = placed(({ live }) => (live === null ? null : live / unit));
  const hue = "var(--strong-dense)";
  const whole = known.length === steps.length;
  const top = whole ? points.filter((point) => point.value === peak / unit).slice(0, 1) : [];
  return {
    title: "Live memory",
    about: whole ? "activations alive in a forward pass, weights not" : "as far as sizes are known",
    label: `↑ ${name}`,
    marks: [
      Plot.rect(points, {
        x1: "at",
        x2: (point) => point.at + 1,
        y1: 0,
        y2: "value",
        fill: "var(--dense)",
        insetRight: -0.3, // no seams
      }),
      stairs(points, { stroke: hue }),
      unknown(points),
      Plot.dot(top, { x: (point) => point.at + 0.5, y: "value", r: 3, fill: hue }),
      Plot.text(top, {
        x: (point) => point.at + 0.5,
        y: "value",
        dy: -8,
        text: () => `peak ${data.peak}`,
        textAnchor: top[0]?.at > steps.length / 2 ? "end" : "start",
      }),
    ],
  };
}

function figure({ title, about = "", label, format, marks }) {
  const made = element("figure");
  const caption = element("figcaption", title);
  if (about) caption.append(element("span", ` – ${about}`));
  made.append(caption);
  plots.append(made);
  const width = Math.max(made.clientWidth, 260);
  const chart = Plot.plot({
    className: "chart",
    ariaLabel: title,
    width,
    height,
    marginLeft: 58,
    marginRight: 12,
    marginTop: 24,
    marginBottom: below,
    x: { domain: [0, steps.length], axis: null },
    y: { label, grid: true, ticks: 5, tickFormat: format, nice: true, zero: true },
    color: { type: "identity" },
    marks: [
      Plot.axisX(ticks(width - 70), { tickFormat: nameAt, tickRotate: -45, tickSize: 4, label: null }),
      Plot.ruleY([0]),
      ...marks,
    ],
  });
  chart.querySelector("style")?.remove(); // its rules are in the page's style sheet
  chart.setAttribute("role", "img");
  for (const group of chart.querySelectorAll("g[aria-label]")) {
    group.setAttribute("class", group.getAttribute("aria-label").replace(/ /g, "-"));
    group.removeAttribute("aria-label"); // a picture has one name
  }
  const x = chart.scale("x");
  const [left, right] = [x.apply(0), x.apply(steps.length)];
  const at = (event) => {
    const share = (d3.pointer(event, chart)[0] - left) / (right - left);
    return rowAt[Math.floor(share * steps.length)];
  };
  const band = svg("rect", { class: "band", y: 20, height: height - below - 20 });
  chart.prepend(band); // below what is drawn, whose colours it must not change
  chart.addEventListener("pointermove", (event) => at(event) !== undefined && light(at(event)));
  chart.addEventListener("click", (event) => at(event) !== undefined && reveal(at(event)));
  made.append(chart);
  return (index) => {
    const { first, last } = rows[index];
    band.setAttribute("x", x.apply(first));
    band.setAttribute("width", Math.max(x.apply(last + 1) - x.apply(first), 1.5));
  };
}

function legend() {
  const list = element("ul", undefined, { class: "legend" });
  for (const role of new Set(steps.map((step) => step.role))) {
    const item = element("li");
    item.append(element("span", undefined, { class: `swatch ground-${role}` }), role);
    list.append(item);
  }
  return list;
}

let bands = [];
function drawCharts() {
  plots.replaceChildren(legend());
  const wanted = [costs("macs", "MACs"), costs("params", "Parameters"), fields(), memory()];
  bands = wanted.filter(Boolean).map(figure);
  if (lit !== null) for (const band of bands) band(lit);
}

drawCharts();
watchers.push((index) => {
  for (const band of bands) band(index);
});

let drawnAt = plots.clientWidth;
new ResizeObserver(() => {
  if (plots.clientWidth === drawnAt) return;
  drawnAt = plots.clientWidth;
  drawCharts();
}).observe(plots);
