// The graph around one topic.  `props.value` is graph_data() of heatmap.py.  Names are untrusted: textContent only.
const svg = element.querySelector("svg"), caption = element.querySelector("figcaption");
const HIGH = 420;
const LINE = 14; // pixels between the lines of a name

const practices = (count) => (count === 1 ? "1 practice" : count.toLocaleString("en") + " practices");

function make(kind, attributes, ...inside) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", kind);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...inside);
  return made;
}

function acting(group, label, act) {
  group.setAttribute("role", "button");
  group.setAttribute("tabindex", "0");
  group.setAttribute("aria-label", label);
  group.append(make("title", {}, label));
  group.addEventListener("click", act);
  group.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act();
  });
  return group;
}

// At most `most` lines of some `letters`; what is left out is told by "…" and by the title.
function wrapped(text, letters, most) {
  const words = text.split(/\s+/), rows = [""];
  for (const word of words) {
    const last = rows[rows.length - 1];
    if (!last || (last + " " + word).length <= letters) rows[rows.length - 1] = last ? last + " " + word : word;
    else rows.push(word);
  }
  const kept = rows.slice(0, most).map((row) => Array.from(row)).map((row) =>
    row.length > letters ? row.slice(0, letters - 1).join("") + "…" : row.join(""),
  );
  if (rows.length > most && !kept[most - 1].endsWith("…")) kept[most - 1] += "…";
  return kept;
}

function written(rows, x, y, anchor) {
  const text = make("text", { x, y, "text-anchor": anchor });
  rows.forEach(([row, kind], i) => {
    const line = make("tspan", { x, dy: i ? LINE : 0, class: kind });
    line.textContent = row;
    text.append(line);
  });
  return text;
}

// The first in the middle, the others on two bows beside it, so that no name covers another.
function placed(count, width) {
  const centre = [width / 2, HIGH / 2];
  const names = Math.min(170, Math.max(100, width * 0.28)), reach = width / 2 - names;
  const right = Math.ceil((count - 1) / 2), left = count - 1 - right;
  const bow = (k, many, way) => {
    const share = many === 1 ? 0 : (2 * k) / (many - 1) - 1; // -1..1 from top to bottom
    return [centre[0] + way * reach * (0.45 + 0.55 * Math.sqrt(1 - 0.8 * share * share)), centre[1] + share * (HIGH / 2 - 34)];
  };
  const places = [centre];
  for (let k = 0; k < right; k++) places.push(bow(k, right, 1));
  for (let k = left - 1; k >= 0; k--) places.push(bow(k, left, -1));
  return { places, letters: Math.floor((names - 22) / 7.2) };
}

function curve([x1, y1], [x2, y2], bend) {
  const [cx, cy] = [svg.clientWidth / 2, HIGH / 2];
  const mid = [(x1 + x2) / 2, (y1 + y2) / 2];
  return "M" + [x1, y1] + "Q" + [mid[0] + (cx - mid[0]) * bend, mid[1] + (cy - mid[1]) * bend] + " " + [x2, y2];
}

function draw() {
  const width = svg.clientWidth;
  const { nodes, edges } = props.value || { nodes: [], edges: [] };
  if (!width || !nodes.length) return;
  const { places, letters } = placed(nodes.length, width), narrow = width < 420;
  const heaviest = edges.reduce((most, e) => Math.max(most, e[3]), 0) || 1;
  const lines = edges.map(([a, b, count, weight]) => {
    const far = a !== 0, path = curve(places[a], places[b], far ? 0.35 : 0);
    const wide = (far ? 0.6 : 1) * (1 + 7 * (weight / heaviest) ** 1.5);
    const group = make("g", { class: far ? "edge far" : "edge" });
    group.append(make("path", { d: path, class: "line", "stroke-width": wide }), make("path", { d: path, class: "room" }));
    const label = "Compose with " + nodes[a][1] + " and " + nodes[b][1] + ": " + practices(count) + ", weight " + weight.toFixed(2);
    return acting(group, label, () => trigger("pair", { places: [nodes[a][0], nodes[b][0]] }));
  });
  const most = Math.max(...nodes.map((node) => node[4]), 1);
  const dots = nodes.map((node, k) => {
    const [x, y] = places[k], radius = 5 + 11 * Math.sqrt(node[4] / most);
    const group = make("g", { class: k ? "node" : "node middle" });
    group.append(make("circle", { cx: x, cy: y, r: radius }));
    if (!k) {
      const rows = wrapped(node[2], 24, 2).map((row) => [row, "name"]);
      if (!narrow) group.append(written(rows, x, y + radius + 16, "middle")); // else the heading above has to do
      return group;
    }
    const right = x > width / 2, edge = edges.find((e) => e[0] === 0 && e[1] === k);
    const rows = [...wrapped(node[2], letters, narrow ? 3 : 2).map((row) => [row, "name"]), [practices(edge[2]), "count"]];
    const top = y - ((rows.length - 1) * LINE) / 2 + 4;
    group.append(written(rows, x + (right ? 1 : -1) * (radius + 6), top, right ? "start" : "end"));
    return acting(group, node[1] + ", " + practices(edge[2]) + " together: show this topic", () =>
      trigger("topic", { place: node[0] }),
    );
  });
  const focused = svg.contains(document.activeElement);
  svg.replaceChildren(...lines, ...dots.slice(1), dots[0]);
  if (focused) dots[1]?.focus(); // whoever goes from topic to topic by keys stays in the graph
  caption.textContent = nodes.length > 1
    ? "A line is as wide as the pair's weight, a dot as large as the topic. Click a topic to go there, a line to compose with its two topics."
    : "This topic meets no other: the sampler never draws it together with one.";
}

new ResizeObserver(draw).observe(svg);
watch("value", draw);
draw();
