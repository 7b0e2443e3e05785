/* The glossary's box: shows the entries that hold what is typed. The words come from the page; without a script all entries stand. */
(function () {
  "use strict";

  function filter(box) {
    const input = box.querySelector("input");
    const status = box.querySelector("[role=status]");
    const entries = Array.from(document.querySelectorAll("dl.glossary > dt")).map(function (term) {
      const parts = [term];
      for (let next = term.nextElementSibling; next && next.tagName === "DD"; next = next.nextElementSibling) parts.push(next);
      return { parts: parts, text: parts.map(function (part) { return part.textContent; }).join(" ").toLowerCase() };
    });

    function show() {
      const wanted = input.value.trim().toLowerCase();
      let count = 0;
      entries.forEach(function (entry) {
        const fits = entry.text.includes(wanted);
        count += fits ? 1 : 0;
        entry.parts.forEach(function (part) { part.hidden = !fits; });
      });
      status.textContent = !wanted ? "" : count ? box.dataset.found.replace("{count}", count) : box.dataset.none;
    }

    box.hidden = false;
    input.addEventListener("input", show);
    show();
  }

  function run() { document.querySelectorAll(".cvc-filter").forEach(filter); }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run);
  else run();
})();
