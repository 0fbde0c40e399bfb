<?php
// PHP counts references, in each array. Its collector looks only at arrays whose
// count has fallen to something else than 0.
function own_mib() {
    preg_match_all('/^Private_\w+: +(\d+)/m', file_get_contents('/proc/self/smaps_rollup'), $found);
    return array_sum($found[1]) / 1024;
}

function measure($what, $use) {
    $child = pcntl_fork();
    if ($child) return pcntl_waitpid($child, $status);
    $before = own_mib();
    $use();
    printf("%-34s %6.1f MiB\n", $what, own_mib() - $before);
    exit;
}

$rows = [];
for ($k = 0; $k < 500000; ++$k) $rows[] = [$k];
measure('nothing', function () {});
measure('gc_collect_cycles()', function () { gc_collect_cycles(); });
measure('foreach ($rows as $row)', function () { global $rows; foreach ($rows as $row) {} });
