/* The switch between the languages leads to the section that the reader sees, under the same anchor. */
document.addEventListener("click", event => {
  const link = event.target.closest && event.target.closest("a.cvc-edition");
  if (!link) return;
  const passed = [...document.querySelectorAll("article section[id]")]
    .filter(section => section.getBoundingClientRect().top <= 120);
  const here = passed.length > 1 ? passed[passed.length - 1].id : "";
  link.hash = here || location.hash;
});
