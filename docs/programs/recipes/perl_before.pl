# A string that is used as a number: Perl writes the number beside it.
use strict;
my @prices = map { "$_.25" } 1 .. 400_000;

sub analyze {
    my $sum = 0;
    $sum += $_ for @prices;
    syswrite STDOUT, "$$ holds $sum\n";
    sleep 60;    # time to look
}

for (1 .. 2) { fork or analyze, exit }
wait for 1 .. 2;
