/* Draws each <figure class="picture"> of a page from the table that it names. CONTRIBUTING.md, «Pictures», has the contract.
   The table is the text of the picture; where nothing can be drawn the page loses nothing. No motion, no other host. */

const LANGUAGE = document.documentElement.lang || "en";
const YEARS = 80; // so many years of which some are missing are shown with their gaps
const COLOURS = [1, 2, 3, 4, 5, 6].map((number) => `var(--picture-${number})`);
const number = new Intl.NumberFormat(LANGUAGE);
const loading = new Map();

/* ---- what is drawn: the rows of a table ---- */

function cells(table) {
  const keys = [...table.tHead.rows[0].cells].map((cell) => cell.dataset.key);
  return [...table.tBodies[0].rows].map((row) => (key) => {
    const cell = row.cells[keys.indexOf(key)];
    if (!cell) return { value: row.dataset[key] ?? "", text: row.dataset[key] ?? "" };
    const tag = cell.querySelector(".tag")?.textContent ?? ""; // the language of a text is no part of it
    const text = cell.textContent.trim().replace(/\s+/g, " ").replace(new RegExp(` ?${tag}$`), "");
    return { value: cell.dataset.value ?? text, text, link: cell.querySelector("a[href]")?.href };
  });
}

/** A day as a Date: of "2015" the first day, or the last one if `end`. Null if it is none. */
function day(text, end = false) {
  const found = /^(-?\d{4})(?:-(\d{2}))?(?:-(\d{2}))?/.exec(text ?? "");
  if (!found) return null;
  const [year, month, date] = found.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  if (date) return new Date(Date.UTC(year, month - 1, date));
  if (month) return new Date(Date.UTC(year, end ? month : month - 1, end ? 0 : 1));
  return new Date(Date.UTC(year, end ? 11 : 0, end ? 31 : 1));
}

const amount = (text) => (text === "" || text === undefined ? NaN : Number(text));

const span = (cell, keys) => ({ start: day(cell(keys.start).value), end: keys.end ? day(cell(keys.end).value, true) : null });

const READ = {
  bar: (cell, keys) => ({ ...named(cell, keys), value: amount(cell(keys.value).value) }),
  timeline: (cell, keys) => ({ ...named(cell, keys), ...span(cell, keys) }),
  map: (cell, keys) => ({
    ...named(cell, keys),
    lat: amount(cell(keys.lat).value),
    long: amount(cell(keys.long).value),
    value: keys.value ? amount(cell(keys.value).value) : NaN,
  }),
  growth: span,
  network: (cell, keys) => ({
    source: cell(keys.source),
    target: cell(keys.target),
    weight: keys.weight ? amount(cell(keys.weight).value) : 1,
  }),
};
READ.column = READ.bar;

const USABLE = {
  bar: (row) => row.label && Number.isFinite(row.value),
  timeline: (row) => row.label && (row.start || row.end),
  map: (row) => Math.abs(row.lat) <= 90 && Math.abs(row.long) <= 180,
  growth: (row) => row.start,
  network: (row) => row.source.text && row.target.text,
};
USABLE.column = USABLE.bar;

function named(cell, keys) {
  const { text, link } = cell(keys.label);
  const whole = row(cell, keys);
  return { label: text, link, title: whole, group: keys.group ? cell(keys.group).text : "" };
}

const row = (cell, keys) =>
  ["label", "group", "value", "start", "end"].filter((each) => keys[each]).map((each) => cell(keys[each]).text).filter(Boolean).join("\n");

/* ---- what draws: d3 and Plot, loaded when the first picture needs them ---- */

function load(address) {
  if (!loading.has(address)) {
    loading.set(address, new Promise((done, failed) => {
      const script = Object.assign(document.createElement("script"), { src: address, onload: done });
      script.onerror = () => failed(new Error(`${address} did not come`));
      document.head.append(script);
    }));
  }
  return loading.get(address);
}

function assets() {
  return JSON.parse(document.querySelector("script[data-assets]")?.dataset.assets ?? "{}");
}

