/* Search results lead to the section that holds most of the words, and say its title. Without the index the page is named. */
(function () {
  "use strict";

  if (typeof Search === "undefined" || !window.cvcSections) return;
  const pages = Search.performTermsSearch;
  const all = Search._performSearch;

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

  Search._performSearch = function () {
    return once(all.apply(Search, arguments).map(named));
  };
})();
