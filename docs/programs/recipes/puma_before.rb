# Each worker loads the application.
workers 2
threads 1, 1
preload_app! false
