// Sockets that listen.
#pragma once

#include <string>
#include <vector>

namespace lenet {

/// On `address`, or, if it is empty, on 127.0.0.1 and, where there is one, ::1, by the same port:
/// the first that is free of the twenty from `port` on; 0: any. Not blocking. Throws Error: kIo if
/// none is free or the address is none of this machine's, kUsage for a text that is no address.
std::vector<int> listening_sockets(const std::string& address, int port);

/// The port of such a socket.
int port_of(int socket);

}  // namespace lenet
