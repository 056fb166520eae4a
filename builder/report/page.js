"use strict";
/* The page works without this: it adds sorting to the tables of topics, searching to the last one, and the interactive map. */

function number(cell) {
  return cell.dataset.value === undefined ? null : Number(cell.dataset.value);
}

function setUpSorting(table) {
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);

  function sort(header, column) {
    const ascending = header.getAttribute("aria-sort") === "descending" || (header.getAttribute("aria-sort") === "none" && !header.classList.contains("n"));
    table.querySelectorAll("th").forEach((th) => th.setAttribute("aria-sort", "none"));
    header.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    const sign = ascending ? 1 : -1;
    const sorted = rows.slice().sort((a, b) => {
      const one = a.cells[column], other = b.cells[column];
      if (header.classList.contains("n")) return sign * ((number(one) ?? -Infinity) - (number(other) ?? -Infinity)) || 0;
      return sign * one.textContent.localeCompare(other.textContent);
    });
    body.append(...sorted);
  }

  table.querySelectorAll("thead th").forEach((header, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    if (!header.hasAttribute("aria-sort")) header.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => sort(header, column));
  });
}

function setUpSearch() {
  const rows = Array.from(document.querySelectorAll("#topic-table tbody tr"));
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const texts = rows.map((row) => row.textContent.toLocaleLowerCase());

  function filter() {
    const words = search.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, i) => {
      row.hidden = !words.every((word) => texts[i].includes(word));
      if (!row.hidden) shown += 1;
    });
    found.textContent = shown + " of " + rows.length + " rows";
  }

  search.addEventListener("input", filter);
  document.getElementById("table-controls").hidden = false;
  filter();
}

