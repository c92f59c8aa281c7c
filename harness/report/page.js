// page.js - sorts the tables of report.html by a click or by Enter on a column's head; the page is whole without it.
(function () {
  "use strict";

  // What a cell is sorted by: its number, else its text; null is missing and always comes last.
  function key(row, column) {
    var cell = row.cells[column], value;
    if (!cell) { return null; }
    value = cell.getAttribute("data-sort");
    if (value === "") { return null; }
    return value === null ? cell.textContent.trim() : Number(value);
  }

  function compare(a, b, sign) {
    if (a === null || b === null) { return (a === null) - (b === null); }
    if (typeof a === "number") {
      if (typeof b === "number") { return sign * (a - b); }
    }
    return sign * String(a).localeCompare(String(b), "en", {numeric: true});
  }

  function sort(table, head, column) {
    var body = table.tBodies[0], down = head.getAttribute("aria-sort") === "ascending";
    Array.from(table.tHead.rows[0].cells).forEach(function (other) { other.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    Array.from(body.rows)
      .map(function (row, place) { return {row: row, key: key(row, column), place: place}; })
      .sort(function (a, b) { return compare(a.key, b.key, down ? -1 : 1) || a.place - b.place; })
      .forEach(function (entry) { body.appendChild(entry.row); });
  }

  document.querySelectorAll("table.sorts").forEach(function (table) {
    Array.from(table.tHead.rows[0].cells).forEach(function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
      head.appendChild(button);
      button.addEventListener("click", function () { sort(table, head, column); });
    });
  });

  // Paper has no folds.
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details:not([open])").forEach(function (d) {
      d.open = true;
      d.setAttribute("data-folded", "");
    });
  });
  window.addEventListener("afterprint", function () {
    document.querySelectorAll("details[data-folded]").forEach(function (d) {
      d.open = false;
      d.removeAttribute("data-folded");
    });
  });
}());
