"use strict";

// What the report and the web page share. Text from outside only ever becomes text nodes.

/** An element with a class, children (elements or text) and attributes. */
function make(name, className, children = [], attributes = {}) {
  const element = document.createElement(name);
  if (className) element.className = className;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Gives an element the colour of a score in [0, 1]; scores under a half are all doubt. */
function colour(element, score) {
  const certainty = Math.max(0, Math.min(1, 2 * score - 1));
  element.style.setProperty("--certainty", `${(100 * certainty).toFixed(1)}%`);
  return element;
}

const DOUBTFUL = 0.9;

/** A path of the overlay, with its score as colour and tooltip. */
function mark(kind, path, score, text) {
  const svg = "http://www.w3.org/2000/svg";
  const element = document.createElementNS(svg, "path");
  element.setAttribute("class", score < DOUBTFUL ? `${kind} doubtful` : kind);
  element.setAttribute("d", path);
  const title = document.createElementNS(svg, "title");
  title.textContent = `${text} · ${score.toFixed(2)}`;
  element.append(title);
  return colour(element, score);
}

/**
 * The drawn graph, to be laid over its picture.
 * @param graph as predictions.jsonl has it, in pixels of a picture of width x height
 */
function drawOverlay(graph, width, height) {
  const overlay = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  overlay.setAttribute("class", "overlay");
  overlay.setAttribute("viewBox", `-0.5 -0.5 ${width} ${height}`);
  graph.bonds.forEach(([begin, end], i) => {
    const path = `M${graph.xy[begin]}L${graph.xy[end]}`;
    overlay.append(mark("bond", path, graph.bond_scores[i], graph.kinds[i]));
  });
  graph.xy.forEach((place, i) => {
    const label = graph.labels[i] || "C";
    overlay.append(mark("atom", `M${place}h0`, graph.atom_scores[i], label));
  });
  return overlay;
}

/** The box with a picture and the overlay on it. */
function drawPicture(url, graph, width, height) {
  const image = make("img", "", [], { src: url, alt: "picture", draggable: "false" });
  const overlaid = graph !== null && graph.labels.length > 0;
  const box = make("figure", overlaid ? "picture overlaid" : "picture", [image]);
  if (overlaid) box.append(drawOverlay(graph, width, height));
  return box;
}

/** The box with the structure redrawn. */
function drawStructure(svg) {
  if (svg === null) return make("figure", "structure nothing", ["no structure"]);
  // as an image: whatever a drawing held, it could not run
  const src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  return make("figure", "structure", [make("img", "", [], { src, alt: "structure redrawn" })]);
}

/** A line of text with a button that copies it. */
function copyLine(name, text) {
  const button = make("button", "", ["Copy"], { type: "button", "aria-label": `Copy ${name}` });
  button.addEventListener("click", async () => {
    await copy(text);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 1200);
  });
  return make("div", "line", [make("code", "", [text], { title: name }), button]);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // browsers that keep the clipboard from files
    const area = make("textarea", "", [text]);
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

const STATUS = {
  ok: "read",
  low_confidence: "doubtful",
  no_structure: "no structure",
  error: "error",
  corrected: "corrected by hand",
};

/** The name of a picture, with its page if it is one of several. */
function drawName(name, page, title = name) {
  const text = page === null ? name : `${name} · page ${page}`;
  return make("h2", "", [text], { title });
}

/** Confidence, SMILES, InChI and warnings of a prediction. */
function drawFacts(prediction) {
  const facts = [];
  const verdict = make("p", "verdict", [STATUS[prediction.status]]);
  if (prediction.smiles !== null && prediction.status !== "corrected") {
    const percent = `${Math.floor(100 * prediction.confidence)} %`;
    verdict.prepend(colour(make("b", "score", [percent]), prediction.confidence));
  }
  facts.push(verdict);
  if (prediction.smiles !== null) facts.push(copyLine("SMILES", prediction.smiles));
  if (prediction.inchi !== null) facts.push(copyLine("InChI", prediction.inchi));
  const notes = prediction.warnings.length ? [...prediction.warnings] : [prediction.message];
  if (prediction.inchi_reason) notes.push(`No InChI: ${prediction.inchi_reason}`);
  facts.push(make("ul", "notes", notes.filter(Boolean).map((note) => make("li", "", [note]))));
  return facts;
}
