# Perl has no collector: it counts references, in each value. 500,000 strings.
use strict;
$| = 1;
my @rows = map { "row $_" } 1 .. 500_000;

sub own_mib {
    open my $file, "<", "/proc/self/smaps_rollup" or die;
    my $kb = 0;
    /^Private_\w+: +(\d+)/ and $kb += $1 while <$file>;
    return $kb / 1024;
}

sub measure {
    my ($what, $use) = @_;
    if (my $child = fork) { waitpid $child, 0; return; }
    my $before = own_mib();
    $use->();
    printf "%-34s %6.1f MiB\n", $what, own_mib() - $before;
    exit;
}

measure("nothing", sub { });
measure("length \$rows[\$i]", sub { my $sum = 0; $sum += length $rows[$_] for 0 .. $#rows });
measure("for my \$row (\@rows)", sub { for my $row (@rows) { } });
measure("my \$row = \$rows[\$i]", sub { for my $i (0 .. $#rows) { my $row = $rows[$i] } });
