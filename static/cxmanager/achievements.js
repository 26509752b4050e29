// The form of an achievement: rows of levels that grow, and a ladder that follows what is typed. The server works it out.
document.addEventListener("DOMContentLoaded", () => {
  const ladder = document.getElementById("achievement-ladder");
  const form = ladder?.closest("form");
  if (!form || ladder.dataset.isFollowed) return;
  ladder.dataset.isFollowed = "1";
  let waiting = null;
  let latest = 0;
  const levels = () => form.querySelector("[data-levels]");
  const strategy = () => form.querySelector("[name=strategy]")?.value;

  const ask = async (what) => {
    const values = new FormData(form);
    for (const [name, value] of [...values]) if (value instanceof File) values.delete(name);
    values.set("definition", ladder.dataset.definition);
    values.set("do", what);
    const answer = await fetch(ladder.dataset.url, { method: "POST", body: values }).catch(() => null);
    return answer?.ok ? answer.json() : null;
  };
  const draw = async () => {
    const number = ++latest;
    const said = await ask("show");
    // What was typed meanwhile is on its way.
    if (said && number === latest) ladder.innerHTML = said.ladder;
  };
  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(draw, 300);
  };

  // Where the strategy says how much each level takes, the rows only name them.
  const follow = () => {
    const box = levels();
    if (!box) return;
    const kind = strategy();
    const isByHand = kind === "non_linear";
    const every = Number(form.querySelector("[name=every]")?.value) || 0;
    const most = kind === "on_off" ? 1 : Number(form.querySelector("[name=max_levels]")?.value) || Infinity;
    rows().forEach((row, at) => {
      const trigger = row.querySelector("input[name=levels_trigger]");
      trigger.readOnly = !isByHand;
      if (kind === "on_off") trigger.value = "1";
      else if (kind === "linear") trigger.value = every ? String(every * (at + 1)) : "";
      row.hidden = at >= most;
      row.querySelector(".achievement-level-number").textContent = at + 1;
      row.querySelector("[data-remove-level]").hidden = rows().length < 2 || kind === "on_off";
    });
    box.querySelector("[data-add-level]").hidden = kind === "on_off" || rows().length >= Math.min(most, 100);
    box.querySelector("[data-generate]").hidden = !isByHand;
    box.querySelector("[data-repeat]").hidden = !isByHand;
    const confirming = form.querySelector("[name=confirm_unlocks]")?.closest(".form-row, .field-line, .form-group, div[class*=field-confirm]");
    const isAsked = Boolean(form.querySelector(".achievement-editor")?.dataset.needsConfirming);
    if (confirming) confirming.hidden = !isAsked;
  };
  const rows = () => [...levels().querySelectorAll("[data-level]")];

  const blank = (row) => {
    row.querySelectorAll("input, select").forEach((box) => { box.value = ""; });
    row.querySelector(".cx-subtle")?.remove();
    return row;
  };
  form.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.matches("[data-add-level]")) {
      const row = blank(rows().at(-1).cloneNode(true));
      levels().querySelector("ol").append(row);
      follow();
      row.querySelector("input:not([readonly]):not([type=hidden])").focus();
    } else if (button.matches("[data-remove-level]")) {
      button.closest("[data-level]").remove();
      levels().querySelector("[data-add-level]").focus();
    } else if (button.matches("[data-generate]")) {
      clearTimeout(waiting);
      latest += 1;
      const said = await ask("generate");
      if (!said) return;
      levels().querySelector("[data-generate-problem]").textContent = said.problem ?? "";
      if (said.problem) return;
      levels().outerHTML = said.levels;
      ladder.innerHTML = said.ladder;
      follow();
      return;
    } else return;
    follow();
    later();
  });
  const changed = () => {
    follow();
    later();
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  follow();
});
