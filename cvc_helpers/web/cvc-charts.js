/* Makes the static charts of a page live, from the local Vega bundle, and offers each as SVG and its numbers as CSV. */
(function () {
  "use strict";

  /* Vega's own styles stay out: a strict policy refuses them, and the house style has what is needed. */
  const OPTIONS = {
    mode: "vega-lite", renderer: "svg", ast: true, actions: false, defaultStyle: false, tooltip: { disableDefaultStyle: true },
  };
  const WORDS = {
    en: { svg: "SVG", csv: "CSV", label: "Download this chart as " },
    zh: { svg: "SVG", csv: "CSV", label: "下载图表：" },
  };

  function save(name, type, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: type }));
    link.download = name;
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
  }

  function datasets(spec) {
    const named = Object.values(spec.datasets || {});
    const inline = spec.data && spec.data.values ? [spec.data.values] : [];
    return named.concat(inline).filter(Array.isArray);
  }

  function quoted(value) {
    const text = value === null || value === undefined ? "" : String(value);
    return /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }

  /* The largest table of the chart; a byte-order mark lets spreadsheets read the Chinese. */
  function csv(spec) {
    const rows = datasets(spec).sort(function (a, b) { return b.length - a.length; })[0] || [];
    const names = rows.length ? Object.keys(rows[0]) : [];
    const lines = rows.map(function (row) { return names.map(function (name) { return quoted(row[name]); }).join(","); });
    return "\ufeff" + [names.map(quoted).join(",")].concat(lines).join("\n") + "\n";
  }

  /* Fixed light colours: outside the page nothing reads its variables. */
  function plain(text) { return text.replace(/var\(--[\w-]+, ?(#[0-9a-fA-F]{3,8})\)/g, "$1"); }

  /* The whole drawing with its title, drawn apart from the page; the static one where that is not possible. */
  function svg(drawing, spec) {
    const still = new XMLSerializer().serializeToString(drawing.querySelector(".cvc-static svg"));
    if (!window.vegaEmbed) return Promise.resolve(plain(still));
    return window.vegaEmbed(document.createElement("div"), spec, OPTIONS)
      .then(function (made) { return made.view.toSVG(); }).then(plain);
  }

  function button(text, label, action) {
    const found = document.createElement("button");
    found.type = "button";
    found.textContent = text;
    found.setAttribute("aria-label", label + text);
    found.addEventListener("click", action);
    return found;
  }

  function addDownloads(figure, drawing, spec) {
    const words = (document.documentElement.lang || "en").startsWith("zh") ? WORDS.zh : WORDS.en;
    const bar = document.createElement("div");
    bar.className = "cvc-downloads";
    bar.append(
      button(words.svg, words.label, function () {
        svg(drawing, spec).then(function (text) { save(figure.id + ".svg", "image/svg+xml", text); });
      }),
      button(words.csv, words.label, function () { save(figure.id + ".csv", "text/csv", csv(spec)); })
    );
    figure.append(bar);
  }

  /* The page has the title as text, so the live drawing goes without. */
  function enlivenDrawing(drawing, spec) {
    if (!window.vegaEmbed) return;
    const bare = Object.assign({}, spec);
    delete bare.title;
    window.vegaEmbed(drawing.querySelector(".cvc-live"), bare, OPTIONS)
      .then(function () { drawing.classList.add("is-live"); })
      .catch(function (error) { console.error("cvc-chart", error); });
  }

  function enliven(figure) {
    figure.querySelectorAll(".cvc-drawing").forEach(function (drawing, number) {
      const spec = JSON.parse(drawing.querySelector("script.cvc-spec").textContent);
      if (number === 0) addDownloads(figure, drawing, spec);
      enlivenDrawing(drawing, spec);
    });
  }

  function run() { document.querySelectorAll("figure.cvc-chart").forEach(enliven); }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run);
  else run();
})();
