// Loaded on every page of the back office. The content security policy allows no script inside a page, so it lives here.
// Customers and benefits come in whole numbers, and so do the axes that count them.
if (window.Chart) Chart.defaults.scales.linear.ticks.precision = 0;

document.addEventListener("DOMContentLoaded", () => {
  // At the counter one types or scans at once: the list of customers opens with its search box in focus.
  const search = document.querySelector("body.model-profile.change-list #searchbar");
  if (search && !("ontouchstart" in window)) {
    search.focus();
    search.setSelectionRange(search.value.length, search.value.length);
  }

  // The command palette opens from inside a field too: unfold's own shortcut stays silent there, and here a field has the focus.
  document.addEventListener("keydown", (event) => {
    const isTyping = /^(input|textarea)$/i.test(document.activeElement.tagName);
    if (isTyping && event.key === "k" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      window.dispatchEvent(new CustomEvent("opencommand"));
    }
  });

  focusWhatAsksForIt();
  leadPastTheSidebar();
  reachByKeyboard();

  // data-confirm: a form that cannot be undone asks before it is sent.
  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });

  // data-ticks-all: one box for all that can be ticked in its form. It works nothing without scripts, so it is hidden until then.
  document.querySelectorAll("input[data-ticks-all]").forEach((all) => {
    const boxes = [...all.form.querySelectorAll(`input[name="${all.dataset.ticksAll}"]:enabled`)];
    const follow = () => {
      const ticked = boxes.filter((box) => box.checked).length;
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    };
    all.closest("[hidden]").hidden = boxes.length < 2;
    all.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked;
      follow();
    });
    all.form.addEventListener("change", (event) => {
      if (boxes.includes(event.target)) follow();
    });
    follow();
  });

  // data-type-to-enable: the button waits until what is asked for was typed; the server asks again.
  document.querySelectorAll("form[data-type-to-enable]").forEach((form) => {
    const wanted = form.dataset.typeToEnable.toLocaleLowerCase();
    const button = form.querySelector("button[type=submit]");
    const typed = form.querySelector("input[name=typed]");
    const judge = () => {
      button.disabled = typed.value.trim().toLocaleLowerCase() !== wanted;
      button.style.opacity = button.disabled ? ".5" : "";
    };
    typed.addEventListener("input", judge);
    judge();
  });
});

// unfold hides the page until Alpine has begun; a browser that looks for autofocus before that, with nothing cached yet, finds nothing to focus.
document.addEventListener("alpine:initialized", () => requestAnimationFrame(focusWhatAsksForIt));

function focusWhatAsksForIt() {
  if (document.activeElement === document.body) document.querySelector("[autofocus]")?.focus();
}

// The first thing that Tab reaches: without it some twenty links stand between a clerk and the customer's page.
function leadPastTheSidebar() {
  const main = document.querySelector("#main");
  if (!main) return;
  main.tabIndex = -1;
  const skip = document.createElement("a");
  Object.assign(skip, { href: "#main", className: "cx-skip", textContent: "Skip to the page" });
  skip.addEventListener("click", (event) => {
    // Not by the address: what stands behind its # is the open tab.
    event.preventDefault();
    main.focus();
  });
  document.body.prepend(skip);
}

// unfold's tabs, its menu of the signed-in user and its palette's box are opened by a click alone, which the keyboard does not reach.
function reachByKeyboard() {
  document.querySelectorAll("[x-on\\:click]").forEach((box) => {
    if (box.matches("a[href], button, input, select, textarea, [tabindex]") || !box.textContent.trim()) return;
    box.tabIndex = 0;
    box.setAttribute("role", "button");
    box.addEventListener("keydown", (event) => {
      if (event.target !== box || (event.key !== "Enter" && event.key !== " ")) return;
      event.preventDefault();
      box.click();
    });
  });
}
