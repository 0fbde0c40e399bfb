# Ruby marks in a table: a bitmap for each 64 KiB (or 16 KiB) of slots.
def own_mib
  File.foreach("/proc/self/smaps_rollup").grep(/^Private_/).sum { |line| line.split[1].to_i } / 1024.0
end

def measure(what)
  Process.wait(fork do
    before = own_mib
    yield
    puts format("%-34s %6.1f MiB", what, own_mib - before)
  end)
end

rows = Array.new(500_000) { |k| [k] }
GC.start
slots = ObjectSpace.count_objects[:TOTAL] * 40 / 1048576.0
puts format("%-34s %6.1f MiB", "slots of all objects", slots)
measure("nothing") { }
measure("rows.each { |row| row.size }") { rows.each { |row| row.size } }
measure("GC.start") { GC.start }
