# R marks in the header of each vector.
own_mib <- function() {
  lines <- grep("^Private_", readLines("/proc/self/smaps_rollup"), value = TRUE)
  sum(as.numeric(gsub("[^0-9]", "", lines))) / 1024
}

measure <- function(what, use) {
  job <- parallel::mcparallel({
    before <- own_mib()
    use()
    own_mib() - before
  })
  cat(sprintf("%-34s %6.1f MiB\n", what, parallel::mccollect(job)[[1]]))
}

rows <- lapply(1:250000, function(k) c(k, k))
invisible(gc())
measure("nothing", function() NULL)
measure("gc()", function() gc())
