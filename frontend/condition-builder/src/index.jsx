/* Turns each <textarea data-condition-builder> into the visual builder. Without this script it stays a box of JSON. */

import { render } from "preact";

import { ConditionField } from "./ConditionField.jsx";

function enhance(scope) {
  for (const textarea of scope.querySelectorAll("textarea[data-condition-builder]")) {
    // A formset keeps an empty form to copy from, whose names are not final yet.
    const isTemplate = textarea.name.includes("__prefix__");
    if (isTemplate || textarea.dataset.conditionBuilder === "on") continue;
    textarea.dataset.conditionBuilder = "on";
    const home = document.createElement("div");
    home.className = "cxb";
    textarea.before(home);
    render(<ConditionField textarea={textarea} />, home);
  }
}

function begin() {
  enhance(document);
  // A row that was added to a formset.
  document.addEventListener("formset:added", (event) => enhance(event.target));
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
else begin();
