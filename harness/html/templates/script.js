"use strict";
// Tables sort by the buttons in their headings and show the rows that match the box above them.
const collator = new Intl.Collator("en", { numeric: true });

function sortValue(row, column) {
  const cell = row.cells[column];
  return cell.dataset.value ?? cell.textContent.trim();
}

function sortBy(heading) {
  const table = heading.closest("table");
  const body = table.tBodies[0];
  const isNumber = heading.classList.contains("number");
  const previous = heading.getAttribute("aria-sort");
  const descending = previous ? previous === "ascending" : isNumber;
  const compare = (a, b) => {
    const [x, y] = [sortValue(a, heading.cellIndex), sortValue(b, heading.cellIndex)];
    const difference = Number(x) - Number(y);
    return isNumber && !Number.isNaN(difference) ? difference : collator.compare(x, y);
  };
  const rows = [...body.rows].sort((a, b) => (descending ? compare(b, a) : compare(a, b)));
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
  body.append(...rows);
}

function filterTable(box) {
  const rows = [...document.getElementById(box.dataset.table).tBodies[0].rows];
  const wanted = box.value.trim().toLowerCase();
  for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  const shown = rows.filter((row) => !row.hidden).length;
  box.parentElement.querySelector("output").value = wanted ? `${shown} of ${rows.length}` : "";
}

document.addEventListener("click", (event) => {
  const heading = event.target.closest("table.sortable th");
  if (heading && event.target.closest("button")) sortBy(heading);
});
document.addEventListener("input", (event) => {
  if (event.target.matches("input[data-table]")) filterTable(event.target);
});
