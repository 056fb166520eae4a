// The list of topics: what does not match the search and the subject is hidden.  `props.value` is the place of the
// chosen topic.
const search = element.querySelector("input"), subject = element.querySelector("select");
const rows = [...element.querySelectorAll("li")], list = element.querySelector("ul");
const texts = rows.map((row) => plain(row.textContent + " " + (row.firstElementChild.title || "")));

function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

function filter() {
  const words = plain(search.value).split(/\s+/).filter(Boolean);
  let found = 0;
  rows.forEach((row, i) => {
    const right = subject.value === "" || row.dataset.subject === subject.value;
    row.hidden = !(right && words.every((word) => texts[i].includes(word)));
    found += !row.hidden;
  });
  const told = found === 1 ? "1 topic" : found.toLocaleString("en") + " topics";
  element.querySelector(".found").textContent = found ? told + ", with the practices that have it" : "No topic matches: try fewer letters, or all subjects";
}

function mark() {
  for (const row of rows) {
    const button = row.firstElementChild, chosen = Number(button.dataset.topic) === props.value;
    if (chosen) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    if (!chosen || row.hidden) continue;
    // Only the list scrolls: scrollIntoView would move the page too.
    const above = row.offsetTop - list.offsetTop;
    if (above < list.scrollTop || above + row.offsetHeight > list.scrollTop + list.clientHeight)
      list.scrollTop = above - list.clientHeight / 2;
  }
}

search.addEventListener("input", filter);
subject.addEventListener("change", filter);
list.addEventListener("click", (event) => {
  const button = event.target.closest("[data-topic]");
  if (!button) return;
  trigger("topic", { place: Number(button.dataset.topic) });
  if (window.innerWidth <= 640) document.getElementById("knowledge-about")?.scrollIntoView({ block: "start" });
});
list.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const shown = rows.filter((row) => !row.hidden).map((row) => row.firstElementChild);
  const next = shown[shown.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
});
watch("value", mark);
filter();
mark();