async function borders(wide) {
  const found = assets();
  const address = found[wide ? "countries-110m.json" : "countries-50m.json"];
  await load(found["topojson-client.min.js"]);
  if (!loading.has(address)) loading.set(address, fetch(address).then((answer) => answer.json()));
  const world = await loading.get(address);
  const { feature, mesh } = globalThis.topojson;
  return { land: feature(world, world.objects.land), borders: mesh(world, world.objects.countries, (a, b) => a !== b) };
}

/** Plot writes a style element into what it draws, which our policy forbids; made in a document of its own it is inert. */
function plot(options) {
  const drawn = globalThis.Plot.plot({ ...options, document: document.implementation.createHTMLDocument("") });
  drawn.querySelectorAll("style").forEach((style) => style.remove());
  // Groups have no role that a name could belong to (WAI-ARIA 1.2); the picture as a whole has one.
  drawn.querySelectorAll("g[aria-label]").forEach((group) => group.removeAttribute("aria-label"));
  return document.adoptNode(drawn);
}

/* ---- the kinds of picture ---- */

const margin = (width) => Math.round(Math.min(230, width * 0.4));

function bands(rows, size, marks, options) {
  const { Plot } = globalThis;
  const left = margin(size.width);
  return plot({
    ...size,
    ...FONT,
    marginLeft: left,
    marginRight: 40,
    y: { domain: rows.map((_, index) => index), axis: null, label: null, type: "band", padding: 0 },
    ...options,
    marks: [
      Plot.axisY({
        label: null,
        tickFormat: (index) => rows[index].label,
        tickSize: 0,
        textOverflow: "ellipsis",
        lineWidth: (left - 18) / 12,
        fontSize: 12,
      }),
      ...marks(Math.max(3, ((size.height - 40) / rows.length - 20) / 2)),
    ],
  });
}

const colour = (rows) => {
  const groups = [...new Set(rows.map((each) => each.group).filter(Boolean))];
  return groups.length > 1 && groups.length <= COLOURS.length ? groups : [];
};
const filled = (rows) => {
  const groups = colour(rows);
  return (each) => COLOURS[Math.max(0, groups.indexOf(each.group))];
};

function bar(rows, size) {
  const { Plot } = globalThis;
  const indexed = rows.map((each, index) => ({ ...each, index }));
  const common = { x: "value", y: "index" };
  return bands(rows, size, (inset) => [
    Plot.barX(indexed, { ...common, fill: filled(rows), insetTop: inset, insetBottom: inset, title: "title", href: "link" }),
    Plot.text(indexed, { ...common, text: (each) => number.format(each.value), textAnchor: "start", dx: 4, fontSize: 12 }),
    Plot.ruleX([0], { stroke: "currentColor", strokeOpacity: 0.4 }),
  ], { x: { axis: null, zero: true }, marginTop: 8, marginBottom: 8, color: { type: "identity" } });
}

function column(rows, size) {
  const { Plot } = globalThis;
  const labels = places(rows.map((each) => each.label));
  const inset = Math.max(1, ((size.width - 60) / labels.length - 56) / 2);
  return plot({
    ...size,
    ...FONT,
    marginLeft: 40,
    x: { type: "band", label: null, domain: labels, ticks: ticked(labels, size.width), tickSize: 0, padding: 0 },
    y: { label: null, grid: true, zero: true, tickFormat: whole, tickSize: 0, ticks: 5 },
    color: { type: "identity" },
    marks: [
      Plot.barY(rows, { x: "label", y: "value", fill: filled(rows), title: "title", href: "link", insetLeft: inset, insetRight: inset }),
      Plot.ruleY([0], { stroke: "currentColor", strokeOpacity: 0.4 }),
    ],
  });
}

/** The labels; of years all from the first to the last, so that a gap shows. */
function places(labels) {
  const years = labels.map(Number);
  const [first, last] = [Math.min(...years), Math.max(...years)];
  if (!labels.every((each) => /^\d{4}$/.test(each)) || last - first > YEARS) return labels;
  return Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
}

const whole = (value) => (Number.isInteger(value) ? number.format(value) : "");

