// The sentence above a reaction and the times that an automation is due next follow what is typed. The server says both.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-preview-url]");
  if (!form) return;
  const frequency = form.querySelector("[name=frequency]");
  let waiting = null;
  let latest = 0;

  // Only the boxes that the frequency asks for.
  const showBoxes = () => {
    form.querySelectorAll("[data-asked-by]").forEach((box) => {
      box.hidden = !box.dataset.askedBy.split(" ").includes(frequency.value);
    });
  };

  const draw = async () => {
    const number = ++latest;
    const answer = await fetch(form.dataset.previewUrl, { method: "POST", body: new FormData(form) }).catch(() => null);
    if (!answer?.ok || number !== latest) return;
    const said = await answer.json();
    const sentence = document.querySelector("[data-sentence]");
    // What has not changed is not read aloud again.
    if (sentence.textContent !== said.sentence) sentence.textContent = said.sentence;
    sentence.hidden = !said.sentence;
    if (frequency) drawTimes(said.times, said.problem);
  };

  const drawTimes = (times, problem) => {
    const list = form.querySelector("[data-next-times]");
    list.replaceChildren(
      ...times.map((time) => Object.assign(document.createElement("li"), { textContent: time })),
    );
    const warning = form.querySelector("[data-next-problem]");
    warning.textContent = problem;
    warning.hidden = !problem;
  };

  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(draw, 300);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  if (!frequency) return;
  frequency.addEventListener("change", showBoxes);
  showBoxes();
});
