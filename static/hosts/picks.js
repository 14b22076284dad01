// Pick-lists of images and subnets search on the cluster that is chosen beside them.
"use strict";

function followCluster() {
  for (const list of document.querySelectorAll("[data-picks-from]")) {
    const cluster = document.getElementById(list.dataset.picksFrom);
    if (cluster) list.dataset.fieldName = cluster.value;
  }
}

for (const kind of ["pointerdown", "keydown", "focusin", "change"]) {
  document.addEventListener(kind, followCluster, true);
}
document.addEventListener("DOMContentLoaded", followCluster);
