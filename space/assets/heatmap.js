// The heat map of the co-occurrence matrix.  `props.data` is map_data() of heatmap.py; `props.value` is the place of
// the selected topic.  Names are untrusted: they are only ever drawn on the canvas or set as textContent.
// heatmap_drawing.js and heatmap_table.js come behind this file, in the same function.
const BAND = 18; // pixels of the strip with the subjects while topics have names
const NAMED = 11; // pixels of a cell from which topics have names
const LARGEST = 44; // pixels of a cell, zoomed in as far as it goes
const NEAR = 7; // pixels: an occupied cell is hit from this far while cells are small

const { topics, subjects, cells, left_out } = props.data;
const n = topics.length;
const find = (selector) => element.querySelector(selector);
const view = find(".map-view"), canvas = find("canvas"), tip = find(".map-tip"), status = find(".map-status");
const pen = canvas.getContext("2d");
const spans = subjects.map((_, s) => {
  const first = topics.findIndex((t) => t[3] === s);
  return { first, size: topics.filter((t) => t[3] === s).length };
});
const at = new Map(); // row * n + column -> [row, column, count, weight]
for (const cell of cells) {
  at.set(cell[0] * n + cell[1], cell);
  at.set(cell[1] * n + cell[0], cell);
}
const largest = cells.reduce((most, c) => Math.max(most, c[2]), 1);

let size = { width: 0, height: 0, left: 0, top: 0 };
let scale = 1, x = 0, y = 0; // pixels of a cell; the cell at the upper left corner
let whole = true; // all is shown, also after the page changes its width
let cursor = null, hover = null; // {row, column}
let drawing = 0; // the frame that is asked for

// --- geometry -------------------------------------------------------------------------------

const wide = () => size.width - size.left, high = () => size.height - size.top;
const fitting = () => Math.max(0.5, Math.min((wide() - 8) / n, (high() - 8) / n));
const clamp = (value, low, high) => Math.min(Math.max(value, low), Math.max(low, high));

function keepInside() {
  scale = clamp(scale, fitting(), Math.max(LARGEST, fitting()));
  x = clamp(x, 0, n - (wide() - 8) / scale);
  y = clamp(y, 0, n - (high() - 8) / scale);
}

function fit() {
  tip.hidden = true;
  whole = true;
  scale = fitting();
  x = y = 0;
  redraw();
}

function zoom(factor, px = size.left + wide() / 2, py = size.top + high() / 2) {
  const column = x + (px - size.left) / scale, row = y + (py - size.top) / scale;
  tip.hidden = true;
  scale = clamp(scale * factor, fitting(), Math.max(LARGEST, fitting()));
  whole = scale <= fitting() * 1.001;
  x = column - (px - size.left) / scale;
  y = row - (py - size.top) / scale;
  keepInside();
  redraw();
}

function goTo(subject) {
  const { first, size: many } = spans[subject];
  tip.hidden = true;
  whole = false;
  scale = Math.min(LARGEST, Math.min(wide(), high()) / (many + 2));
  x = y = first - 1;
  keepInside();
  redraw();
}

function show({ row, column }) {
  const across = (wide() - 8) / scale, down = (high() - 8) / scale;
  x = clamp(x, column + 1 - across, column);
  y = clamp(y, row + 1 - down, row);
  keepInside();
}

// What lies under a point: {kind: "cell", row, column} | {kind: "topic", topic} | {kind: "subject", subject} | null
function hit(px, py) {
  const column = Math.floor(x + (px - size.left) / scale), row = Math.floor(y + (py - size.top) / scale);
  const inside = (i) => i >= 0 && i < n;
  if (px < size.left && py < size.top) return null;
  if (px < size.left || py < size.top) {
    const topic = px < size.left ? row : column;
    if (!inside(topic)) return null;
    const band = scale < NAMED || (px < size.left ? px < BAND : py < BAND);
    return band ? { kind: "subject", subject: topics[topic][3] } : { kind: "topic", topic };
  }
  if (!inside(row) || !inside(column)) return null;
  return { kind: "cell", ...nearest(row, column, px, py) };
}