const FONT = { style: { fontSize: "12px" } };

const ticked = (labels, width) => {
  const step = Math.ceil((labels.length * 48) / width);
  return labels.filter((_, index) => index % step === 0);
};

function timeline(rows, size) {
  const { Plot } = globalThis;
  const now = new Date();
  // What has an end but no known beginning begins a year before it, at the latest.
  const days = rows.flatMap((each) => [each.start ?? (each.end && new Date(each.end - 366 * 864e5)), each.end]).filter(Boolean);
  const first = new Date(Math.min(...days, Date.UTC(now.getUTCFullYear() - 5, 0, 1)));
  const last = new Date(Math.max(...days, now)); // a term of office may end after this day
  const indexed = rows.map((each, index) => ({ ...each, index, x1: each.start ?? first, x2: each.end ?? now }));
  const open = indexed.filter((each) => !each.end);
  return bands(rows, size, (inset) => {
    const bar = { x1: "x1", x2: "x2", y: "index", insetTop: inset, insetBottom: inset, title: "title", href: "link", rx: 3 };
    return [
      Plot.gridX({ strokeOpacity: 0.12 }),
      Plot.barX(indexed, { ...bar, fill: filled(rows), fillOpacity: (each) => (each.start ? 1 : 0.4) }),
      // What goes on to this day has an arrow; what has no known beginning is pale.
      Plot.text(open, { x: "x2", y: "index", text: () => "→", dx: 10, fontSize: 13 }),
    ];
  }, { x: { type: "utc", domain: [first, last], label: null, ticks: Math.max(2, Math.floor(size.width / 130)) }, marginTop: 8, color: { type: "identity" }, opacity: { type: "identity" } });
}

function growth(rows, size) {
  const { Plot } = globalThis;
  const steps = rows.flatMap((each) => [{ at: each.start, by: 1 }, ...(each.end ? [{ at: each.end, by: -1 }] : [])]);
  steps.sort((a, b) => a.at - b.at);
  let total = 0;
  const curve = steps.map(({ at, by }) => ({ at, total: (total += by) }));
  curve.push({ at: new Date(), total });
  const common = { x: "at", y: "total", curve: "step-after" };
  return plot({
    ...size,
    ...FONT,
    marginLeft: 40,
    x: { type: "utc", label: null, ticks: Math.max(2, Math.floor(size.width / 130)) },
    y: { label: null, grid: true, zero: true, ticks: 5, tickSize: 0, tickFormat: whole },
    marks: [
      Plot.areaY(curve, { ...common, fill: COLOURS[0], fillOpacity: 0.18 }),
      Plot.lineY(curve, { ...common, stroke: COLOURS[0], strokeWidth: 2 }),
      Plot.ruleY([0], { stroke: "currentColor", strokeOpacity: 0.4 }),
    ],
  });
}

const crowded = (drawn) => (Object.assign(drawn.dataset, { thin: "yes" }), drawn);

async function map(rows, size) {
  const { Plot, d3 } = globalThis;
  const points = { type: "MultiPoint", coordinates: rows.map((each) => [each.long, each.lat]) };
  const [[west, south], [east, north]] = d3.geoBounds(points);
  const wide = (east - west + 360) % 360 > 70 || north - south > 60;
  const centre = d3.geoCentroid(points);
  const ground = await borders(wide);
  const around = d3.geoCircle().center(centre).radius(Math.max(2, d3.max(points.coordinates, (each) => (d3.geoDistance(centre, each) * 180) / Math.PI)) * 1.08);
  const valued = rows.some((each) => Number.isFinite(each.value));
  const drawn = plot({
    ...size,
    margin: 1,
    projection: wide
      ? { type: "equal-earth", domain: { type: "Sphere" }, inset: 4 }
      : { type: "azimuthal-equal-area", rotate: [-centre[0], -centre[1]], domain: around(), inset: 12, clip: null },
    r: { range: [3, 14], zero: true },
    color: { type: "identity" },
    marks: [
      Plot.geo(ground.land, { fill: "currentColor", fillOpacity: 0.09, clip: wide ? null : "frame" }),
      Plot.geo(ground.borders, { stroke: "currentColor", strokeOpacity: 0.25, strokeWidth: 0.7, clip: wide ? null : "frame" }),
      Plot.dot(rows, {
        x: "long", y: "lat", r: valued ? (each) => each.value || 0 : 4.5,
        fill: filled(rows), fillOpacity: 0.75, stroke: "var(--ground)", strokeWidth: 0.8, title: "title", href: "link",
      }),
      // Of very many places only those have names that are larger than others; which of the others had one would be chance.
      Plot.text(valued || rows.length <= 60 ? rows.slice(0, 60) : [], {
        x: "long", y: "lat", text: "label", textAnchor: "start", dx: 8, fontSize: 11.5, className: "names",
        stroke: "var(--ground)", strokeWidth: 3, fill: "currentColor", paintOrder: "stroke",
      }),
    ],
  });
  return crowded(drawn);
}

