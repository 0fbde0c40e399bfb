# Loaded once, before the workers are forked. (The default from Puma 5.)
workers 2
threads 1, 1
preload_app!
