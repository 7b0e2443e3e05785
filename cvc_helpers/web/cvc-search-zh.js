/* A query is cut as the index was: every pair of neighbouring Chinese characters is a word; a single one is itself. */
function splitQuery(query) {
  const words = [];
  for (const run of query.match(/[\u3400-\u9fff]+|[^\s\u3400-\u9fff\p{P}\p{S}]+/gu) || []) {
    if (!/^[\u3400-\u9fff]/.test(run) || run.length === 1) words.push(run);
    else for (let i = 0; i + 1 < run.length; i += 1) words.push(run.slice(i, i + 2));
  }
  return words;
}
