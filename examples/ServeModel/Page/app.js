const byId = id => document.getElementById(id);
const percent = value => value >= 0.9995 && value < 1 ? ">99.9 %" : value > 0 && value < 0.0005 ? "<0.1 %" : `${(100 * value).toFixed(1)} %`;
let card = null;
let turn = 0;

function show(element, text) {
  element.textContent = text ?? "";
  element.hidden = !text;
}

async function read(response) {
  if (response.ok) return response;
  const problem = await response.json().catch(() => null);
  throw new Error(problem ? `${problem.title}. ${problem.detail ?? ""}` : `The service answered ${response.status}.`);
}

async function loadCard() {
  try {
    const answer = await (await read(await fetch("/model"))).json();
    card = { ...answer.card, hasGradCam: answer.hasGradCam };
    show(byId("service-problem"), null);
    showCard();
  } catch (error) {
    show(byId("service-problem"), error.message);
  }
}

function showCard() {
  document.title = card.title;
  byId("title").textContent = card.title;
  byId("subtitle").textContent = `${card.classNames.join(" or ")}?`;
  const training = card.training;
  const point = card.operatingPoint;
  const facts = [
    ["Intended use", card.intendedUse],
    ["Limits", card.limits],
    ["Network", `${card.strategy ?? "?"} of ${card.backbone ?? "?"}, cut at ${card.cut ?? "?"}, ${(card.fileBytes / 1e6).toFixed(1)} MB`],
    ["Reads", card.preparation],
    ["Trained on", card.trainedOn],
    ["Training", training && `epoch ${training.bestEpoch} of ${training.epochs}, ${training.metric.replace(/Auroc|Auprc/, name => name.toUpperCase())} ${training.value.toFixed(3)}`],
    ["Evaluation", card.evaluation],
    ["Probabilities", card.calibration ? `calibrated (${card.calibration.toLowerCase()})` : "as the network gives them, not calibrated"],
    ["Threshold", point && `${card.classNames[1]} from ${percent(point.probabilityThreshold)} on (rule: ${point.rule})`],
    ["Images unlike those of training", card.hasOutOfDistribution ? "are flagged" : "are not recognised: it answers every image"],
    ["Model", `${card.id}, loaded ${new Date(card.loadedAt).toLocaleString()}`],
  ];
  byId("facts").replaceChildren(...facts.filter(fact => fact[1]).map(([name, value]) => {
    const group = document.createElement("div"), term = document.createElement("dt"), description = document.createElement("dd");
    term.textContent = name;
    description.textContent = value;
    group.append(term, description);
    return group;
  }));
}

async function loadSamples() {
  const names = await (await read(await fetch("/samples"))).json().catch(() => []);
  byId("samples").hidden = names.length === 0;
  byId("sample-list").replaceChildren(...names.map(name => {
    const item = document.createElement("li"), button = document.createElement("button"), image = document.createElement("img"), label = document.createElement("span");
    const address = `/samples/${encodeURIComponent(name)}`;
    button.type = "button";
    button.setAttribute("aria-pressed", "false");
    image.alt = "";
    image.onerror = () => image.remove();
    fetch(address).then(read).then(response => response.blob()).then(blob => image.src = URL.createObjectURL(blob)).catch(() => image.remove());
    label.textContent = name.replace(/\.[^.]*$/, "").replaceAll("-", " ");
    button.append(image, label);
    button.onclick = async () => {
      const blob = await (await read(await fetch(address))).blob();
      await ask(new File([blob], name), button);
    };
    item.append(button);
    return item;
  }));
}

function send(path, file) {
  const form = new FormData();
  form.append("file", new Blob([file], { type: "application/octet-stream" }), file.name);
  return fetch(path, { method: "POST", body: form }).then(read);
}

async function ask(file, button) {
  const mine = ++turn;
  document.querySelectorAll("#samples button").forEach(other => other.setAttribute("aria-pressed", String(other === button)));
  show(byId("problem"), null);
  byId("waiting").hidden = false;
  byId("waiting").textContent = "Working …";
  byId("result").hidden = true;
  try {
    const [answer, preview] = await Promise.all([send("/predict", file).then(response => response.json()), send("/preview", file).then(response => response.blob())]);
    if (mine !== turn) return;
    if (!card || answer.model !== card.id) await loadCard();
    showAnswer(file, answer, preview);
    byId("waiting").hidden = true;
    byId("result").hidden = false;
    await explain(file, mine);
  } catch (error) {
    if (mine !== turn) return;
    byId("waiting").hidden = true;
    show(byId("problem"), error.message);
  }
}

function showAnswer(file, answer, preview) {
  byId("file-name").textContent = file.name;
  byId("class").textContent = answer.class;
  const point = answer.operatingPoint;
  byId("decision").textContent = point
    ? `The probability of ${card.classNames[1]} is ${answer.class === card.classNames[1] ? "above" : "not above"} the threshold of ${percent(point.probabilityThreshold)} (rule: ${point.rule}).`
    : "The class with the highest probability.";
  const unlike = answer.outOfDistribution;
  show(byId("unlike"), unlike?.isFlagged ? `Unlike the images of training (score ${unlike.score?.toFixed(1) ?? "beyond measure"}; above 1 is unusual). Do not rely on this answer.` : null);
  byId("bars-title").textContent = answer.isCalibrated ? "Probability, calibrated" : "Probability, not calibrated";
  const rows = Object.entries(answer.probabilities);
  byId("bars").tBodies[0].replaceChildren(...rows.map(([name, value], index) => {
    const row = document.createElement("tr"), head = document.createElement("th"), bar = document.createElement("td"), number = document.createElement("td");
    row.className = name === answer.class ? "chosen" : "";
    head.scope = "row";
    head.textContent = name;
    const track = document.createElement("span"), fill = document.createElement("span");
    track.className = "track";
    fill.style.width = `${100 * value}%`;
    track.append(fill);
    if (point && index === 1) {
      const mark = document.createElement("i");
      mark.style.left = `${100 * point.probabilityThreshold}%`;
      mark.title = "threshold";
      track.append(mark);
    }
    bar.append(track);
    number.textContent = percent(value);
    row.append(head, bar, number);
    return row;
  }));
  setPicture(byId("preview"), preview);
}

async function explain(file, mine) {
  byId("why").hidden = true;
  if (!card.hasGradCam) {
    show(byId("no-why"), "Where the network looked (Grad-CAM) is not shown: that needs the file that the model's SaveWeights wrote, beside the zip and named like it with .safetensors.");
    return;
  }
  try {
    const overlay = await (await send("/explain", file)).blob();
    if (mine !== turn) return;
    setPicture(byId("overlay"), overlay);
    byId("why").hidden = false;
    show(byId("no-why"), null);
  } catch (error) {
    if (mine === turn) show(byId("no-why"), error.message);
  }
}

function setPicture(image, blob) {
  if (image.src) URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(blob);
}

byId("address").textContent = location.origin;
byId("file").onchange = event => {
  const file = event.target.files[0];
  if (file) ask(file);
  event.target.value = "";
};

const drop = byId("drop");
document.ondragover = event => {
  event.preventDefault();
  drop.classList.add("over");
};
document.ondragleave = () => drop.classList.remove("over");
document.ondrop = event => {
  event.preventDefault();
  drop.classList.remove("over");
  const file = event.dataTransfer.files[0];
  if (file) ask(file);
};

await loadCard();
await loadSamples();
document.documentElement.dataset.ready = "true";