// Small cells are hard to hit: the nearest occupied one counts.
function nearest(row, column, px, py) {
  if (at.has(row * n + column) || scale >= NEAR) return { row, column };
  const reach = Math.ceil(NEAR / scale);
  let best = { row, column }, distance = NEAR;
  for (let r = Math.max(0, row - reach); r <= Math.min(n - 1, row + reach); r++)
    for (let c = Math.max(0, column - reach); c <= Math.min(n - 1, column + reach); c++) {
      if (!at.has(r * n + c)) continue;
      const away = Math.hypot((c + 0.5 - x) * scale + size.left - px, (r + 0.5 - y) * scale + size.top - py);
      if (away < distance) [best, distance] = [{ row: r, column: c }, away];
    }
  return best;
}

// --- words ----------------------------------------------------------------------------------

const practices = (count) => (count === 1 ? "1 practice" : count.toLocaleString("en") + " practices");

function words({ row, column }) {
  const cell = at.get(row * n + column);
  if (row === column) {
    const self = cell ? "; in " + practices(cell[2]) + " it has more than 5 key points" : "";
    return [topics[row][1], "", "in " + practices(topics[row][4]) + self];
  }
  const told = cell ? "together in " + practices(cell[2]) + ", weight " + cell[3].toFixed(2) : "never together";
  return [topics[row][1], topics[column][1], told];
}

function lines(parent, texts) {
  parent.replaceChildren(
    ...texts.filter(Boolean).map((text, i, all) => {
      const line = document.createElement(i === all.length - 1 ? "span" : "b");
      line.textContent = text;
      line.style.display = "block";
      return line;
    }),
  );
}

function showTip(texts, px, py) {
  tip.hidden = false;
  lines(tip, texts);
  const right = px + 16 + tip.offsetWidth < size.width;
  tip.style.left = clamp(right ? px + 16 : px - 16 - tip.offsetWidth, 4, size.width - tip.offsetWidth - 4) + "px";
  tip.style.top = clamp(py + 16, 4, size.height - tip.offsetHeight - 4) + "px";
}

function tellIdle() {
  const out = left_out ? ", " + left_out.toLocaleString("en") + " that meet no other are not here" : "";
  const all = n.toLocaleString("en") + " topics and " + cells.filter((c) => c[0] !== c[1]).length.toLocaleString("en");
  lines(status, [n ? all + " pairs that occur" + out + "." : "No two topics occur in one practice."]);
}

// --- choosing -------------------------------------------------------------------------------

function choose({ row, column }) {
  if (row === column) return chooseTopic(row);
  if (!at.has(row * n + column)) return;
  trigger("pair", { places: [topics[row][0], topics[column][0]] });
}

function chooseTopic(topic) {
  trigger("topic", { place: topics[topic][0] });
  document.getElementById("knowledge-about")?.scrollIntoView({ block: "nearest" });
}

// --- pointers -------------------------------------------------------------------------------

const pointers = new Map(); // id -> [x, y]
let pressed = null; // {px, py, moved}
const point = (event) => {
  const box = view.getBoundingClientRect();
  return [event.clientX - box.left - view.clientLeft, event.clientY - box.top - view.clientTop];
};

function hoverAt(px, py) {
  const found = hit(px, py);
  hover = found && found.kind === "cell" ? found : null;
  view.style.cursor = !found ? "default" : found.kind === "cell" && !at.has(found.row * n + found.column) ? "crosshair" : "pointer";
  if (!found) tip.hidden = true;
  else if (found.kind === "cell") showTip(words(found), px, py);
  else if (found.kind === "topic") showTip([topics[found.topic][1], "in " + practices(topics[found.topic][4])], px, py);
  else showTip([subjects[found.subject], spans[found.subject].size + " topics; click to zoom to them"], px, py);
  redraw();
  return found;
}

function leave() {
  hover = null;
  tip.hidden = true;
  redraw();
}

