/* Search results lead to the section that holds most of the words, say its title and quote it; what a reader reads comes
   before what a programmer looks up. Without the index the page is named. */
(function () {
  "use strict";

  if (typeof Search === "undefined" || !window.cvcSections) return;
  const pages = Search.performTermsSearch;
  const all = Search._performSearch;
  const AROUND = 80;

  function escaped(text) {
    const box = document.createElement("span");
    box.textContent = text;
    return box.innerHTML;
  }

  /* How many of the words a section holds; a word that begins one counts for half, as Sphinx finds those too. */
  function held(stems, words) {
    return words.reduce(function (sum, word) {
      return sum + (stems.includes(" " + word + " ") ? 1 : stems.includes(" " + word) ? 0.5 : 0);
    }, 0);
  }

  /* A result whose anchor is known by the index says the title that stands there. */
  function named(result) {
    const section = (window.cvcSections[result[0]] || []).find(function (one) { return one[0] && one[0] === result[2]; });
    if (!section || result[1] !== Search._index.titles[Search._index.docnames.indexOf(result[0])]) return result;
    const found = result.slice();
    found[1] = result[1] + " › " + escaped(section[1]);
    return found;
  }

  /* One result for each place, the one with the highest score, which stands last. */
  function once(results) {
    const seen = new Set();
    return results.reverse().filter(function (result) {
      const place = result[0] + result[2] + (result[3] || "");
      const isNew = !seen.has(place);
      seen.add(place);
      return isNew;
    }).reverse();
  }

  Search.performTermsSearch = function (searchTerms, excludedTerms) {
    const words = Array.from(searchTerms);
    return pages.call(Search, searchTerms, excludedTerms).map(function (result) {
      let best = null;
      let most = 0;
      (window.cvcSections[result[0]] || []).forEach(function (section) {
        const count = held(section[2], words);
        if (count > most) { most = count; best = section; }
      });
      const found = result.slice();
      if (best) found[2] = best[0];
      return found;
    });
  };

  /* Names of the code come last; of what fits as well, a chapter comes before its case. The last is shown first. */
  function rank(result) {
    if (result[3] || /(^|\/)(api|genindex)$/.test(result[0])) return 0;
    return 1 + result[4] + (result[0].startsWith("book/") ? 0.5 : 0);
  }

  Search._performSearch = function (query, searchTerms) {
    const found = once(all.apply(Search, arguments).map(named));
    quoted(query, searchTerms, found);
    return found.sort(function (one, other) { return rank(one) - rank(other); });
  };

  /* The section of a result: the one at its anchor; of a whole page the first that holds a word. */
  function section(result, words) {
    const known = (window.cvcSections[result[0]] || []).filter(function (one) { return one[3]; });
    const holds = function (one) { return place(one[3], words)[1]; };
    if (result[2]) return known.find(function (one) { return one[0] === result[2]; });
    return known.find(holds) || known[0];
  }

  /* Where the first of the words stands in a text, and how long it is; the beginning where none does. */
  function place(text, words) {
    const low = text.toLowerCase();
    const word = words.find(function (one) { return low.includes(one); });
    return word ? [low.indexOf(word), word.length] : [0, 0];
  }

  /* The words around the first that was asked for, that one marked; a Chinese character says as much as a short word. */
  function excerpt(text, words) {
    const [at, length] = place(text, words);
    const around = /[\u3400-\u9fff]/.test(text.slice(at, at + 20)) ? AROUND / 2 : AROUND;
    const begin = at < around ? 0 : Math.max(text.indexOf(" ", at - around) + 1, at - around);
    const end = Math.min(at + length + 2 * around, text.length);
    const said = document.createElement("p");
    const mark = document.createElement("mark");
    mark.textContent = text.slice(at, at + length);
    said.className = "cvc-excerpt";
    said.append((begin ? "… " : "") + text.slice(begin, at));
    if (length) said.append(mark);
    said.append(text.slice(at + length, end) + (end < text.length ? " …" : ""));
    return said;
  }

  /* Results appear one after another; each gets its excerpt as it does. */
  function quoted(query, stems, results) {
    const whole = query.toLowerCase().trim();
    const words = [whole, ...splitQuery(whole), ...stems].filter(function (word) { return word.length > 1; });
    const texts = {};
    results.forEach(function (result) {
      const found = result[3] ? null : section(result, words);
      if (found) texts[result[0] + DOCUMENTATION_OPTIONS.LINK_SUFFIX + result[2]] = found[3];
    });
    new MutationObserver(function () {
      Search.output.querySelectorAll("li > a:only-child").forEach(function (link) {
        const text = texts[link.getAttribute("href")];
        if (text) link.after(excerpt(text, words));
      });
    }).observe(Search.output, { childList: true });
  }
})();
