// The pages of an import: the name beside a column's choice, and the progress bar.
const PAUSE = 1000;
const LONGEST_PAUSE = 15000;

// A system or attribute needs a name; nothing else does.
document.querySelectorAll("[data-import-choice]").forEach((cell) => {
  const select = cell.querySelector("select");
  const detail = cell.querySelector(".import-detail");
  const judge = () => {
    detail.hidden = !["identity:", "custom:"].includes(select.value);
  };
  select.addEventListener("change", judge);
  judge();
});

const box = document.querySelector("[data-import-progress]");

function show(state) {
  const number = new Intl.NumberFormat(document.documentElement.lang || "en");
  for (const name of ["done", "total", "created", "updated", "unchanged", "refused"]) {
    const place = document.querySelector(`[data-import="${name}"]`);
    if (place && state[name] !== null) place.textContent = number.format(state[name]);
  }
  box.querySelector('[data-import="label"]').textContent = state.label;
  box.querySelector('[data-import="of"]').hidden = !state.total;
  const bar = box.querySelector("progress");
  if (state.percent === null) bar.removeAttribute("value");
  else bar.value = state.percent;
}

async function follow(pause) {
  try {
    const answer = await fetch(box.dataset.importProgress, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    const state = await answer.json();
    if (!state.is_under_way) {
      window.location.reload();
      return;
    }
    show(state);
    pause = PAUSE;
  } catch {
    // The server may be restarting: ask again, ever more slowly.
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
  window.setTimeout(() => follow(pause), pause);
}

if (box) follow(PAUSE);
