# An application that loads a large table.
table = Array.new(700_000) { |i| "row #{i}" }

run lambda { |env|
  $stdout.syswrite "#{$$} holds #{table.sum(&:size)}\n"
  sleep 60 # time to look
}
