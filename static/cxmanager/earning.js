// The screens of earning: everything here only makes quicker what works without it.
document.addEventListener("DOMContentLoaded", () => {
  chooseProgram();
  document.querySelectorAll("textarea[data-chips]").forEach(drawChips);
  document.querySelectorAll("input[data-suggest]").forEach((input) => suggestInto(input, input.dataset.suggest, (one) => takeProduct(input, one)));
  const editor = document.querySelector(".cx-rule form[data-preview-url]");
  if (editor) {
    followWithSentence(editor);
    warnOfUnsaved(editor);
    goOnWhereOneWas(editor);
  }
  const simulation = document.querySelector("form[data-simulation]");
  if (simulation) askOnlyWhatMatters(simulation);
  document.querySelectorAll("[data-own-days]").forEach(askForOwnDays);
});

// The box at the top left answers at once; its button is for those without scripts.
function chooseProgram() {
  document.querySelectorAll("form[data-program-choice]").forEach((form) => {
    form.querySelector("button").hidden = true;
    form.querySelector("select").addEventListener("change", () => form.requestSubmit());
  });
}

// --- Chips: a list of words, of which the textarea keeps the text ------------------------------------------------------

function drawChips(textarea) {
  const box = Object.assign(document.createElement("div"), { className: "cx-chips" });
  const list = Object.assign(document.createElement("ul"), { className: "cx-chips-list" });
  const input = Object.assign(document.createElement("input"), { type: "text", autocomplete: "off", id: `${textarea.id}-word`, disabled: textarea.matches(":disabled") });
  const label = document.querySelector(`label[for="${CSS.escape(textarea.id)}"]`);
  if (label) label.htmlFor = input.id;
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (textarea.hasAttribute(name)) input.setAttribute(name, textarea.getAttribute(name));
  }
  box.append(list, input);
  textarea.after(box);
  textarea.hidden = true;

  const words = () => wordsIn(textarea.value);
  const write = (next) => {
    textarea.value = next.map(quoted).join("\n");
    textarea.dispatchEvent(new Event("input", { bubbles: true }));
    draw();
  };
  const add = (text) => {
    const more = wordsIn(text).filter((word) => !words().includes(word));
    input.value = "";
    if (more.length) write([...words(), ...more]);
  };
  const draw = () => {
    list.replaceChildren(
      ...words().map((word) => {
        const chip = Object.assign(document.createElement("li"), { className: "cx-chip" });
        const name = Object.assign(document.createElement("span"), { textContent: word });
        const button = Object.assign(document.createElement("button"), { type: "button", disabled: input.disabled });
        button.setAttribute("aria-label", `Take out ${word}`);
        button.innerHTML = '<span class="material-symbols-outlined" aria-hidden="true">close</span>';
        button.addEventListener("click", () => {
          write(words().filter((one) => one !== word));
          input.focus();
        });
        chip.append(name, button);
        return chip;
      }),
    );
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && input.value.trim() && !event.defaultPrevented) {
      event.preventDefault();
      add(input.value);
    } else if (event.key === "Backspace" && !input.value && words().length) {
      write(words().slice(0, -1));
    }
  });
  input.addEventListener("input", () => {
    if (/[,\n]/.test(input.value)) add(input.value);
  });
  input.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text");
    if (!/[,\n]/.test(text)) return;
    event.preventDefault();
    add(text);
  });
  // What stands in the box when one goes on counts as well.
  input.addEventListener("blur", () => setTimeout(() => add(input.value), 150));
  box.addEventListener("click", (event) => event.target === box && input.focus());
  textarea.form?.addEventListener("submit", () => add(input.value));
  if (textarea.dataset.chips) suggestInto(input, textarea.dataset.chips, (one) => add(quoted(one.value)));
  draw();
}

// One on each line or with commas between; a word that holds a comma stands in quotes, as in a CSV.
function wordsIn(text) {
  const found = [...text.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,\n]+))\s*(?:,|\n|$)/g)];
  const words = found.map((match) => (match[1] === undefined ? match[2] : match[1].replaceAll('""', '"')).trim());
  return [...new Set(words.filter(Boolean))];
}

