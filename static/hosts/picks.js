// Pick-lists of images and subnets search on the cluster that is chosen beside them.
"use strict";

const FOLLOWERS = "[data-picks-from]";

function clusterBeside(list) {
  return document.getElementById(list.dataset.picksFrom)?.value ?? list.dataset.fieldName;
}

// Asks with the cluster as it is when the list opens: the theme's own lists send no field's name.
function searchOnCluster(list) {
  django.jQuery(list).select2({
    ajax: { data: ({ term, page }) => ({ term, page, field_name: clusterBeside(list) }) },
  });
}

// What was picked on one cluster is not on another.
function forgetPicked(event) {
  for (const list of document.querySelectorAll(FOLLOWERS)) {
    const isOther = list.dataset.fieldName !== event.target.value;
    if (list.dataset.picksFrom !== event.target.id || !isOther) continue;
    list.dataset.fieldName = event.target.value;
    django.jQuery(list).val("").trigger("change");
  }
}

document.addEventListener("DOMContentLoaded", () => {
  const lists = document.querySelectorAll(FOLLOWERS);
  // Before the admin tells every list's value as if it had changed.
  for (const list of lists) list.dataset.fieldName = clusterBeside(list);
  django.jQuery(() => lists.forEach(searchOnCluster));
  // Select2 tells a change to jQuery alone.
  django.jQuery(document).on("change", "select", forgetPicked);
});
