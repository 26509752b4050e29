// The pages about benefits: everything here only makes quicker what works without it.
document.addEventListener("DOMContentLoaded", () => {
  sendOnce();
  filterChoices();
  refreshChosen();
  showNewEnd();
  watchProgress();
});

// data-once: a second click on the button sends nothing. The server knows a form that it got twice all the same.
function sendOnce() {
  document.querySelectorAll("form[data-once]").forEach((form) => {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
    });
  });
  // One page, one thing to do: its first box has the focus, so that Enter sends it.
  if (!document.activeElement || document.activeElement === document.body) {
    const first = firstToFill(document.querySelector(".cx-narrow form[data-once]"));
    // Asked again by what waits until the page is shown.
    first?.setAttribute("autofocus", "");
    first?.focus();
  }
  // Coming back with the browser's own button finds the form usable again.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-once]").forEach((form) => delete form.dataset.sent);
  });
}

// The box that a person goes on with: one that was refused, else the first; of choices the one that is made.
function firstToFill(form) {
  const boxes = [...(form?.querySelectorAll(":is(input, textarea, select):not([type=hidden], [type=file])") ?? [])];
  const first = boxes.find((box) => box.getAttribute("aria-invalid") === "true") ?? boxes[0];
  // Its builder stands for the text of a condition.
  if (first?.matches("[data-condition-builder]")) return first.closest(".cxb-field")?.querySelector("[role=tab][aria-selected=true]") ?? first;
  return boxes.find((box) => box.type === "radio" && box.name === first.name && box.checked) ?? first;
}

function filterChoices() {
  const filter = document.getElementById("benefit-choice-filter");
  if (!filter) return;
  const choices = [...document.querySelectorAll(".benefit-choice")];
  const none = document.querySelector(".benefit-none");
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    choices.forEach((choice) => {
      choice.hidden = !words.every((word) => choice.dataset.text.includes(word));
    });
    none.hidden = choices.some((choice) => !choice.hidden);
  });
  filter.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "ArrowDown") return;
    event.preventDefault();
    choices.find((choice) => !choice.hidden && !choice.querySelector("input").disabled)?.querySelector("input").focus();
  });
}

// When a benefit is chosen, its end and what is left of it are asked for anew.
function refreshChosen() {
  document.querySelectorAll(".benefit-choice input").forEach((input) => {
    input.addEventListener("change", async () => {
      const choice = input.closest(".benefit-choice");
      const answer = await fetch(choice.dataset.offer, { headers: { Accept: "application/json" } }).catch(() => null);
      if (!answer?.ok) return;
      const offer = await answer.json();
      choice.querySelectorAll("[data-fact]").forEach((fact) => {
        fact.textContent = offer[fact.dataset.fact];
      });
    });
  });
}

function showNewEnd() {
  const sentence = document.getElementById("benefit-new-end");
  if (!sentence) return;
  const form = sentence.closest("form");
  const days = form.querySelector("[name=days]");
  const until = form.querySelector("[name=until]");
  const show = () => {
    const end = new Date(`${until.value || sentence.dataset.presentEnd}T00:00:00`);
    if (!until.value && days.value) end.setDate(end.getDate() + Number(days.value));
    const isGiven = (until.value || days.value) && !Number.isNaN(end.getTime());
    // The day before the month, as everywhere in the back office.
    const shown = isGiven ? new Intl.DateTimeFormat("en-GB", { dateStyle: "long" }).format(end) : "";
    sentence.textContent = shown && sentence.dataset.sentence.replace("%s", shown);
  };
  days.addEventListener("input", () => { if (days.value) until.value = ""; show(); });
  until.addEventListener("input", () => { if (until.value) days.value = ""; show(); });
  show();
}

// A bulk issue or an automation that goes on is asked every second how far it is.
function watchProgress() {
  document.querySelectorAll("[data-progress-url]").forEach(watch);
}

function watch(box) {
  const ask = async () => {
    const answer = await fetch(box.dataset.progressUrl, { headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.ok) {
      const progress = await answer.json();
      box.querySelectorAll("[data-progress]").forEach((part) => {
        const value = progress[part.dataset.progress];
        if (part.tagName === "PROGRESS") part.value = value;
        else if (part.textContent !== value) part.textContent = value;
      });
      // What is over has no “Stop” any more: the page as it is from now on. Where somebody may be typing, it stays.
      if (progress.is_over) return "progressStays" in box.dataset ? undefined : location.reload();
    }
    setTimeout(ask, answer?.ok ? 1000 : 5000);
  };
  setTimeout(ask, 1000);
}