function quoted(word) {
  return /[",\n]/.test(word) ? `"${word.replaceAll('"', '""')}"` : word;
}

// --- Suggestions of the catalogue --------------------------------------------------------------------------------------

let menus = 0;

function suggestInto(input, address, take) {
  const menu = Object.assign(document.createElement("ul"), { className: "cx-suggestions", id: `cx-suggestions-${(menus += 1)}`, hidden: true });
  menu.setAttribute("role", "listbox");
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", menu.id);
  input.setAttribute("aria-autocomplete", "list");
  input.parentElement.classList.add("cx-suggesting");
  input.after(menu);
  let rows = [];
  let at = -1;
  let waiting = null;
  let latest = 0;

  const close = () => {
    menu.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (next) => {
    at = next;
    [...menu.children].forEach((row, number) => row.setAttribute("aria-selected", String(number === at)));
    if (at >= 0) input.setAttribute("aria-activedescendant", menu.children[at].id);
  };
  const choose = (number) => {
    const one = rows[number];
    close();
    take(one);
  };
  const draw = () => {
    menu.replaceChildren(
      ...rows.map((one, number) => {
        const row = Object.assign(document.createElement("li"), { id: `${menu.id}-${number}` });
        row.setAttribute("role", "option");
        row.append(Object.assign(document.createElement("span"), { className: "cx-strong", textContent: one.value }));
        if (one.label) row.append(Object.assign(document.createElement("span"), { className: "cx-subtle", textContent: one.label }));
        row.addEventListener("mousedown", (event) => {
          event.preventDefault();
          choose(number);
        });
        return row;
      }),
    );
    menu.hidden = !rows.length;
    input.setAttribute("aria-expanded", String(!menu.hidden));
    mark(-1);
  };
  const ask = async () => {
    const number = ++latest;
    const typed = input.value.trim();
    if (!typed) return close();
    const answer = await fetch(`${address}&q=${encodeURIComponent(typed)}`).catch(() => null);
    if (!answer?.ok || number !== latest || document.activeElement !== input) return;
    rows = (await answer.json()).data;
    draw();
  };
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 200);
  });
  // Before those of the chips, which take what was typed as it stands.
  input.addEventListener(
    "keydown",
    (event) => {
      if (menu.hidden) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        mark((at + (event.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length);
      } else if (event.key === "Enter" && at >= 0) {
        event.preventDefault();
        event.stopImmediatePropagation();
        choose(at);
      } else if (event.key === "Escape") {
        event.preventDefault();
        close();
      }
    },
    true,
  );
  input.addEventListener("blur", () => {
    latest += 1;
    close();
  });
}

// A product of the catalogue brings its price along.
function takeProduct(input, one) {
  input.value = one.value;
  const price = input.closest("li").querySelector("[name=price]");
  if (price && !price.value && one.price) price.value = String(Number(one.price));
  price?.focus();
}

// --- The editor --------------------------------------------------------------------------------------------------------

function followWithSentence(form) {
  const sentence = document.querySelector("[data-sentence]");
  let waiting = null;
  let latest = 0;
  const draw = async () => {
    const number = ++latest;
    const answer = await fetch(form.dataset.previewUrl, { method: "POST", body: new FormData(form) }).catch(() => null);
    if (!answer?.ok || number !== latest) return;
    const said = (await answer.json()).sentence;
    // What has not changed is not read aloud again.
    if (sentence.textContent !== said) sentence.textContent = said;
    sentence.hidden = !said;
  };
  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(draw, 300);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  // The lists that search tell of a choice through jQuery only.
  window.django?.jQuery?.(form).on("change", "select", later);
}

// Leaving with something typed asks first; the page's own buttons do not.
function warnOfUnsaved(form) {
  let isChanged = "changed" in form.dataset;
  form.addEventListener("input", () => {
    isChanged = true;
  });
  form.addEventListener("change", () => {
    isChanged = true;
  });
  form.addEventListener("submit", () => {
    isChanged = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (isChanged) event.preventDefault();
  });
}

// After a button that draws the page anew: to what it brought; after a refusal: to the first box that was refused.
function goOnWhereOneWas(form) {
  const place = form.dataset.focus;
  let box = place ? document.getElementById(place) ?? form.querySelector(`[data-place="${CSS.escape(place)}"]`) : null;
  if (!box && place) box = firstBox([...form.querySelectorAll("input, select, textarea")].filter((one) => one.name.startsWith(`${place}.`)));
  if (!box) box = firstBox([...form.querySelectorAll("[aria-invalid=true]")]);
  if (!box) return;
  box.scrollIntoView({ block: "center" });
  box.focus({ preventScroll: true });
}

function firstBox(boxes) {
  return boxes.find((one) => !one.hidden && one.type !== "hidden") ?? null;
}

// --- The simulator -----------------------------------------------------------------------------------------------------

function askOnlyWhatMatters(form) {
  const kind = form.querySelector("[name=kind]");
  const show = () => {
    form.querySelectorAll("[data-asked-by]").forEach((box) => {
      box.hidden = !box.dataset.askedBy.split(" ").includes(kind.value || "purchase");
    });
  };
  kind.addEventListener("change", show);
  show();
  const row = Number(form.dataset.focusRow);
  if (row >= 0) form.querySelectorAll("[name=sku]")[row]?.focus();
  else if (!document.querySelector("[data-points]")) form.querySelector("[name=customer]").focus();
}

// The boxes of own days are there where those are chosen.
function askForOwnDays(boxes) {
  const choices = document.querySelectorAll("input[name=days]");
  const judge = () => {
    boxes.hidden = ![...choices].some((one) => one.checked && one.value === boxes.dataset.ownDays);
  };
  choices.forEach((one) => one.addEventListener("change", judge));
  judge();
}
