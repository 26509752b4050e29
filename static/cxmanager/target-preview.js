// The message beside the form of a target or webhook follows what is typed. The server renders it, for the customer that is chosen.
document.addEventListener("DOMContentLoaded", () => {
  const preview = document.getElementById("target-preview");
  const customer = document.getElementById("preview-customer");
  const template = document.querySelector("[data-template]");
  if (!preview || !template) return;
  const part = (name) => preview.querySelector(`[data-preview-${name}]`);
  // Of a webhook: what is sent depends on the event.
  const event = document.querySelector("select[name=trigger]");
  let waiting = null;
  let latest = 0;

  const draw = async () => {
    const number = ++latest;
    const values = new FormData();
    values.set("template", template.value);
    values.set("customer", customer.value);
    if (event) values.set("trigger", event.value);
    values.set("csrfmiddlewaretoken", template.form.querySelector("[name=csrfmiddlewaretoken]").value);
    const answer = await fetch(preview.dataset.url, { method: "POST", body: values }).catch(() => null);
    if (!answer?.ok || number !== latest) return;
    const made = await answer.json();
    part("customer").textContent = made.customer ?? "";
    part("error").textContent = made.error ?? "";
    part("error").hidden = !made.error;
    // What was right last stays to be looked at while a mistake is mended.
    if (made.json !== undefined) part("json").textContent = made.json;
    part("json").style.opacity = made.error ? 0.5 : 1;
  };

  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(draw, 300);
  };
  template.addEventListener("input", later);
  customer.addEventListener("input", later);
  if (event) window.django.jQuery(event).on("change", later);
  customer.addEventListener("keydown", (event) => {
    // Enter looks for the customer, and does not save the target.
    if (event.key === "Enter") event.preventDefault();
  });
  draw();
});