function network(rows, size) {
  const { d3 } = globalThis;
  const nodes = new Map();
  for (const { source, target } of rows) {
    for (const each of [source, target]) {
      const node = nodes.get(each.text) ?? { id: each.text, degree: 0 };
      nodes.set(each.text, { ...node, link: node.link ?? each.link, degree: node.degree + 1 });
    }
  }
  const points = [...nodes.values()];
  const edges = rows.map(({ source, target, weight }) => ({ source: source.text, target: target.text, weight: weight || 1 }));
  const radius = (node) => 4 + Math.sqrt(node.degree) * 2;
  const force = d3.forceSimulation(points)
    .force("edges", d3.forceLink(edges).id((node) => node.id).distance(70))
    .force("apart", d3.forceManyBody().strength(points.length > 60 ? -90 : -220))
    .force("room", d3.forceCollide((node) => radius(node) + 8))
    .force("x", d3.forceX(0).strength((0.1 * size.height) / size.width))
    .force("y", d3.forceY(0).strength(0.1))
    .stop();
  force.tick(250);
  const [x, y] = ["x", "y"].map((axis) => {
    const room = axis === "x" ? [70, size.width - 70] : [34, size.height - 16];
    const [least, most] = d3.extent(points, (node) => node[axis]);
    return least === most ? () => (room[0] + room[1]) / 2 : d3.scaleLinear([least, most], room);
  });
  const svg = d3.create("svg").attr("width", size.width).attr("height", size.height).attr("viewBox", `0 0 ${size.width} ${size.height}`);
  const thickness = d3.scaleSqrt([1, Math.max(2, d3.max(edges, (edge) => edge.weight))], [1, 5]);
  svg.append("g").attr("class", "edges").selectAll("line").data(edges).join("line")
    .attr("x1", (edge) => x(edge.source.x)).attr("y1", (edge) => y(edge.source.y))
    .attr("x2", (edge) => x(edge.target.x)).attr("y2", (edge) => y(edge.target.y))
    .attr("stroke-width", (edge) => thickness(edge.weight));
  const node = svg.append("g").attr("class", "nodes").selectAll("a").data([...points].sort((a, b) => b.degree - a.degree)).join("a").attr("href", (each) => each.link ?? null);
  node.append("circle").attr("cx", (each) => x(each.x)).attr("cy", (each) => y(each.y)).attr("r", radius).append("title").text((each) => each.id);
  node.append("text").attr("class", "name").attr("x", (each) => x(each.x)).attr("y", (each) => y(each.y) - radius(each) - 4)
    .attr("text-anchor", (each) => (x(each.x) < 120 ? "start" : x(each.x) > size.width - 120 ? "end" : "middle"))
    .attr("dx", (each) => (x(each.x) < 120 ? -radius(each) : x(each.x) > size.width - 120 ? radius(each) : 0))
    .text((each) => (each.id.length > 34 ? `${each.id.slice(0, 33)}…` : each.id));
  return crowded(svg.node());
}

const DRAW = { bar, column, timeline, map, growth, network };

/* ---- the figure around it ---- */

