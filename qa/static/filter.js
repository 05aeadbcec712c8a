// Which documents and days the next questions are asked of.

const field = (id) => document.getElementById(id);
let documents = new Map(); // id -> title, of those that are chosen
let known = new Map(); // what a person may write -> id

export function filter() {
  const where = { documents: [...documents.keys()], after: field("after").value.trim(), before: field("before").value.trim() };
  const any = where.documents.length || where.after || where.before;
  return any ? { where } : {};
}

function show() {
  const items = [...documents].map(([id, title]) => {
    const item = document.createElement("li");
    const words = document.createElement("span");
    const button = document.createElement("button");
    words.textContent = title;
    words.dir = "auto";
    button.type = "button";
    button.textContent = "×";
    button.setAttribute("aria-label", `Don't ask only ${title}`);
    button.addEventListener("click", () => documents.delete(id) && show());
    item.append(words, button);
    return item;
  });
  field("chosen-documents").replaceChildren(...items);
  const count = documents.size + (field("after").value.trim() || field("before").value.trim() ? 1 : 0);
  field("filtering").textContent = count ? `Filter (${count})` : "Filter";
  field("filtering").classList.toggle("on", count > 0);
}

function choose() {
  const written = field("in").value.trim();
  if (!written) return;
  const id = known.get(written) ?? written; // the server knows more names, and says where it knows none
  documents.set(id, written);
  field("in").value = "";
  show();
}

export async function refreshKnown() {
  try {
    const here = await (await fetch("talk/here")).json();
    field("count").textContent = here.counted;
    known = new Map();
    const options = here.documents.map((each) => {
      const option = document.createElement("option");
      option.value = known.has(each.title) ? `${each.title} (${each.source})` : each.title;
      option.label = each.date ?? "";
      known.set(option.value, each.id);
      return option;
    });
    field("known").replaceChildren(...options);
  } catch {
    // names can be written all the same
  }
}

// A file that is removed is asked no more.
export function forget(id) {
  if (documents.delete(id)) show();
}

export function startFilter() {
  refreshKnown();
  field("filtering").addEventListener("click", () => {
    const opened = (field("filter").hidden = !field("filter").hidden) === false;
    field("filtering").setAttribute("aria-expanded", String(opened));
    if (!opened) return;
    refreshKnown();
    field("in").focus();
  });
  field("in").addEventListener("change", choose);
  field("in").addEventListener("keydown", (event) => {
    if (event.key === "Enter") choose();
  });
  for (const id of ["after", "before"]) field(id).addEventListener("input", show);
  field("unfilter").addEventListener("click", () => {
    documents = new Map();
    for (const id of ["in", "after", "before"]) field(id).value = "";
    show();
  });
}