function setUpMap() {
  const holder = document.getElementById("map-data");
  const part = document.getElementById("interactive");
  if (!holder || !part) return;
  const data = JSON.parse(holder.textContent);
  if (!data.topics.length) return;
  const canvas = document.querySelector("#map canvas");
  const context = canvas.getContext("2d");
  const chooser = document.getElementById("map-subject");
  const readout = document.getElementById("map-readout");
  const tip = document.getElementById("tip");
  const dark = window.matchMedia("screen and (prefers-color-scheme: dark)");
  const meets = new Map();
  let heaviest = 0, lightest = Infinity;
  for (const [a, b, count, weight] of data.cells) {
    meets.set(a * 1000 + b, [count, weight]);
    meets.set(b * 1000 + a, [count, weight]);
    heaviest = Math.max(heaviest, weight);
    if (weight > 0) lightest = Math.min(lightest, weight);
  }
  let rows = [], columns = [], at = null, printing = false;
  let size = 4, left = 0, top = 0;

  data.subjects.forEach((subject, i) => {
    const option = document.createElement("option");
    option.value = String(i);
    option.textContent = subject + " (" + data.topics.filter((t) => t[2] === i).length + ")";
    chooser.append(option);
  });

  function colour(weight) {
    const ramp = data.ramps[dark.matches && !printing ? "dark" : "light"];
    const low = heaviest > lightest ? Math.max(0, lightest - 0.1 * (heaviest - lightest)) : 0;
    const place = Math.max(0, Math.min(1, (weight - low) / (heaviest - low || 1))) * (ramp.length - 1);
    const step = Math.min(Math.floor(place), ramp.length - 2), share = place - step;
    const parts = [1, 3, 5].map((k) => {
      const one = parseInt(ramp[step].slice(k, k + 2), 16), other = parseInt(ramp[step + 1].slice(k, k + 2), 16);
      return Math.round(one + (other - one) * share);
    });
    return "rgb(" + parts.join(",") + ")";
  }

  function choose() {
    const subject = chooser.value === "" ? null : Number(chooser.value);
    rows = data.topics.map((_, i) => i).filter((i) => subject === null || data.topics[i][2] === subject);
    const has = (j) => rows.some((i) => meets.has(i * 1000 + j));
    const others = data.topics.map((_, j) => j).filter((j) => data.topics[j][2] !== subject && has(j));
    columns = subject === null ? rows : rows.concat(others);
    at = null;
    draw();
    tell();
  }

  function layout() {
    const width = canvas.parentElement.clientWidth;
    const zoomed = chooser.value !== "" || columns.length <= 60;
    left = zoomed ? Math.min(230, Math.max(120, width * 0.3)) : Math.min(150, Math.max(84, width * 0.18));
    top = zoomed ? 190 : 10;
    const fits = Math.floor((width - left - (zoomed ? 90 : 4)) / columns.length);
    size = zoomed ? Math.max(15, Math.min(24, fits)) : Math.max(2, Math.min(15, fits));
    return [left + size * columns.length + (zoomed ? 90 : 4), top + size * rows.length + 8, zoomed];
  }

  function short(text, width) {
    if (context.measureText(text).width <= width) return text;
    let end = text.length;
    while (end > 1 && context.measureText(text.slice(0, end) + "…").width > width) end -= 1;
    return text.slice(0, end) + "…";
  }

  function draw() {
    const [width, height, zoomed] = layout();
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.width = width + "px";
    canvas.style.height = height + "px";
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const style = getComputedStyle(document.documentElement);
    const ink = printing ? "#1c1f24" : style.getPropertyValue("--ink");
    const line = printing ? "#d9dde3" : style.getPropertyValue("--line");
    context.clearRect(0, 0, width, height);
    context.font = (zoomed ? 12.5 : 12) + "px " + style.fontFamily;
    context.fillStyle = ink;
    context.strokeStyle = line;
    context.strokeRect(left - 0.5, top - 0.5, size * columns.length + 1, size * rows.length + 1);
    const gap = size > 6 ? 1 : 0;
    if (zoomed) grid(line);
    rows.forEach((i, r) => columns.forEach((j, c) => {
      const cell = meets.get(i * 1000 + j);
      if (!cell) return;
      context.fillStyle = colour(cell[1]);
      context.fillRect(left + c * size, top + r * size, size - gap, size - gap);
    }));
    separate(rows, (r) => { context.moveTo(left - 6, top + r * size - 0.5); context.lineTo(left + columns.length * size, top + r * size - 0.5); });
    separate(columns, (c) => { context.moveTo(left + c * size - 0.5, top - 6); context.lineTo(left + c * size - 0.5, top + rows.length * size); });
    context.fillStyle = ink;
    context.textBaseline = "middle";
    if (zoomed) nameTopics(); else nameSubjects();
    if (at) mark();
  }

  function grid(line) {
    context.beginPath();
    for (let r = 1; r < rows.length; r += 1) { context.moveTo(left, top + r * size - 0.5); context.lineTo(left + columns.length * size, top + r * size - 0.5); }
    for (let c = 1; c < columns.length; c += 1) { context.moveTo(left + c * size - 0.5, top); context.lineTo(left + c * size - 0.5, top + rows.length * size); }
    context.strokeStyle = line;
    context.lineWidth = 0.5;
    context.stroke();
    context.lineWidth = 1;
  }

  function separate(list, path) {
    context.beginPath();
    for (let k = 1; k < list.length; k += 1) if (data.topics[list[k]][2] !== data.topics[list[k - 1]][2]) path(k);
    context.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue(printing ? "--line" : "--muted");
    context.stroke();
  }

  function nameTopics() {
    context.textAlign = "right";
    rows.forEach((i, r) => context.fillText(short(data.topics[i][1], left - 14), left - 8, top + (r + 0.5) * size));
    context.textAlign = "left";
    columns.forEach((j, c) => {
      context.save();
      context.translate(left + (c + 0.5) * size, top - 8);
      context.rotate(-Math.PI / 3);
      const other = chooser.value !== "" && data.topics[j][2] !== Number(chooser.value);
      context.fillText(short(other ? data.topics[j][0] : data.topics[j][1], 205), 0, 0);
      context.restore();
    });
  }

  function nameSubjects() {
    context.textAlign = "right";
    let start = 0, free = 0;
    rows.forEach((i, r) => {
      if (r + 1 < rows.length && data.topics[rows[r + 1]][2] === data.topics[i][2]) return;
      const middle = top + ((start + r + 1) / 2) * size;
      if (middle - 7 >= free) {
        context.fillText(short(data.subjects[data.topics[i][2]], left - 14), left - 8, middle);
        free = middle + 7;
      }
      start = r + 1;
    });
  }

  function mark() {
    const side = Math.max(size, 6), shift = (size - side) / 2;
    context.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue("--mark");
    context.lineWidth = 2;
    context.strokeRect(left + at[1] * size + shift, top + at[0] * size + shift, side, side);
    context.lineWidth = 1;
  }

  function words() {
    const i = rows[at[0]], j = columns[at[1]], one = data.topics[i], other = data.topics[j];
    const cell = meets.get(i * 1000 + j);
    const pair = i === j ? one[0] + " with itself" : one[0] + "  ×  " + other[0];
    if (!cell) return pair + ": never together (" + one[3] + " and " + other[3] + " practices)";
    return pair + ": " + cell[0] + (cell[0] === 1 ? " practice" : " practices") + ", weight " + cell[1].toFixed(3) + " (" + data.weight + ")";
  }

  function tell() {
    readout.textContent = at ? words()
      : rows.length + " × " + columns.length + " topics. Point at a cell, or give the map the focus and use the arrow keys"
        + (chooser.value === "" ? "; click or Enter zooms to the subject of the row." : "; Escape shows all subjects.");
  }

  function cellOf(event) {
    const box = canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left - left) / size), row = Math.floor((event.clientY - box.top - top) / size);
    return row >= 0 && column >= 0 && row < rows.length && column < columns.length ? [row, column] : null;
  }

  function point(event) {
    const cell = cellOf(event);
    if (String(cell) === String(at) && cell) { place(event); return; }
    at = cell;
    draw();
    tell();
    tip.hidden = !cell;
    if (cell) { tip.textContent = words(); place(event); }
  }

  function place(event) {
    const box = tip.getBoundingClientRect();
    const x = event.clientX + 16 + box.width > window.innerWidth ? event.clientX - box.width - 12 : event.clientX + 16;
    tip.style.left = Math.max(4, x) + "px";
    tip.style.top = (event.clientY + 18 + box.height > window.innerHeight ? event.clientY - box.height - 12 : event.clientY + 18) + "px";
  }

  function zoom() {
    if (!at || chooser.value !== "") return;
    chooser.value = String(data.topics[rows[at[0]]][2]);
    tip.hidden = true;
    choose();
  }

  function key(event) {
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (steps[event.key]) {
      at = at ? [at[0] + steps[event.key][0], at[1] + steps[event.key][1]] : [0, 0];
      at = [Math.max(0, Math.min(rows.length - 1, at[0])), Math.max(0, Math.min(columns.length - 1, at[1]))];
      draw();
      tell();
    } else if (event.key === "Enter") zoom();
    else if (event.key === "Escape" && chooser.value !== "") { chooser.value = ""; choose(); }
    else return;
    tip.hidden = true;
    event.preventDefault();
  }

  chooser.addEventListener("change", choose);
  canvas.addEventListener("pointermove", point);
  canvas.addEventListener("pointerdown", point);
  canvas.addEventListener("pointerleave", () => { tip.hidden = true; });
  canvas.addEventListener("click", (event) => { if (event.detail && cellOf(event)) zoom(); });
  canvas.addEventListener("keydown", key);
  dark.addEventListener("change", draw);
  window.addEventListener("beforeprint", () => { printing = true; draw(); });
  window.addEventListener("afterprint", () => { printing = false; draw(); });
  let seen = 0;
  new ResizeObserver(() => {
    const width = canvas.parentElement.clientWidth;
    if (width !== seen) { seen = width; draw(); }
  }).observe(canvas.parentElement);
  part.hidden = false;
  choose();
}

document.querySelectorAll("table.sortable").forEach(setUpSorting);
setUpSearch();
setUpMap();
window.addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
