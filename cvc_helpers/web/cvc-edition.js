/* The switch between the languages leads to the place that the reader sees: the target of the address while it is in
   view, else the section under the upper edge of the window. */
document.addEventListener("click", event => {
  const link = event.target.closest && event.target.closest("a.cvc-edition");
  if (!link) return;
  const top = element => element.getBoundingClientRect().top;
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const passed = [...document.querySelectorAll("article section section[id]")].filter(section => top(section) <= 120);
  if (target && top(target) >= -20 && top(target) < innerHeight) link.hash = location.hash;
  else link.hash = passed.length ? passed[passed.length - 1].id : "";
});
