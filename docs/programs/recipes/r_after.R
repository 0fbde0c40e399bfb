# mclapply forks: the workers inherit the data.
library(parallel)
data <- rep(1, 4 * 2^20)  # 32 MiB

analyze <- function(i) {
  cat(paste(Sys.getpid(), "holds", sum(data), "\n"))
  Sys.sleep(60)  # time to look
}

mclapply(1:2, analyze, mc.cores = 2)
