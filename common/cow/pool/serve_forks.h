// The life of a fork server: take a request, fork a worker or say how one has
// ended, until the pool closes its end. The pool's side: fork_server.h.
#pragma once

namespace cow {

/// The server's side: serves requests from `socket` until its other end is
/// closed, after it has made the call that stands in the file `preload`.
/// Returns the exit code.
int serve_forks(int socket, int preload);

}  // namespace cow
