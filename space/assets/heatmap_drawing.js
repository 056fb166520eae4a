// How the heat map is drawn: it comes behind heatmap.js, in the same function.

const RAMPS = {
  light: ["#a9cfea", "#5fa5d3", "#2070b4", "#08306b", "#1a0633"],
  dark: ["#2d5f8b", "#3f8cc9", "#6fb9ec", "#b9e2f8", "#fff7d6"],
};

function redraw() {
  if (!drawing) drawing = requestAnimationFrame(draw);
}

const dark = () => document.body.classList.contains("dark") || document.documentElement.classList.contains("dark");

function colours() {
  const style = getComputedStyle(view);
  const named = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  return {
    ink: style.color,
    muted: getComputedStyle(find(".map-help")).color,
    line: named("--border-color-primary", "#bbb"),
    accent: named("--color-accent", "#f60"),
    paper: named("--background-fill-primary", "#fff"),
    shade: named("--background-fill-secondary", "#eee"),
    font: style.fontFamily,
  };
}

function rampColour(count) {
  const ramp = RAMPS[dark() ? "dark" : "light"];
  const place = largest > 1 ? (Math.log(count) / Math.log(largest)) * (ramp.length - 1) : ramp.length - 2;
  const low = Math.min(Math.floor(place), ramp.length - 2), share = place - low;
  const part = (colour, k) => parseInt(colour.slice(1 + 2 * k, 3 + 2 * k), 16);
  const mixed = [0, 1, 2].map((k) => Math.round(part(ramp[low], k) * (1 - share) + part(ramp[low + 1], k) * share));
  return "rgb(" + mixed.join(",") + ")";
}

function draw() {
  drawing = 0;
  view.style.touchAction = whole ? "pan-y" : "none"; // a finger scrolls the page as long as there is nothing to move
  if (!size.width || !n) return;
  const c = colours();
  pen.clearRect(0, 0, size.width, size.height);
  const px = (column) => size.left + (column - x) * scale, py = (row) => size.top + (row - y) * scale;
  pen.save();
  pen.beginPath();
  pen.rect(size.left, size.top, wide(), high());
  pen.clip();
  pen.fillStyle = c.paper;
  pen.fillRect(px(0), py(0), n * scale, n * scale);
  pen.fillStyle = c.shade;
  for (const { first, size: many } of spans) pen.fillRect(px(first), py(first), many * scale, many * scale);
  const colour = new Map();
  const gap = scale >= 6 ? 1 : 0, side = Math.max(scale - gap, 2.5); // also a small one is seen
  for (const [row, column, count] of cells) {
    if (!colour.has(count)) colour.set(count, rampColour(count));
    pen.fillStyle = colour.get(count);
    pen.fillRect(px(column), py(row), side, side);
    pen.fillRect(px(row), py(column), side, side);
  }
  if (scale >= 26) drawCounts(px, py, c);
  pen.strokeStyle = c.line;
  pen.lineWidth = 1;
  pen.beginPath();
  for (const { first } of [...spans, { first: n }]) {
    const [across, down] = [Math.round(px(first)) + 0.5, Math.round(py(first)) + 0.5];
    pen.moveTo(across, py(0));
    pen.lineTo(across, py(n));
    pen.moveTo(px(0), down);
    pen.lineTo(px(n), down);
  }
  pen.stroke();
  drawMarks(px, py, c);
  pen.restore();
  drawNames(true, py, c);
  drawNames(false, px, c);
}

function drawCounts(px, py, c) {
  const ramp = RAMPS[dark() ? "dark" : "light"];
  pen.font = "11px " + c.font;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  for (const [row, column, count] of cells) {
    const strong = largest > 1 && Math.log(count) / Math.log(largest) > 0.4;
    pen.fillStyle = strong === dark() ? "#0b1a2b" : "#fff";
    if (!strong && !dark()) pen.fillStyle = ramp[3];
    for (const [r, k] of row === column ? [[row, column]] : [[row, column], [column, row]])
      pen.fillText(count, px(k) + scale / 2, py(r) + scale / 2);
  }
}

