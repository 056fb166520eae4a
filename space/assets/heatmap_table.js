// The buttons of the heat map, the table of its pairs, and its start: it comes last, in the same function.

const PAGE = 100; // rows that are added to the table at a time

const DO = { in: () => zoom(1.5), out: () => zoom(1 / 1.5), fit, more: () => addRows() };
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.do) return DO[button.dataset.do]();
  const cell = ranked[Number(button.dataset.pair)];
  cursor = { row: cell[0], column: cell[1] };
  show(cursor);
  redraw();
  choose(cursor);
});

const ranked = cells.filter((c) => c[0] !== c[1]).sort((a, b) => b[2] - a[2] || b[3] - a[3]);
let listed = 0;
function addRows() {
  const rows = ranked.slice(listed, listed + PAGE).map((cell, i) => {
    const row = document.createElement("tr"), button = document.createElement("button");
    button.type = "button";
    button.dataset.pair = listed + i;
    const [one, other] = [topics[cell[0]], topics[cell[1]]];
    const of = one[3] === other[3] ? subjects[one[3]] : subjects[one[3]] + " and " + subjects[other[3]];
    button.title = "Compose with " + one[1] + " and " + other[1];
    for (const [kind, text] of [["div", one[2]], ["div", other[2]], ["small", of]]) {
      const line = document.createElement(kind);
      line.textContent = text;
      button.append(line);
    }
    const filled = [button, cell[2].toLocaleString("en"), cell[3].toFixed(2)].map((inside) => {
      const data = document.createElement("td");
      data.append(inside);
      return data;
    });
    row.append(...filled);
    return row;
  });
  listed += rows.length;
  find("tbody").append(...rows);
  find("[data-do=more]").hidden = listed >= ranked.length;
}

const menu = find("[data-goto]");
subjects.forEach((subject, s) => menu.add(new Option(subject + " (" + spans[s].size + ")", s)));
menu.addEventListener("change", () => {
  if (menu.value !== "") goTo(Number(menu.value));
  menu.value = "";
});

// --- start ----------------------------------------------------------------------------------

new ResizeObserver(() => {
  const { clientWidth: width, clientHeight: height } = view;
  if (!width || !height) return; // on a tab that is not shown
  const small = width < 560;
  size = { width, height, left: small ? 96 : 200, top: small ? 96 : 150 };
  const sharp = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * sharp);
  canvas.height = Math.round(height * sharp);
  pen.setTransform(sharp, 0, 0, sharp, 0, 0);
  if (whole) fit();
  keepInside();
  draw();
}).observe(view);
new MutationObserver(() => (drawLegend(), redraw())).observe(document.body, { attributeFilter: ["class"] });
watch("value", redraw);
drawLegend();
addRows();
tellIdle();
