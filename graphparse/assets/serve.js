"use strict";

// A picture is sent, the answer shown; a correction is spelled by the server, too.

const find = (id) => document.getElementById(id);
const state = find("state");
let corrected = null; // what the editor has open: a card and its prediction
let editor = null; // OpenChemLib's, once it was asked for

function say(text, wrong = false) {
  state.textContent = text;
  state.classList.toggle("wrong", wrong);
}

/** The answer of a call; throws an Error with the server's reason. */
async function call(path, options) {
  const response = await fetch(path, { method: "POST", ...options });
  const answer = await response.json();
  if (response.ok) return answer;
  throw new Error(typeof answer.detail === "string" ? answer.detail : "not understood");
}

async function read(file) {
  const form = new FormData();
  form.append("image", file, file.name);
  close();
  find("result").replaceChildren();
  say("Reading…");
  try {
    const { n_pages, predictions } = await call("/api/predict?draw=true", { body: form });
    find("result").replaceChildren(...predictions.map(drawCard));
    const last = predictions.at(-1).page ?? 1;
    say(last < n_pages ? `The first ${last} of ${n_pages} pages` : "");
  } catch (error) {
    say(error.message, true);
  }
}

function drawCard(prediction) {
  const { picture, width, height, structure } = prediction.drawing;
  const image = picture
    ? drawPicture(picture, prediction.graph, width, height)
    : make("figure", "picture nothing", ["no picture"]);
  const card = make("article", "card", [image, drawStructure(structure)]);
  const actions = [["Correct…", () => correct(card, prediction)]];
  if (prediction.smiles !== null) {
    actions.push(["↓ Molfile", () => save(prediction, "mol", prediction.molblock)]);
    actions.push(["↓ SMILES", () => save(prediction, "smi", `${prediction.smiles}\n`)]);
  }
  if (prediction.inchi !== null) {
    actions.push(["↓ InChI", () => save(prediction, "inchi", `${prediction.inchi}\n`)]);
  }
  const buttons = actions.map(([name, act]) => {
    const button = make("button", "", [name], { type: "button" });
    button.addEventListener("click", act);
    return button;
  });
  const name = drawName(prediction.source || "Picture", prediction.page);
  const facts = [name, ...drawFacts(prediction), make("p", "actions", buttons)];
  card.append(make("div", "facts", facts));
  return card;
}

/** Gives the browser a file to keep, named after the picture. */
function save({ source }, suffix, text) {
  const name = source.replace(/\.[^.]*$/, "") || "structure";
  const href = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
  make("a", "", [], { href, download: `${name}.${suffix}` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

/** Sets a molfile's chiral flag: what is drawn is one enantiomer, not both. */
function absolute(molblock) {
  return molblock
    .replace(/^((?:.*\n){3}.{12}) {2}0/, "$1  1")
    .replace(/^(M {2}V30 COUNTS \d+ \d+ \d+ \d+) 0/m, "$1 1");
}

async function correct(card, prediction) {
  say("");
  const chemistry = await import("/assets/vendor/openchemlib.js");
  card.after(find("correction"));
  find("correction").hidden = false;
  editor ??= new chemistry.CanvasEditor(find("editor"));
  const { Molecule } = chemistry;
  const { molblock } = prediction;
  const molecule = molblock ? Molecule.fromMolfile(absolute(molblock)) : new Molecule(0, 0);
  editor.setMolecule(molecule);
  corrected = { card, prediction };
  find("correction").scrollIntoView({ block: "nearest" });
}

/** Takes the editor off the page, and away from cards that will go. */
function close() {
  find("correction").hidden = true;
  document.querySelector("main").append(find("correction"));
}

async function apply() {
  const { card, prediction } = corrected;
  const body = JSON.stringify({ molfile: editor.getMolecule().toMolfile() });
  const headers = { "Content-Type": "application/json" };
  try {
    const { structure, ...spelled } = await call("/api/convert", { body, headers });
    const drawing = { ...prediction.drawing, structure };
    const kept = { status: "corrected", message: "", warnings: [], drawing };
    close();
    card.replaceWith(drawCard({ ...prediction, ...spelled, ...kept }));
    say("");
  } catch (error) {
    say(error.message, true);
  }
}

find("apply").addEventListener("click", apply);
find("cancel").addEventListener("click", close);
find("file").addEventListener("change", ({ target }) => {
  if (target.files.length) read(target.files[0]);
  target.value = "";
});
find("drop").addEventListener("keydown", (event) => {
  if (event.key === "Enter" || event.key === " ") find("file").click();
});
find("overlay").addEventListener("change", ({ target }) => {
  document.querySelector("main").classList.toggle("no-overlay", !target.checked);
});
addEventListener("paste", ({ clipboardData }) => {
  if (clipboardData.files.length) read(clipboardData.files[0]);
});
addEventListener("dragover", (event) => {
  event.preventDefault();
  find("drop").classList.add("over");
});
addEventListener("dragleave", () => find("drop").classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  find("drop").classList.remove("over");
  if (event.dataTransfer.files.length) read(event.dataTransfer.files[0]);
});
