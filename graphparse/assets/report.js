"use strict";

// The report's rows lie in compressed blocks; a row exists only while it is near the window.

const SECTION = 20; // rows that come and go together
const HEIGHT = 246; // a row's height in pixels before it has been drawn
const KEPT = 24; // unpacked blocks that are kept

const main = document.querySelector("main");
const search = document.querySelector("input[type=search]");
const blocks = new Map();
const shown = { status: "", words: [] };
let report;

/** The JSON value in a script element: gzip, base64. */
async function unpack(id) {
  const text = document.getElementById(id).textContent;
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

/** What a row shows beyond its index entry; the blocks used last are kept. */
async function details(number) {
  const block = Math.floor(number / report.block);
  const rows = blocks.get(block) ?? unpack(`block-${block}`);
  blocks.delete(block);
  blocks.set(block, rows);
  if (blocks.size > KEPT) blocks.delete(blocks.keys().next().value);
  return (await rows)[number % report.block];
}

function drawRow(entry, detail) {
  const { picture, graph, width, height, structure } = detail;
  const image = picture
    ? drawPicture(picture, graph, width, height)
    : make("figure", "picture nothing", [detail.missing]);
  const name = entry.source.slice(report.folder.length);
  const facts = [drawName(name, entry.page, entry.source), ...drawFacts({ ...entry, ...detail })];
  return make("article", "card", [image, drawStructure(structure), make("div", "facts", facts)]);
}

async function fill(section) {
  const rows = section.entries.map(async (entry) => drawRow(entry, await details(entry.number)));
  const articles = await Promise.all(rows);
  if (!section.near) return;
  section.replaceChildren(...articles);
  section.style.height = "";
}

function empty(section) {
  if (section.firstChild) section.style.height = `${section.offsetHeight}px`;
  section.replaceChildren();
}

const watch = new IntersectionObserver(
  (changes) => {
    for (const { target, isIntersecting } of changes) {
      target.near = isIntersecting;
      if (isIntersecting) fill(target);
      else empty(target);
    }
  },
  { rootMargin: "1200px" },
);

function matches(entry) {
  if (shown.status && entry.status !== shown.status) return false;
  entry.text ??= [entry.source, entry.smiles, entry.inchi, entry.inchikey, entry.message]
    .join("\n")
    .toLowerCase();
  return shown.words.every((word) => entry.text.includes(word));
}

/** Lays out sections for the rows that match; they are filled as they come near. */
function show() {
  watch.disconnect();
  const entries = report.rows.filter(matches);
  const sections = [];
  for (let start = 0; start < entries.length; start += SECTION) {
    const section = make("section");
    section.entries = entries.slice(start, start + SECTION);
    section.style.height = `${section.entries.length * HEIGHT}px`;
    sections.push(section);
  }
  main.replaceChildren(...sections);
  if (!sections.length) main.append(make("p", "nothing", ["Nothing matches."]));
  scrollTo(0, 0);
  sections.forEach((section) => watch.observe(section));
}

function drawChoices() {
  const counts = { "": report.rows.length };
  for (const { status } of report.rows) counts[status] = (counts[status] ?? 0) + 1;
  const names = { "": "all", ...STATUS };
  const buttons = Object.keys(names).filter((status) => counts[status]).map((status) => {
    const count = make("span", "", [counts[status].toLocaleString("en")]);
    const button = make("button", "", [names[status], count], { type: "button" });
    button.dataset.status = status;
    button.ariaPressed = String(status === "");
    return button;
  });
  const choices = document.querySelector(".choices");
  choices.append(...buttons);
  choices.addEventListener("click", ({ target }) => {
    const chosen = target.closest("button");
    if (!chosen) return;
    buttons.forEach((button) => (button.ariaPressed = String(button === chosen)));
    shown.status = chosen.dataset.status;
    show();
  });
}

let pause;
search.addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(() => {
    shown.words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    show();
  }, 150);
});
document.querySelector("#overlay").addEventListener("change", ({ target }) => {
  main.classList.toggle("no-overlay", !target.checked);
});

unpack("index").then(({ columns, rows, ...rest }) => {
  const entry = (row, number) =>
    Object.fromEntries([["number", number], ...columns.map((name, i) => [name, row[i]])]);
  report = { ...rest, rows: rows.map(entry) };
  drawChoices();
  show();
});
