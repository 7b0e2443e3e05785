/* What a reader can touch: guess and reveal, the pay-back threshold, what a client may withhold.
   Everything stands on the page without this file; it only hides an answer until it is asked for, and moves marks. */
(function () {
  "use strict";

  const root = document.documentElement;
  const ASKED = "cvc-asked";
  root.classList.add("cvc-js");
  if (kept(ASKED)) root.classList.add(ASKED);
  const quiet = window.matchMedia("(prefers-reduced-motion: reduce)");

  /* What a reader asked for holds for the visit; where nothing may be stored, for the page. */
  function kept(name) {
    try { return sessionStorage.getItem(name); } catch (error) { return null; }
  }

  function keep(name) {
    try { sessionStorage.setItem(name, "1"); } catch (error) { /* nothing may be stored */ }
  }

  function signed(value, digits) { return value.toFixed(digits).replace("-", "\u2212"); }

  function number(node, name) { return parseFloat(node.dataset[name]); }

  function fill(words, values) {
    return words.replace(/\{(\w+)\}/g, function (_, name) { return values[name]; });
  }

  /* A sum of money with three significant figures, by the page's own patterns: from which sum on, and how. */
  function money(yuan, patterns) {
    if (!isFinite(yuan)) return "\u221e";
    const kept = Number(yuan.toPrecision(3));
    const found = patterns.find(function (one) { return kept >= one[0]; });
    const text = (kept / (found[0] || 1)).toLocaleString("en", { maximumFractionDigits: 6 });
    return found[1].replace("{n}", text);
  }

  /* Percentage of a value on a scale that the part's element carries. */
  function placer(low, high) {
    return function (value) { return 100 * Math.min(Math.max((value - low) / (high - low), 0), 1); };
  }

  /* Moves attributes of a mark, in per cent, to new places within half a second. */
  function glide(node, goals, after) {
    const from = {};
    Object.keys(goals).forEach(function (name) { from[name] = parseFloat(node.getAttribute(name)); });
    const start = performance.now();
    const span = quiet.matches ? 0 : 500;
    node.cvcRun = (node.cvcRun || 0) + 1;
    const run = node.cvcRun;
    function frame(now) {
      if (run !== node.cvcRun) return;
      const share = span ? Math.min((now - start) / span, 1) : 1;
      const eased = 1 - Math.pow(1 - share, 3);
      Object.keys(goals).forEach(function (name) {
        node.setAttribute(name, (from[name] + (goals[name] - from[name]) * eased) + "%");
      });
      if (share < 1) requestAnimationFrame(frame);
      else if (after) after();
    }
    frame(start);
  }

  /* Guess, then reveal. */

  function guess(part) {
    const range = part.querySelector("input[type=range]");
    const output = part.querySelector("output");
    const truth = number(part, "truth");
    const place = placer(number(part, "low"), number(part, "high"));

    const digits = Math.max(0, Math.ceil(-Math.log10(parseFloat(range.step)) - 1e-9));
    const percent = part.dataset.percent === "1";

    function written(value) {
      return percent ? signed(100 * value, 0) + "%" : signed(value, digits);
    }

    function show() {
      output.textContent = written(range.valueAsNumber);
      range.setAttribute("aria-valuetext", written(range.valueAsNumber) + " " + part.dataset.unit);
      if (part.classList.contains("is-guessed")) addGuess();
    }

    function addGuess() {
      const row = part.querySelector(".cvc-yours");
      if (!row) return;
      const value = range.valueAsNumber;
      row.hidden = false;
      row.querySelector("b").textContent = written(value);
      row.querySelector(".cvc-dot").setAttribute("cx", place(value) + "%");
    }

    function draw() {
      part.querySelectorAll(".cvc-answer .cvc-bar.is-honest").forEach(function (bar) {
        const goals = { x1: parseFloat(bar.getAttribute("x1")), x2: parseFloat(bar.getAttribute("x2")) };
        const middle = (goals.x1 + goals.x2) / 2 + "%";
        bar.setAttribute("x1", middle);
        bar.setAttribute("x2", middle);
        glide(bar, goals);
      });
      part.querySelectorAll(".cvc-answer .cvc-dot.is-honest").forEach(function (dot) {
        const goal = { cx: parseFloat(dot.getAttribute("cx")) };
        dot.setAttribute("cx", place(range.valueAsNumber) + "%");
        glide(dot, goal);
      });
    }

    function reveal(guessed) {
      root.classList.add("cvc-revealed");
      part.classList.add("is-revealed");
      if (!guessed) return;
      part.classList.add("is-guessed");
      addGuess();
      draw();
      const value = range.valueAsNumber;
      const gap = value - truth;
      const near = value >= number(part, "nearLow") && value <= number(part, "nearHigh");
      const kind = near ? "saidClose" : gap > 0 ? "saidHigh" : "saidLow";
      const values = { guess: written(value), gap: percent ? signed(100 * Math.abs(gap), 0) : signed(Math.abs(gap), 1) };
      part.querySelector(".cvc-said").textContent = fill(part.dataset[kind], values);
    }

    // a thumb that was never moved is no guess
    let moved = false;
    range.addEventListener("input", function () { moved = true; show(); });
    part.querySelector(".cvc-show").addEventListener("click", function () { reveal(moved); });
    part.querySelector(".cvc-skip").addEventListener("click", function () {
      reveal(false);
      const strip = document.getElementById("decision");
      if (strip) { strip.tabIndex = -1; strip.focus(); }
    });
    const goal = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (goal) { reveal(false); goal.scrollIntoView(); }
    show();
  }

  /* The landing page: what was found waits until it is asked for. */
  function unasked(part) {
    part.querySelector("button").addEventListener("click", function () {
      keep(ASKED);
      root.classList.add(ASKED);
      part.closest(".cvc-hero").focus({ preventScroll: true });
    });
  }

  /* The rule of the gate: the interval against the threshold, no better than checks and controls allow. */
  function verdict(row, worth, nothing) {
    const low = number(row, "low"), high = number(row, "high");
    const limit = row.dataset.ceiling;
    if (limit === "cannot_tell") return limit;
    if (high < worth) return "stop";
    if (low >= worth) return limit;
    return low > nothing ? "pilot" : "cannot_tell";
  }

  function threshold(part) {
    const range = part.querySelector("input[type=range]");
    const step = parseFloat(range.step);
    const digits = Math.max(1, Math.ceil(-Math.log10(step) - 1e-9));
    const place = placer(number(part, "scaleLow"), number(part, "scaleHigh"));
    const nothing = number(part, "nothing");
    const patterns = JSON.parse(part.dataset.yuan);

    function read(row, worth) {
      const key = verdict(row, worth, nothing);
      const words = part.getAttribute("data-" + key.replace("_", "-")).split("|");
      row.className = "is-main is-" + key;
      row.querySelector(".cvc-number b").textContent = words[0] + " " + words[1];
    }

    function update() {
      const worth = Math.max(range.valueAsNumber, nothing + step);
      if (worth !== range.valueAsNumber) range.value = worth;
      const shown = signed(worth, digits);
      range.setAttribute("aria-valuetext", shown);
      part.querySelector("output").textContent = shown;
      part.querySelectorAll(".cvc-guide.is-worth").forEach(function (line) {
        line.setAttribute("x1", place(worth) + "%");
        line.setAttribute("x2", place(worth) + "%");
      });
      part.querySelectorAll("li[data-low]").forEach(function (row) { read(row, worth); });
      const values = { worth: shown, yuan: money(number(part, "cost") / worth, patterns) };
      part.querySelector(".cvc-money").textContent = fill(part.dataset.money, values);
    }

    range.addEventListener("input", update);
  }

  /* What a client may withhold: a switch turned off takes that column out of the comparison. */
  function withheld(part) {
    const states = JSON.parse(part.dataset.states);
    const place = placer(number(part, "scaleLow"), number(part, "scaleHigh"));
    const row = part.querySelector(".cvc-moving");
    const switches = Array.from(part.querySelectorAll("input[type=checkbox]"));
    const truth = number(part, "truth");

    function update() {
      const gone = switches.filter(function (one) { return !one.checked; }).map(function (one) { return one.value; });
      const state = states[gone.sort().join("+")];
      const misses = truth < state[1] || truth > state[2];
      row.classList.toggle("is-off", misses);
      row.querySelector("b").textContent = state[3];
      row.querySelector("i").textContent = state[4];
      glide(row.querySelector(".cvc-bar"), { x1: place(state[1]), x2: place(state[2]) });
      glide(row.querySelector(".cvc-dot"), { cx: place(state[0]) });
      const said = part.querySelector(".cvc-said");
      if (said) said.textContent = misses ? said.dataset.outside : said.dataset.inside;
    }

    switches.forEach(function (one) { one.addEventListener("change", update); });
  }

  /* A table shows its hint only while something is hidden at its right. */
  function hint(box) {
    const more = box.scrollWidth - box.clientWidth > 4;
    box.parentElement.classList.toggle("has-more", more && box.scrollLeft + box.clientWidth < box.scrollWidth - 4);
  }

  function run() {
    document.querySelectorAll(".cvc-guess").forEach(guess);
    document.querySelectorAll(".cvc-unasked").forEach(unasked);
    document.querySelectorAll(".cvc-threshold").forEach(threshold);
    document.querySelectorAll(".cvc-withheld").forEach(withheld);
    const boxes = document.querySelectorAll(".cvc-scroll");
    boxes.forEach(function (box) { hint(box); box.addEventListener("scroll", function () { hint(box); }, { passive: true }); });
    window.addEventListener("resize", function () { boxes.forEach(hint); });
    document.addEventListener("toggle", function () { boxes.forEach(hint); }, true);
    window.addEventListener("beforeprint", function () {
      document.querySelectorAll("details.cvc-fold").forEach(function (fold) { fold.open = true; });
    });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run);
  else run();
})();
