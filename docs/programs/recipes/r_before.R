# A cluster's workers are new processes: the data is sent to each of them.
library(parallel)
data <- rep(1, 4 * 2^20)  # 32 MiB

analyze <- function(i) {
  cat(paste(Sys.getpid(), "holds", sum(data), "\n"))
  Sys.sleep(60)  # time to look
}

cluster <- makeCluster(2, outfile = "")
clusterExport(cluster, "data")
parLapply(cluster, 1:2, analyze)