function drawMarks(px, py, c) {
  const chosen = topics.findIndex((t) => t[0] === props.value);
  pen.strokeStyle = c.accent;
  if (chosen >= 0) {
    pen.globalAlpha = 0.12;
    pen.fillStyle = c.accent;
    pen.fillRect(px(0), py(chosen), n * scale, Math.max(scale, 2));
    pen.fillRect(px(chosen), py(0), Math.max(scale, 2), n * scale);
    pen.globalAlpha = 1;
  }
  if (hover) {
    pen.globalAlpha = 0.18;
    pen.fillStyle = c.muted;
    pen.fillRect(px(0), py(hover.row), n * scale, Math.max(scale, 2));
    pen.fillRect(px(hover.column), py(0), Math.max(scale, 2), n * scale);
    pen.globalAlpha = 1;
  }
  for (const [cell, width] of [[hover, 1.5], [cursor, 2.5]]) {
    if (!cell) continue;
    pen.lineWidth = width;
    const side = Math.max(scale, 5), off = (scale - side) / 2;
    pen.strokeRect(px(cell.column) + off, py(cell.row) + off, side, side);
  }
}

// Names along one side: of the subjects, and of the topics where there is room for them.
function drawNames(rows, place, c) {
  const room = rows ? size.left : size.top, end = rows ? size.height : size.width;
  const start = rows ? size.top : size.left;
  pen.save();
  pen.beginPath();
  pen.rect(rows ? 0 : size.left, rows ? size.top : 0, rows ? size.left : wide(), rows ? high() : size.top);
  pen.clip();
  pen.textBaseline = "middle";
  const beside = (middle, text) =>
    rows ? put(text, room - 8, middle, false, "right") : put(text, middle, room - 8, true, "left");
  if (scale >= NAMED) {
    pen.font = "12px " + c.font;
    const chosen = topics.findIndex((t) => t[0] === props.value);
    for (let i = Math.max(0, Math.floor(rows ? y : x)); i < n && place(i) < end; i++) {
      const marked = i === chosen || [hover, cursor].some((m) => m && (rows ? m.row : m.column) === i);
      pen.fillStyle = marked ? c.accent : c.ink;
      beside(place(i) + scale / 2, cutTo(topics[i][2], room - BAND - 12));
    }
  }
  pen.font = "600 11.5px " + c.font;
  let free = -Infinity;
  spans.forEach(({ first, size: many }, s) => {
    const from = Math.max(place(first), start), to = Math.min(place(first + many), end);
    if (to <= from) return;
    pen.strokeStyle = c.muted;
    pen.lineWidth = 1;
    const edge = scale >= NAMED ? BAND + 0.5 : room - 3.5;
    pen.beginPath();
    pen.moveTo(rows ? edge : from + 1, rows ? from + 1 : edge);
    pen.lineTo(rows ? edge : to - 1, rows ? to - 1 : edge);
    pen.stroke();
    pen.fillStyle = c.muted;
    const middle = (from + to) / 2;
    if (scale >= NAMED) {
      const text = to - from < 30 ? "" : cutTo(subjects[s], to - from - 8);
      put(text, rows ? BAND / 2 : middle, rows ? middle : BAND / 2, rows, "center");
    } else if (middle - 6.5 >= free) {
      beside(middle, cutTo(subjects[s], room - 14));
      free = middle + 6.5;
    }
  });
  pen.restore();
}

// Level, or turned so that it is read upwards.
function put(text, px, py, turned, align) {
  if (!text) return;
  pen.save();
  pen.textAlign = align;
  pen.translate(px, py);
  if (turned) pen.rotate(-Math.PI / 2);
  pen.fillText(text, 0, 0);
  pen.restore();
}

const widths = new Map();
function cutTo(text, room) {
  const key = pen.font + room + text;
  if (!widths.has(key)) {
    if (widths.size > 5000) widths.clear();
    const letters = Array.from(text);
    let many = letters.length;
    while (many && pen.measureText(letters.slice(0, many).join("") + (many < letters.length ? "…" : "")).width > room) many--;
    widths.set(key, many === letters.length ? text : many ? letters.slice(0, many).join("").trimEnd() + "…" : "");
  }
  return widths.get(key);
}

function drawLegend() {
  const steps = [...new Set([1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, largest])].filter((s) => s <= largest);
  const shown = steps.length > 6 ? steps.filter((s, i) => i % 2 === 0 || s === largest) : steps;
  const legend = find(".map-legend");
  legend.setAttribute("aria-label", "Colours: from 1 practice, the palest, to " + largest);
  legend.replaceChildren(
    document.createTextNode("Practices with both"),
    ...shown.sort((a, b) => a - b).map((count) => {
      const step = document.createElement("span"), box = document.createElement("i");
      box.style.background = rampColour(count);
      step.append(box, count.toLocaleString("en"));
      return step;
    }),
  );
}
