/* Runs the queries of the tutorial in place. The answer is that of the page /sparql; without this script the form leads there. */

import { draw } from "./pictures.js";

document.querySelectorAll("form.step").forEach((form, index) => {
  const status = form.querySelector("[role=status]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    status.textContent = form.dataset.running;
    try {
      const answer = await fetch(`${form.action}?${new URLSearchParams(new FormData(form))}`, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const came = page.querySelector("#answer > section") ?? page.getElementById("problem");
      if (!came) throw new Error("no answer");
      show(form.closest("section").querySelector(".came"), came, `-${index + 1}`);
      status.textContent = "";
    } catch {
      status.textContent = form.dataset.failed;
    }
  });
});

/** Puts an answer below its query; names within it get an ending of their own, as there are ten on the page. */
function show(place, came, ending) {
  for (const each of came.querySelectorAll("[id]")) each.id += ending;
  for (const each of [came, ...came.querySelectorAll("[aria-labelledby]")]) {
    const name = each.getAttribute("aria-labelledby");
    if (name) each.setAttribute("aria-labelledby", name + ending);
  }
  came.removeAttribute("id");
  const heading = came.querySelector("h2");
  if (heading) heading.replaceWith(Object.assign(document.createElement("h3"), { id: heading.id, textContent: heading.textContent }));
  const figures = [...came.querySelectorAll("figure.picture")];
  for (const figure of figures) figure.dataset.of += ending;
  place.replaceChildren(document.adoptNode(came));
  figures.forEach((figure) => draw(figure));
}