view.addEventListener("pointerdown", (event) => {
  if (event.button) return;
  const [px, py] = point(event);
  pointers.set(event.pointerId, [px, py]);
  pressed = { px, py, moved: pointers.size > 1 };
  view.focus({ preventScroll: true });
});
view.addEventListener("pointermove", (event) => {
  const [px, py] = point(event), last = pointers.get(event.pointerId);
  if (!last) return void (event.pointerType === "mouse" && hoverAt(px, py));
  if (pointers.size === 2) {
    const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, p]) => p);
    const before = Math.hypot(last[0] - other[0], last[1] - other[1]) || 1;
    zoom(Math.hypot(px - other[0], py - other[1]) / before, (px + other[0]) / 2, (py + other[1]) / 2);
  } else if (pressed && (pressed.moved || Math.hypot(px - pressed.px, py - pressed.py) > 4)) {
    if (!pressed.moved && !whole) view.setPointerCapture(event.pointerId);
    pressed.moved = true;
    x -= (px - last[0]) / scale;
    y -= (py - last[1]) / scale;
    keepInside();
    leave();
  }
  pointers.set(event.pointerId, [px, py]);
});
view.addEventListener("pointerup", (event) => {
  const was = pressed;
  pointers.delete(event.pointerId);
  if (!pointers.size) pressed = null;
  if (!was || was.moved || pointers.size) return;
  const [px, py] = point(event), seen = cursor, found = hoverAt(px, py);
  if (!found) return;
  if (found.kind !== "cell") {
    leave();
    return found.kind === "subject" ? goTo(found.subject) : chooseTopic(found.topic);
  }
  cursor = { row: found.row, column: found.column };
  lines(status, words(cursor));
  const again = seen && seen.row === cursor.row && seen.column === cursor.column;
  if (event.pointerType !== "touch" || again) choose(cursor);
});
view.addEventListener("pointercancel", (event) => {
  pointers.delete(event.pointerId);
  pressed = null;
});
view.addEventListener("pointerleave", (event) => {
  if (event.pointerType === "mouse") leave();
});
view.addEventListener(
  "wheel",
  (event) => {
    const mine = event.ctrlKey || event.metaKey || document.activeElement === view;
    if (!mine || (whole && event.deltaY > 0 && !event.ctrlKey)) return; // the page scrolls
    event.preventDefault();
    zoom(Math.exp(-clamp(event.deltaY, -120, 120) * 0.003), ...point(event));
    leave();
  },
  { passive: false },
);

// --- keys -----------------------------------------------------------------------------------

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function stepped([down, across], far) {
  let { row, column } = cursor;
  do {
    row += down;
    column += across;
  } while (far && row >= 0 && row < n && column >= 0 && column < n && !at.has(row * n + column));
  return row >= 0 && row < n && column >= 0 && column < n ? { row, column } : cursor;
}

function subjectAfter(way) {
  const s = clamp(topics[cursor.row][3] + way, 0, subjects.length - 1);
  return { row: spans[s].first, column: cursor.column };
}

view.addEventListener("keydown", (event) => {
  if (!n || event.ctrlKey || event.metaKey || event.altKey) return;
  const { key } = event;
  const first = !cursor;
  cursor ??= { row: 0, column: 0 };
  if (key in STEPS) cursor = first ? cursor : stepped(STEPS[key], event.shiftKey);
  else if (key === "PageDown" || key === "PageUp") cursor = subjectAfter(key === "PageDown" ? 1 : -1);
  else if (key === "Home" || key === "End") cursor = { row: cursor.row, column: key === "Home" ? 0 : n - 1 };
  else if (key === "Enter" || key === " ") choose(cursor);
  else if (key === "t" || key === "T") chooseTopic(cursor.row);
  else if (key === "+" || key === "=") zoom(1.5, ...middleOf(cursor));
  else if (key === "-") zoom(1 / 1.5, ...middleOf(cursor));
  else if (key === "0") fit();
  else if (key === "Escape") cursor = first ? null : cursor;
  else {
    if (first) cursor = null;
    return;
  }
  event.preventDefault();
  tip.hidden = true;
  hover = null;
  if (cursor) {
    show(cursor);
    lines(status, words(cursor));
    if (key !== "Escape") showTip(words(cursor), ...middleOf(cursor));
  }
  redraw();
});
view.addEventListener("blur", () => (tip.hidden = true));

const middleOf = ({ row, column }) => [
  size.left + (column + 0.5 - x) * scale,
  size.top + (row + 0.5 - y) * scale,
];
