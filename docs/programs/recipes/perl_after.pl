# All numbers in one string, with one count.
use strict;
my $prices = pack "d*", map { "$_.25" } 1 .. 400_000;

sub analyze {
    my $sum = 0;
    for (my $i = 0; $i < length $prices; $i += 8) {
        $sum += unpack "d", substr $prices, $i, 8;
    }
    syswrite STDOUT, "$$ holds $sum\n";
    sleep 60;    # time to look
}

for (1 .. 2) { fork or analyze, exit }
wait for 1 .. 2;
