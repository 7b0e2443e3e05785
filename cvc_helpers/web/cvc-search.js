/* Search results lead to the section that holds most of the words, and say its title. Without the index the page is named. */
(function () {
  "use strict";

  if (typeof Search === "undefined" || !window.cvcSections) return;
  const pages = Search.performTermsSearch;

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

  Search.performTermsSearch = function (searchTerms, excludedTerms) {
    const words = Array.from(searchTerms);
    return pages.call(Search, searchTerms, excludedTerms).map(function (result) {
      const sections = window.cvcSections[result[0]] || [];
      let best = null;
      let most = 0;
      sections.forEach(function (section) {
        const count = held(section[2], words);
        if (count > most) { most = count; best = section; }
      });
      if (!best || !best[0]) return result;
      const found = result.slice();
      found[1] = result[1] + " › " + escaped(best[1]);
      found[2] = best[0];
      return found;
    });
  };
})();