/** Takes out names that lie over an earlier one or hang over the edge; what they name keeps its title. */
function thin(drawn) {
  const frame = drawn.getBoundingClientRect();
  const kept = [];
  for (const text of drawn.querySelectorAll(".names text, text.name")) {
    const box = text.getBoundingClientRect();
    const over = box.left < frame.left || box.right > frame.right || box.top < frame.top || box.bottom > frame.bottom;
    const hit = kept.some((b) => box.left < b.right && b.left < box.right && box.top < b.bottom && b.top < box.bottom);
    if (over || hit) text.remove();
    else kept.push(box);
  }
}

/** The table has the links for the keyboard; in the picture they are for the pointer, as an image has no parts. */
function unlink(drawn) {
  for (const link of drawn.querySelectorAll("a")) {
    const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
    const target = link.getAttribute("href") ?? link.getAttributeNS("http://www.w3.org/1999/xlink", "href");
    if (target) group.dataset.href = target;
    group.append(...link.childNodes);
    link.replaceWith(group);
  }
  const follow = (event) => {
    const target = event.target.closest?.("[data-href]")?.dataset.href;
    if (!target || event.button > 1) return;
    if (event.button === 1 || event.ctrlKey || event.metaKey) window.open(target, "_blank", "noopener");
    else window.location.assign(target);
  };
  for (const kind of ["click", "auxclick"]) drawn.addEventListener(kind, follow);
}

function legend(figure, rows) {
  figure.querySelector(".legend")?.remove();
  const groups = colour(rows);
  if (!groups.length) return;
  const list = Object.assign(document.createElement("ul"), { className: "legend" });
  groups.forEach((group, index) => {
    const item = Object.assign(document.createElement("li"), { textContent: group });
    item.dataset.colour = index + 1;
    list.append(item);
  });
  below(figure).prepend(list);
}

/** Where legend and note go: room is kept for them, so that nothing moves when they come. */
const below = (figure) => figure.querySelector(".below") ?? figure;

function say(figure, text) {
  const line = figure.querySelector(".note") ?? below(figure).appendChild(Object.assign(document.createElement("p"), { className: "note hint" }));
  line.textContent = text;
}

/** Draws `figure` from the table that it names; the promise is kept when it is drawn or has said that it cannot be. */
export async function draw(figure) {
  const { picture: kind, of, height, most } = figure.dataset;
  const table = document.getElementById(of.replace("#", ""));
  const room = figure.querySelector(".room") ?? figure.appendChild(Object.assign(document.createElement("div"), { className: "room" }));
  try {
    const all = cells(table).map((cell) => READ[kind](cell, figure.dataset));
    const rows = all.filter(USABLE[kind]).slice(0, Number(most) || undefined);
    if (!rows.length) throw new Error("no row has what this picture needs");
    for (const name of ["d3.min.js", "plot.umd.min.js"]) await load(assets()[name]);
    const paint = async () => {
      const width = Math.floor(figure.clientWidth);
      if (!width || figure.dataset.width === String(width)) return;
      figure.dataset.width = width;
      const drawn = await DRAW[kind](rows, { width, height: Number(height) || 360 });
      drawn.setAttribute("role", "img");
      drawn.setAttribute("aria-label", figure.querySelector("figcaption")?.textContent.trim() ?? "");
      unlink(drawn);
      (figure.querySelector("svg[role=img]") ?? room).replaceWith(drawn);
      if (drawn.dataset.thin) thin(drawn);
    };
    await paint();
    legend(figure, rows);
    if (rows.length < all.length && figure.dataset.some) {
      say(figure, figure.dataset.some.replace("{drawn}", number.format(rows.length)).replace("{all}", number.format(all.length)));
    }
    new ResizeObserver(() => requestAnimationFrame(paint)).observe(figure);
    figure.dataset.state = "drawn";
  } catch (error) {
    console.info(`picture: ${error.message}`);
    figure.dataset.state = "failed";
    room.remove();
    say(figure, figure.dataset.failed ?? "");
  }
}

for (const figure of document.querySelectorAll("figure.picture")) draw(figure);
